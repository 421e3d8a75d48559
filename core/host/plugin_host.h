/* SPDX-License-Identifier: Apache-2.0 */
/* The table of functions that plugins call. One for all of them; calls go on to api/, peer/ and control.h. */
#ifndef GW_HOST_PLUGIN_HOST_H
#define GW_HOST_PLUGIN_HOST_H

#include "api/api.h"

/* Borrowed until the plugins have stopped. state_folder: where plugins keep what survives a restart. */
const struct cardea_host *gw_plugin_host(struct gw_api *api, const char *state_folder);
/* The folder of a plugin with this configuration is state_folder/name. Before its start(). */
void gw_plugin_host_name(const struct cardea_config *config, const char *name);
void gw_plugin_host_free(void);

#endif
