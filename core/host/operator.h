/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators ask of the process rather than of the API: look up a name, ask a STUN server, read the configuration
 * again, load or unload a plugin. Control thread; what blocks is a job.
 */
#ifndef GW_HOST_OPERATOR_H
#define GW_HOST_OPERATOR_H

#include "api/api.h"
#include "host/modules.h"
#include "host/settings.h"

struct gw_operator_conf {
    struct gw_api *api;
    struct gw_modules *modules;
    struct gw_settings *settings;
    void (*reloaded)(void *arg); /* the configuration was read again: put it into effect */
    void *arg;
};

void gw_operator_start(const struct gw_operator_conf *conf); /* all borrowed until gw_operator_stop() */
void gw_operator_stop(void);                                 /* what is under way is not answered any more */

/* As gw_api_conf.operate. */
void gw_operator_ask(void *unused, struct gw_operation *op, const char *request, const json_t *root);

/* Reads the configuration and the files of all modules again and says what came of it; SIGHUP and the request `reload`.
 * New reference:
 * {"changed": ["general.debug_level", …], "restart": […], "mistakes": ["file:line: sentence", …]} */
json_t *gw_operator_reload(void);

#endif
