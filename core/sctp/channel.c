/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sctp/channel.h"

enum { STEP = 8 };

void gw_channels_clear(struct gw_channels *t)
{
    while (t->count)
        gw_channels_remove(t, t->list[t->count - 1]);
    free(t->list);
    memset(t, 0, sizeof(*t));
}

struct gw_channel *gw_channels_find(const struct gw_channels *t, uint16_t stream)
{
    for (unsigned i = 0; i < t->count; i++)
        if (t->list[i]->stream == stream)
            return t->list[i];
    return NULL;
}

struct gw_channel *gw_channels_labelled(const struct gw_channels *t, const char *label)
{
    for (unsigned i = 0; i < t->count; i++)
        if (!strcmp(t->list[i]->open.label, label))
            return t->list[i];
    return NULL;
}

static int grow(struct gw_channels *t)
{
    unsigned room = t->room + STEP;
    struct gw_channel **more = realloc(t->list, room * sizeof(*more));

    if (!more)
        return GW_ENOMEM;
    t->list = more;
    t->room = room;
    return GW_OK;
}

int gw_channels_add(struct gw_channel **out, struct gw_channels *t, uint16_t stream, const struct gw_dcep *open)
{
    struct gw_channel *c;

    if (gw_channels_find(t, stream))
        return GW_EPROTO;
    if (t->count == GW_CHANNELS)
        return GW_ELIMIT;
    if (t->count == t->room && grow(t))
        return GW_ENOMEM;
    c = calloc(1, sizeof(*c));
    if (!c)
        return GW_ENOMEM;
    c->stream = stream;
    c->open = *open;
    t->list[t->count++] = c;
    *out = c;
    return GW_OK;
}

void gw_channels_remove(struct gw_channels *t, struct gw_channel *c)
{
    unsigned i = 0;

    while (t->list[i] != c)
        i++;
    t->count--;
    memmove(&t->list[i], &t->list[i + 1], (t->count - i) * sizeof(t->list[0]));
    gw_channel_drop_part(t, c);
    free(c);
}

int gw_channel_append(struct gw_channels *t, struct gw_channel *c, const uint8_t *data, size_t len)
{
    uint8_t *more = NULL;

    if (len <= GW_CHANNEL_MESSAGE - c->part_len && len <= GW_CHANNEL_PARTS - t->part_bytes)
        more = realloc(c->part, c->part_len + len + 1);
    if (!more) {
        gw_channel_drop_part(t, c);
        return GW_ELIMIT;
    }
    memcpy(more + c->part_len, data, len);
    c->part = more;
    c->part_len += len;
    t->part_bytes += len;
    return GW_OK;
}

void gw_channel_drop_part(struct gw_channels *t, struct gw_channel *c)
{
    t->part_bytes -= c->part_len;
    free(c->part);
    c->part = NULL;
    c->part_len = 0;
}
