/* SPDX-License-Identifier: Apache-2.0 */
/* One m-line: what feeds it, how it is linked. */
#include "slot.h"

#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"

#define TOP_LAYER 2

/* --- life --------------------------------------------------------------------------------------------------------- */

struct slot *slot_new(struct subscriber *s, enum cardea_kind kind)
{
    struct slot *slot = g_new0(struct slot, 1);

    slot->kind = kind;
    slot->mindex = s->slots->len;
    slot->send = slot->stale = true;
    slot->demand = -1;
    slot_defaults(s, slot);
    if (kind == CARDEA_DATA)
        slot->data_feeds = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_ptr_array_add(s->slots, slot);
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

/* --- layers ------------------------------------------------------------------------------------------------------- */

/* Of another source: all of them are wanted, and none is known to come. */
static void reset_layers(struct slot *slot)
{
    slot->substream = slot->temporal = slot->spatial = -1;
    slot->link.limit_substream = slot->link.limit_temporal = slot->link.limit_spatial = false;
}

void slot_defaults(struct subscriber *s, struct slot *slot)
{
    const struct properties *set = &s->room->set;

    slot->link = (struct cardea_link){0};
    reset_layers(slot);
    if (slot->kind != CARDEA_VIDEO)
        return;
    slot->link.automatic = set->automatic;
    slot->link.priority = (uint16_t)set->priority;
}

void slot_read_layers(struct slot *slot, const json_t *item, enum slot_layers which)
{
    static const struct cardea_stream no_layers;
    const struct cardea_stream *from = slot_source(slot);
    struct cardea_link *l = &slot->link;
    const json_t *v;

    vr.host->limits(l, item, which == SLOT_ALL_LAYERS ? NULL : from ? from : &no_layers);
    if (slot->kind != CARDEA_VIDEO)
        return;
    l->automatic = member_flag(item, "auto", l->automatic);
    if ((v = json_object_get(item, "priority")))
        l->priority = (uint16_t)json_integer_value(v);
}

/* --- which stream feeds it ---------------------------------------------------------------------------------------- */

/* The codec of an m-line whose stream has none (yet): what the room would take first. */
static char *codec_of(const struct publisher *p, const struct cardea_stream *stream)
{
    const char *list = stream->kind == CARDEA_AUDIO ? p->room->set.audiocodec : p->room->set.videocodec;

    return stream->codec ? g_strdup(stream->codec) : g_strndup(list, strcspn(list, ","));
}

/* p feeds this subscriber no more, unless another m-line still has something of it. */
static void forget_feed(struct subscriber *s, struct publisher *p)
{
    for (guint i = 0; i < s->slots->len; i++) {
        const struct slot *slot = s->slots->pdata[i];

        if (slot->feed == p || (slot->data_feeds && g_hash_table_contains(slot->data_feeds, p)))
            return;
    }
    g_hash_table_remove(p->subscribers, s);
}

/* Another feed, or none. The old one is forgotten. */
static void set_feed(struct subscriber *s, struct slot *slot, struct publisher *p, unsigned mindex)
{
    struct publisher *old = slot->feed;

    demand_set(slot, -1);
    slot->feed = p;
    slot->feed_mindex = mindex;
    if (old && old != p)
        forget_feed(s, old);
    if (p)
        g_hash_table_add(p->subscribers, s);
}

void slot_fill(struct subscriber *s, struct slot *slot, struct publisher *p, const struct cardea_stream *stream)
{
    set_feed(s, slot, p, stream->mindex);
    slot->send = true;
    reset_layers(slot);
    if (!slot->codec)
        slot->codec = codec_of(p, stream);
    if (!slot->profile)
        slot->profile = g_strdup(stream->profile);
}

bool slot_add_feed(struct subscriber *s, struct slot *slot, struct publisher *p)
{
    if (g_hash_table_contains(slot->data_feeds, p))
        return true;
    if (g_hash_table_size(slot->data_feeds) >= SLOT_FEEDS_MOST)
        return false;
    g_hash_table_insert(slot->data_feeds, p, g_new0(cardea_source, 1));
    g_hash_table_add(p->subscribers, s);
    slot_connect(s, slot);
    return true;
}

static void drop_data(struct subscriber *s, struct slot *slot, struct publisher *p)
{
    const cardea_source *source = g_hash_table_lookup(slot->data_feeds, p);

    if (slot->sink && source && *source)
        vr.host->unlink_from(slot->sink, *source);
    g_hash_table_remove(slot->data_feeds, p);
    forget_feed(s, p);
}

static void disconnect(struct slot *slot)
{
    if (slot->sink && slot->linked)
        vr.host->unlink(slot->sink);
    slot->linked = 0;
}

void slot_clear(struct subscriber *s, struct slot *slot)
{
    GList *feeds = slot->data_feeds ? g_hash_table_get_keys(slot->data_feeds) : NULL;

    for (GList *l = feeds; l; l = l->next)
        drop_data(s, slot, l->data);
    g_list_free(feeds);
    if (!slot->feed)
        return;
    set_feed(s, slot, NULL, 0);
    slot->stale = true;
    slot->substream = slot->temporal = slot->spatial = -1;
    disconnect(slot);
}

/* --- all of a subscriber's ---------------------------------------------------------------------------------------- */

struct slot *slots_by_mid(struct subscriber *s, const char *mid)
{
    guint64 i;

    return g_ascii_string_to_unsigned(mid, 10, 0, SLOTS_MOST, &i, NULL) && i < s->slots->len ? s->slots->pdata[i]
                                                                                             : NULL;
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
    if (!found && s->slots->len < SLOTS_MOST)
        found = slot_new(s, stream->kind);
    return found;
}

bool slots_fed(const struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        if (((struct slot *)s->slots->pdata[i])->feed)
            return true;
    return false;
}

/* One m-line for the data of all; a new one needs an offer, another feed in it does not. */
static bool add_data(struct subscriber *s, struct publisher *p)
{
    struct slot *slot = NULL;
    bool fresh;

    for (guint i = 0; i < s->slots->len && !slot; i++)
        if (((struct slot *)s->slots->pdata[i])->kind == CARDEA_DATA)
            slot = s->slots->pdata[i];
    fresh = !slot;
    if (fresh && s->slots->len >= SLOTS_MOST)
        return false;
    if (fresh)
        slot = slot_new(s, CARDEA_DATA);
    slot_add_feed(s, slot, p);
    return fresh;
}

bool slots_add(struct subscriber *s, struct publisher *p, const struct cardea_stream *stream, const json_t *item,
               bool may_pause)
{
    struct slot *slot;

    if (stream->kind == CARDEA_DATA)
        return add_data(s, p);
    slot = free_slot(s, p, stream);
    if (!slot)
        return false;
    slot_fill(s, slot, p, stream);
    slot_defaults(s, slot);
    slot->stale = true;
    slot->ready = false;
    g_free(slot->crossrefid);
    slot->crossrefid = g_strdup(member_text(item, "crossrefid"));
    slot_read_layers(slot, item, SLOT_ALL_LAYERS);
    if (may_pause)
        slot->send = member_flag(item, "send", true);
    return true;
}

void slots_drop_feed(struct subscriber *s, struct publisher *p, const char *mid, bool *media)
{
    const struct cardea_stream *only = mid ? publisher_stream_of(p, mid) : NULL;

    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];

        if (slot->data_feeds && g_hash_table_contains(slot->data_feeds, p) &&
            (!mid || (only && only->kind == CARDEA_DATA)))
            drop_data(s, slot, p);
        if (slot->feed != p || (mid && (!only || only->mindex != slot->feed_mindex)))
            continue;
        slot_clear(s, slot);
        *media = true;
    }
}

/* --- what is offered ---------------------------------------------------------------------------------------------- */

static bool is_inactive(const struct slot *slot, const struct cardea_stream *from)
{
    return slot->kind != CARDEA_DATA && (!from || from->disabled);
}

static bool has_descriptor(const struct slot *slot, const struct cardea_stream *from)
{
    return from->kind == CARDEA_VIDEO && (from->svc || from->simulcast) && slot->codec &&
           (!strcmp(slot->codec, "av1") || !strcmp(slot->codec, "vp9"));
}

static void place(struct subscriber *s, struct slot *slot)
{
    const struct cardea_stream *from = slot_source(slot);
    int mindex = slot->sink || slot->offered ? (int)slot->mindex : -1;
    char mid[12];
    struct cardea_place p = {
        .kind = slot->kind,
        .inactive = is_inactive(slot, from),
        .codec = slot->codec,
        .payload_type = -1,
        .profile = slot->profile,
        .transport_cc = s->room->set.transport_wide_cc_ext,
    };

    if (from) {
        p.opus_fec = from->fec;
        p.opus_dtx = from->dtx;
        p.opus_stereo = from->stereo;
        p.audiolevel = from->audiolevel_id != 0;
        p.orientation = from->orientation_id != 0;
        p.playout_delay = from->playout_delay_id != 0;
        p.dependency_descriptor = has_descriptor(slot, from);
    }
    if (from && s->use_msid) {
        g_snprintf(mid, sizeof(mid), "%u", slot->mindex);
        p.msid_stream = slot->feed->id;
        p.msid_track = mid;
    }
    if (vr.host->place(s->handle, &mindex, &p, &slot->sink))
        vr.host->log(CARDEA_LOG_ERROR, s->handle, "the m-line %u could not be placed", slot->mindex);
    slot->offered_inactive = p.inactive;
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
            place(s, s->slots->pdata[i]);
}

/* --- what is linked ----------------------------------------------------------------------------------------------- */

static bool is_paused(const struct subscriber *s, const struct slot *slot)
{
    return s->paused || s->barred || !slot->ready || !slot->send;
}

/* Each feed has a channel of its own, which has its id as label. */
static void connect_data(struct subscriber *s, struct slot *slot)
{
    struct cardea_link link = {.paused = is_paused(s, slot)};
    GHashTableIter it;
    gpointer key, value;

    g_hash_table_iter_init(&it, slot->data_feeds);
    while (g_hash_table_iter_next(&it, &key, &value)) {
        const struct publisher *p = key;
        const struct cardea_stream *from = publisher_data(p);
        cardea_source *linked = value, source = from ? from->source : 0;

        if (*linked && *linked != source)
            vr.host->unlink_from(slot->sink, *linked);
        *linked = source;
        link.data_label = p->id;
        if (source)
            vr.host->link(slot->sink, source, &link);
    }
}

void slot_connect(struct subscriber *s, struct slot *slot)
{
    const struct cardea_stream *from = slot_source(slot);
    bool paused = is_paused(s, slot);

    if (!slot->sink)
        return;
    if (slot->kind == CARDEA_DATA) {
        connect_data(s, slot);
        return;
    }
    if (!from || !from->source) {
        disconnect(slot);
        demand_set(slot, -1);
        return;
    }
    slot->link.paused = paused;
    if (slot->linked != from->source || vr.host->adjust(slot->sink, &slot->link)) /* a new link begins anew */
        vr.host->link(slot->sink, from->source, &slot->link);
    slot->linked = from->source;
    demand_set(slot, paused                                          ? -1
                     : from->svc && slot->link.limit_spatial         ? slot->link.spatial
                     : from->simulcast && slot->link.limit_substream ? slot->link.substream
                                                                     : TOP_LAYER);
}

void slots_connect(struct subscriber *s)
{
    for (guint i = 0; i < s->slots->len; i++)
        slot_connect(s, s->slots->pdata[i]);
}

void slots_refresh(struct subscriber *s, const struct publisher *p)
{
    for (guint i = 0; i < s->slots->len; i++) {
        struct slot *slot = s->slots->pdata[i];
        const struct cardea_stream *from;

        if (slot->feed != p && !(slot->data_feeds && g_hash_table_contains(slot->data_feeds, p)))
            continue;
        from = slot_source(slot);
        if (is_inactive(slot, from) != slot->offered_inactive)
            slot->stale = true;
        if (slot->data_feeds || (from ? from->source : 0) != slot->linked)
            slot_connect(s, slot);
    }
}
