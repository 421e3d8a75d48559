/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Sentry-compatible server takes: where it is (a DSN), and an event in an envelope. Pure; any thread. Texts of
 * events must be clean already (gw_log_scrub()).
 */
#ifndef GW_HOST_ENVELOPE_H
#define GW_HOST_ENVELOPE_H

#include <stdint.h>

#include "log/log.h"

struct gw_dsn {
    char url[600];  /* of the envelopes */
    char auth[300]; /* a header line */
};

/* "https://KEY@HOST[:PORT]/[PATH/]PROJECT". GW_EPARSE: it is not like that. */
int gw_dsn_read(struct gw_dsn *out, const char *dsn);

struct gw_problem {
    int64_t wall_us;
    enum cardea_log_level level;
    const char *module;  /* part of the gateway */
    const char *message; /* one line */
    const char *group;   /* problems with the same text here are one issue; NULL: the message */
    const char *crash;   /* a report of host/crash.h: its backtrace and last lines become members; NULL */
    const char *node;    /* name of this gateway; NULL */
    const char *environment;
};

/* An envelope with one event; event_id: 32 hexadecimal digits. free() it. NULL: no memory. */
char *gw_envelope(const struct gw_problem *p, const char *event_id);

#endif
