/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy's agent-check: a TCP port where everybody who connects gets one line and is let go. The gateway's accepting
 * thread answers, so that the answer does not wait for anything; it knows only the line that it was last given.
 */
#ifndef LOADREPORT_AGENT_H
#define LOADREPORT_AGENT_H

/* address: numeric, IPv4 or IPv6. Returns 0, or -1 with one line in why. */
int agent_start(const char *address, unsigned port, char *why, unsigned why_size);
void agent_say(const char *line); /* without line end; before start and after stop nothing happens */
void agent_stop(void);

#endif
