/* SPDX-License-Identifier: Apache-2.0 */
/* What all descriptions have in common: lines, transport, and the views of the worker and of the plugin. */
#include "peer/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "peer/plan_state.h"

#define MAX_CANDIDATES    64
#define MAX_CANDIDATE_LEN 512

/* --- lines -------------------------------------------------------------------------------------------------------- */

void gw_plan_replace(char **where, const char *text)
{
    char *copy = g_strdup(text);

    g_free(*where);
    *where = copy;
}

void gw_plan_replace_part(char **where, const char *text, size_t len)
{
    g_free(*where);
    *where = g_strndup(text, len);
}

static void line_free(void *line)
{
    struct gw_plan_line *l = line;
    char *owned[] = {l->proto,           l->format,        l->fmtp,       l->our_stream,
                     l->our_track,       l->peer_fmtp,     l->profile,    l->peer_stream,
                     l->peer_track,      l->place.profile, l->place.fmtp, l->place.msid_stream,
                     l->place.msid_track};

    for (size_t i = 0; i < G_N_ELEMENTS(owned); i++)
        g_free(owned[i]);
    g_free(l);
}

struct gw_plan_line *gw_plan_line(const struct gw_plan *p, unsigned i)
{
    return i < p->lines->len ? p->lines->pdata[i] : NULL;
}

struct gw_plan_line *gw_plan_add_line(struct gw_plan *p)
{
    struct gw_plan_line *l = g_new0(struct gw_plan_line, 1);

    l->m.mindex = (uint8_t)p->lines->len;
    l->m.layers = 1;
    l->channels = 1;
    g_ptr_array_add(p->lines, l);
    return l;
}

static bool ssrc_is_used(const struct gw_plan *p, uint32_t ssrc)
{
    for (unsigned i = 0; i < p->lines->len; i++) {
        const struct gw_mline *m = &gw_plan_line(p, i)->m;

        if (m->send_ssrc == ssrc || m->send_rtx_ssrc == ssrc)
            return true;
        for (unsigned k = 0; k < GW_MAX_LAYERS; k++)
            if (m->ssrc[k] == ssrc || m->rtx_ssrc[k] == ssrc)
                return true;
    }
    return false;
}

uint32_t gw_plan_ssrc(struct gw_plan *p)
{
    uint32_t ssrc;

    do
        ssrc = p->conf.random(p->conf.arg);
    while (!ssrc || ssrc_is_used(p, ssrc));
    return ssrc;
}

void gw_plan_need_ssrcs(struct gw_plan *p, struct gw_plan_line *l)
{
    if (!l->m.send_ssrc)
        l->m.send_ssrc = gw_plan_ssrc(p);
    if (l->m.rtx_payload_type && !l->m.send_rtx_ssrc)
        l->m.send_rtx_ssrc = gw_plan_ssrc(p);
}

void gw_plan_reject(struct gw_plan_line *l)
{
    l->rejected = true;
    l->ours = GW_SDP_INACTIVE;
    l->ready = false;
    l->m.receive = l->m.send = false;
    l->m.sctp_port = 0;
}

enum gw_kind gw_plan_kind(const struct gw_sdp_media *m, bool *known)
{
    bool audio = !strcmp(m->kind, "audio"), video = !strcmp(m->kind, "video");

    *known = ((audio || video) && strstr(m->proto, "RTP/")) || gw_sdp_is_sctp(m);
    return audio ? GW_AUDIO : video ? GW_VIDEO : GW_DATA;
}

void gw_plan_take_extensions(struct gw_plan_line *l, const struct gw_sdp *s, const struct gw_sdp_media *m,
                             const bool wanted[GW_EXT_COUNT])
{
    const char *xr = gw_sdp_get(s, m, "rtcp-xr");
    struct gw_sdp_extmap x;

    memset(l->m.ext, 0, sizeof(l->m.ext));
    l->m.ext_two_byte_ok = gw_sdp_get(s, m, "extmap-allow-mixed") != NULL;
    l->receiver_rtt = xr && strstr(xr, "rcvr-rtt");
    for (unsigned i = 0; gw_sdp_extmap_next(m, &i, &x);) {
        int ext = gw_ext_by_uri(x.uri, x.uri_len);
        unsigned max = l->m.ext_two_byte_ok ? 255 : 14;

        if (ext < 0 || !wanted[ext] || l->m.ext[ext] || !x.direction || !x.id || x.id > max || x.id == 15)
            continue;
        l->m.ext[ext] = (uint8_t)x.id;
        l->ext_dir[ext] = gw_sdp_reverse(x.direction);
    }
}

/* --- transport ---------------------------------------------------------------------------------------------------- */

static int fail(int err, const char *text, char *why, size_t why_len)
{
    gw_strlcpy(why, text, why_len);
    return err;
}

int gw_plan_parse(struct gw_sdp **out, const char *text, char *why, size_t why_len)
{
    int err = gw_sdp_parse(out, text, strlen(text));

    if (err)
        return fail(err, err == GW_ELIMIT ? "The session description is too large" : "This is no session description",
                    why, why_len);
    if ((*out)->n_media)
        return 0;
    gw_sdp_free(*out);
    *out = NULL;
    return fail(GW_EPARSE, "The session description has no m-line", why, why_len);
}

static bool msid_is_fine(const struct gw_sdp_media *m)
{
    const char *value = gw_sdp_media_get(m, "msid"), *word;
    size_t len;

    return !value || (gw_sdp_word(&value, &word, &len) && gw_sdp_word(&value, &word, &len));
}

int gw_plan_check_transport(const struct gw_sdp *s, struct gw_plan_credentials *out, char *why, size_t why_len)
{
    const char *ufrag = gw_sdp_get_any(s, "ice-ufrag"), *pwd = gw_sdp_get_any(s, "ice-pwd");

    memset(out, 0, sizeof(*out));
    if (!ufrag || !*ufrag || gw_strlcpy(out->ufrag, ufrag, sizeof(out->ufrag)) >= sizeof(out->ufrag))
        return fail(GW_EPARSE, "There is no usable ice-ufrag", why, why_len);
    if (!pwd || !*pwd || gw_strlcpy(out->pwd, pwd, sizeof(out->pwd)) >= sizeof(out->pwd))
        return fail(GW_EPARSE, "There is no usable ice-pwd", why, why_len);
    if (!gw_sdp_fingerprint(s, out->hash, out->fingerprint))
        return fail(GW_EPARSE, "There is no usable sha-256 or sha-1 fingerprint", why, why_len);
    for (unsigned i = 0; i < s->n_media; i++)
        if (!msid_is_fine(&s->media[i]))
            return fail(GW_EPARSE, "An msid lacks its second part", why, why_len);
    return 0;
}

static void take_candidates(struct gw_plan *p, const struct gw_sdp *s)
{
    const char *value;

    g_ptr_array_set_size(p->candidates, 0);
    for (unsigned m = 0; m < s->n_media && m < 2; m++)
        for (unsigned i = 0; (value = gw_sdp_media_next(&s->media[m], &i, "candidate"));)
            if (p->candidates->len < MAX_CANDIDATES && strlen(value) <= MAX_CANDIDATE_LEN)
                g_ptr_array_add(p->candidates, g_strdup(value));
    p->has_end = gw_sdp_get_any(s, "end-of-candidates") != NULL;
}

/* RFC 8842 §5: the answerer decides. As one we stay passive, unless the peer wants to be that. */
static void take_role(struct gw_plan *p, const struct gw_sdp *s)
{
    const char *setup = gw_sdp_get_any(s, "setup");

    if (p->role_fixed)
        return;
    p->role_fixed = true;
    p->dtls_client = setup && !strcmp(setup, "passive");
}

void gw_plan_take_transport(struct gw_plan *p, const struct gw_sdp *s, const struct gw_plan_credentials *c)
{
    p->restarted = p->has_remote && (strcmp(p->remote.ufrag, c->ufrag) || strcmp(p->remote.pwd, c->pwd));
    p->has_remote = true;
    p->remote = *c;
    p->peer_is_firefox = !strncmp(s->user, "mozilla", 7);
    take_candidates(p, s);
    take_role(p, s);
}

void gw_plan_take_msid(struct gw_plan_line *l, const struct gw_sdp_media *m)
{
    const char *value = gw_sdp_media_get(m, "msid"), *stream, *track;
    size_t stream_len, track_len;

    g_clear_pointer(&l->peer_stream, g_free);
    g_clear_pointer(&l->peer_track, g_free);
    if (!value || !gw_sdp_word(&value, &stream, &stream_len) || !gw_sdp_word(&value, &track, &track_len))
        return;
    gw_plan_replace_part(&l->peer_stream, stream, stream_len);
    gw_plan_replace_part(&l->peer_track, track, track_len);
}

/* --- making ------------------------------------------------------------------------------------------------------- */

int gw_plan_new(struct gw_plan **out, const struct gw_plan_conf *conf)
{
    struct gw_plan *p = g_new0(struct gw_plan, 1);

    p->conf = *conf;
    p->lines = g_ptr_array_new_with_free_func(line_free);
    p->candidates = g_ptr_array_new_with_free_func(g_free);
    *out = p;
    return 0;
}

void gw_plan_free(struct gw_plan *p)
{
    if (!p)
        return;
    gw_plan_forget_offer(p);
    g_ptr_array_unref(p->lines);
    g_ptr_array_unref(p->candidates);
    if (p->streams)
        g_array_unref(p->streams);
    g_free(p->title);
    g_free(p->proto);
    g_free(p);
}

void gw_plan_set_peer(struct gw_plan *p, gw_peer_id peer)
{
    p->peer = peer;
}

/* --- what others see ---------------------------------------------------------------------------------------------- */

enum gw_plan_state gw_plan_get_state(const struct gw_plan *p)
{
    return p->state;
}

bool gw_plan_is_negotiated(const struct gw_plan *p)
{
    return p->negotiated;
}

bool gw_plan_is_e2ee(const struct gw_plan *p)
{
    return p->e2ee || (p->pending && p->pending_e2ee);
}

bool gw_plan_remote_restarted(const struct gw_plan *p)
{
    return p->restarted;
}

bool gw_plan_remote_has_end(const struct gw_plan *p)
{
    return p->has_end;
}

static const struct gw_plan_line *transport_line(const struct gw_plan *p)
{
    for (unsigned i = 0; i < p->lines->len; i++)
        if (!gw_plan_line(p, i)->rejected)
            return gw_plan_line(p, i);
    return gw_plan_line(p, 0);
}

const char *gw_plan_transport_mid(const struct gw_plan *p)
{
    const struct gw_plan_line *l = transport_line(p);

    return l ? l->m.mid : "0";
}

bool gw_plan_is_transport(const struct gw_plan *p, const char *mid, int mindex)
{
    const struct gw_plan_line *tagged = transport_line(p), *first = gw_plan_line(p, 0);
    const struct gw_plan_line *either[] = {first, tagged};

    for (unsigned i = 0; first && i < 2; i++)
        if ((!mid || !strcmp(mid, either[i]->m.mid)) && (mindex < 0 || mindex == either[i]->m.mindex))
            return true;
    return false;
}

struct gw_media *gw_plan_media(const struct gw_plan *p)
{
    struct gw_media *media = g_malloc0(sizeof(*media) + p->lines->len * sizeof(media->m[0]));

    for (unsigned i = 0; i < p->lines->len && gw_plan_line(p, i)->described; i++)
        media->m[media->n++] = gw_plan_line(p, i)->m;
    return media;
}

struct gw_remote *gw_plan_remote(const struct gw_plan *p)
{
    struct gw_remote *r;

    if (!p->has_remote)
        return NULL;
    r = g_malloc0(sizeof(*r) + p->candidates->len * sizeof(r->candidates[0]));
    memcpy(r->ufrag, p->remote.ufrag, sizeof(r->ufrag));
    memcpy(r->pwd, p->remote.pwd, sizeof(r->pwd));
    memcpy(r->hash, p->remote.hash, sizeof(r->hash));
    memcpy(r->fingerprint, p->remote.fingerprint, sizeof(r->fingerprint));
    r->dtls_client = p->dtls_client;
    r->full_restart = p->restarted;
    for (unsigned i = 0; i < p->candidates->len; i++)
        r->candidates[r->n_candidates++] = g_strdup(p->candidates->pdata[i]);
    return r;
}

void gw_plan_changed(struct gw_plan *p)
{
    g_clear_pointer(&p->streams, g_array_unref);
}

static struct cardea_stream stream_of(const struct gw_plan *p, const struct gw_plan_line *l)
{
    bool disabled = l->rejected || !l->described || !l->ours;
    const struct gw_codec_name *codec = disabled ? NULL : gw_codec_get(l->m.codec);
    gw_track_id id = gw_track_make(p->peer, l->m.mindex);
    struct cardea_stream s = {
        .mindex = l->m.mindex,
        .mid = l->m.mid,
        .kind = (enum cardea_kind)l->m.kind,
        .disabled = disabled,
        .source = l->m.receive ? id : 0,
        .sink = l->m.send || l->place.set ? id : 0,
        .ready = l->ready,
        .codec = codec ? codec->name : NULL,
        .profile = l->profile,
        .fmtp = l->peer_fmtp,
        .clock_rate = l->m.clock_rate,
        .stereo = l->stereo,
        .fec = l->fec,
        .dtx = l->dtx,
        .red = l->m.red_payload_type != 0,
        .simulcast = l->m.layers > 1,
        .svc = l->m.svc,
        .audiolevel_id = l->m.ext[GW_EXT_AUDIO_LEVEL],
        .orientation_id = l->m.ext[GW_EXT_ORIENTATION],
        .playout_delay_id = l->m.ext[GW_EXT_PLAYOUT_DELAY],
        .msid_stream = l->peer_stream,
        .msid_track = l->peer_track,
        .payload_type = (uint8_t)l->m.payload_type,
        .red_payload_type = (uint8_t)l->m.red_payload_type,
    };

    return s;
}

const struct cardea_stream *gw_plan_streams(struct gw_plan *p, size_t *n)
{
    if (!p->streams) {
        p->streams = g_array_new(FALSE, FALSE, sizeof(struct cardea_stream));
        for (unsigned i = 0; i < p->lines->len; i++) {
            struct cardea_stream s = stream_of(p, gw_plan_line(p, i));

            if (gw_plan_line(p, i)->known)
                g_array_append_val(p->streams, s);
        }
    }
    *n = p->streams->len;
    return (const struct cardea_stream *)(void *)p->streams->data;
}

const struct cardea_stream *gw_plan_stream(struct gw_plan *p, unsigned mindex)
{
    size_t n;
    const struct cardea_stream *s = gw_plan_streams(p, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].mindex == mindex)
            return &s[i];
    return NULL;
}
