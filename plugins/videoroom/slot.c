/* SPDX-License-Identifier: Apache-2.0 */
#include "slot.h"

#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"

#define TOP_LAYER 2

static void reset_layers(struct slot *slot)
{
    slot->substream = slot->temporal = slot->spatial = -1;
    slot->link.limit_substream = slot->link.limit_temporal = slot->link.limit_spatial = false;
    slot->link.fallback_us = 0;
}

struct slot *slot_new(enum cardea_kind kind)
{
    struct slot *slot = g_new0(struct slot, 1);

    slot->kind = kind;
    slot->send = slot->stale = true;
    reset_layers(slot);
    if (kind == CARDEA_DATA)
        slot->data_feeds = g_hash_table_new(NULL, NULL);
    return slot;
}

void slot_free(struct slot *slot)
{
    if (!slot)
        return;
    g_clear_pointer(&slot->data_feeds, g_hash_table_destroy);
    g_free(slot->codec);
    g_free(slot->profile);
    g_free(slot->crossrefid);
    g_free(slot);
}

const struct cardea_stream *slot_source(const struct slot *slot)
{
    return slot->feed ? publisher_stream_at(slot->feed, slot->feed_mindex) : NULL;
}

void slot_keyframe(const struct slot *slot)
{
    const struct cardea_stream *from = slot_source(slot);

    if (from && from->source && from->kind == CARDEA_VIDEO)
        vr.host->keyframe(from->source);
}

struct slot *slots_by_mid(struct subscriber *s, const char *mid)
{
    char *end;
    unsigned long i = strtoul(mid, &end, 10);

    return *mid && !*end && i < s->slots->len ? s->slots->pdata[i] : NULL;
}

static void read_layer(const json_t *item, const char *name, bool *limited, uint8_t *layer)
{
    const json_t *v = json_object_get(item, name);

    if (v) {
        *limited = true;
        *layer = (uint8_t)json_integer_value(v);
    }
}

static int16_t delay(const json_t *v, int16_t old)
{
    return v ? (int16_t)CLAMP(json_integer_value(v), -1, 4095) : old;
}

void slot_read_layers(struct slot *slot, const json_t *item)
{
    struct cardea_link *l = &slot->link;
    const json_t *min = json_object_get(item, "min_delay"), *max = json_object_get(item, "max_delay"), *v;

    read_layer(item, "substream", &l->limit_substream, &l->substream);
    read_layer(item, "temporal", &l->limit_temporal, &l->temporal);
    read_layer(item, "spatial_layer", &l->limit_spatial, &l->spatial);
    read_layer(item, "temporal_layer", &l->limit_temporal, &l->temporal);
    if ((v = json_object_get(item, "fallback")))
        l->fallback_us = (uint32_t)CLAMP(json_integer_value(v), 0, G_MAXUINT32);
    if (!min && !max)
        return;
    l->min_delay = delay(min, l->min_delay);
    l->max_delay = delay(max, l->max_delay);
    l->delay_set = l->min_delay >= 0 && l->max_delay >= 0;
    if (!l->delay_set)
        l->min_delay = l->max_delay = 0;
    else if (max && l->max_delay < l->min_delay)
        l->min_delay = l->max_delay;
    else if (l->max_delay < l->min_delay)
        l->max_delay = l->min_delay;
}

/* --- which stream feeds it --- */

/* The codec of an m-line whose stream has none (yet): what the room would take first. */
static char *codec_of(const struct publisher *p, const struct cardea_stream *stream)
{
    const char *list = stream->kind == CARDEA_AUDIO ? p->room->set.audiocodec : p->room->set.videocodec;

    return stream->codec ? g_strdup(stream->codec) : g_strndup(list, strcspn(list, ","));
}

void slot_fill(struct subscriber *s, struct slot *slot, struct publisher *p, const struct cardea_stream *stream)
{
    slot->feed = p;
    slot->feed_mindex = stream->mindex;
    slot->send = true;
    reset_layers(slot);
    if (!slot->codec)
        slot->codec = codec_of(p, stream);
    if (!slot->profile)
        slot->profile = g_strdup(stream->profile);
    g_hash_table_add(p->subscribers, s);
}

static void forget_feed(struct subscriber *s, struct publisher *p)
{
    for (guint i = 0; i < s->slots->len; i++) {
        const struct slot *slot = s->slots->pdata[i];

        if (slot->feed == p || (slot->data_feeds && g_hash_table_contains(slot->data_feeds, p)))
            return;
    }
    g_hash_table_remove(p->subscribers, s);
}

void slot_clear(struct subscriber *s, struct slot *slot)
{
    struct publisher *p = slot->feed;

    if (!p)
        return;
    slot->feed = NULL;
    slot->stale = true;
    reset_layers(slot);
    if (slot->sink)
        vr.host->unlink(slot->sink);
    forget_feed(s, p);
}

static struct slot *free_slot(struct subscriber *s, const struct publisher *p, const struct cardea_stream *stream)
{
    char *codec = codec_of(p, stream);
    struct slot *found = NULL;

    for (guint i = 0; i < s->slots->len && !found; i++) {
        struct slot *slot = s->slots->pdata[i];

        if (slot->kind == stream->kind && !slot->feed && !g_strcmp0(slot->codec, codec))
            found = slot;
    }
    g_free(codec);
    return found;
}

static bool add_data(struct subscriber *s, struct publisher *p)
{
    struct slot *slot = NULL;
    bool fresh;

    for (guint i = 0; i < s->slots->len && !slot; i++)
        if (((struct slot *)s->slots->pdata[i])->kind == CARDEA_DATA)
            slot = s->slots->pdata[i];
    fresh = !slot;
    if (fresh) {
        slot = slot_new(CARDEA_DATA);
        g_ptr_array_add(s->slots, slot);
    }
    g_hash_table_add(slot->data_feeds, p);
    g_hash_table_add(p->subscribers, s);
    return fresh;
}

bool slots_add(struct subscriber *s, struct publisher *p, const struct cardea_stream *stream, const json_t *item)
{
    const json_t *send = json_object_get(item, "send");
    struct slot *slot;

    if (stream->kind == CARDEA_DATA)
        return add_data(s, p);
    slot = free_slot(s, p, stream);
    if (!slot) {
        slot = slot_new(stream->kind);
        g_ptr_array_add(s->slots, slot);
    }
    slot_fill(s, slot, p, stream);
    slot->stale = true;
    slot->ready = false;
    g_free(slot->crossrefid);
    slot->crossrefid = g_strdup(json_string_value(json_object_get(item, "crossrefid")));
    slot_read_layers(slot, item);
    if (send && s->answered && json_object_get(item, "mid"))
        slot->send = json_is_true(send);
    return true;
}

bool slots_drop_feed(struct subscriber *s, struct publisher *p, const char *mid, bool *media)
{
    bool hit = false;

    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];

        if (slot->data_feeds && g_hash_table_contains(slot->data_feeds, p) && !mid) {
            g_hash_table_remove(slot->data_feeds, p);
            hit = true;
        }
        if (slot->feed != p)
            continue;
        if (mid) {
            const struct cardea_stream *stream = slot_source(slot);

            if (!stream || strcmp(stream->mid, mid))
                continue;
        }
        slot_clear(s, slot);
        hit = *media = true;
    }
    forget_feed(s, p);
    return hit;
}

bool slots_fed(const struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        if (((struct slot *)s->slots->pdata[i])->feed)
            return true;
    return false;
}

/* --- what is offered --- */

static void place(struct subscriber *s, guint i)
{
    struct slot *slot = s->slots->pdata[i];
    const struct cardea_stream *from = slot_source(slot);
    const struct properties *set = s->room ? &s->room->set : NULL;
    int mindex = slot->sink || slot->offered ? (int)i : -1;
    char mid[12];
    struct cardea_place p = {
        .kind = slot->kind,
        .inactive = slot->kind != CARDEA_DATA && (!from || from->disabled),
        .codec = slot->codec,
        .payload_type = -1,
        .profile = slot->profile,
        .transport_cc = set && set->transport_wide_cc_ext,
    };

    if (from) {
        p.opus_fec = from->fec;
        p.opus_dtx = from->dtx;
        p.opus_stereo = from->stereo;
        p.audiolevel = from->audiolevel_id != 0;
        p.orientation = from->orientation_id != 0;
        p.playout_delay = from->playout_delay_id != 0;
        p.dependency_descriptor = from->kind == CARDEA_VIDEO && (from->svc || from->simulcast) && slot->codec &&
                                  (!strcmp(slot->codec, "av1") || !strcmp(slot->codec, "vp9"));
    }
    if (from && s->use_msid) {
        g_snprintf(mid, sizeof(mid), "%u", i);
        p.msid_stream = slot->feed->id;
        p.msid_track = mid;
    }
    if (vr.host->place(s->handle, &mindex, &p, &slot->sink))
        vr.host->log(CARDEA_LOG_ERROR, s->handle, "the m-line %u could not be placed", i);
    slot->stale = false;
}

/* An m-line of the client that never got anything has no codec, and was rejected. */
static bool can_be_placed(const struct slot *slot)
{
    return slot->stale && (slot->codec || slot->kind == CARDEA_DATA);
}

void slots_place(struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        if (can_be_placed(s->slots->pdata[i]))
            place(s, i);
}

/* --- what is linked --- */

void slot_connect(struct subscriber *s, struct slot *slot)
{
    const struct cardea_stream *from = slot_source(slot);

    if (slot->kind == CARDEA_DATA || !slot->sink)
        return;
    if (!from || !from->source) {
        vr.host->unlink(slot->sink);
        return;
    }
    slot->link.paused = s->paused || s->barred || !slot->ready || !slot->send;
    vr.host->link(slot->sink, from->source, &slot->link);
}

void slots_connect(struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        slot_connect(s, s->slots->pdata[i]);
}

/* --- what is told --- */

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

json_t *slots_json(struct subscriber *s)
{
    json_t *list = json_array();

    for (guint i = 0; i < s->slots->len; i++) {
        const struct slot *slot = s->slots->pdata[i];
        const struct cardea_stream *from = slot_source(slot);
        char mid[12];
        json_t *o;

        g_snprintf(mid, sizeof(mid), "%u", i);
        o = json_pack("{ss sb si ss sb sb}", "type", kind_names[slot->kind], "active", slot->data_feeds || from,
                      "mindex", (int)i, "mid", mid, "ready", slot->ready, "send", slot->send);
        if (slot->crossrefid)
            json_object_set_new(o, "crossrefid", json_string(slot->crossrefid));
        if (slot->data_feeds)
            data_json(o, slot);
        else if (from)
            feed_json(o, slot, from);
        json_array_append_new(list, o);
    }
    return list;
}

/* One key an event, only what has changed. */
static void tell_layer(struct subscriber *s, guint i, const char *name, int *last, int now)
{
    char mid[12];
    json_t *body;

    if (now < 0 || now == *last || !s->room)
        return;
    *last = now;
    g_snprintf(mid, sizeof(mid), "%u", i);
    body = event_room(s->room);
    json_object_set_new(body, "mid", json_string(mid));
    json_object_set_new(body, name, json_integer(now));
    vr.host->notify(s->handle, body);
}

void slots_layer(struct subscriber *s, cardea_sink sink, const struct cardea_sink_state *now)
{
    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];
        const struct cardea_stream *from;

        if (slot->sink != sink || !slot->feed)
            continue;
        from = publisher_stream_at(slot->feed, slot->feed_mindex);
        if (from && from->simulcast) {
            tell_layer(s, i, "substream", &slot->substream, now->substream);
            tell_layer(s, i, "temporal", &slot->temporal, now->temporal);
        } else if (from && from->svc) {
            tell_layer(s, i, "spatial_layer", &slot->spatial, now->spatial);
            tell_layer(s, i, "temporal_layer", &slot->temporal, now->temporal);
        }
    }
}
