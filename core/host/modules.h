/* SPDX-License-Identifier: Apache-2.0 */
/* The plugins and transports of the process: found, checked, configured, started, and let go again. Control thread. */
#ifndef GW_HOST_MODULES_H
#define GW_HOST_MODULES_H

#include "api/api.h"
#include "host/settings.h"

struct gw_modules;

/* What cannot be loaded is reported in one line, and the rest goes on. Returns how many were refused. */
unsigned gw_modules_load(struct gw_modules **out, struct gw_api *api, const struct gw_settings *settings);
/* One more plugin, by its file's name in the plugins folder, while the process runs. name: what clients call it. */
int gw_modules_load_plugin(struct gw_modules *ms, struct gw_api *api, const struct gw_settings *settings,
                           const char *file, char *name, size_t name_len, char *why, size_t why_len);
/* GW_ENOENT: there is none of that name. GW_EPROTO: handles are attached to it. Its file is closed when no job that it
 * may have given out is left. */
int gw_modules_unload_plugin(struct gw_modules *ms, struct gw_api *api, const char *name, char *why, size_t why_len);
/* After gw_api_stop_transports() and gw_api_stop_plugins(). */
void gw_modules_free(struct gw_modules *ms);

#endif
