/* SPDX-License-Identifier: Apache-2.0 */
/* Offers of ours: placing m-lines, offering them, taking the peer's answer. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "peer/plan_state.h"

#define RED_PT 63

/* --- placing ------------------------------------------------------------------------------------------------------ */

static bool mid_is_free(const struct gw_plan *p, const char *mid)
{
    for (unsigned i = 0; i < p->lines->len; i++)
        if (!strcmp(gw_plan_line(p, i)->m.mid, mid))
            return false;
    return strlen(mid) <= 16 && *mid && !strpbrk(mid, " \t\r\n");
}

static void set_media(struct gw_plan_line *l, enum gw_kind kind)
{
    static const char *const names[] = {"", "audio", "video", "application"};

    l->m.kind = kind;
    l->known = true;
    gw_strlcpy(l->media, names[kind], sizeof(l->media));
    if (kind != GW_DATA)
        return;
    gw_plan_replace(&l->proto, "UDP/DTLS/SCTP");
    gw_plan_replace(&l->format, "webrtc-datachannel");
}

static int new_line(struct gw_plan *p, const struct cardea_place *place, struct gw_plan_line **out)
{
    char mid[24];

    if (p->lines->len >= GW_MAX_MLINES)
        return GW_ELIMIT;
    snprintf(mid, sizeof(mid), "%u", p->lines->len);
    if (place->mid && strlen(place->mid) <= 16)
        gw_strlcpy(mid, place->mid, sizeof(mid));
    if (!mid_is_free(p, mid) || (place->mid && strcmp(place->mid, mid) != 0))
        return GW_EINVAL;
    *out = gw_plan_add_line(p);
    gw_strlcpy((*out)->m.mid, mid, sizeof((*out)->m.mid));
    set_media(*out, (enum gw_kind)place->kind);
    return 0;
}

static void clean_copy(char **where, const char *text, bool token)
{
    gw_plan_replace(where, text);
    if (*where)
        gw_sdp_clean(*where, token);
}

static void keep_place(struct gw_plan_line *l, const struct cardea_place *from)
{
    struct gw_placed *to = &l->place;
    bool video = l->m.kind == GW_VIDEO, audio = l->m.kind == GW_AUDIO;

    to->set = to->fresh = true;
    to->inactive = from->inactive;
    to->payload_type = from->payload_type;
    if (!to->profile)
        clean_copy(&to->profile, from->profile, true);
    clean_copy(&to->fmtp, from->fmtp, false);
    clean_copy(&to->msid_stream, from->msid_stream, true);
    clean_copy(&to->msid_track, from->msid_track, true);
    to->opus_fec = from->opus_fec;
    to->opus_dtx = from->opus_dtx;
    to->opus_stereo = from->opus_stereo;
    to->opus_red = from->opus_red;
    to->ext[GW_EXT_MID] = true;
    to->ext[GW_EXT_AUDIO_LEVEL] = audio && from->audiolevel;
    to->ext[GW_EXT_ORIENTATION] = video && from->orientation;
    to->ext[GW_EXT_PLAYOUT_DELAY] = video && from->playout_delay;
    to->ext[GW_EXT_ABS_SEND_TIME] = video;
    to->ext[GW_EXT_ABS_CAPTURE_TIME] = from->abs_capture_time;
    to->ext[GW_EXT_TRANSPORT_CC] = from->transport_cc;
    to->ext[GW_EXT_DEPENDENCY_DESCRIPTOR] = video && from->dependency_descriptor;
    to->ext[GW_EXT_LAYERS_ALLOCATION] = video; /* never offered by us, but sent to who asks for it */
}

int gw_plan_place(struct gw_plan *p, int *mindex, const struct cardea_place *place)
{
    enum gw_kind kind = (enum gw_kind)place->kind;
    const struct gw_codec_name *codec = NULL;
    struct gw_plan_line *l;
    int err;

    if (kind < GW_AUDIO || kind > GW_DATA || place->payload_type < -1 || place->payload_type > 127)
        return GW_EINVAL;
    if (kind != GW_DATA) {
        codec = place->codec ? gw_codec_named(kind, place->codec, strlen(place->codec)) : NULL;
        if (!codec)
            return GW_EINVAL;
    }
    if (*mindex < 0) {
        err = new_line(p, place, &l);
        if (err)
            return err;
    } else {
        l = gw_plan_line(p, (unsigned)*mindex);
        if (!l)
            l = gw_plan_line_for_offered(p, (unsigned)*mindex);
        if (!l)
            return GW_ENOENT;
        if (!l->known || l->m.kind != kind || (codec && l->m.codec && l->m.codec != codec->codec))
            return GW_EINVAL;
    }
    if (codec)
        l->m.codec = codec->codec;
    keep_place(l, place);
    *mindex = l->m.mindex;
    gw_plan_changed(p);
    return 0;
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

/* Does our table give this number to a codec? Then it is not for rtx: another m-line may need it. */
static bool is_in_table(unsigned pt)
{
    static const enum gw_kind kinds[] = {GW_AUDIO, GW_VIDEO};
    const struct gw_codec_name *c;

    for (unsigned k = 0; k < 2; k++)
        for (unsigned i = 0; (c = gw_codec_nth(kinds[k], i)); i++)
            if (c->offer_pt == pt)
                return true;
    return false;
}

/* In a bundle a number means one thing (RFC 8843 §10.1.2). */
static bool pt_is_free(const struct gw_plan *p, unsigned pt)
{
    for (unsigned i = 0; i < p->lines->len; i++) {
        const struct gw_mline *m = &gw_plan_line(p, i)->m;

        if (gw_plan_line(p, i)->described && m->kind != GW_DATA &&
            (m->payload_type == pt || m->rtx_payload_type == pt || m->red_payload_type == pt))
            return false;
    }
    return !is_in_table(pt);
}

/* The retransmission number of an m-line with the same payload type, else the next free one. 0: none left. */
static uint8_t rtx_number(const struct gw_plan *p, unsigned pt)
{
    unsigned next = pt < 96 ? 96 : pt;

    for (unsigned i = 0; i < p->lines->len; i++) {
        const struct gw_plan_line *l = gw_plan_line(p, i);

        if (l->described && l->m.kind == GW_VIDEO && l->m.payload_type == pt && l->m.rtx_payload_type)
            return l->m.rtx_payload_type;
    }
    for (unsigned i = 0; i < 32; i++) {
        next = next == 127 ? 96 : next + 1;
        if (next != pt && pt_is_free(p, next))
            return (uint8_t)next;
    }
    return 0;
}

/* --- offering ----------------------------------------------------------------------------------------------------- */

static void append(GString *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void append(GString *s, const char *fmt, ...)
{
    va_list args;

    if (s->len)
        g_string_append_c(s, ';');
    va_start(args, fmt);
    g_string_append_vprintf(s, fmt, args);
    va_end(args);
}

static void offer_fmtp(struct gw_plan_line *l)
{
    const struct gw_placed *w = &l->place;
    GString *s = g_string_new(NULL);
    bool opus = l->m.codec == GW_OPUS;

    if (opus && w->opus_fec)
        append(s, "useinbandfec=1");
    if (opus && w->opus_dtx)
        append(s, "usedtx=1");
    if (opus && w->opus_stereo)
        append(s, "stereo=1");
    if (l->m.codec == GW_H264 && w->profile)
        append(s, "profile-level-id=%s", w->profile);
    if (l->m.codec == GW_H264)
        append(s, "packetization-mode=1");
    if (l->m.codec == GW_VP9 && w->profile)
        append(s, "profile-id=%s", w->profile);
    if (w->fmtp && *w->fmtp)
        append(s, "%s", w->fmtp);
    g_clear_pointer(&l->fmtp, g_free);
    if (s->len)
        l->fmtp = g_strdup(s->str);
    g_string_free(s, TRUE);
    l->fec = opus && w->opus_fec;
    l->dtx = opus && w->opus_dtx;
    l->stereo = opus && w->opus_stereo;
}

/* Payload types are given once; a line that the peer offered first has its numbers already. */
static void offer_numbers(struct gw_plan *p, struct gw_plan_line *l)
{
    const struct gw_codec_name *c = gw_codec_get(l->m.codec);

    if (l->m.clock_rate)
        return;
    l->m.clock_rate = c->clock;
    l->channels = c->channels;
    l->m.payload_type = l->place.payload_type < 0 ? c->offer_pt : (uint8_t)l->place.payload_type;
    l->m.ext_two_byte_ok = true;
    l->receiver_rtt = true;
    l->own_numbers = true;
    gw_plan_replace(&l->profile, l->place.profile);
    if (l->m.kind == GW_VIDEO)
        l->m.rtx_payload_type = rtx_number(p, l->m.payload_type);
    if (l->m.codec == GW_OPUS && l->place.opus_red && l->m.payload_type != RED_PT)
        l->m.red_payload_type = RED_PT;
}

static void offer_extensions(struct gw_plan_line *l)
{
    for (unsigned x = 0; x < GW_EXT_COUNT; x++) {
        l->m.ext[x] = l->place.ext[x] ? gw_ext_offer_id((enum gw_ext)x) : 0;
        l->ext_dir[x] = GW_SDP_SENDRECV;
    }
}

static void offer_line(struct gw_plan *p, struct gw_plan_line *l)
{
    const struct gw_placed *w = &l->place;

    if (!w->set || (l->rejected && !w->fresh))
        return; /* offered again as it is */
    l->rejected = false;
    l->place.fresh = false;
    gw_plan_replace(&l->our_stream, w->msid_stream);
    gw_plan_replace(&l->our_track, w->msid_track);
    l->ours = (enum gw_sdp_direction)((w->inactive ? 0 : GW_SDP_SEND) | (l->m.receive ? GW_SDP_RECV : 0));
    if (l->m.kind != GW_DATA) {
        offer_numbers(p, l);
        offer_fmtp(l);
        if (l->own_numbers)
            offer_extensions(l);
        gw_plan_need_ssrcs(p, l);
    }
    l->described = true;
}

int gw_plan_offer(struct gw_plan *p, const struct cardea_offer *offer)
{
    if (p->state != GW_PLAN_STABLE)
        return GW_EPROTO;
    if (!p->lines->len)
        return GW_EINVAL;
    p->e2ee |= offer->e2ee;
    gw_plan_replace(&p->title, offer->title);
    for (unsigned i = 0; i < p->lines->len; i++)
        offer_line(p, gw_plan_line(p, i));
    p->n_described = p->lines->len;
    p->version++;
    p->last_is_offer = true;
    p->state = GW_PLAN_LOCAL_OFFER;
    gw_plan_changed(p);
    return 0;
}

/* --- the peer's answer -------------------------------------------------------------------------------------------- */

static int refuse(int err, const char *text, char *why, size_t why_len)
{
    gw_strlcpy(why, text, why_len);
    return err;
}

static int check_answer(const struct gw_plan *p, const struct gw_sdp *s, char *why, size_t why_len)
{
    if (s->n_media != p->n_described)
        return refuse(GW_EPARSE, "The answer has another number of m-lines than the offer", why, why_len);
    for (unsigned i = 0; i < s->n_media; i++)
        if (strcmp(s->media[i].kind, gw_plan_line(p, i)->media) != 0)
            return refuse(GW_EPARSE, "An m-line of the answer is of another kind than offered", why, why_len);
    return 0;
}

static bool take_rtp(struct gw_plan_line *l, const struct gw_sdp *s, const struct gw_sdp_media *m)
{
    enum gw_sdp_direction theirs = gw_sdp_direction(s, m);
    bool red = l->m.red_payload_type != 0, wanted[GW_EXT_COUNT];
    const struct gw_sdp_payload *pay;
    struct gw_sdp_payloads all;

    gw_sdp_read_payloads(m, &all);
    pay = gw_plan_same_codec(l, &all);
    if (!pay)
        return false;
    l->m.payload_type = pay->pt;
    gw_plan_replace(&l->peer_fmtp, pay->fmtp);
    gw_plan_take_rtx(l, &all, pay);
    if (red)
        gw_plan_take_red(l, &all, pay);
    for (unsigned x = 0; x < GW_EXT_COUNT; x++)
        wanted[x] = l->m.ext[x] != 0;
    gw_plan_take_extensions(l, s, m, wanted);
    gw_plan_take_feedback(l, pay->feedback);
    l->m.send = (l->ours & GW_SDP_SEND) && (theirs & GW_SDP_RECV);
    l->m.receive = (l->ours & GW_SDP_RECV) && (theirs & GW_SDP_SEND);
    l->ready = theirs != GW_SDP_INACTIVE;
    return true;
}

static bool take_data(struct gw_plan_line *l, const struct gw_sdp_media *m)
{
    uint16_t port = gw_sdp_sctp_port(m);

    l->m.sctp_port = port ? port : 5000;
    l->m.send = l->m.receive = l->ready = true;
    return true;
}

static void take_line(struct gw_plan *p, struct gw_plan_line *l, const struct gw_sdp *s, const struct gw_sdp_media *m)
{
    bool accepted = m->port || gw_sdp_media_get(m, "bundle-only");

    if (l->rejected)
        return;
    gw_plan_take_msid(l, m);
    if (!accepted || !(l->m.kind == GW_DATA ? take_data(l, m) : take_rtp(l, s, m)))
        gw_plan_reject(l);
    l->m.e2ee = p->e2ee;
}

int gw_plan_take_answer(struct gw_plan *p, const struct gw_plan_remote *remote, char *why, size_t why_len)
{
    struct gw_plan_credentials c;
    struct gw_sdp *s = NULL;
    int err;

    if (p->state != GW_PLAN_LOCAL_OFFER)
        return refuse(GW_EPROTO, "There is no offer to answer", why, why_len);
    err = gw_plan_parse(&s, remote->sdp, why, why_len);
    if (!err)
        err = gw_plan_check_transport(s, &c, why, why_len);
    if (!err)
        err = check_answer(p, s, why, why_len);
    if (!err) {
        gw_plan_take_transport(p, s, &c);
        p->e2ee |= remote->e2ee;
        for (unsigned i = 0; i < s->n_media; i++)
            take_line(p, gw_plan_line(p, i), s, &s->media[i]);
        p->state = GW_PLAN_STABLE;
        p->negotiated = true;
        gw_plan_changed(p);
    }
    gw_sdp_free(s);
    return err;
}
