/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors told to a Sentry-compatible server: lines of the log with level error or fatal, and crashes of former
 * processes. Each cause once a minute, all together so many an hour; addresses and what may be a secret are made
 * unreadable before anything leaves. Control thread; lines come from all.
 */
#ifndef GW_HOST_SENTRY_H
#define GW_HOST_SENTRY_H

#include "config/config.h"
#include "web/web.h"

/* As the category "sentry" says; without a DSN nothing happens. GW_EINVAL: the DSN is none, a line of the log says so.
 */
int gw_sentry_begin(const struct cardea_config *config, struct gw_web *web);
void gw_sentry_end(void);
/* A report of host/crash.h. */
void gw_sentry_crash(const char *report);

#endif
