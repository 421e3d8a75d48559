/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of functions that transports call, from threads of their own. What they say is copied and posted to the
 * control thread; when that is too busy to take it, the transport's thread waits a moment, and then its client is told.
 */
#ifndef GW_HOST_TRANSPORT_HOST_H
#define GW_HOST_TRANSPORT_HOST_H

#include "api/api.h"

/* Borrowed until the transports have stopped. html_folder is borrowed, too. */
const struct cardea_transport_host *gw_transport_host(struct gw_api *api, const char *html_folder);

#endif
