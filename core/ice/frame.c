/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/frame.h"

#include <string.h>

#include "base/err.h"

void gw_deframer_init(struct gw_deframer *d)
{
    d->start = d->end = 0;
}

/* What is left is less than one frame once all were taken, so there is always room after moving it to the front. */
uint8_t *gw_deframer_room(struct gw_deframer *d, size_t *room)
{
    memmove(d->data, d->data + d->start, d->end - d->start);
    d->end -= d->start;
    d->start = 0;
    *room = sizeof(d->data) - d->end;
    return d->data + d->end;
}

void gw_deframer_add(struct gw_deframer *d, size_t len)
{
    d->end += len;
}

int gw_deframer_take(struct gw_deframer *d, uint8_t **frame, size_t *len)
{
    while (d->end - d->start >= 2) {
        size_t n = (size_t)(d->data[d->start] << 8 | d->data[d->start + 1]);

        if (n > GW_FRAME_MAX)
            return GW_EPARSE;
        if (d->end - d->start < 2 + n)
            return 0;
        *frame = d->data + d->start + 2;
        *len = n;
        d->start += 2 + n;
        if (n) /* an empty frame is a keepalive */
            return 1;
    }
    return 0;
}
