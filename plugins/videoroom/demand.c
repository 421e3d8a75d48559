/* SPDX-License-Identifier: Apache-2.0 */
#include "demand.h"

#include "events.h"
#include "publisher.h"
#include "room.h"
#include "slot.h"

#define PATIENCE_MS 3000 /* before less is asked for: people switch layers to and fro */

/* Whoever takes it as it comes takes all of it. */
static bool is_taken_whole(const struct publisher *p)
{
    return p->recording || p->forwards->len || p->cascades->len;
}

static int highest(const struct publisher *p, const struct demand *d)
{
    if (is_taken_whole(p))
        return DEMAND_ALL;
    for (int i = DEMAND_LAYERS - 1; i >= 0; i--)
        if (d->wanted[i])
            return i;
    return -1;
}

static void less_is_wanted(void *arg)
{
    struct publisher *p = arg;

    p->demand_timer = 0;
    p->demand_lower = true;
    demand_check(p);
    p->demand_lower = false;
}

/* true: it is to be told now. Less is told when it was so for a while. */
static bool is_due(struct publisher *p, const struct demand *d)
{
    int now = highest(p, d);

    if (now == d->told)
        return false;
    if (now > d->told || p->demand_lower)
        return true;
    if (!p->demand_timer)
        p->demand_timer = vr.host->timer(PATIENCE_MS, false, less_is_wanted, p);
    return false;
}

void demand_check(struct publisher *p)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);
    json_t *list = NULL, *body;

    if (!p->room || !p->room->set.dynacast || !p->published || !p->handle)
        return;
    for (size_t i = 0; i < n; i++) {
        struct demand *d = &publisher_track(p, s[i].mindex)->demand;

        if (s[i].kind != CARDEA_VIDEO || s[i].disabled || !is_due(p, d))
            continue;
        d->told = highest(p, d);
        if (s[i].source)
            vr.host->top_layer(s[i].source, d->told);
        list = list ? list : json_array();
        json_array_append_new(list, json_pack("{ss si}", "mid", s[i].mid, "layer", d->told));
    }
    if (!list)
        return;
    body = event_room(p->room);
    json_object_set_new(body, "demand", list);
    vr.host->notify(p->handle, body);
}

void demand_set(struct slot *slot, int layer)
{
    struct publisher *p = slot->feed;
    struct demand *d;

    if (!p || slot->kind != CARDEA_VIDEO || slot->demand == layer)
        return;
    d = &publisher_track(p, slot->feed_mindex)->demand;
    if (slot->demand >= 0)
        d->wanted[slot->demand]--;
    if (layer >= 0)
        d->wanted[layer]++;
    slot->demand = layer;
    if (p->room && p->room->set.dynacast)
        demand_check(p);
}

void demand_stop(struct publisher *p)
{
    if (p->demand_timer)
        vr.host->timer_stop(p->demand_timer);
    p->demand_timer = 0;
}
