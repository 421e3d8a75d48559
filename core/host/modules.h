/* SPDX-License-Identifier: Apache-2.0 */
/* The plugins and transports of the process: found, checked, configured, started, and let go again. Control thread. */
#ifndef GW_HOST_MODULES_H
#define GW_HOST_MODULES_H

#include "api/api.h"
#include "host/settings.h"

struct gw_modules;

/* What cannot be loaded is reported in one line, and the rest goes on. Returns how many were refused. */
unsigned gw_modules_load(struct gw_modules **out, struct gw_api *api, const struct gw_settings *settings);
/* After gw_api_stop_transports() and gw_api_stop_plugins(). */
void gw_modules_free(struct gw_modules *ms);

#endif
