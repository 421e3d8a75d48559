/* SPDX-License-Identifier: Apache-2.0 */
/* The `webrtc` part of handle_info (spec: admin API §4), as JSON text. Asked for by hand, so it may allocate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/state.h"
#include "sdp/names.h"

/* --- a small writer: commas by itself, text escaped --------------------------------------------------------------- */

struct json {
    GString *s;
    bool comma;
};

static void put_text(struct json *j, const char *text)
{
    g_string_append_c(j->s, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(j->s, "\\%c", *c);
        else if (*c < 0x20 || *c > 0x7e)
            g_string_append_printf(j->s, "\\u%04x", *c);
        else
            g_string_append_c(j->s, (char)*c);
    }
    g_string_append_c(j->s, '"');
}

static void key(struct json *j, const char *name)
{
    if (j->comma)
        g_string_append_c(j->s, ',');
    j->comma = true;
    if (!name)
        return;
    put_text(j, name);
    g_string_append_c(j->s, ':');
}

static void open_with(struct json *j, const char *name, char bracket)
{
    key(j, name);
    g_string_append_c(j->s, bracket);
    j->comma = false;
}

static void close_with(struct json *j, char bracket)
{
    g_string_append_c(j->s, bracket);
    j->comma = true;
}

static void number(struct json *j, const char *name, int64_t v)
{
    key(j, name);
    g_string_append_printf(j->s, "%" G_GINT64_FORMAT, v);
}

static void text(struct json *j, const char *name, const char *v)
{
    key(j, name);
    put_text(j, v);
}

static void flag(struct json *j, const char *name, bool v)
{
    key(j, name);
    g_string_append(j->s, v ? "true" : "false");
}

static void number_if(struct json *j, const char *name, int64_t v)
{
    if (v)
        number(j, name, v);
}

/* --- ICE and DTLS ------------------------------------------------------------------------------------------------- */

/* What handle_info shows outside of `webrtc` (core/api/handleinfo.c moves it there). */
static void agent(struct json *j, const struct gw_peer *p)
{
    open_with(j, "agent", '{');
    number(j, "agent-created", p->created_us);
    number_if(j, "agent-started", p->started_us);
    text(j, "ice-mode", gw_ice_is_lite(p->ice) ? "lite" : "full");
    text(j, "ice-role", gw_ice_is_controlling(p->ice) ? "controlling" : "controlled");
    number(j, "queued-packets", (int64_t)gw_pacer_waiting(&p->sender.pacer));
    close_with(j, '}');
}

static void ice(struct json *j, const struct gw_peer *p)
{
    static const char *const states[] = {"disconnected", "gathering", "connecting", "connected", "ready", "failed"};
    const char *const *list;
    char selected[256];
    size_t n;

    open_with(j, "ice", '{');
    number(j, "stream_id", 1);
    number(j, "component_id", 1);
    text(j, "state", states[gw_ice_get_state(p->ice)]);
    if (p->failed_us) {
        number(j, "failed-detected", p->failed_us);
        flag(j, "icetimer-started", true);
    }
    number_if(j, "gathered", p->gathered_us);
    number_if(j, "connected", p->connected_us);
    n = gw_ice_candidates(p->ice, &list);
    open_with(j, "local-candidates", '[');
    for (size_t i = 0; i < n; i++)
        text(j, NULL, list[i]);
    close_with(j, ']');
    n = gw_ice_remote_candidates(p->ice, &list);
    open_with(j, "remote-candidates", '[');
    for (size_t i = 0; i < n; i++)
        text(j, NULL, list[i]);
    close_with(j, ']');
    gw_ice_selected(p->ice, selected, sizeof(selected));
    if (selected[0])
        text(j, "selected-pair", selected);
    number(j, "ready", p->gathered);
    close_with(j, '}');
}

static void dtls(struct json *j, const struct gw_peer *p)
{
    static const char *const states[] = {"created", "trying", "connected", "failed", "failed"};

    open_with(j, "dtls", '{');
    text(j, "fingerprint", gw_dtls_fingerprint(p->engine->conf.dtls));
    if (p->remote) {
        text(j, "remote-fingerprint", p->remote->fingerprint);
        text(j, "remote-fingerprint-hash", p->remote->hash);
    }
    text(j, "dtls-role", !p->remote ? "actpass" : p->remote->dtls_client ? "active" : "passive");
    text(j, "dtls-state", p->dtls ? states[gw_dtls_get_state(p->dtls)] : "created");
    number(j, "retransmissions", p->dtls ? gw_dtls_retransmissions(p->dtls) : 0);
    flag(j, "valid", p->up);
    text(j, "srtp-profile", p->srtp ? gw_srtp_profile_name(gw_srtp_get_profile(p->srtp)) : "none");
    flag(j, "ready", p->up);
    number_if(j, "handshake-started", p->handshake_us);
    number_if(j, "connected", p->dtls_connected_us);
    flag(j, "sctp-association", p->sctp);
    open_with(j, "stats", '{');
    open_with(j, "in", '{');
    number(j, "packets", (int64_t)p->dtls_in);
    number(j, "bytes", (int64_t)p->dtls_in_bytes);
    close_with(j, '}');
    open_with(j, "out", '{');
    number(j, "packets", (int64_t)p->dtls_out);
    number(j, "bytes", (int64_t)p->dtls_out_bytes);
    close_with(j, '}');
    close_with(j, '}');
    close_with(j, '}');
}

/* What is known of the way to the peer, and what is made of it. In bit/s, ms and per cent. */
static void bandwidth(struct json *j, const struct gw_peer *p)
{
    const struct gw_sender *s = &p->sender;
    const struct gw_bwe *b = &s->bwe;
    int64_t now_us = p->engine->now_us;

    number_if(j, "estimate", gw_bwe_estimate(b, now_us));
    number_if(j, "allocated", p->allocated_bps);
    number_if(j, "sent", b->sent_bps);
    number_if(j, "rtt", b->rtt_us / 1000);
    if (b->twcc && b->twcc->any) {
        number(j, "by-delay", (int64_t)b->twcc->aimd.bps);
        number_if(j, "by-loss", (int64_t)b->twcc->loss.bps);
        number(j, "arriving", gw_acked_bps(&b->twcc->acked));
        number(j, "needed", b->twcc->probe.need_bps);
        number(j, "loss-percent", (int64_t)(gw_bwe_loss_now(b) * 100));
        number(j, "standing-queue", gw_bwe_queue_us(b) / 1000);
        number(j, "probes", (int64_t)b->twcc->probe.made);
        number(j, "probes-won", (int64_t)b->twcc->probe.won);
    }
    number_if(j, "feedbacks", (int64_t)b->feedbacks);
    number_if(j, "overuses", (int64_t)b->overuses);
    number_if(j, "feedback-for-unsent", (int64_t)b->unsent);
    number_if(j, "feedback-repeated", (int64_t)b->repeated);
    number_if(j, "feedback-too-long", (int64_t)b->too_long);
    number_if(j, "clock-jumps", (int64_t)b->clock_jumps);
    open_with(j, "pacer", '{');
    number(j, "rate", s->pacer.rate_bps);
    number(j, "packets", (int64_t)gw_pacer_waiting(&s->pacer));
    number(j, "delay", gw_pacer_delay_us(&s->pacer, now_us) / 1000);
    number(j, "left", (int64_t)s->pacer.left);
    number(j, "late", (int64_t)s->pacer.late);
    number_if(j, "dropped", (int64_t)(s->pacer.dropped_full + s->pacer.dropped_old));
    close_with(j, '}');
}

static void extensions(struct json *j, const struct gw_peer *p)
{
    open_with(j, "extensions", '{');
    for (int i = 0; i < GW_EXT_COUNT; i++)
        if (p->ids[i])
            number(j, gw_ext_uri((enum gw_ext)i), p->ids[i]);
    close_with(j, '}');
    open_with(j, "bwe", '{');
    flag(j, "twcc", p->twcc_ext);
    if (p->twcc_ext)
        number(j, "twcc-ext-id", p->twcc_ext);
    number_if(j, "remb-bitrate", p->remb_bps);
    bandwidth(j, p);
    close_with(j, '}');
    number_if(j, "too-large", (int64_t)p->too_large);
}

/* --- m-lines ------------------------------------------------------------------------------------------------------ */

static int64_t ticks_to_ms(double ticks, uint32_t clock_rate)
{
    return clock_rate ? (int64_t)(ticks * 1000 / clock_rate) : 0;
}

static void ssrcs(struct json *j, const struct gw_track *t)
{
    static const char *const main_names[] = {"ssrc-peer", "ssrc-peer-sim-1", "ssrc-peer-sim-2"};
    static const char *const rtx_names[] = {"ssrc-peer-rtx", "ssrc-peer-sim-1-rtx", "ssrc-peer-sim-2-rtx"};

    open_with(j, "ssrc", '{');
    number_if(j, "ssrc", t->m.send_ssrc);
    number_if(j, "ssrc-rtx", t->m.send_rtx_ssrc);
    for (unsigned i = 0; i < t->peer->n_ssrcs; i++) {
        const struct gw_ssrc *s = &t->peer->ssrcs[i];

        if (s->mindex == t->m.mindex)
            number(j, s->rtx ? rtx_names[s->layer] : main_names[s->layer], s->ssrc);
    }
    close_with(j, '}');
}

static void rid_simulcast(struct json *j, const struct gw_track *t)
{
    if (!t->m.rid[0][0])
        return;
    open_with(j, "rid-simulcast", '{');
    open_with(j, "rid", '[');
    for (unsigned i = GW_MAX_LAYERS; i-- > 0;)
        if (t->m.rid[i][0])
            text(j, NULL, t->m.rid[i]);
    close_with(j, ']');
    number(j, "rid-ext-id", t->m.ext[GW_EXT_RID]);
    number_if(j, "ridrtx-ext-id", t->m.ext[GW_EXT_REPAIRED_RID]);
    text(j, "rid-order", t->m.rids_low_to_high ? "lmh" : "hml");
    if (t->m.rids_legacy)
        text(j, "rid-syntax", "legacy");
    close_with(j, '}');
}

static void rtcp_of(struct json *j, const char *name, const struct gw_track *t, unsigned layer)
{
    const struct gw_source_layer *l = t->source ? t->source->layer[layer] : NULL;
    const struct gw_sink *k = layer ? NULL : t->sink;

    if (!l && !k)
        return;
    open_with(j, name, '{');
    number(j, "base", t->m.clock_rate);
    if (!layer)
        number(j, "rtt", t->peer->sender.bwe.rtt_us / 1000);
    if (k && k->remote.lsr) {
        open_with(j, "rtt-values", '{');
        number(j, "ntp", k->remote.ntp);
        number(j, "lsr", k->remote.lsr);
        number(j, "dlsr", k->remote.dlsr);
        close_with(j, '}');
    }
    number(j, "lost", l ? gw_reception_lost(&l->reception) : 0);
    number(j, "lost-by-remote", k ? k->remote.lost : 0);
    number(j, "jitter-local", l ? ticks_to_ms(gw_reception_jitter(&l->reception), t->m.clock_rate) : 0);
    number(j, "jitter-remote", k ? ticks_to_ms(k->remote.jitter, t->m.clock_rate) : 0);
    number(j, "in-link-quality", l ? (int64_t)l->reception.quality : 0);
    number(j, "in-media-link-quality", l ? (int64_t)l->reception.media_quality : 0);
    number(j, "out-link-quality", k ? (int64_t)k->remote.quality : 0);
    number(j, "out-media-link-quality", k ? (int64_t)k->remote.media_quality : 0);
    close_with(j, '}');
}

static void stats_in(struct json *j, const struct gw_track *t)
{
    static const char *const names[] = {NULL, "video-simulcast-1", "video-simulcast-2"};
    const struct gw_source_layer *l = t->source ? t->source->layer[0] : NULL;

    open_with(j, "in", '{');
    number(j, "packets", l ? (int64_t)l->packets : 0);
    number(j, "bytes", l ? (int64_t)l->bytes : 0);
    number(j, "bytes_lastsec", l ? (int64_t)l->bytes_second : 0);
    if (t->m.nack) {
        number(j, "nacks", t->sink ? (int64_t)t->sink->nacks : 0);
        number(j, "retransmissions", l ? (int64_t)l->retransmissions : 0);
    }
    for (unsigned i = 1; t->source && i < GW_MAX_LAYERS; i++) {
        l = t->source->layer[i];
        if (!l)
            continue;
        open_with(j, names[i], '{');
        number(j, "packets", (int64_t)l->packets);
        number(j, "bytes", (int64_t)l->bytes);
        number(j, "bytes_lastsec", (int64_t)l->bytes_second);
        if (t->m.nack)
            number(j, "nacks", 0);
        close_with(j, '}');
    }
    close_with(j, '}');
}

static void sent(struct json *j, const struct gw_sink *k)
{
    number(j, "retransmitted", (int64_t)k->retransmitted);
    number_if(j, "probes", (int64_t)k->probes);
    if (k->conf.kind != GW_VIDEO)
        return;
    number(j, "substream", k->layers.substream);
    number(j, "temporal", k->layers.temporal);
    number(j, "spatial", k->layers.spatial);
    flag(j, "automatic", k->options.automatic);
    flag(j, "held", k->suspended);
    if (k->shown) { /* guessed */
        number(j, "pictures", k->shown->pictures);
        number(j, "freezes", k->shown->freezes);
        number(j, "frozen", (int64_t)k->shown->frozen_ms);
        number(j, "longest-freeze", k->shown->longest_ms);
    }
    if (k->limited)
        number(j, "budget", k->budget_bps);
}

static void stats_out(struct json *j, const struct gw_track *t)
{
    uint64_t nacks = 0;

    for (unsigned i = 0; t->source && i < GW_MAX_LAYERS; i++)
        if (t->source->layer[i])
            nacks += t->source->layer[i]->nacks_sent;
    open_with(j, "out", '{');
    number(j, "packets", t->sink ? (int64_t)t->sink->packets : 0);
    number(j, "bytes", t->sink ? (int64_t)t->sink->bytes : 0);
    number(j, "bytes_lastsec", t->sink ? (int64_t)t->sink->bytes_second : 0);
    number(j, "nacks", (int64_t)nacks);
    if (t->sink)
        sent(j, t->sink);
    close_with(j, '}');
}

static void messages(struct json *j, const char *name, const struct gw_messages *m)
{
    open_with(j, name, '{');
    number(j, "packets", (int64_t)m->messages);
    number(j, "bytes", (int64_t)m->bytes);
    close_with(j, '}');
}

static void codecs(struct json *j, const struct gw_track *t)
{
    const struct gw_codec_name *name = gw_codec_get(t->m.codec);

    if (!name)
        return;
    open_with(j, "codecs", '{');
    number(j, "pt", t->m.payload_type);
    number_if(j, "opus-red-pt", t->m.red_payload_type);
    number_if(j, "rtx-pt", t->m.rtx_payload_type);
    text(j, "codec", name->name);
    close_with(j, '}');
}

static void mline(struct json *j, const struct gw_track *t)
{
    static const char *const kinds[] = {"", "audio", "video", "data"};

    open_with(j, t->m.mid, '{');
    text(j, "type", kinds[t->m.kind]);
    number(j, "mindex", t->m.mindex);
    text(j, "mid", t->m.mid);
    if (t->m.kind != GW_DATA) {
        flag(j, "do_nacks", t->m.nack);
        number(j, "nack-queue-ms", t->peer->sender.history_us / 1000);
        ssrcs(j, t);
        rid_simulcast(j, t);
        open_with(j, "direction", '{');
        flag(j, "send", t->m.send);
        flag(j, "recv", t->m.receive);
        close_with(j, '}');
        codecs(j, t);
        open_with(j, "rtcp", '{');
        rtcp_of(j, "main", t, 0);
        rtcp_of(j, "sim1", t, 1);
        rtcp_of(j, "sim2", t, 2);
        close_with(j, '}');
    }
    open_with(j, "stats", '{');
    if (t->m.kind == GW_DATA) {
        messages(j, "in", &t->peer->heard);
        messages(j, "out", &t->peer->said);
    } else {
        stats_in(j, t);
        stats_out(j, t);
    }
    close_with(j, '}');
    close_with(j, '}');
}

char *gw_describe(struct gw_peer *p, int64_t now_us)
{
    struct json j = {.s = g_string_new(NULL)};
    char *out;

    open_with(&j, NULL, '{');
    agent(&j, p);
    ice(&j, p);
    dtls(&j, p);
    extensions(&j, p);
    open_with(&j, "media", '{');
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->known)
            mline(&j, p->tracks[i]);
    close_with(&j, '}');
    close_with(&j, '}');
    out = strdup(j.s->str); /* the receiver uses free() */
    g_string_free(j.s, TRUE);
    return out;
}
