/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long sessions lived, as far as is remembered, and what that says about those that still live. A plain value with
 * a fixed capacity; seconds throughout. Control thread.
 */
#ifndef GW_API_LIFETIMES_H
#define GW_API_LIFETIMES_H

#include <stdint.h>

#define GW_LIFETIMES 256 /* remembered, the newest */

struct gw_lifetimes {
    uint32_t s[GW_LIFETIMES];
    unsigned n, next;
};

void gw_lifetimes_note(struct gw_lifetimes *l, uint32_t seconds);
/*
 * How much longer a session of this age may be expected to live: the median of what remained for those of the past that
 * reached this age. When none did: as long again as it has lived.
 */
uint32_t gw_lifetimes_rest(const struct gw_lifetimes *l, uint32_t age_s);

#endif
