/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics of figures that are kept elsewhere: by the workers, the loops, the API, the log. They are read each time the
 * metrics are rendered. Control thread.
 */
#ifndef GW_HOST_EXPORTED_H
#define GW_HOST_EXPORTED_H

#include "api/api.h"
#include "host/workers.h"

/* Both borrowed until gw_exported_end(). */
void gw_exported_begin(struct gw_api *api, struct gw_workers *workers);
void gw_exported_end(void);

#endif
