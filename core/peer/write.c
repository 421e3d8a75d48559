/* SPDX-License-Identifier: Apache-2.0 */
/* Our description as text: which lines, in which order. Values come from the plan, transport from the worker. */
#include <string.h>

#include "peer/plan_state.h"

#define DEFAULT_PROTO "UDP/TLS/RTP/SAVPF"
#define CNAME         "janus"

struct text {
    struct gw_sdp_writer w;
    const struct gw_plan *plan;
    const struct gw_plan_transport *t;
    const char *family; /* "IP4", "IP6" */
    const char *setup;
};

/* --- session level ------------------------------------------------------------------------------------------------ */

static void write_origin(struct text *x)
{
    const struct gw_plan *p = x->plan;

    if (p->last_is_offer)
        gw_sdp_line(&x->w, "o=- %llu %llu IN %s %s", (unsigned long long)p->conf.session_id,
                    (unsigned long long)p->version, x->family, x->t->address);
    else
        gw_sdp_line(&x->w, "o=- %s %s IN %s %s", p->origin_id, p->origin_version, x->family, x->t->address);
}

static void write_title(struct text *x)
{
    char *title = g_strdup(x->plan->title && *x->plan->title ? x->plan->title : "-");

    gw_sdp_clean(title, false);
    gw_sdp_line(&x->w, "s=%s", title);
    g_free(title);
}

static void write_session(struct text *x)
{
    gw_sdp_line(&x->w, "v=0");
    write_origin(x);
    write_title(x);
    gw_sdp_line(&x->w, "t=0 0");
    gw_sdp_part(&x->w, "a=group:BUNDLE");
    for (unsigned i = 0; i < x->plan->n_described; i++)
        if (!gw_plan_line(x->plan, i)->rejected)
            gw_sdp_part(&x->w, " %s", gw_plan_line(x->plan, i)->m.mid);
    gw_sdp_line(&x->w, "%s", "");
    gw_sdp_line(&x->w, "a=ice-options:trickle");
    gw_sdp_line(&x->w, "a=fingerprint:sha-256 %s", x->t->fingerprint);
    gw_sdp_line(&x->w, "a=extmap-allow-mixed");
    gw_sdp_line(&x->w, "a=msid-semantic: WMS *");
    if (x->t->local->lite)
        gw_sdp_line(&x->w, "a=ice-lite");
}

/* --- codecs ------------------------------------------------------------------------------------------------------- */

static void write_feedback(struct text *x, const struct gw_plan_line *l)
{
    static const char *const video[] = {"ccm fir", "nack", "nack pli", "goog-remb"};
    unsigned pt = l->m.payload_type;

    for (unsigned i = 0; l->m.kind == GW_VIDEO && i < G_N_ELEMENTS(video); i++)
        gw_sdp_line(&x->w, "a=rtcp-fb:%u %s", pt, video[i]);
    if (l->audio_nack)
        gw_sdp_line(&x->w, "a=rtcp-fb:%u nack", pt);
    if (l->m.ext[GW_EXT_TRANSPORT_CC])
        gw_sdp_line(&x->w, "a=rtcp-fb:%u transport-cc", pt);
}

static void write_codec(struct text *x, const struct gw_plan_line *l)
{
    const struct gw_codec_name *c = gw_codec_get(l->m.codec);
    unsigned pt = l->m.payload_type;

    gw_sdp_part(&x->w, "a=rtpmap:%u %s/%u", pt, c->rtpmap, c->clock);
    if (l->channels > 1)
        gw_sdp_part(&x->w, "/%u", l->channels);
    gw_sdp_line(&x->w, "%s", "");
    if (l->fmtp)
        gw_sdp_line(&x->w, "a=fmtp:%u %s", pt, l->fmtp);
    write_feedback(x, l);
    if (l->m.red_payload_type) {
        gw_sdp_line(&x->w, "a=rtpmap:%u red/48000/2", l->m.red_payload_type);
        gw_sdp_line(&x->w, "a=fmtp:%u %u/%u", l->m.red_payload_type, pt, pt);
    }
}

static void write_extensions(struct text *x, const struct gw_plan_line *l)
{
    for (unsigned e = 0; e < GW_EXT_COUNT; e++) {
        if (!l->m.ext[e])
            continue;
        gw_sdp_part(&x->w, "a=extmap:%u", l->m.ext[e]);
        if (l->ext_dir[e] != GW_SDP_SENDRECV)
            gw_sdp_part(&x->w, "/%s", gw_sdp_direction_name(l->ext_dir[e]));
        gw_sdp_line(&x->w, " %s", gw_ext_uri((enum gw_ext)e));
    }
}

static void write_rtx(struct text *x, const struct gw_plan_line *l)
{
    if (!l->m.rtx_payload_type)
        return;
    gw_sdp_line(&x->w, "a=rtpmap:%u rtx/90000", l->m.rtx_payload_type);
    gw_sdp_line(&x->w, "a=fmtp:%u apt=%u", l->m.rtx_payload_type, l->m.payload_type);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static void write_streams(struct text *x, const struct gw_plan_line *l)
{
    bool rtx = l->m.rtx_payload_type && l->m.send_rtx_ssrc && (l->ours & GW_SDP_SEND);

    if (rtx)
        gw_sdp_line(&x->w, "a=ssrc-group:FID %u %u", l->m.send_ssrc, l->m.send_rtx_ssrc);
    if (l->ours && l->our_stream && l->our_track)
        gw_sdp_line(&x->w, "a=msid:%s %s", l->our_stream, l->our_track);
    else if (l->ours)
        gw_sdp_line(&x->w, "a=msid:janus janus%s", l->m.mid);
    gw_sdp_line(&x->w, "a=ssrc:%u cname:" CNAME, l->m.send_ssrc);
    if (rtx)
        gw_sdp_line(&x->w, "a=ssrc:%u cname:" CNAME, l->m.send_rtx_ssrc);
}

/* The peer's rids, answered in its order. Offers of ours have none. */
static void write_rids(struct text *x, const struct gw_plan_line *l)
{
    if (!l->rids.n || x->plan->last_is_offer)
        return;
    for (unsigned i = 0; i < l->rids.n; i++)
        gw_sdp_line(&x->w, "a=rid:%s recv", l->rids.rid[i].id);
    gw_sdp_part(&x->w, l->rids.legacy ? "a=simulcast: recv rid=" : "a=simulcast:recv ");
    for (unsigned i = 0; i < l->rids.n; i++)
        gw_sdp_part(&x->w, "%s%s%s", i ? ";" : "", l->rids.rid[i].paused ? "~" : "", l->rids.rid[i].id);
    gw_sdp_line(&x->w, "%s", "");
}

/* --- m-lines ------------------------------------------------------------------------------------------------------ */

static void write_transport(struct text *x)
{
    gw_sdp_line(&x->w, "a=ice-ufrag:%s", x->t->local->ufrag);
    gw_sdp_line(&x->w, "a=ice-pwd:%s", x->t->local->pwd);
    gw_sdp_line(&x->w, "a=ice-options:trickle");
    gw_sdp_line(&x->w, "a=setup:%s", x->setup);
}

static void write_candidates(struct text *x)
{
    if (!x->t->candidates)
        return;
    for (unsigned i = 0; i < x->t->local->n_candidates; i++)
        gw_sdp_line(&x->w, "a=candidate:%s", x->t->local->candidates[i]);
    gw_sdp_line(&x->w, "a=end-of-candidates");
}

static const char *proto_of(const struct text *x, const struct gw_plan_line *l)
{
    if (l->known && l->m.kind != GW_DATA)
        return x->plan->proto ? x->plan->proto : DEFAULT_PROTO;
    return l->proto;
}

static void write_rejected(struct text *x, const struct gw_plan_line *l)
{
    bool keeps_format = !strcmp(l->media, "application") && l->format && *l->format;

    gw_sdp_line(&x->w, "m=%s 0 %s %s", l->media, proto_of(x, l), keeps_format ? l->format : "0");
    gw_sdp_line(&x->w, "c=IN %s %s", x->family, x->t->address);
    gw_sdp_line(&x->w, "a=inactive");
    gw_sdp_line(&x->w, "a=mid:%s", l->m.mid);
}

static void write_formats(struct text *x, const struct gw_plan_line *l)
{
    const struct gw_mline *m = &l->m;

    if (m->red_payload_type && l->red_first)
        gw_sdp_part(&x->w, " %u", m->red_payload_type);
    gw_sdp_part(&x->w, " %u", m->payload_type);
    if (m->red_payload_type && !l->red_first)
        gw_sdp_part(&x->w, " %u", m->red_payload_type);
    if (m->rtx_payload_type)
        gw_sdp_part(&x->w, " %u", m->rtx_payload_type);
    gw_sdp_line(&x->w, "%s", "");
}

static void write_rtp(struct text *x, const struct gw_plan_line *l)
{
    gw_sdp_part(&x->w, "m=%s 9 %s", l->media, proto_of(x, l));
    write_formats(x, l);
    gw_sdp_line(&x->w, "c=IN %s %s", x->family, x->t->address);
    if (l->bandwidth && l->tias)
        gw_sdp_line(&x->w, "b=TIAS:%u", l->bandwidth);
    else if (l->bandwidth)
        gw_sdp_line(&x->w, "b=AS:%u", l->bandwidth < 1000 ? 1 : l->bandwidth / 1000);
    gw_sdp_line(&x->w, "a=%s", gw_sdp_direction_name(l->ours));
    gw_sdp_line(&x->w, "a=mid:%s", l->m.mid);
    gw_sdp_line(&x->w, "a=rtcp-mux");
    write_transport(x);
    if (l->receiver_rtt && l->m.kind == GW_VIDEO && (l->ours & GW_SDP_SEND))
        gw_sdp_line(&x->w, "a=rtcp-xr:rcvr-rtt=all");
    write_codec(x, l);
    write_extensions(x, l);
    write_rtx(x, l);
    write_streams(x, l);
    write_rids(x, l);
    write_candidates(x);
}

static void write_data(struct text *x, const struct gw_plan_line *l)
{
    gw_sdp_line(&x->w, "m=application 9 %s %s", l->proto, l->format && *l->format ? l->format : "webrtc-datachannel");
    gw_sdp_line(&x->w, "c=IN %s %s", x->family, x->t->address);
    gw_sdp_line(&x->w, "a=%s", gw_sdp_direction_name(l->ours));
    gw_sdp_line(&x->w, "a=mid:%s", l->m.mid);
    write_transport(x);
    gw_sdp_line(&x->w, l->sctpmap ? "a=sctpmap:5000 webrtc-datachannel 16" : "a=sctp-port:5000");
    write_candidates(x);
}

char *gw_plan_text(const struct gw_plan *p, const struct gw_plan_transport *t)
{
    struct text x = {.plan = p, .t = t, .family = strchr(t->address, ':') ? "IP6" : "IP4"};

    x.setup = p->last_is_offer ? "actpass" : p->dtls_client ? "active" : "passive";
    write_session(&x);
    for (unsigned i = 0; i < p->n_described; i++) {
        const struct gw_plan_line *l = gw_plan_line(p, i);

        if (l->rejected)
            write_rejected(&x, l);
        else if (l->m.kind == GW_DATA)
            write_data(&x, l);
        else
            write_rtp(&x, l);
    }
    return gw_sdp_take(&x.w);
}
