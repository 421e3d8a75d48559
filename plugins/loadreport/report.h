/* SPDX-License-Identifier: Apache-2.0 */
/* The present figure in the words of those who read it. Control thread. */
#ifndef LOADREPORT_REPORT_H
#define LOADREPORT_REPORT_H

#include <jansson.h>

json_t *report_json(void); /* as GET /load and the request `report` give it; new reference */
/* A line of HAProxy's agent-check without its line end: "ready up 62%", "drain up 0%", "stopped #deploy". size: 64. */
void report_agent_line(char *line, size_t size);
void report_metrics(void); /* sets the metrics of this plugin */

#endif
