/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about RTP forwarders: rtp_forward in its two forms, stop_rtp_forward, listforwarders. */
#include <string.h>

#include "access.h"
#include "events.h"
#include "forward.h"
#include "hosts.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "verbs.h"

/* --- parameters --------------------------------------------------------------------------------------------------- */

#define PORT     65535
#define TYPE     127
#define NUMBER32 UINT32_MAX

static const struct cardea_param item_params[] = {{"mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                  {"port", CARDEA_UINT, CARDEA_REQUIRED, PORT},
                                                  {"host", CARDEA_STRING},
                                                  {"host_family", CARDEA_STRING},
                                                  {"rtcp_port", CARDEA_UINT, 0, PORT},
                                                  {"pt", CARDEA_UINT, 0, TYPE},
                                                  {"ssrc", CARDEA_UINT, 0, NUMBER32},
                                                  {"simulcast", CARDEA_BOOL},
                                                  {"port_2", CARDEA_UINT, 0, PORT},
                                                  {"ssrc_2", CARDEA_UINT, 0, NUMBER32},
                                                  {"pt_2", CARDEA_UINT, 0, TYPE},
                                                  {"port_3", CARDEA_UINT, 0, PORT},
                                                  {"ssrc_3", CARDEA_UINT, 0, NUMBER32},
                                                  {"pt_3", CARDEA_UINT, 0, TYPE},
                                                  {"srtp_suite", CARDEA_UINT},
                                                  {"srtp_crypto", CARDEA_STRING},
                                                  {"secret", CARDEA_STRING},
                                                  {0}};
const struct cardea_param forward_params[] = {{"room", CARDEA_ID, CARDEA_REQUIRED},
                                              {"publisher_id", CARDEA_ID, CARDEA_REQUIRED},
                                              {"host", CARDEA_STRING, CARDEA_REQUIRED},
                                              {"host_family", CARDEA_STRING},
                                              {"simulcast", CARDEA_BOOL},
                                              {"srtp_suite", CARDEA_UINT},
                                              {"srtp_crypto", CARDEA_STRING},
                                              {"streams", CARDEA_ARRAY, .fields = item_params},
                                              {"audio_port", CARDEA_UINT, 0, PORT},
                                              {"audio_rtcp_port", CARDEA_UINT, 0, PORT},
                                              {"audio_pt", CARDEA_UINT, 0, TYPE},
                                              {"audio_ssrc", CARDEA_UINT, 0, NUMBER32},
                                              {"video_port", CARDEA_UINT, 0, PORT},
                                              {"video_rtcp_port", CARDEA_UINT, 0, PORT},
                                              {"video_pt", CARDEA_UINT, 0, TYPE},
                                              {"video_ssrc", CARDEA_UINT, 0, NUMBER32},
                                              {"video_port_2", CARDEA_UINT, 0, PORT},
                                              {"video_ssrc_2", CARDEA_UINT, 0, NUMBER32},
                                              {"video_pt_2", CARDEA_UINT, 0, TYPE},
                                              {"video_port_3", CARDEA_UINT, 0, PORT},
                                              {"video_ssrc_3", CARDEA_UINT, 0, NUMBER32},
                                              {"video_pt_3", CARDEA_UINT, 0, TYPE},
                                              {"data_port", CARDEA_UINT, 0, PORT},
                                              {0}};
const struct cardea_param stop_forward_params[] = {{"room", CARDEA_ID, CARDEA_REQUIRED},
                                                   {"publisher_id", CARDEA_ID, CARDEA_REQUIRED},
                                                   {"stream_id", CARDEA_UINT, CARDEA_REQUIRED},
                                                   {0}};

/* --- one m-line --------------------------------------------------------------------------------------------------- */

static const json_t *member(const json_t *o, const char *prefix, const char *name, const char *suffix)
{
    char key[32];

    g_snprintf(key, sizeof(key), "%s%s%s", prefix, name, suffix);
    return json_object_get(o, key);
}

/* What an item (or a request of the old form, with a prefix before its names) says about one substream. */
static bool read_conf(struct forward_conf *c, const json_t *o, const char *prefix, int substream)
{
    static const char *const suffixes[] = {"", "_2", "_3"};

    const char *suffix = suffixes[substream];
    const json_t *pt = member(o, prefix, "pt", suffix);

    c->port = (uint16_t)json_integer_value(member(o, prefix, "port", suffix));
    c->payload_type = pt ? (int)json_integer_value(pt) : -1;
    c->ssrc = (uint32_t)json_integer_value(member(o, prefix, "ssrc", suffix));
    c->substream = substream;
    c->merge = member_flag(o, "simulcast", false);
    return c->port;
}

/* Starts what an item asks for of one m-line; made[i] is that of substream i. Returns how many. */
static unsigned start_item(struct publisher *p, const struct cardea_stream *s, const json_t *o, const char *prefix,
                           struct forward_conf c, struct forward *made[3])
{
    unsigned most = s->kind == CARDEA_VIDEO && !member_flag(o, "simulcast", false) ? 3 : 1, n = 0;
    int err;

    if (s->kind != CARDEA_DATA)
        c.rtcp_port = (uint16_t)json_integer_value(member(o, prefix, "rtcp_port", ""));
    for (unsigned i = 0; i < most; i++) {
        if (!read_conf(&c, o, prefix, (int)i) || (i && !s->simulcast))
            continue;
        made[i] = forward_start(p, s, &c, &err);
        if (!made[i]) {
            vr.host->log(CARDEA_LOG_WARN, p->handle, "no forwarder to %s port %u (%d)", c.host, c.port, err);
            continue;
        }
        c.beside = c.rtcp_port ? made[i]->id : 0;
        n++;
    }
    return n;
}

/* --- rtp_forward -------------------------------------------------------------------------------------------------- */

struct asked { /* what every step of the request needs */
    const json_t *body;
    struct room *room;
    struct publisher *publisher;
    struct forward_srtp srtp;
};

/* Checks the request. false: rq has been failed. */
static bool begin(struct cardea_request *rq, struct asked *a)
{
    a->body = vr.host->info(rq)->body;
    a->room = access_room(rq, "secret");
    if (!a->room || !access_forward(rq))
        return false;
    if (!forward_read_srtp(&a->srtp, a->body)) {
        vr.host->fail(rq, E_INVALID, "srtp_suite must be 32 or 80");
        return false;
    }
    a->publisher = access_participant(rq, a->room, "publisher_id");
    if (a->publisher && !a->publisher->published) {
        vr.host->fail(rq, E_NO_FEED, "This participant publishes nothing");
        return false;
    }
    return a->publisher;
}

static const char *host_of(const json_t *body, const json_t *item)
{
    const char *host = member_text(item, "host");

    return host ? host : member_text(body, "host");
}

static const char *family_of(const json_t *body, const json_t *item)
{
    const char *family = member_text(item, "host_family");

    return family ? family : member_text(body, "host_family");
}

static json_t *reply_body(const struct asked *a)
{
    return json_pack("{ss so so}", "videoroom", "rtp_forward", "room", id_json(a->room->id), "publisher_id",
                     id_json(a->publisher->id));
}

static void start_streams(struct cardea_request *rq, const struct asked *a, const struct hosts *hosts)
{
    const json_t *streams = json_object_get(a->body, "streams"), *item;
    json_t *body = reply_body(a), *list = json_array();
    size_t i;

    json_array_foreach(streams, i, item)
    {
        const struct cardea_stream *s = publisher_stream_of(a->publisher, member_text(item, "mid"));
        const char *host = hosts_address(hosts, host_of(a->body, item), family_of(a->body, item));
        const struct forward_conf c = {.host = host, .srtp = a->srtp};
        struct forward *made[3] = {NULL};

        if (!s || !s->source || !start_item(a->publisher, s, item, "", c, made))
            continue;
        for (unsigned k = 0; k < 3; k++)
            if (made[k])
                json_array_append_new(list, forward_json(made[k]));
    }
    json_object_set_new(body, "forwarders", list);
    vr.host->reply(rq, body);
}

/* The old form: the first m-line of each kind. */
static const struct cardea_stream *first_of(const struct publisher *p, enum cardea_kind kind)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].kind == kind && s[i].source && !s[i].disabled)
            return &s[i];
    return NULL;
}

static void add_old(json_t *o, const char *kind, unsigned substream, const struct forward *f)
{
    char key[32];

    g_snprintf(key, sizeof(key), substream ? "%s_stream_id_%u" : "%s_stream_id", kind, substream + 1);
    json_object_set_new(o, key, json_integer(f->stream_id));
    g_snprintf(key, sizeof(key), substream ? "%s_%u" : "%s", kind, substream + 1);
    json_object_set_new(o, key, json_integer(f->port));
}

static void start_old(struct cardea_request *rq, const struct asked *a, const struct hosts *hosts)
{
    static const char *const prefixes[] = {"", "audio_", "video_", "data_"};
    struct forward_conf c = {
        .host = hosts_address(hosts, member_text(a->body, "host"), member_text(a->body, "host_family")),
        .srtp = a->srtp};
    json_t *body = reply_body(a), *o = json_pack("{ss}", "host", c.host);
    struct cardea_forward_state now;

    for (enum cardea_kind kind = CARDEA_AUDIO; kind <= CARDEA_DATA; kind++) {
        const struct cardea_stream *s = first_of(a->publisher, kind);
        struct forward *made[3] = {NULL};

        if (!s || !start_item(a->publisher, s, a->body, prefixes[kind], c, made))
            continue;
        for (unsigned k = 0; k < 3; k++)
            if (made[k])
                add_old(o, kind_names[kind], k, made[k]);
        if (kind == CARDEA_VIDEO && made[0] && !vr.host->forward_state(made[0]->id, &now) && now.rtcp_port)
            json_object_set_new(o, "video_rtcp", json_integer(now.rtcp_port));
    }
    json_object_set_new(o, "warning", json_string("deprecated_api"));
    json_object_set_new(body, "rtp_stream", o);
    vr.host->reply(rq, body);
}

/* The first host without an address, NULL: all have one. */
static const char *unresolved(const json_t *body, const struct hosts *hosts)
{
    const json_t *streams = json_object_get(body, "streams"), *item;
    size_t i;

    if (!streams && !hosts_address(hosts, host_of(body, body), family_of(body, body)))
        return host_of(body, body);
    json_array_foreach(streams, i, item)
    {
        if (!hosts_address(hosts, host_of(body, item), family_of(body, item)))
            return host_of(body, item);
    }
    return NULL;
}

/* The names have been looked up. Meanwhile everything may have changed: it is checked anew. */
static void resolved(struct cardea_request *rq, const struct hosts *hosts)
{
    struct asked a;
    const char *bad;

    if (!begin(rq, &a))
        return;
    bad = unresolved(a.body, hosts);
    if (bad)
        vr.host->fail(rq, E_INVALID, "%s has no address", bad);
    else if (json_object_get(a.body, "streams"))
        start_streams(rq, &a, hosts);
    else
        start_old(rq, &a, hosts);
}

/* Notes the hosts of a request. NULL, or what is wrong. */
static const char *note_hosts(struct hosts *hosts, const json_t *body)
{
    const json_t *streams = json_object_get(body, "streams"), *item;
    const char *wrong = "host_family must be ipv4 or ipv6", *many = "Too many hosts in one request";
    size_t i;

    if (!hosts_family_is_known(family_of(body, body)))
        return wrong;
    if (!streams)
        return hosts_add(hosts, host_of(body, body), family_of(body, body)) ? NULL : many;
    json_array_foreach(streams, i, item)
    {
        if (!hosts_family_is_known(family_of(body, item)))
            return wrong;
        if (!hosts_add(hosts, host_of(body, item), family_of(body, item)))
            return many;
    }
    return NULL;
}

void verb_rtp_forward(struct cardea_request *rq)
{
    struct hosts *hosts;
    struct asked a;
    const char *wrong;

    if (!begin(rq, &a))
        return;
    hosts = hosts_new();
    wrong = note_hosts(hosts, a.body);
    if (!wrong) {
        hosts_resolve(hosts, rq, resolved);
        return;
    }
    vr.host->fail(rq, E_INVALID, "%s", wrong);
    hosts_free(hosts);
}

/* --- the others --------------------------------------------------------------------------------------------------- */

void verb_stop_rtp_forward(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    json_int_t stream_id = json_integer_value(json_object_get(body, "stream_id"));
    struct room *room = access_room(rq, "secret");
    struct publisher *p = room && access_forward(rq) ? access_participant(rq, room, "publisher_id") : NULL;
    struct forward *f;

    if (!p)
        return;
    f = forward_find(p, stream_id);
    if (!f) {
        vr.host->fail(rq, E_NO_FEED, "No such forwarder: %lld", (long long)stream_id);
        return;
    }
    forward_stop(f);
    vr.host->reply(rq, json_pack("{ss so so sI}", "videoroom", "stop_rtp_forward", "room", id_json(room->id),
                                 "publisher_id", id_json(p->id), "stream_id", stream_id));
}

void verb_listforwarders(struct cardea_request *rq)
{
    struct room *room = access_room(rq, "secret");
    json_t *list;

    if (!room)
        return;
    list = json_array();
    for (GList *l = room->publishing.head; l; l = l->next) {
        const struct publisher *p = l->data;
        json_t *o;

        if (!p->forwards->len)
            continue;
        o = who_json(p, json_pack("{so}", "publisher_id", id_json(p->id)));
        json_object_set_new(o, "forwarders", forwards_json(p));
        json_array_append_new(list, o);
    }
    vr.host->reply(rq,
                   json_pack("{ss so so}", "videoroom", "forwarders", "room", id_json(room->id), "publishers", list));
}
