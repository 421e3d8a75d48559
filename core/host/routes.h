/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP paths of the gateway itself: /healthz, /readyz, /metrics. Control thread. */
#ifndef GW_HOST_ROUTES_H
#define GW_HOST_ROUTES_H

#include "api/api.h"
#include "host/workers.h"

int gw_host_routes(struct gw_api *api, struct gw_workers *workers);
void gw_host_routes_end(void); /* before api and workers go */

#endif
