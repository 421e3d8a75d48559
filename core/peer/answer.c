/* SPDX-License-Identifier: Apache-2.0 */
/* Answering an offer of the peer, m-line by m-line, under a plugin's policy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "peer/plan_state.h"

#define SCTP_PORT 5000

/* One answer being made. */
struct answer {
    struct gw_plan *plan;
    const struct gw_sdp *sdp;
    const struct cardea_answer *policy;
    unsigned audio, video, data; /* m-lines accepted so far */
};

/* --- the offer is checked ----------------------------------------------------------------------------------------- */

static int refuse(int err, const char *text, char *why, size_t why_len)
{
    gw_strlcpy(why, text, why_len);
    return err;
}

/* a=mid, or the index where there is none. false: too long, or not a token. */
bool gw_plan_read_mid(const struct gw_sdp_media *m, unsigned mindex, char mid[17])
{
    const char *value = gw_sdp_media_get(m, "mid");

    if (!value || !*value) {
        snprintf(mid, 17, "%u", mindex);
        return true;
    }
    return gw_strlcpy(mid, value, 17) < 17 && !strpbrk(mid, " \t");
}

static int check_mids(const struct gw_sdp *s, char *why, size_t why_len)
{
    char mid[GW_SDP_MAX_MEDIA][17];

    for (unsigned i = 0; i < s->n_media; i++) {
        if (!gw_plan_read_mid(&s->media[i], i, mid[i]))
            return refuse(GW_EPARSE, "A mid is longer than 16 characters or holds a blank", why, why_len);
        for (unsigned k = 0; k < i; k++)
            if (!strcmp(mid[k], mid[i]))
                return refuse(GW_EPARSE, "Two m-lines have the same mid", why, why_len);
    }
    return 0;
}

/* M-lines stay where they are and what they are, unless they were rejected before. */
static int check_lines(const struct gw_plan *p, const struct gw_sdp *s, char *why, size_t why_len)
{
    for (unsigned i = 0; i < p->lines->len; i++) {
        const struct gw_plan_line *l = gw_plan_line(p, i);
        bool free_slot = l->described && l->rejected;

        if (!l->described && i >= s->n_media)
            break;
        if (i >= s->n_media)
            return refuse(GW_EPROTO, "The offer lacks m-lines of earlier descriptions", why, why_len);
        if (!free_slot && strcmp(l->media, s->media[i].kind) != 0)
            return refuse(GW_EPROTO, "An m-line has changed its kind", why, why_len);
    }
    return 0;
}

static bool svc_is_fine(const json_t *svc)
{
    size_t i;
    json_t *item;

    if (!json_is_array(svc))
        return false;
    json_array_foreach(svc, i, item)
    {
        const json_t *mindex = json_object_get(item, "mindex"), *mid = json_object_get(item, "mid");

        if (!json_is_object(item) || (!mindex && !mid) || (mindex && !json_is_integer(mindex)) ||
            (mid && !json_is_string(mid)) || !json_is_string(json_object_get(item, "svc")))
            return false;
    }
    return true;
}

int gw_plan_take_offer(struct gw_plan *p, const struct gw_plan_remote *remote, char *why, size_t why_len)
{
    struct gw_plan_credentials unused;
    struct gw_sdp *s = NULL;
    int err;

    if (p->state == GW_PLAN_LOCAL_OFFER)
        return refuse(GW_EPROTO, "Our own offer is still unanswered", why, why_len);
    err = gw_plan_parse(&s, remote->sdp, why, why_len);
    if (!err)
        err = gw_plan_check_transport(s, &unused, why, why_len);
    if (!err)
        err = check_mids(s, why, why_len);
    if (!err)
        err = check_lines(p, s, why, why_len);
    if (err) {
        gw_sdp_free(s);
        return err;
    }
    gw_plan_forget_offer(p);
    p->pending = s;
    p->pending_e2ee = remote->e2ee;
    p->low_to_high = remote->rids_low_to_high;
    p->pending_svc = remote->svc && svc_is_fine(remote->svc) ? json_deep_copy(remote->svc) : NULL;
    p->state = GW_PLAN_REMOTE_OFFER;
    return 0;
}

void gw_plan_forget_offer(struct gw_plan *p)
{
    gw_sdp_free(p->pending);
    p->pending = NULL;
    json_decref(p->pending_svc);
    p->pending_svc = NULL;
    gw_plan_forget_offered(p);
    if (p->state == GW_PLAN_REMOTE_OFFER)
        p->state = GW_PLAN_STABLE;
}

/* --- what the fmtp says ------------------------------------------------------------------------------------------- */

static bool add_flag(GString *s, const char *fmtp, const char *name, bool wanted)
{
    if (!wanted || !gw_sdp_fmtp_is(fmtp, name, "1"))
        return false;
    g_string_append_printf(s, "%s%s=1", s->len ? ";" : "", name);
    return true;
}

static void answer_opus(struct gw_plan_line *l, const char *fmtp, const struct cardea_answer *policy)
{
    GString *s = g_string_new(NULL);

    l->fec = add_flag(s, fmtp, "useinbandfec", policy->opus_fec);
    l->dtx = add_flag(s, fmtp, "usedtx", policy->opus_dtx);
    l->stereo = add_flag(s, fmtp, "stereo", policy->opus_stereo);
    if (s->len)
        gw_plan_replace(&l->fmtp, s->str);
    g_string_free(s, TRUE);
}

static void answer_profile(struct gw_plan_line *l, const struct gw_sdp_payload *pay, const char *wanted)
{
    const char *key = gw_plan_profile_key(l->m.codec), *value;
    char text[128];
    size_t len;

    gw_plan_replace(&l->fmtp, pay->fmtp);
    if (!key)
        return;
    if (gw_sdp_fmtp_get(pay->fmtp, key, &value, &len))
        gw_plan_replace_part(&l->profile, value, len);
    if (!wanted || !gw_plan_has_profile(pay, l->m.codec, wanted))
        return;
    snprintf(text, sizeof(text), "%s=%s%s", key, l->profile, l->m.codec == GW_H264 ? ";packetization-mode=1" : "");
    gw_plan_replace(&l->fmtp, text);
}

static void answer_fmtp(struct gw_plan_line *l, const struct gw_sdp_payload *pay, const struct cardea_answer *policy)
{
    g_clear_pointer(&l->fmtp, g_free);
    l->fec = l->dtx = l->stereo = false;
    gw_plan_replace(&l->peer_fmtp, pay->fmtp);
    switch (l->m.codec) {
    case GW_OPUS:
        answer_opus(l, pay->fmtp, policy);
        break;
    case GW_H264:
    case GW_VP9:
    case GW_AV1:
    case GW_H265:
    case GW_MULTIOPUS:
        answer_profile(l, pay, gw_plan_wanted_profile(policy, l->m.codec));
        break;
    default:
        break;
    }
}

/* --- what arrives: layers ----------------------------------------------------------------------------------------- */

static bool svc_is_stated(const struct gw_plan *p, const struct gw_plan_line *l)
{
    size_t i;
    json_t *item;

    json_array_foreach(p->pending_svc, i, item)
    {
        const json_t *mindex = json_object_get(item, "mindex"), *mid = json_object_get(item, "mid");

        if ((mindex && json_integer_value(mindex) == l->m.mindex) ||
            (!mindex && !strcmp(json_string_value(mid), l->m.mid)))
            return true;
    }
    return false;
}

static void take_rids(const struct gw_plan *p, struct gw_plan_line *l)
{
    l->m.layers = (uint8_t)l->rids.n;
    l->m.rids_low_to_high = p->low_to_high;
    l->m.rids_legacy = l->rids.legacy;
    for (unsigned i = 0; i < l->rids.n; i++)
        gw_strlcpy(l->m.rid[p->low_to_high ? i : l->rids.n - 1 - i], l->rids.rid[i].id, sizeof(l->m.rid[0]));
}

static void take_layers(const struct gw_plan *p, struct gw_plan_line *l, const struct gw_sdp_media *m)
{
    struct gw_sdp_ssrcs ssrcs;

    l->m.layers = 1;
    memset(l->m.rid, 0, sizeof(l->m.rid));
    memset(l->m.ssrc, 0, sizeof(l->m.ssrc));
    memset(l->m.rtx_ssrc, 0, sizeof(l->m.rtx_ssrc));
    l->rids = (struct gw_sdp_rids){0};
    if (l->m.kind == GW_VIDEO)
        gw_sdp_read_rids(m, &l->rids);
    if (l->rids.n) {
        take_rids(p, l); /* SSRCs are learned from packets */
    } else if (l->m.receive) {
        gw_sdp_read_ssrcs(m, &ssrcs);
        l->m.layers = l->m.kind == GW_VIDEO && ssrcs.simulcast ? (uint8_t)ssrcs.n : 1;
        memcpy(l->m.ssrc, ssrcs.ssrc, l->m.layers * sizeof(ssrcs.ssrc[0]));
        memcpy(l->m.rtx_ssrc, ssrcs.rtx, l->m.layers * sizeof(ssrcs.rtx[0]));
    }
    l->m.svc = (l->m.codec == GW_VP9 || l->m.codec == GW_AV1) && l->m.layers == 1 && (l->m.svc || svc_is_stated(p, l));
}

/* --- an RTP m-line ------------------------------------------------------------------------------------------------ */

static void wanted_extensions(const struct gw_plan_line *l, const struct cardea_answer *policy, bool w[GW_EXT_COUNT])
{
    bool audio = l->m.kind == GW_AUDIO, video = !audio;

    memset(w, 0, GW_EXT_COUNT * sizeof(w[0]));
    w[GW_EXT_MID] = w[GW_EXT_RID] = w[GW_EXT_REPAIRED_RID] = true;
    w[GW_EXT_TRANSPORT_CC] = !policy->no_transport_cc;
    w[GW_EXT_AUDIO_LEVEL] = audio && !policy->no_audiolevel;
    w[GW_EXT_ORIENTATION] = video && !policy->no_orientation;
    w[GW_EXT_PLAYOUT_DELAY] = video && !policy->no_playout_delay;
    w[GW_EXT_DEPENDENCY_DESCRIPTOR] = l->m.codec == GW_VP9 || l->m.codec == GW_AV1;
    w[GW_EXT_ABS_SEND_TIME] = policy->abs_send_time;
    w[GW_EXT_ABS_CAPTURE_TIME] = policy->abs_capture_time;
    w[GW_EXT_LAYERS_ALLOCATION] = video && policy->layers_allocation;
    for (unsigned x = 0; l->place.set && x < GW_EXT_COUNT; x++)
        w[x] |= l->place.ext[x];
}

void gw_plan_take_feedback(struct gw_plan_line *l, unsigned feedback)
{
    bool video = l->m.kind == GW_VIDEO;

    l->m.nack = (feedback & GW_SDP_NACK) && (video || l->audio_nack);
    l->m.pli = video; /* asked for even where it was not offered: there is no call without keyframes */
    l->m.fir = video && (feedback & GW_SDP_FIR);
    l->m.remb = video && (feedback & GW_SDP_REMB);
    l->m.transport_cc = l->m.ext[GW_EXT_TRANSPORT_CC] != 0;
}

/* We receive what the peer sends, and send where a place wants it or where the offer is mirrored. */
static void answer_direction(const struct answer *a, struct gw_plan_line *l, enum gw_sdp_direction theirs)
{
    bool they_send = theirs & GW_SDP_SEND, they_receive = theirs & GW_SDP_RECV;

    l->m.receive = they_send;
    l->m.send = they_receive && (l->place.set ? !l->place.inactive : they_send && !a->policy->receive_only);
    l->ours = (enum gw_sdp_direction)((l->m.send ? GW_SDP_SEND : 0) | (l->m.receive ? GW_SDP_RECV : 0));
    l->ready = l->place.set && they_receive;
    if (l->place.set) {
        gw_plan_replace(&l->our_stream, l->place.msid_stream);
        gw_plan_replace(&l->our_track, l->place.msid_track);
    }
}

static bool answer_rtp(struct answer *a, struct gw_plan_line *l, const struct gw_sdp_media *m)
{
    const struct gw_codec_name *codec = gw_codec_get(l->m.codec);
    const struct gw_sdp_payload *pay;
    struct gw_sdp_payloads all;
    bool wanted[GW_EXT_COUNT];

    gw_sdp_read_payloads(m, &all);
    pay = codec ? gw_plan_same_codec(l, &all) : gw_plan_choose(&all, l->m.kind, a->policy, &codec);
    if (!pay)
        return false;
    l->m.codec = codec->codec;
    l->m.clock_rate = pay->clock;
    l->m.payload_type = pay->pt;
    l->channels = pay->channels;
    gw_plan_take_rtx(l, &all, pay);
    l->m.red_payload_type = 0;
    if (a->policy->opus_red && l->m.codec == GW_OPUS)
        gw_plan_take_red(l, &all, pay);
    answer_fmtp(l, pay, a->policy);
    wanted_extensions(l, a->policy, wanted);
    gw_plan_take_extensions(l, a->sdp, m, wanted);
    l->audio_nack = l->m.kind == GW_AUDIO && a->policy->audio_nack;
    gw_plan_take_feedback(l, pay->feedback);
    answer_direction(a, l, gw_sdp_direction(a->sdp, m));
    take_layers(a->plan, l, m);
    l->bandwidth = l->m.kind == GW_VIDEO ? a->policy->video_bandwidth : 0;
    l->tias = a->plan->peer_is_firefox;
    gw_plan_need_ssrcs(a->plan, l);
    return true;
}

/* --- any m-line --------------------------------------------------------------------------------------------------- */

static bool answer_data(struct gw_plan_line *l, const struct gw_sdp_media *m)
{
    uint16_t port = gw_sdp_sctp_port(m);

    l->sctpmap = !strcmp(m->proto, "DTLS/SCTP");
    l->m.sctp_port = port ? port : SCTP_PORT;
    l->m.receive = l->m.send = true;
    l->ours = GW_SDP_SENDRECV;
    l->ready = l->place.set;
    return true;
}

/* Port 0 rejects, except with bundle-only (RFC 8843 §6) and, as peers of this API do it, on a first m-line in use. */
static bool is_offered(const struct answer *a, const struct gw_sdp_media *m)
{
    if (m->port || gw_sdp_media_get(m, "bundle-only"))
        return true;
    return m == a->sdp->media && gw_sdp_direction(a->sdp, m) != GW_SDP_INACTIVE;
}

static bool is_wanted(const struct answer *a, enum gw_kind kind)
{
    const struct cardea_answer *policy = a->policy;

    switch (kind) {
    case GW_AUDIO:
        return !policy->no_audio && (!policy->max_audio || a->audio < policy->max_audio);
    case GW_VIDEO:
        return !policy->no_video && (!policy->max_video || a->video < policy->max_video);
    default:
        return !policy->no_data && !a->data; /* one association a peer */
    }
}

/* A slot that was rejected and comes back as something else starts anew (RFC 8829 §5.2.2). */
static void recycle(struct gw_plan_line *l)
{
    l->m = (struct gw_mline){.mindex = l->m.mindex, .layers = 1};
    g_clear_pointer(&l->profile, g_free);
    g_clear_pointer(&l->fmtp, g_free);
    g_clear_pointer(&l->our_stream, g_free);
    g_clear_pointer(&l->our_track, g_free);
    l->place.set = l->own_numbers = false;
}

static void begin_line(struct gw_plan_line *l, const struct gw_sdp_media *m)
{
    bool fresh = !l->described;
    char mid[17];

    gw_plan_read_mid(m, l->m.mindex, mid);
    if (l->described && l->rejected && (strcmp(l->m.mid, mid) != 0 || strcmp(l->media, m->kind) != 0)) {
        recycle(l);
        fresh = true;
    }
    if (fresh)
        memcpy(l->m.mid, mid, sizeof(mid));
    l->m.kind = gw_plan_kind(m, &l->known);
    gw_strlcpy(l->media, m->kind, sizeof(l->media));
    gw_plan_replace(&l->proto, m->proto);
    gw_plan_replace(&l->format, m->formats);
    l->described = true;
    l->rejected = false;
    gw_plan_take_msid(l, m);
}

static void answer_line(struct answer *a, unsigned i)
{
    const struct gw_sdp_media *m = &a->sdp->media[i];
    struct gw_plan_line *l = gw_plan_line(a->plan, i);
    bool accepted;

    if (!l)
        l = gw_plan_add_line(a->plan);
    begin_line(l, m);
    accepted = l->known && is_offered(a, m) && is_wanted(a, l->m.kind) &&
               (l->m.kind == GW_DATA ? answer_data(l, m) : answer_rtp(a, l, m));
    if (!accepted) {
        gw_plan_reject(l);
        return;
    }
    l->m.e2ee = a->plan->e2ee;
    *(l->m.kind == GW_AUDIO ? &a->audio : l->m.kind == GW_VIDEO ? &a->video : &a->data) += 1;
}

static void take_origin(struct gw_plan *p, const struct gw_sdp *s)
{
    uint64_t number;
    bool fine = gw_sdp_number(s->session_id, strlen(s->session_id), UINT64_MAX, &number) &&
                gw_sdp_number(s->session_version, strlen(s->session_version), UINT64_MAX, &number) &&
                strlen(s->session_id) < sizeof(p->origin_id) && strlen(s->session_version) < sizeof(p->origin_version);

    gw_strlcpy(p->origin_id, fine ? s->session_id : "1", sizeof(p->origin_id));
    gw_strlcpy(p->origin_version, fine ? s->session_version : "1", sizeof(p->origin_version));
}

static void take_proto(struct gw_plan *p, const struct gw_sdp *s)
{
    bool known;

    for (unsigned i = 0; i < s->n_media && !p->proto; i++)
        if (gw_plan_kind(&s->media[i], &known) != GW_DATA && known)
            p->proto = g_strdup(s->media[i].proto);
}

int gw_plan_answer(struct gw_plan *p, const struct cardea_answer *policy)
{
    struct answer a = {.plan = p, .sdp = p->pending, .policy = policy};
    struct gw_plan_credentials c;

    if (p->state != GW_PLAN_REMOTE_OFFER)
        return GW_EPROTO;
    gw_plan_check_transport(a.sdp, &c, NULL, 0); /* was fine when the offer was taken */
    gw_plan_take_transport(p, a.sdp, &c);
    take_origin(p, a.sdp);
    take_proto(p, a.sdp);
    p->e2ee |= p->pending_e2ee || policy->e2ee;
    gw_plan_replace(&p->title, policy->title);
    for (unsigned i = 0; i < a.sdp->n_media; i++)
        answer_line(&a, i);
    p->n_described = a.sdp->n_media;
    p->last_is_offer = false;
    p->negotiated = true;
    gw_plan_forget_offer(p);
    gw_plan_changed(p);
    return 0;
}
