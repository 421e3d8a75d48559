/* SPDX-License-Identifier: Apache-2.0 */
/* The last hour of figures, one a second, in memory. Control thread. */
#ifndef LOADREPORT_HISTORY_H
#define LOADREPORT_HISTORY_H

#include <jansson.h>

#include "figure.h"

#define HISTORY_SECONDS 3600

void history_start(void);
void history_end(void);
void history_note(const struct figure *f, const struct cardea_stats *stats);
/*
 * The last `seconds` (1 to HISTORY_SECONDS), one value for each `step` seconds, the greatest of them, oldest first:
 * {"step":…, "load":[…], "components":{"cpu":[…], …}, "sessions":[…], …}. New reference.
 */
json_t *history_json(unsigned seconds, unsigned step);

#endif
