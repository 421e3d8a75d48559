/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about the m-lines of a subscriber: lists, and events about layers. */
#include <string.h>

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "slot.h"

#define TOP_LAYER 2

static int target(bool limited, uint8_t layer)
{
    return limited ? layer : TOP_LAYER;
}

static void layers_json(json_t *o, const struct slot *slot, const struct cardea_stream *from)
{
    const struct cardea_link *l = &slot->link;
    json_t *layers;

    if (from->simulcast) {
        layers = json_pack("{si si si si}", "substream", slot->substream, "substream-target",
                           target(l->limit_substream, l->substream), "temporal-layer", slot->temporal,
                           "temporal-layer-target", target(l->limit_temporal, l->temporal));
        if (l->fallback_us)
            json_object_set_new(layers, "fallback", json_integer(l->fallback_us));
        json_object_set_new(o, "simulcast", layers);
    } else if (from->svc) {
        json_object_set_new(o, "svc",
                            json_pack("{si si si si}", "spatial-layer", slot->spatial, "target-spatial-layer",
                                      target(l->limit_spatial, l->spatial), "temporal-layer", slot->temporal,
                                      "target-temporal-layer", target(l->limit_temporal, l->temporal)));
    }
    if (l->automatic)
        json_object_set_new(o, "auto", json_true());
    if (l->priority)
        json_object_set_new(o, "priority", json_integer(l->priority));
}

static void feed_json(json_t *o, const struct slot *slot, const struct cardea_stream *from)
{
    const struct publisher *p = slot->feed;
    const struct track *t = publisher_track(slot->feed, slot->feed_mindex);

    json_object_set_new(o, "feed_id", id_json(p->id));
    if (p->display)
        json_object_set_new(o, "feed_display", json_string(p->display));
    if (p->metadata)
        json_object_set(o, "feed_metadata", p->metadata);
    json_object_set_new(o, "feed_mid", json_string(from->mid));
    if (t->description)
        json_object_set_new(o, "feed_description", json_string(t->description));
    json_object_set_new(o, "codec", json_string(slot->codec));
    if (slot->profile && !strcmp(slot->codec, "h264"))
        json_object_set_new(o, "h264-profile", json_string(slot->profile));
    if (slot->profile && !strcmp(slot->codec, "vp9"))
        json_object_set_new(o, "vp9-profile", json_string(slot->profile));
    if (slot->link.delay_set)
        json_object_set_new(o, "playout-delay",
                            json_pack("{si si}", "min-delay", slot->link.min_delay, "max-delay", slot->link.max_delay));
    layers_json(o, slot, from);
}

static void data_json(json_t *o, const struct slot *slot)
{
    json_t *ids;
    GHashTableIter it;
    gpointer p;

    if (!g_hash_table_size(slot->data_feeds))
        return;
    ids = json_array();
    g_hash_table_iter_init(&it, slot->data_feeds);
    while (g_hash_table_iter_next(&it, &p, NULL))
        json_array_append_new(ids, id_json(((struct publisher *)p)->id));
    json_object_set_new(o, "sources", json_integer((json_int_t)json_array_size(ids)));
    json_object_set_new(o, "source_ids", ids);
}

json_t *slot_json(const struct slot *slot)
{
    const struct cardea_stream *from = slot_source(slot);
    char mid[12];
    json_t *o;

    g_snprintf(mid, sizeof(mid), "%u", slot->mindex);
    o = json_pack("{ss sb si ss sb sb}", "type", kind_names[slot->kind], "active", slot->data_feeds || from, "mindex",
                  (int)slot->mindex, "mid", mid, "ready", slot->ready, "send", slot->send);
    if (slot->crossrefid)
        json_object_set_new(o, "crossrefid", json_string(slot->crossrefid));
    if (slot->data_feeds)
        data_json(o, slot);
    else if (from)
        feed_json(o, slot, from);
    return o;
}

json_t *slots_json(struct subscriber *s)
{
    json_t *list = json_array();

    for (guint i = 0; i < s->slots->len; i++)
        json_array_append_new(list, slot_json(s->slots->pdata[i]));
    return list;
}

/* --- layers ------------------------------------------------------------------------------------------------------- */

void slot_tell_layer(struct subscriber *s, const struct slot *slot, const char *name, int layer)
{
    char mid[12];
    json_t *body;

    if (!s->room)
        return;
    g_snprintf(mid, sizeof(mid), "%u", slot->mindex);
    body = event_room(s->room);
    json_object_set_new(body, "mid", json_string(mid));
    json_object_set_new(body, name, json_integer(layer));
    vr.host->notify(s->handle, body);
}

/* One key an event, only what has changed. */
static void changed(struct subscriber *s, const struct slot *slot, const char *name, int *last, int now)
{
    if (now < 0 || now == *last)
        return;
    *last = now;
    slot_tell_layer(s, slot, name, now);
}

void slots_layer(struct subscriber *s, cardea_sink sink, const struct cardea_sink_state *now)
{
    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];
        const struct cardea_stream *from;

        if (slot->sink != sink || !slot->feed)
            continue;
        from = slot_source(slot);
        if (from && from->simulcast) {
            changed(s, slot, "substream", &slot->substream, now->substream);
            changed(s, slot, "temporal", &slot->temporal, now->temporal);
        } else if (from && from->svc) {
            changed(s, slot, "spatial_layer", &slot->spatial, now->spatial);
            changed(s, slot, "temporal_layer", &slot->temporal, now->temporal);
        }
    }
}
