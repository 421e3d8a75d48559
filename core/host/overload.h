/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers that cannot keep up (media/shedding.h): the log and event handlers are told when it begins and ends,
 * newcomers go to other workers meanwhile, and when there is none new sessions are refused. Control thread.
 */
#ifndef GW_HOST_OVERLOAD_H
#define GW_HOST_OVERLOAD_H

#include "api/api.h"
#include "host/workers.h"

struct gw_overload {                  /* zero at first */
    int64_t since_us[GW_MAX_WORKERS]; /* 0: it keeps up */
};

/* Once a second. */
void gw_overload_watch(struct gw_overload *o, const struct gw_workers *ws, struct gw_api *api, int64_t now_us);

#endif
