/* SPDX-License-Identifier: Apache-2.0 */
#include "dtls/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"

void gw_kept_clear(struct gw_kept *f)
{
    free(f->bytes);
    *f = (struct gw_kept){0};
}

void gw_kept_add(struct gw_kept *f, const uint8_t *data, size_t len)
{
    uint8_t *more = f->len + 2 + len <= GW_KEPT_MOST ? realloc(f->bytes, f->len + 2 + len) : NULL;

    if (!more) {
        gw_kept_clear(f); /* half a flight helps nobody */
        return;
    }
    f->bytes = more;
    f->last = f->len;
    gw_put_u16(more + f->len, (uint16_t)len);
    memcpy(more + f->len + 2, data, len);
    f->len += 2 + len;
}

const uint8_t *gw_kept_next(const struct gw_kept *f, size_t *at, size_t *len)
{
    const uint8_t *datagram;

    if (*at >= f->len)
        return NULL;
    *len = gw_get_u16(f->bytes + *at);
    datagram = f->bytes + *at + 2;
    *at += 2 + *len;
    return datagram;
}

const uint8_t *gw_kept_last(const struct gw_kept *f, size_t *len)
{
    size_t at = f->last;

    return gw_kept_next(f, &at, len);
}
