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
/*
 * Reads the files of all modules again: what may change is taken over, and the module is told. A file with mistakes
 * changes nothing for its module. Listeners as of gw_config_take_over(); changed() is given the module's name, too.
 */
void gw_modules_reload(struct gw_modules *ms, const struct gw_settings *settings, gw_complain_fn *complain, void *arg,
                       void (*changed)(void *arg, const char *module, const struct cardea_option *o, bool taken));
/* After gw_api_stop_transports() and gw_api_stop_plugins(). */
void gw_modules_free(struct gw_modules *ms);

#endif
