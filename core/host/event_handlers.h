/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event handlers that are built in: their options, configuration files and requests (query_eventhandler). How
 * events get out is events/events.h, what is in them api/events.h. Control thread.
 */
#ifndef GW_HOST_EVENT_HANDLERS_H
#define GW_HOST_EVENT_HANDLERS_H

#include "api/api.h"
#include "host/module.h"
#include "host/settings.h"

/* Descriptions with their options, for --help-config, samples and checks. */
const struct gw_module *gw_event_handler_modules(size_t *n);

/* Starts those that are enabled, when events.broadcast is on. GW_EINVAL: one is configured wrongly, a line says how. */
int gw_event_handlers_start(struct gw_api *api, const struct gw_settings *settings);
/* Tells them why the process ends, and gives what waits a last chance. */
void gw_event_handlers_stop(int signal);

#endif
