/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last lines of the log, kept in memory for the moment when something goes wrong. Noting is for any thread and never
 * waits; a line that is overwritten while it is read may come out mixed.
 */
#ifndef GW_LOG_RECENT_H
#define GW_LOG_RECENT_H

#include <stdbool.h>

#include "log/line.h"

#define GW_RECENT_LINES 64
#define GW_RECENT_TEXT  240 /* bytes of one; longer ones are cut */

void gw_recent_note(const struct gw_log_line *l, bool redact);
/* Oldest first, a line end behind each. Async-signal-safe. */
void gw_recent_write(int fd);

#endif
