/* SPDX-License-Identifier: Apache-2.0 */
#include "forward.h"

#include <string.h>

#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "room.h"

#define FIRST_SSRC 1000 /* between gateways: FIRST_SSRC + 10 * mindex + substream */

bool forward_read_srtp(struct forward_srtp *out, const json_t *o)
{
    json_int_t suite = json_integer_value(json_object_get(o, "srtp_suite"));
    const char *text = member_text(o, "srtp_crypto");
    guchar *key;
    gsize len;

    memset(out, 0, sizeof(*out));
    if (json_object_get(o, "srtp_suite") && suite != 32 && suite != 80)
        return false;
    if (!suite || !text)
        return true;
    out->suite = (unsigned)suite;
    key = g_base64_decode(text, &len);
    out->broken = len < SRTP_KEY;
    if (!out->broken)
        memcpy(out->key, key, SRTP_KEY);
    g_free(key);
    return true;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static void unhook(struct forward *f)
{
    struct publisher *p = f->publisher;

    f->publisher = NULL;
    if (!p)
        return;
    g_ptr_array_remove(p->forwards, f);
    demand_check(p);
}

/* The gateway sends nothing any more: after a stop, or because the source went. */
static void gone(void *user, cardea_forwarder id)
{
    struct forward *f = user;

    unhook(f);
    g_free(f);
}

static void tell_started(const struct forward *f, const struct cardea_stream *s)
{
    struct publisher *p = f->publisher;
    json_t *body = json_pack("{ss so so ss sI ss si}", "event", "rtp_forward", "room", id_json(p->room->id),
                             "publisher_id", id_json(p->id), "media", kind_names[f->kind], "stream_id",
                             (json_int_t)f->stream_id, "host", f->host, "port", (int)f->port);

    if (s->codec)
        json_object_set_new(body, "codec", json_string(s->codec));
    if (f->substream > 0)
        json_object_set_new(body, "video_substream", json_integer(f->substream));
    observe(p->handle, body);
}

static uint32_t free_stream_id(const struct publisher *p)
{
    uint32_t id;

    do
        id = (uint32_t)vr.host->random_id();
    while (!id || forward_find(p, id));
    return id;
}

static void describe(struct cardea_forward_conf *c, const struct forward *f, const struct cardea_stream *s,
                     const struct forward_conf *conf)
{
    *c = (struct cardea_forward_conf){.host = conf->host,
                                      .port = conf->port,
                                      .rtcp_port = conf->rtcp_port,
                                      .payload_type = conf->payload_type,
                                      .ssrc = {conf->ssrc},
                                      .substream = conf->substream,
                                      .merge = conf->merge && s->simulcast,
                                      .srtp_suite = conf->srtp.suite,
                                      .srtp_key = conf->srtp.key,
                                      .beside = conf->beside,
                                      .gone = gone,
                                      .user = (void *)f};
    if (c->merge && !c->ssrc[0])
        c->ssrc[0] = f->stream_id;
    if (s->kind == CARDEA_DATA)
        c->ssrc[0] = 0; /* a raw datagram */
    for (unsigned i = 0; conf->cascade && i < 3; i++) {
        c->ssrc[i] = FIRST_SSRC + 10 * s->mindex + i;
        c->substream = -1;
    }
}

struct forward *forward_start(struct publisher *p, const struct cardea_stream *s, const struct forward_conf *conf,
                              int *err)
{
    struct cardea_forward_conf c;
    struct forward *f;

    *err = p->forwards->len >= FORWARDS_MOST ? CARDEA_ELIMIT : conf->srtp.broken ? CARDEA_EINVAL : 0;
    if (*err)
        return NULL;
    f = g_new0(struct forward, 1);
    *f = (struct forward){.publisher = p,
                          .cascade = conf->cascade,
                          .stream_id = free_stream_id(p),
                          .kind = s->kind,
                          .mindex = s->mindex,
                          .port = conf->port,
                          .rtcp_port = conf->rtcp_port,
                          .payload_type = conf->payload_type,
                          .ssrc = conf->ssrc,
                          .substream = conf->merge ? 0 : conf->substream,
                          .srtp = conf->srtp.suite && s->kind != CARDEA_DATA};
    g_strlcpy(f->host, conf->host, sizeof(f->host));
    describe(&c, f, s, conf);
    *err = vr.host->forward(s->source, &c, &f->id);
    if (*err) {
        g_free(f);
        return NULL;
    }
    g_ptr_array_add(p->forwards, f);
    demand_check(p);
    if (!f->cascade)
        tell_started(f, s);
    return f;
}

void forward_stop(struct forward *f)
{
    struct publisher *p = f->publisher;

    if (!p)
        return;
    if (!f->cascade && p->room)
        observe(p->handle, json_pack("{ss so so sI}", "event", "stop_rtp_forward", "room", id_json(p->room->id),
                                     "publisher_id", id_json(p->id), "stream_id", (json_int_t)f->stream_id));
    unhook(f);
    vr.host->forward_stop(f->id); /* gone() comes, or is on its way */
}

void forwards_stop(struct publisher *p)
{
    while (p->forwards->len)
        forward_stop(p->forwards->pdata[p->forwards->len - 1]);
}

struct forward *forward_find(const struct publisher *p, int64_t stream_id)
{
    for (guint i = 0; i < p->forwards->len; i++) {
        struct forward *f = p->forwards->pdata[i];

        if (f->stream_id == stream_id && !f->cascade)
            return f;
    }
    return NULL;
}

/* --- what is told about it ---------------------------------------------------------------------------------------- */

json_t *forward_json(const struct forward *f)
{
    json_t *o = json_pack("{sI ss ss si}", "stream_id", (json_int_t)f->stream_id, "type", kind_names[f->kind], "host",
                          f->host, "port", (int)f->port);
    struct cardea_forward_state now;

    if (f->rtcp_port)
        json_object_set_new(o, "remote_rtcp_port", json_integer(f->rtcp_port));
    if (f->payload_type >= 0)
        json_object_set_new(o, "pt", json_integer(f->payload_type));
    if (f->ssrc)
        json_object_set_new(o, "ssrc", json_integer(f->ssrc));
    if (f->substream > 0)
        json_object_set_new(o, "substream", json_integer(f->substream));
    if (f->srtp)
        json_object_set_new(o, "srtp", json_true());
    if (vr.host->forward_state(f->id, &now))
        return o;
    if (now.rtcp_port)
        json_object_set_new(o, "local_rtcp_port", json_integer(now.rtcp_port));
    json_object_set_new(o, "packets", json_integer((json_int_t)now.packets));
    json_object_set_new(o, "bytes", json_integer((json_int_t)now.bytes));
    json_object_set_new(o, "resent", json_integer((json_int_t)now.resent));
    json_object_set_new(o, "keyframe_requests", json_integer((json_int_t)now.keyframes));
    return o;
}

json_t *forwards_json(const struct publisher *p)
{
    json_t *list = json_array();

    for (guint i = 0; i < p->forwards->len; i++) {
        const struct forward *f = p->forwards->pdata[i];

        if (!f->cascade)
            json_array_append_new(list, forward_json(f));
    }
    return list;
}
