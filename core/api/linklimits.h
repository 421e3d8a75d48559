/* SPDX-License-Identifier: Apache-2.0 */
/* What clients ask of a link, by the names that this API has for it: cardea_host.limits. Pure, any thread. */
#ifndef GW_API_LINKLIMITS_H
#define GW_API_LINKLIMITS_H

#include <cardea/plugin.h>

/* Members of another type than expected are passed over. */
void gw_link_limits_read(struct cardea_link *link, const json_t *body, const struct cardea_stream *of);

#endif
