/* SPDX-License-Identifier: Apache-2.0 */
#include "remote.h"

#include <string.h>

#include "events.h"
#include "ids.h"
#include "loudest.h"
#include "properties.h"
#include "room.h"

/* One m-line. It outlives its publisher until the gateway has let go of its inlet. */
struct feed {
    struct publisher *publisher; /* NULL: it is closing */
    struct cardea_inlet *inlet;  /* NULL: none, it is disabled */
    cardea_source source;
};

struct remote {
    struct feed *anchor; /* carries nothing: the others are beside it, and a shared port is its */
    GPtrArray *feeds;    /* struct feed, by mindex */
};

/* --- what the gateway tells --------------------------------------------------------------------------------------- */

static void on_talking(void *user, cardea_source source, bool talking, double level_dbov)
{
    const struct feed *f = user;
    const struct cardea_stream *s = f->publisher ? publisher_stream_from(f->publisher, source) : NULL;

    if (s)
        publisher_talking(f->publisher, s, talking, level_dbov);
}

static void on_loudness(void *user, cardea_source source, double level_dbov)
{
    const struct feed *f = user;
    const struct cardea_stream *s = f->publisher ? publisher_stream_from(f->publisher, source) : NULL;

    if (s)
        loudest_level(f->publisher, s->mindex, level_dbov);
}

/* The far side used to report and says nothing any more. */
static void on_lost(void *user, cardea_source source)
{
    struct feed *f = user;
    struct publisher *p = f->publisher;

    if (!p)
        return;
    vr.host->log(CARDEA_LOG_WARN, NULL, "room %s: nothing comes from the far side of %s any more, it is removed",
                 p->room->id, p->id);
    remote_remove(p);
}

static void on_gone(void *user, cardea_source source)
{
    g_free(user);
}

static const struct cardea_inlet_events events = {
    .talking = on_talking, .loudness = on_loudness, .lost = on_lost, .gone = on_gone};

/* --- life --------------------------------------------------------------------------------------------------------- */

static void close_feed(gpointer data)
{
    struct feed *f = data;

    f->publisher = NULL;
    if (f->inlet)
        vr.host->inlet_close(f->inlet); /* on_gone() follows */
    else
        g_free(f);
}

static void open_anchor(struct publisher *p)
{
    struct remote *r = p->more;
    const struct cardea_inlet_conf conf = {
        .kind = CARDEA_DATA, .group = g_str_hash(p->room->id), .events = &events, .user = r->anchor};

    if (vr.host->inlet(&conf, &r->anchor->inlet, &r->anchor->source))
        vr.host->log(CARDEA_LOG_ERROR, NULL, "room %s: nothing can be taken for %s now", p->room->id, p->id);
}

static void free_remote(struct publisher *p)
{
    struct remote *r = p->more;

    g_ptr_array_unref(r->feeds);
    close_feed(r->anchor);
    g_free(r);
}

char *remote_id_for(struct cardea_request *rq, const struct room *room)
{
    char *id = id_asked(json_object_get(vr.host->info(rq)->body, "id"));

    if (id && (!id_is_valid(id) || strlen(id) > ID_MOST)) {
        vr.host->fail(rq, E_INVALID, "This cannot be an id");
        g_free(id);
        return NULL;
    }
    if (id && g_hash_table_contains(room->participants, id)) {
        vr.host->fail(rq, E_ID_EXISTS, "Id %s is in use", id);
        g_clear_pointer(&id, g_free);
        return NULL;
    }
    while (!id) {
        id = id_random();
        if (g_hash_table_contains(room->participants, id))
            g_clear_pointer(&id, g_free);
    }
    return id;
}

struct publisher *remote_new(enum publisher_origin origin, struct room *room, char *id, const json_t *body)
{
    struct publisher *p = publisher_new_without_handle(origin, room, id);
    struct remote *r = g_new0(struct remote, 1);

    r->anchor = g_new0(struct feed, 1);
    r->anchor->publisher = p;
    r->feeds = g_ptr_array_new_with_free_func(close_feed);
    p->more = r;
    p->free_more = free_remote;
    p->display = g_strdup(member_text(body, "display"));
    p->metadata = json_incref(json_object_get(body, "metadata"));
    open_anchor(p);
    return p;
}

void remote_remove(struct publisher *p)
{
    publisher_vanish(p);
    publisher_free(p);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static bool is_allowed(const struct room *room, enum cardea_kind kind, const char *codec)
{
    return kind == CARDEA_DATA ||
           codec_allowed(kind == CARDEA_AUDIO ? room->set.audiocodec : room->set.videocodec, codec);
}

void remote_read_change(struct remote_stream *s, const struct cardea_stream *now, const json_t *item,
                        const struct room *room)
{
    *s = (struct remote_stream){
        .kind = now->kind,
        .codec = codec_known(now->kind, now->codec), /* outlives the list of m-lines */
        .description = member_text(item, "description"),
        .disabled = member_flag(item, "disabled", false) || !is_allowed(room, now->kind, now->codec),
        .stereo = now->stereo,
        .fec = now->fec,
        .dtx = now->dtx,
        .simulcast = now->simulcast,
        .svc = now->svc,
        .audiolevel_id = now->audiolevel_id,
        .orientation_id = now->orientation_id,
        .playout_delay_id = now->playout_delay_id,
        .payload_type = -1,
    };
}

const char *remote_read_stream(struct remote_stream *s, const json_t *item, const struct room *room, int *code)
{
    const char *type = member_text(item, "type");

    *code = E_INVALID;
    memset(s, 0, sizeof(*s));
    s->payload_type = -1;
    for (enum cardea_kind k = CARDEA_AUDIO; k <= CARDEA_DATA; k++)
        if (!strcmp(type, kind_names[k]))
            s->kind = k;
    if (!s->kind)
        return "type must be audio, video or data";
    s->description = member_text(item, "description");
    s->disabled = member_flag(item, "disabled", false);
    if (s->kind == CARDEA_DATA)
        return NULL;
    s->codec = codec_known(s->kind, member_text(item, "codec"));
    if (!s->codec) {
        *code = E_MISSING;
        return "A stream of audio or video needs a codec that is known";
    }
    s->disabled |= !is_allowed(room, s->kind, s->codec);
    s->profile = member_text(item, !strcmp(s->codec, "vp9") ? "vp9_profile" : "h264_profile");
    s->stereo = member_flag(item, "stereo", false);
    s->fec = member_flag(item, "fec", false);
    s->dtx = member_flag(item, "dtx", false);
    s->simulcast = s->kind == CARDEA_VIDEO && member_flag(item, "simulcast", false);
    s->svc = s->kind == CARDEA_VIDEO && member_flag(item, "svc", false);
    s->audiolevel_id = (uint8_t)json_integer_value(json_object_get(item, "audiolevel_ext_id"));
    s->orientation_id = (uint8_t)json_integer_value(json_object_get(item, "videoorient_ext_id"));
    s->playout_delay_id = (uint8_t)json_integer_value(json_object_get(item, "playoutdelay_ext_id"));
    return NULL;
}

static void open_inlet(struct publisher *p, struct feed *f, const struct remote_stream *s)
{
    struct remote *r = p->more;
    const struct cardea_inlet_conf conf = {
        .kind = s->kind,
        .codec = s->codec,
        .clock_rate = s->clock_rate,
        .payload_type = s->payload_type,
        .layers = s->simulcast ? 3 : 1,
        .ssrc = {s->ssrc[0], s->ssrc[1], s->ssrc[2]},
        .svc = s->svc,
        .nack = true,
        .audiolevel_id = s->audiolevel_id,
        .orientation_id = s->orientation_id,
        .playout_delay_id = s->playout_delay_id,
        .beside = r->anchor->inlet,
        .events = &events,
        .user = f,
    };
    int err = vr.host->inlet(&conf, &f->inlet, &f->source);

    if (err)
        vr.host->log(CARDEA_LOG_WARN, NULL, "room %s: a stream of %s cannot be taken (%d)", p->room->id, p->id, err);
}

static bool describe(struct publisher *p, unsigned mindex, const char *description)
{
    struct track *t = publisher_track(p, mindex);

    if (!description || !g_strcmp0(t->description, description))
        return false;
    g_free(t->description);
    t->description = g_strdup(description);
    return true;
}

static bool change(struct publisher *p, unsigned mindex, const struct remote_stream *s)
{
    struct remote *r = p->more;
    struct feed *f = r->feeds->pdata[mindex];
    struct cardea_stream *now = &g_array_index(p->own, struct cardea_stream, mindex);
    bool changed = describe(p, mindex, s->description);

    if (s->disabled == now->disabled)
        return changed;
    now->disabled = s->disabled;
    if (!now->disabled && !f->inlet)
        open_inlet(p, f, s);
    now->source = now->disabled ? 0 : f->source;
    if (f->inlet)
        vr.host->mute(f->source, now->disabled);
    return true;
}

bool remote_stream_set(struct publisher *p, unsigned mindex, const struct remote_stream *s)
{
    struct remote *r = p->more;
    struct cardea_stream stream = {.mindex = mindex,
                                   .kind = s->kind,
                                   .disabled = s->disabled,
                                   .codec = s->codec,
                                   .profile = s->profile,
                                   .stereo = s->stereo,
                                   .fec = s->fec,
                                   .dtx = s->dtx,
                                   .simulcast = s->simulcast,
                                   .svc = s->svc,
                                   .audiolevel_id = s->audiolevel_id,
                                   .orientation_id = s->orientation_id,
                                   .playout_delay_id = s->playout_delay_id};
    struct cardea_stream *all;
    struct feed *f;
    char mid[12];

    if (mindex < r->feeds->len)
        return change(p, mindex, s);
    f = g_new0(struct feed, 1);
    f->publisher = p;
    if (!s->disabled)
        open_inlet(p, f, s);
    g_ptr_array_add(r->feeds, f);
    g_snprintf(mid, sizeof(mid), "%u", mindex);
    stream.mid = mid;
    stream.source = f->source;
    all = g_new(struct cardea_stream, mindex + 1);
    if (mindex)
        memcpy(all, p->own->data, mindex * sizeof(*all));
    all[mindex] = stream;
    publisher_set_streams(p, all, mindex + 1);
    g_free(all);
    describe(p, mindex, s->description);
    return true;
}

int remote_open(struct publisher *p, unsigned mindex, const struct cardea_port_conf *conf,
                struct cardea_port_info *info)
{
    struct remote *r = p->more;
    struct feed *f = mindex < r->feeds->len ? r->feeds->pdata[mindex] : NULL;
    struct cardea_inlet *in = conf->shared ? r->anchor->inlet : f ? f->inlet : NULL;

    return in ? vr.host->inlet_port(in, conf, info) : CARDEA_ENOENT;
}
