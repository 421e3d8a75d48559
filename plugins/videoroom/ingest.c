/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rtp_ingest makes a publisher out of plain RTP: ffmpeg, GStreamer, a camera. Each stream has a port of its own, so any
 * sender can be used; what it sends is relayed as it is. stop_rtp_ingest ends it. See docs/api.md.
 */
#include <string.h>

#include "access.h"
#include "events.h"
#include "forward.h"
#include "ids.h"
#include "publisher.h"
#include "remote.h"
#include "room.h"
#include "verbs.h"

static const struct cardea_param stream_params[] = {{"type", CARDEA_STRING, CARDEA_REQUIRED},
                                                    {"codec", CARDEA_STRING},
                                                    {"port", CARDEA_UINT, 0, 65535},
                                                    {"rtcp_port", CARDEA_UINT, 0, 65535},
                                                    {"pt", CARDEA_UINT, 0, 127},
                                                    {"ssrc", CARDEA_UINT, 0, UINT32_MAX},
                                                    {"clock_rate", CARDEA_UINT, 0, 192000},
                                                    {"description", CARDEA_STRING},
                                                    {"stereo", CARDEA_BOOL},
                                                    {"fec", CARDEA_BOOL},
                                                    {"dtx", CARDEA_BOOL},
                                                    {"svc", CARDEA_BOOL},
                                                    {"h264_profile", CARDEA_STRING},
                                                    {"vp9_profile", CARDEA_STRING},
                                                    {"audiolevel_ext_id", CARDEA_UINT, 0, 255},
                                                    {"videoorient_ext_id", CARDEA_UINT, 0, 255},
                                                    {"playoutdelay_ext_id", CARDEA_UINT, 0, 255},
                                                    {0}};
const struct cardea_param ingest_params[] = {
    {"room", CARDEA_ID, CARDEA_REQUIRED},
    {"id", CARDEA_ID},
    {"display", CARDEA_STRING},
    {"metadata", CARDEA_OBJECT},
    {"iface", CARDEA_STRING},
    {"mcast", CARDEA_STRING},
    {"from", CARDEA_STRING},
    {"timeout", CARDEA_UINT, 0, 86400},
    {"srtp_suite", CARDEA_UINT},
    {"srtp_crypto", CARDEA_STRING},
    {"streams", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY, .fields = stream_params},
    {0}};
const struct cardea_param stop_ingest_params[] = {
    {"room", CARDEA_ID, CARDEA_REQUIRED}, {"id", CARDEA_ID, CARDEA_REQUIRED}, {0}};

static uint16_t port(const json_t *item, const char *name)
{
    return (uint16_t)json_integer_value(json_object_get(item, name));
}

/* NULL, or what is wrong with it. */
static const char *read_stream(struct remote_stream *s, const json_t *item, const struct room *room, int *code)
{
    const json_t *pt = json_object_get(item, "pt");
    const char *wrong = remote_read_stream(s, item, room, code);

    if (wrong)
        return wrong;
    *code = E_INVALID;
    if (s->disabled)
        return "The room does not allow this codec";
    if (s->kind == CARDEA_DATA)
        return "Only audio and video can be taken";
    s->simulcast = false;
    s->payload_type = pt ? (int)json_integer_value(pt) : -1;
    s->ssrc[0] = (uint32_t)json_integer_value(json_object_get(item, "ssrc"));
    s->clock_rate = (unsigned)json_integer_value(json_object_get(item, "clock_rate"));
    return NULL;
}

/* Adds an m-line and opens its port; describes it in list. */
static int add_stream(struct publisher *p, unsigned mindex, const json_t *body, const json_t *item,
                      const struct forward_srtp *srtp, json_t *list)
{
    struct cardea_port_conf conf = {
        .interface = member_text(body, "iface"),
        .multicast = member_text(body, "mcast"),
        .from = member_text(body, "from"),
        .port = port(item, "port"),
        .rtcp = json_object_get(item, "rtcp_port") != NULL,
        .rtcp_port = port(item, "rtcp_port"),
        .srtp_suite = srtp->suite,
        .srtp_key = srtp->key,
        .timeout_s = (unsigned)json_integer_value(json_object_get(body, "timeout")),
    };
    struct cardea_port_info info;
    struct remote_stream s;
    int code, err;
    json_t *o;

    read_stream(&s, item, p->room, &code); /* has been checked */
    remote_stream_set(p, mindex, &s);
    err = remote_open(p, mindex, &conf, &info);
    if (err)
        return err;
    o = json_pack("{ss ss si si}", "type", kind_names[s.kind], "mid", publisher_stream_at(p, mindex)->mid, "mindex",
                  (int)mindex, "port", (int)info.port);
    if (info.rtcp_port)
        json_object_set_new(o, "rtcp_port", json_integer(info.rtcp_port));
    if (info.address[0])
        json_object_set_new(o, "ip", json_string(info.address));
    json_array_append_new(list, o);
    return 0;
}

/* Checks the request. false: rq has been failed. */
static bool begin(struct cardea_request *rq, struct room *room, struct forward_srtp *srtp)
{
    const json_t *body = vr.host->info(rq)->body, *streams = json_object_get(body, "streams"), *item;
    struct remote_stream s;
    size_t i;
    int code;

    if (json_array_size(streams) > REMOTE_STREAMS_MOST) {
        vr.host->fail(rq, E_INVALID, "At most %d streams", REMOTE_STREAMS_MOST);
        return false;
    }
    json_array_foreach(streams, i, item)
    {
        const char *wrong = read_stream(&s, item, room, &code);

        if (!wrong)
            continue;
        vr.host->fail(rq, code, "%s", wrong);
        return false;
    }
    if (forward_read_srtp(srtp, body) && !srtp->broken)
        return true;
    vr.host->fail(rq, E_INVALID, "srtp_suite must be 32 or 80, srtp_crypto 30 bytes in base64");
    return false;
}

void verb_rtp_ingest(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body, *item;
    struct room *room = access_room(rq, "secret");
    struct forward_srtp srtp;
    struct publisher *p;
    json_t *list;
    int err = 0;
    size_t i;
    char *id;

    if (!room || !access_forward(rq) || !begin(rq, room, &srtp))
        return;
    if (room->limited >= room->set.publishers) {
        vr.host->fail(rq, E_FULL, "The room has its %u publishers already", room->set.publishers);
        return;
    }
    id = remote_id_for(rq, room);
    if (!id)
        return;
    p = remote_new(FROM_INGEST, room, id, body);
    list = json_array();
    json_array_foreach(json_object_get(body, "streams"), i, item)
    {
        err = err ? err : add_stream(p, (unsigned)i, body, item, &srtp, list);
    }
    if (err) {
        publisher_free(p);
        json_decref(list);
        vr.host->fail(rq, err == CARDEA_EINVAL ? E_INVALID : E_INTERNAL, "The ports cannot be opened (%d)", err);
        return;
    }
    publisher_up(p);
    publisher_streams_changed(p);
    vr.host->reply(rq, json_pack("{ss so so so}", "videoroom", "rtp_ingest", "room", id_json(room->id), "id",
                                 id_json(p->id), "streams", list));
}

void verb_stop_rtp_ingest(struct cardea_request *rq)
{
    struct room *room = access_room(rq, "secret");
    struct publisher *p = room && access_forward(rq) ? access_participant(rq, room, "id") : NULL;

    if (!p)
        return;
    if (p->origin != FROM_INGEST) {
        vr.host->fail(rq, E_NO_FEED, "Participant %s is no ingest", p->id);
        return;
    }
    vr.host->reply(
        rq, json_pack("{ss so so}", "videoroom", "stop_rtp_ingest", "room", id_json(room->id), "id", id_json(p->id)));
    remote_remove(p);
}
