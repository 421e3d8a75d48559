/* SPDX-License-Identifier: Apache-2.0 */
/* One line of the log and how it looks: for people, for the journal, or as JSON. Pure but for the FILE; any thread. */
#ifndef GW_LOG_LINE_H
#define GW_LOG_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "log/log.h"

struct gw_log_line {
    struct timespec when;     /* wall clock */
    uint64_t session, handle; /* 0: not about one */
    int level;
    char module[GW_LOG_MODULE];
    unsigned suppressed; /* lines like this one that were left out before it */
    char *text;          /* owned by the line */
};

struct gw_log_style {
    enum gw_log_format format;
    bool timestamps; /* human only; JSON has them always, the journal has its own */
    bool colored;    /* human only */
    bool redact;     /* addresses lose their second half; changes the line's text */
    const char *prefix;
};

/* Writes it, with its end. Control characters in the text are made harmless, and its further lines are indented (JSON:
 * escaped), so that no text can look like a line of ours. */
void gw_log_print(FILE *f, const struct gw_log_line *l, const struct gw_log_style *style);

/* In place: the last two groups of each IPv4 address and all but the first two of each IPv6 address become "x". */
void gw_log_redact(char *text);

/* In place, for texts that go to others: whole addresses, words that may be a secret (20 and more letters and digits, as
 * keys and tokens are), and what stands behind "secret", "token", "password", "pin" or "key" become "x". */
void gw_log_scrub(char *text);

/* Called with each line that is logged, on the thread that logs it: must not block, nor log itself. cause: a pointer that
 * is the same for all lines of one place in the source. NULL ends it. Any thread. */
typedef void gw_log_watch_fn(const struct gw_log_line *l, const void *cause);
void gw_log_watch(gw_log_watch_fn *fn);

#endif
