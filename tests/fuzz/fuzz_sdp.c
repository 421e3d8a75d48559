/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session description of a peer: parsed, answered by a policy drawn from its first line, written, renegotiated, and
 * taken as the answer to an offer of ours. What we write must always parse.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "peer/plan.h"
#include "sdp/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t counted(void *arg)
{
    uint32_t *n = arg;

    return ++*n;
}

static void look_at(const struct gw_sdp *s)
{
    char hash[16], hex[200];

    gw_sdp_fingerprint(s, hash, hex);
    for (unsigned i = 0; i < s->n_media; i++) {
        const struct gw_sdp_media *m = &s->media[i];
        struct gw_sdp_payloads all;
        struct gw_sdp_extmap x;
        struct gw_sdp_rids rids;
        struct gw_sdp_ssrcs ssrcs;

        gw_sdp_read_payloads(m, &all);
        gw_sdp_read_rids(m, &rids);
        gw_sdp_read_ssrcs(m, &ssrcs);
        gw_sdp_direction(s, m);
        gw_sdp_sctp_port(m);
        for (unsigned k = 0; gw_sdp_extmap_next(m, &k, &x);)
            ;
    }
}

/* Our own text: read again, it has all the m-lines. */
static void write_and_check(const struct gw_plan *p)
{
    struct gw_described local = {.ufrag = "abcd", .pwd = "0123456789abcdefghijkl"};
    struct gw_plan_transport t = {.local = &local, .fingerprint = "AA:BB", .address = "192.0.2.1", .candidates = true};
    char *text = gw_plan_text(p, &t);
    struct gw_media *media = gw_plan_media(p);
    struct gw_sdp *s;

    if (!text || gw_sdp_parse(&s, text, strlen(text)) || s->n_media < media->n)
        abort();
    gw_sdp_free(s);
    free(media);
    free(text);
}

static struct cardea_answer policy_of(unsigned bits)
{
    return (struct cardea_answer){
        .video_codecs = bits & 1 ? "av1,vp9,h264,vp8" : NULL,
        .audio_codecs = bits & 2 ? "multiopus,g722,opus" : NULL,
        .h264_profile = bits & 4 ? "42e01f" : NULL,
        .vp9_profile = bits & 8 ? "2" : NULL,
        .opus_fec = bits & 16,
        .opus_stereo = bits & 16,
        .opus_red = bits & 32,
        .receive_only = bits & 64,
        .layers_allocation = bits & 128,
        .abs_send_time = bits & 128,
        .audio_nack = bits & 256,
        .video_bandwidth = bits & 512 ? 1000000 : 0,
        .max_audio = bits & 1024 ? 1 : 0,
    };
}

static struct gw_plan *make(void)
{
    static uint32_t n;
    struct gw_plan_conf conf = {.session_id = 1, .random = counted, .arg = &n};
    struct gw_plan *p;

    n = 0;
    if (gw_plan_new(&p, &conf))
        abort();
    gw_plan_set_peer(p, gw_peer_make(1, 0));
    return p;
}

/* Something of ours on every m-line that wants to receive, as a plugin would. */
static void place_on_offered(struct gw_plan *p)
{
    size_t n;
    const struct cardea_offered *o = gw_plan_offered(p, &n);

    for (size_t i = 0; i < n; i++) {
        struct cardea_place place = {.kind = o[i].kind, .payload_type = -1};
        char *codec = strndup(o[i].codecs, strcspn(o[i].codecs, ","));
        int mindex = (int)o[i].mindex;

        place.codec = codec;
        if (o[i].receives)
            gw_plan_place(p, &mindex, &place);
        free(codec);
    }
}

static void as_offer(const char *sdp, unsigned bits)
{
    struct gw_plan_remote r = {.sdp = sdp, .rids_low_to_high = bits & 1};
    struct cardea_answer policy = policy_of(bits);
    struct cardea_offer offer = {.title = "x"};
    struct gw_plan *p = make();
    struct gw_remote *remote;
    char why[64];
    size_t n;

    for (int i = 0; i < 2; i++) {
        if (gw_plan_take_offer(p, &r, why, sizeof(why)))
            break;
        if (bits & 2048)
            place_on_offered(p);
        if (gw_plan_answer(p, &policy))
            abort();
        write_and_check(p);
        gw_plan_streams(p, &n);
        remote = gw_plan_remote(p);
        for (unsigned k = 0; k < remote->n_candidates; k++)
            free(remote->candidates[k]);
        free(remote);
        policy = policy_of(~bits);
    }
    if (!gw_plan_offer(p, &offer)) {
        write_and_check(p);
        gw_plan_take_answer(p, &r, why, sizeof(why));
        write_and_check(p);
    }
    gw_plan_free(p);
}

static void as_answer(const char *sdp, unsigned bits)
{
    struct cardea_place places[] = {
        {.kind = CARDEA_AUDIO, .codec = "opus", .payload_type = -1, .opus_red = true, .audiolevel = true},
        {.kind = CARDEA_VIDEO, .codec = bits & 1 ? "h264" : "vp8", .payload_type = -1, .transport_cc = true},
        {.kind = CARDEA_DATA},
    };
    struct gw_plan_remote r = {.sdp = sdp};
    struct cardea_offer offer = {.title = "x"};
    struct cardea_answer policy = policy_of(bits);
    struct gw_plan *p = make();
    char why[64];

    for (unsigned i = 0; i < 1 + bits % 3; i++) {
        int mindex = -1;

        if (gw_plan_place(p, &mindex, &places[i]))
            abort();
    }
    if (gw_plan_offer(p, &offer))
        abort();
    gw_plan_take_answer(p, &r, why, sizeof(why));
    write_and_check(p);
    if (!gw_plan_take_offer(p, &r, why, sizeof(why))) {
        if (gw_plan_answer(p, &policy))
            abort();
        write_and_check(p);
    }
    gw_plan_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_sdp *s = NULL;
    unsigned bits = 0;
    char *text;

    if (gw_sdp_parse(&s, (const char *)data, size))
        return 0;
    look_at(s);
    gw_sdp_free(s);
    text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < size && i < 40; i++)
        bits = bits * 31 + data[i];
    as_offer(text, bits);
    as_answer(text, bits);
    free(text);
    return 0;
}
