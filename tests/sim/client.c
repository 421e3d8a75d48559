/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "peer/state.h"
#include "rtcp/stats.h"
#include "rtp/ext.h"
#include "sim/stream.h"

#define MEDIA_TICK_US 5000

/* --- the wire ----------------------------------------------------------------------------------------------------- */

static void send_up(struct sim_client *c, const uint8_t *data, size_t len)
{
    if (!c->deaf)
        sim_net_send(c->world->net, &c->up, data, len, c->world->now_us);
}

static bool has_peer(const struct sim_client *c)
{
    struct gw_engine *e = c->world->worker[c->worker].engine;
    const struct gw_peer *p = c->ice ? g_hash_table_lookup(e->peers, &c->id) : NULL;

    return p && p->ice == c->ice;
}

static void at_engine(void *arg, const uint8_t *data, size_t len, int64_t now_us)
{
    struct sim_client *c = arg;

    /* also what comes in the turn in which its peer is closed */
    if (has_peer(c))
        gw_ice_sim_deliver(c->ice, data, len, now_us);
}

bool sim_client_is_there(const struct sim_client *c)
{
    const struct gw_peer *p = c->ice ? gw_engine_find(c->world->worker[c->worker].engine, c->id) : NULL;

    return p && p->ice == c->ice;
}

void sim_client_rtp(struct sim_client *c, const uint8_t *data, size_t header_len, size_t len, uint64_t index)
{
    uint8_t buf[1600];

    memcpy(buf, data, len);
    gw_seal_rtp(c->world->sealer, c->srtp, buf, header_len, len, index);
    gw_seal_flush(c->world->sealer);
    send_up(c, buf, len + gw_srtp_overhead(c->srtp));
}

void sim_client_rtcp(struct sim_client *c, uint8_t *data, size_t len)
{
    if (!c->srtp || gw_srtp_seal_rtcp(c->srtp, data, &len, len + GW_SRTP_OVERHEAD))
        return;
    send_up(c, data, len);
}

static void at_client(void *arg, const uint8_t *data, size_t len, int64_t now_us)
{
    struct sim_client *c = arg;
    uint8_t buf[2048];

    if (c->deaf)
        return;
    memcpy(buf, data, len);
    switch (gw_datagram_kind(buf, len)) {
    case GW_DATAGRAM_DTLS:
        gw_dtls_receive(c->dtls, buf, len, now_us);
        gw_timer_start(c->world->timers, &c->dtls_timer, gw_dtls_next(c->dtls));
        break;
    case GW_DATAGRAM_RTP:
        if (c->srtp && !gw_srtp_open_rtp(c->srtp, buf, &len))
            sim_stream_rtp(c, buf, len, now_us);
        else
            c->unopened++;
        break;
    case GW_DATAGRAM_RTCP:
        if (c->srtp && !gw_srtp_open_rtcp(c->srtp, buf, &len))
            sim_stream_rtcp(c, buf, len, now_us);
        else
            c->unopened++;
        break;
    default:
        break;
    }
}

/* --- DTLS and data ------------------------------------------------------------------------------------------------ */

static void dtls_send(void *arg, const uint8_t *data, size_t len)
{
    send_up(arg, data, len);
}

static void sctp_send(void *arg, const uint8_t *data, size_t len)
{
    struct sim_client *c = arg;

    gw_dtls_send(c->dtls, data, len, c->world->now_us);
}

static void sctp_up(void *arg)
{
    struct sim_client *c = arg;

    c->sctp_up = true;
}

static void sctp_message(void *arg, const struct gw_sctp_message *m)
{
    struct sim_client *c = arg;

    c->messages++;
    if (c->said)
        c->said(c->said_arg, m);
    g_strlcpy(c->label, m->label, sizeof(c->label));
    c->text_binary = m->binary;
    memset(c->text, 0, sizeof(c->text));
    memcpy(c->text, m->data, m->len < sizeof(c->text) - 1 ? m->len : sizeof(c->text) - 1);
}

static void sctp_channel(void *arg, const char *label, bool open)
{
}

static void sctp_closed(void *arg)
{
    struct sim_client *c = arg;

    c->sctp_up = false;
}

static const struct gw_sctp_events sctp_events = {.channel = sctp_channel,
                                                  .writable = sctp_up,
                                                  .closed = sctp_closed,
                                                  .send = sctp_send,
                                                  .up = sctp_up,
                                                  .message = sctp_message};

static void media_tick(void *arg, int64_t now_us)
{
    struct sim_client *c = arg;

    if (c->deaf)
        return;
    sim_stream_tick(c, now_us);
    if (c->sctp)
        gw_sctp_tick(now_us);
    gw_timer_start(c->world->timers, &c->media_timer, now_us + MEDIA_TICK_US);
}

static void dtls_connected(void *arg, const struct gw_dtls_keys *keys)
{
    struct sim_client *c = arg;

    if (gw_srtp_new(&c->srtp, c->world->sealer, (enum gw_srtp_profile)keys->profile, keys->local, keys->remote,
                    keys->len))
        abort();
    c->connected = true;
    gw_timer_start(c->world->timers, &c->media_timer, c->world->now_us);
    if (c->sctp)
        gw_sctp_connect(c->sctp);
}

static void dtls_data(void *arg, const uint8_t *data, size_t len)
{
    struct sim_client *c = arg;

    if (c->sctp)
        gw_sctp_receive(c->sctp, data, len, c->world->now_us);
}

static void dtls_closed(void *arg, const char *reason)
{
    struct sim_client *c = arg;

    g_strlcpy(c->closed, reason, sizeof(c->closed));
}

static const struct gw_dtls_events dtls_events = {
    .send = dtls_send,
    .connected = dtls_connected,
    .data = dtls_data,
    .closed = dtls_closed,
};

static void dtls_timer(void *arg, int64_t now_us)
{
    struct sim_client *c = arg;

    gw_dtls_timer(c->dtls, now_us);
    if (gw_dtls_next(c->dtls) != INT64_MAX)
        gw_timer_start(c->world->timers, &c->dtls_timer, gw_dtls_next(c->dtls));
}

/* --- making ------------------------------------------------------------------------------------------------------- */

static void give_remote(struct sim_client *c, bool engine_is_dtls_client)
{
    struct gw_remote *r = calloc(1, sizeof(*r));
    struct gw_order o = {.tag = GW_ORDER_PEER_REMOTE, .peer = c->id};

    strcpy(r->ufrag, "sim");
    strcpy(r->pwd, "simulated-password-of-a-client");
    strcpy(r->hash, "sha-256");
    g_strlcpy(r->fingerprint, gw_dtls_fingerprint(c->world->dtls), sizeof(r->fingerprint));
    r->dtls_client = engine_is_dtls_client;
    o.u.remote = r;
    sim_order(c->world, c->worker, &o);
}

struct sim_client *sim_client_blank(struct sim_world *w)
{
    struct sim_client *c = g_new0(struct sim_client, 1);

    c->world = w;
    c->up = (struct sim_link){.delay_us = 10000, .deliver = at_engine, .arg = c};
    c->down = (struct sim_link){.delay_us = 10000, .deliver = at_client, .arg = c};
    c->dtls_timer = (struct gw_timer){.fire = dtls_timer, .arg = c};
    c->media_timer = (struct gw_timer){.fire = media_tick, .arg = c};
    g_ptr_array_add(w->clients, c);
    return c;
}

void sim_client_meet(struct sim_client *c, gw_peer_id id, bool client_is_dtls_client)
{
    struct sim_world *w = c->world;

    c->id = id;
    c->worker = gw_peer_worker(id);
    c->ice = sim_ice_of(w, id);
    if (gw_dtls_new(&c->dtls, w->dtls, client_is_dtls_client ? GW_DTLS_CLIENT : GW_DTLS_SERVER, &dtls_events, c) ||
        gw_dtls_expect(c->dtls, "sha-256", gw_dtls_fingerprint(w->dtls)))
        abort();
}

struct sim_client *sim_client_new(struct sim_world *w, unsigned worker, bool client_is_dtls_client)
{
    struct sim_client *c = sim_client_blank(w);
    struct gw_order o = {.tag = GW_ORDER_PEER_NEW};

    o.peer = gw_peer_make(++w->serial, worker);
    sim_order(w, worker, &o);
    sim_client_meet(c, o.peer, client_is_dtls_client);
    give_remote(c, !client_is_dtls_client);
    return c;
}

void sim_client_connect(struct sim_client *c)
{
    gw_ice_sim_connect(c->ice, c->world->now_us);
    gw_dtls_start(c->dtls, c->world->now_us);
    if (gw_dtls_next(c->dtls) != INT64_MAX)
        gw_timer_start(c->world->timers, &c->dtls_timer, gw_dtls_next(c->dtls));
}

void sim_client_free(struct sim_client *c)
{
    gw_timer_stop(c->world->timers, &c->dtls_timer);
    gw_timer_stop(c->world->timers, &c->media_timer);
    gw_sctp_free(c->sctp);
    gw_dtls_free(c->dtls);
    gw_seal_flush(c->world->sealer);
    gw_srtp_free(c->srtp);
    for (unsigned i = 0; i < c->n_out; i++)
        g_free(c->out[i].kept);
    for (unsigned i = 0; i < c->n_in; i++) {
        g_free(c->in[i]->viewer);
        g_free(c->in[i]);
    }
    g_free(c->heard);
    g_free(c);
}

/* --- m-lines ------------------------------------------------------------------------------------------------------ */

gw_track_id sim_track(const struct sim_client *c, unsigned mindex)
{
    return gw_track_make(c->id, mindex);
}

uint32_t sim_ssrc(const struct sim_client *c, unsigned mindex, unsigned layer)
{
    return (uint32_t)c->id * 4096 + mindex * 64 + layer * 2 + 0x1000;
}

static struct gw_mline mline(unsigned mindex, bool receive, bool send)
{
    struct gw_mline m;

    memset(&m, 0, sizeof(m));
    m.mindex = (uint8_t)mindex;
    m.mid[0] = (char)('a' + mindex);
    m.receive = receive;
    m.send = send;
    m.layers = 1;
    m.nack = m.transport_cc = true;
    m.ext[GW_EXT_MID] = SIM_EXT_MID;
    m.ext[GW_EXT_TRANSPORT_CC] = SIM_EXT_TWCC;
    return m;
}

struct gw_mline sim_audio(unsigned mindex, bool receive, bool send)
{
    struct gw_mline m = mline(mindex, receive, send);

    m.kind = GW_AUDIO;
    m.codec = GW_OPUS;
    m.clock_rate = 48000;
    m.payload_type = SIM_PT_OPUS;
    m.ext[GW_EXT_AUDIO_LEVEL] = SIM_EXT_LEVEL;
    return m;
}

struct gw_mline sim_video(unsigned mindex, bool receive, bool send)
{
    struct gw_mline m = mline(mindex, receive, send);

    m.kind = GW_VIDEO;
    m.codec = GW_VP8;
    m.clock_rate = 90000;
    m.payload_type = SIM_PT_VP8;
    m.rtx_payload_type = SIM_PT_RTX;
    m.pli = m.fir = m.remb = true;
    m.ext[GW_EXT_ABS_SEND_TIME] = SIM_EXT_ABS;
    m.ext[GW_EXT_RID] = SIM_EXT_RID;
    m.ext[GW_EXT_REPAIRED_RID] = SIM_EXT_RRID;
    return m;
}

struct gw_mline sim_data(unsigned mindex)
{
    struct gw_mline m = mline(mindex, true, true);

    m.kind = GW_DATA;
    m.sctp_port = 5000;
    return m;
}

void sim_client_data(struct sim_client *c)
{
    if (c->sctp)
        return;
    if (gw_sctp_new(&c->sctp, true, 5000, &sctp_events, c))
        abort();
    if (c->connected)
        gw_sctp_connect(c->sctp);
}

void sim_client_media(struct sim_client *c, const struct gw_mline *m, unsigned n)
{
    struct gw_order o = {.tag = GW_ORDER_PEER_MEDIA, .peer = c->id};
    struct gw_media *media = calloc(1, sizeof(*media) + n * sizeof(*m));

    media->n = n;
    for (unsigned i = 0; i < n; i++) {
        media->m[i] = m[i];
        if (m[i].kind == GW_DATA)
            sim_client_data(c);
        if (m[i].send && m[i].kind != GW_DATA) {
            media->m[i].send_ssrc = 0x80000000 | sim_ssrc(c, m[i].mindex, 0);
            if (m[i].rtx_payload_type)
                media->m[i].send_rtx_ssrc = media->m[i].send_ssrc + 1;
        }
    }
    o.u.media = media;
    sim_order(c->world, c->worker, &o);
}

struct sim_in *sim_client_expect(struct sim_client *c, const struct gw_mline *m)
{
    struct sim_in *in = g_new0(struct sim_in, 1);

    in->ssrc = 0x80000000 | sim_ssrc(c, m->mindex, 0);
    in->rtx_ssrc = m->rtx_payload_type ? in->ssrc + 1 : 0;
    in->mindex = m->mindex;
    in->nack_on = m->nack;
    c->in[c->n_in++] = in;
    return in;
}

struct sim_out *sim_client_send(struct sim_client *c, unsigned mindex, bool video, unsigned layer, const char *rid)
{
    struct sim_out *o = &c->out[c->n_out++];

    *o = (struct sim_out){.on = true, .video = video, .mindex = mindex, .layer = layer};
    g_strlcpy(o->rid, rid ? rid : "", sizeof(o->rid));
    o->ssrc = sim_ssrc(c, mindex, layer);
    o->rtx_ssrc = o->ssrc + 1;
    o->seq = (uint16_t)sim_random(c->world->net);
    o->index = o->seq & 0x7fff; /* so that SRTP starts in the first cycle */
    o->seq = (uint16_t)o->index;
    o->ts = sim_random(c->world->net);
    o->picture_id = sim_random(c->world->net) & 0x7fff;
    o->tl0 = (uint8_t)sim_random(c->world->net);
    o->every_us = video ? 33333 : 20000;
    o->packets_per_frame = video ? 4 : 1;
    o->payload = video ? 900 + 100 * layer : 80;
    o->want_keyframe = true;
    o->kept = g_new0(__typeof__(*o->kept), SIM_KEPT);
    return o;
}
