/* SPDX-License-Identifier: Apache-2.0 */
/* Which payload type of a description is the codec that we want, and what belongs to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "peer/plan_state.h"

static bool is_codec(const struct gw_sdp_payload *pay, const struct gw_codec_name *c)
{
    return gw_codec_mapped(c->kind, pay->name, pay->clock) == c;
}

const char *gw_plan_profile_key(enum gw_codec codec)
{
    return codec == GW_H264 ? "profile-level-id" : codec == GW_VP9 ? "profile-id" : NULL;
}

bool gw_plan_has_profile(const struct gw_sdp_payload *pay, enum gw_codec codec, const char *profile)
{
    const char *key = gw_plan_profile_key(codec);

    return key && gw_sdp_fmtp_is(pay->fmtp, key, profile);
}

/* Single NAL unit mode (RFC 6184 §6.2) leaves no room for a browser's packets. */
static bool is_single_nal(const struct gw_sdp_payload *pay, enum gw_codec codec)
{
    return codec == GW_H264 && gw_sdp_fmtp_is(pay->fmtp, "packetization-mode", "0");
}

/* The payload type for a codec: with the wanted profile, else the first good one, else the first. */
static const struct gw_sdp_payload *pick(const struct gw_sdp_payloads *all, const struct gw_codec_name *c,
                                         const char *profile)
{
    const struct gw_sdp_payload *best = NULL;
    int best_score = 0;

    for (unsigned i = 0; i < all->n; i++) {
        const struct gw_sdp_payload *pay = &all->p[i];
        int score;

        if (!is_codec(pay, c))
            continue;
        score = is_single_nal(pay, c->codec) ? 1 : profile && gw_plan_has_profile(pay, c->codec, profile) ? 3 : 2;
        if (score > best_score) {
            best_score = score;
            best = pay;
        }
    }
    return best;
}

const struct gw_sdp_payload *gw_plan_same_codec(const struct gw_plan_line *l, const struct gw_sdp_payloads *all)
{
    const struct gw_codec_name *c = gw_codec_get(l->m.codec);

    for (unsigned i = 0; c && i < all->n; i++)
        if (all->p[i].pt == l->m.payload_type && is_codec(&all->p[i], c) &&
            (!l->profile || !gw_plan_profile_key(c->codec) || gw_plan_has_profile(&all->p[i], c->codec, l->profile)))
            return &all->p[i];
    return c ? pick(all, c, l->profile ? l->profile : l->place.profile) : NULL;
}

const char *gw_plan_wanted_profile(const struct cardea_answer *policy, enum gw_codec codec)
{
    return codec == GW_H264 ? policy->h264_profile : codec == GW_VP9 ? policy->vp9_profile : NULL;
}

/* The first codec of the preference list that the m-line offers. */
const struct gw_sdp_payload *gw_plan_choose(const struct gw_sdp_payloads *all, enum gw_kind kind,
                                            const struct cardea_answer *policy, const struct gw_codec_name **codec)
{
    const char *list = kind == GW_AUDIO ? policy->audio_codecs : policy->video_codecs, *item;
    const struct gw_sdp_payload *pay;
    size_t len;

    if (!list)
        for (unsigned i = 0; (*codec = gw_codec_nth(kind, i)); i++)
            if ((pay = pick(all, *codec, gw_plan_wanted_profile(policy, (*codec)->codec))))
                return pay;
    while (list && gw_list_next(&list, &item, &len))
        if ((*codec = gw_codec_named(kind, item, len)) &&
            (pay = pick(all, *codec, gw_plan_wanted_profile(policy, (*codec)->codec))))
            return pay;
    return NULL;
}

void gw_plan_take_rtx(struct gw_plan_line *l, const struct gw_sdp_payloads *all, const struct gw_sdp_payload *pay)
{
    char apt[8];

    l->m.rtx_payload_type = 0;
    if (l->m.kind != GW_VIDEO || !(pay->feedback & GW_SDP_NACK))
        return;
    snprintf(apt, sizeof(apt), "%u", pay->pt);
    for (unsigned i = 0; i < all->n && !l->m.rtx_payload_type; i++)
        if (!g_ascii_strcasecmp(all->p[i].name, "rtx") && gw_sdp_fmtp_is(all->p[i].fmtp, "apt", apt))
            l->m.rtx_payload_type = all->p[i].pt;
}

/* red/48000/2 whose primary is this opus (RFC 2198: "111/111"). */
void gw_plan_take_red(struct gw_plan_line *l, const struct gw_sdp_payloads *all, const struct gw_sdp_payload *pay)
{
    l->m.red_payload_type = 0;
    for (unsigned i = 0; i < all->n && !l->m.red_payload_type; i++) {
        const struct gw_sdp_payload *red = &all->p[i];

        if (g_ascii_strcasecmp(red->name, "red") || red->clock != 48000 || red->channels != 2)
            continue;
        if (red->fmtp && strtoul(red->fmtp, NULL, 10) != pay->pt)
            continue;
        l->m.red_payload_type = red->pt;
        l->red_first = red < pay;
    }
}
