/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures behind struct cardea_stats, collected from where they are kept: the API, the control loop, the workers.
 * Control thread. Before gw_host_stats_begin() and after gw_host_stats_end() there are none (GW_ESTATE).
 */
#ifndef GW_HOST_STATS_H
#define GW_HOST_STATS_H

#include <cardea/stats.h>

#include "api/api.h"
#include "host/calibrate.h"
#include "host/workers.h"

/* All borrowed until gw_host_stats_end(). */
void gw_host_stats_begin(struct gw_api *api, struct gw_workers *workers, const struct gw_packet_cost *cost,
                         const char *address);
void gw_host_stats_end(void);
void gw_host_stats_succeeded(void); /* from now on another process speaks for this node */
int gw_host_stats(struct cardea_stats *out);
int gw_host_worker_stats(unsigned worker, struct cardea_worker_stats *out); /* GW_ENOENT: no such worker */

#endif
