/* SPDX-License-Identifier: Apache-2.0 */
#include "api/lifetimes.h"

#include <stdlib.h>

void gw_lifetimes_note(struct gw_lifetimes *l, uint32_t seconds)
{
    l->s[l->next] = seconds;
    l->next = (l->next + 1) % GW_LIFETIMES;
    if (l->n < GW_LIFETIMES)
        l->n++;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

uint32_t gw_lifetimes_rest(const struct gw_lifetimes *l, uint32_t age_s)
{
    uint32_t rest[GW_LIFETIMES];
    unsigned n = 0;

    for (unsigned i = 0; i < l->n; i++)
        if (l->s[i] > age_s)
            rest[n++] = l->s[i] - age_s;
    if (!n)
        return age_s;
    qsort(rest, n, sizeof(rest[0]), by_size);
    return rest[n / 2];
}
