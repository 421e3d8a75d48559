/* SPDX-License-Identifier: Apache-2.0 */
/* Publishers of other gateways: add_remote_publisher, update_remote_publisher, remove_remote_publisher. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "forward.h"
#include "ids.h"
#include "publisher.h"
#include "remote.h"
#include "room.h"
#include "verbs.h"

#define FIRST_SSRC 1000 /* FIRST_SSRC + 10 * mindex + substream */

static const struct cardea_param stream_params[] = {{"type", CARDEA_STRING, CARDEA_REQUIRED},
                                                    {"mindex", CARDEA_UINT, CARDEA_REQUIRED},
                                                    {"mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                    {"codec", CARDEA_STRING},
                                                    {"description", CARDEA_STRING},
                                                    {"disabled", CARDEA_BOOL},
                                                    {"stereo", CARDEA_BOOL},
                                                    {"fec", CARDEA_BOOL},
                                                    {"dtx", CARDEA_BOOL},
                                                    {"h264_profile", CARDEA_STRING},
                                                    {"vp9_profile", CARDEA_STRING},
                                                    {"simulcast", CARDEA_BOOL},
                                                    {"svc", CARDEA_BOOL},
                                                    {"audiolevel_ext_id", CARDEA_UINT, 0, 255},
                                                    {"videoorient_ext_id", CARDEA_UINT, 0, 255},
                                                    {"playoutdelay_ext_id", CARDEA_UINT, 0, 255},
                                                    {0}};
const struct cardea_param add_remote_params[] = {
    {"room", CARDEA_ID, CARDEA_REQUIRED},
    {"id", CARDEA_ID},
    {"display", CARDEA_STRING},
    {"metadata", CARDEA_OBJECT},
    {"mcast", CARDEA_STRING},
    {"iface", CARDEA_STRING},
    {"port", CARDEA_UINT, 0, 65535},
    {"rtcp_port", CARDEA_UINT, 0, 65535},
    {"srtp_suite", CARDEA_UINT},
    {"srtp_crypto", CARDEA_STRING},
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, .fields = stream_params},
    {0}};
const struct cardea_param update_remote_params[] = {{"room", CARDEA_ID, CARDEA_REQUIRED},
                                                    {"id", CARDEA_ID, CARDEA_REQUIRED},
                                                    {"display", CARDEA_STRING},
                                                    {"metadata", CARDEA_OBJECT},
                                                    {"srtp_suite", CARDEA_UINT},
                                                    {"srtp_crypto", CARDEA_STRING},
                                                    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED, .fields = stream_params},
                                                    {0}};
const struct cardea_param remove_remote_params[] = {
    {"room", CARDEA_ID, CARDEA_REQUIRED}, {"id", CARDEA_ID, CARDEA_REQUIRED}, {0}};

static void number(struct remote_stream *s, unsigned mindex)
{
    for (unsigned i = 0; i < 3; i++)
        s->ssrc[i] = FIRST_SSRC + 10 * mindex + i;
}

static bool read_stream(struct cardea_request *rq, const json_t *item, unsigned mindex, const struct room *room,
                        struct remote_stream *s)
{
    int code;
    const char *wrong = remote_read_stream(s, item, room, &code);

    if (wrong)
        vr.host->fail(rq, code, "%s", wrong);
    number(s, mindex);
    return !wrong;
}

/* All of them are read before anything is changed. false: rq has been failed. */
static bool check_streams(struct cardea_request *rq, const json_t *streams, const struct room *room)
{
    struct remote_stream s;
    const json_t *item;
    size_t i;

    if (json_array_size(streams) > REMOTE_STREAMS_MOST) {
        vr.host->fail(rq, E_INVALID, "At most %d streams", REMOTE_STREAMS_MOST);
        return false;
    }
    json_array_foreach(streams, i, item)
    {
        if (!read_stream(rq, item, (unsigned)i, room, &s))
            return false;
    }
    return true;
}

/* --- add ---------------------------------------------------------------------------------------------------------- */

static int open_port(struct publisher *p, const json_t *body, const struct forward_srtp *srtp,
                     struct cardea_port_info *info)
{
    const struct cardea_port_conf conf = {
        .interface = member_text(body, "iface"),
        .multicast = member_text(body, "mcast"),
        .port = (uint16_t)json_integer_value(json_object_get(body, "port")),
        .rtcp = true,
        .rtcp_port = (uint16_t)json_integer_value(json_object_get(body, "rtcp_port")),
        .shared = true,
        .srtp_suite = srtp->suite,
        .srtp_key = srtp->key,
        .timeout_s = vr.remote_timeout,
    };

    return remote_open(p, 0, &conf, info);
}

static void reply_added(struct cardea_request *rq, const struct publisher *p, const struct cardea_port_info *info)
{
    json_t *reply = json_pack("{ss so so si si}", "videoroom", "success", "room", id_json(p->room->id), "id",
                              id_json(p->id), "port", (int)info->port, "rtcp_port", (int)info->rtcp_port);

    if (info->address[0])
        json_object_set_new(reply, "ip", json_string(info->address));
    vr.host->reply(rq, reply);
}

void verb_add_remote_publisher(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body, *streams = json_object_get(body, "streams"), *item;
    struct room *room = access_room(rq, "secret");
    struct cardea_port_info info;
    struct forward_srtp srtp;
    struct remote_stream s;
    struct publisher *p;
    size_t i;
    char *id;
    int err;

    if (!room || !check_streams(rq, streams, room))
        return;
    if (!forward_read_srtp(&srtp, body) || srtp.broken) {
        vr.host->fail(rq, E_INVALID, "srtp_suite must be 32 or 80, srtp_crypto 30 bytes in base64");
        return;
    }
    id = remote_id_for(rq, room);
    if (!id)
        return;
    p = remote_new(FROM_REMOTE, room, id, body);
    err = open_port(p, body, &srtp, &info);
    if (err) {
        publisher_free(p);
        vr.host->fail(rq, err == CARDEA_EINVAL ? E_INVALID : E_INTERNAL, "The port cannot be opened (%d)", err);
        return;
    }
    json_array_foreach(streams, i, item)
    {
        if (read_stream(rq, item, (unsigned)i, room, &s))
            remote_stream_set(p, (unsigned)i, &s);
    }
    publisher_up(p);
    publisher_streams_changed(p);
    reply_added(rq, p, &info);
}

/* --- update, remove ----------------------------------------------------------------------------------------------- */

static struct publisher *find(struct cardea_request *rq, struct room **room)
{
    struct publisher *p;

    *room = access_room(rq, "secret");
    p = *room ? access_participant(rq, *room, "id") : NULL;
    if (p && p->origin != FROM_REMOTE) {
        vr.host->fail(rq, E_NO_FEED, "Participant %s is not of another gateway", p->id);
        return NULL;
    }
    return p;
}

/*
 * All items, in order: the m-line whose mid it has, else the next one; their indices into *mindex. Nothing is changed.
 * false: rq has been failed.
 */
static bool read_changes(struct cardea_request *rq, const struct publisher *p, const json_t *streams,
                         struct remote_stream change[REMOTE_STREAMS_MOST], unsigned mindex[REMOTE_STREAMS_MOST])
{
    const json_t *item;
    size_t i, n;

    publisher_streams(p, &n);
    if (json_array_size(streams) > REMOTE_STREAMS_MOST) {
        vr.host->fail(rq, E_INVALID, "At most %d streams", REMOTE_STREAMS_MOST);
        return false;
    }
    json_array_foreach(streams, i, item)
    {
        const struct cardea_stream *s = publisher_stream_of(p, member_text(item, "mid"));

        mindex[i] = s ? s->mindex : (unsigned)n;
        if (s) {
            remote_read_change(&change[i], s, item, p->room);
            number(&change[i], s->mindex);
        } else if ((size_t)json_integer_value(json_object_get(item, "mindex")) != n || n == REMOTE_STREAMS_MOST) {
            vr.host->fail(rq, E_INVALID, "A new stream must have the next mindex (%zu)", n);
            return false;
        } else if (!read_stream(rq, item, (unsigned)n++, p->room, &change[i])) {
            return false;
        }
    }
    return true;
}

static void rename_to(struct publisher *p, const json_t *body)
{
    json_t *metadata = json_object_get(body, "metadata");
    const char *display = member_text(body, "display");

    if (display) {
        g_free(p->display);
        p->display = g_strdup(display);
    }
    if (metadata) {
        json_decref(p->metadata);
        p->metadata = json_incref(metadata);
    }
}

void verb_update_remote_publisher(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body, *streams = json_object_get(body, "streams");
    struct remote_stream change[REMOTE_STREAMS_MOST];
    unsigned mindex[REMOTE_STREAMS_MOST];
    struct room *room;
    struct publisher *p = find(rq, &room);
    bool changed = false;

    if (!p || !read_changes(rq, p, streams, change, mindex))
        return;
    for (size_t i = 0; i < json_array_size(streams); i++)
        changed |= remote_stream_set(p, mindex[i], &change[i]);
    rename_to(p, body);
    if (changed) {
        publisher_streams_changed(p);
        tell_published(p);
    }
    vr.host->reply(rq, json_pack("{ss}", "videoroom", "success"));
}

void verb_remove_remote_publisher(struct cardea_request *rq)
{
    struct room *room;
    struct publisher *p = find(rq, &room);

    if (!p)
        return;
    remote_remove(p);
    vr.host->reply(rq, json_pack("{ss}", "videoroom", "success"));
}
