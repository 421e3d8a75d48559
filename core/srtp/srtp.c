/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SRTP context of one peer. What only a sender of media needs (keys for opening RTP, replay windows) is made when
 * the first packet comes: most peers only watch.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/cursor.h"
#include "base/err.h"
#include "srtp/heard.h"
#include "srtp/rtcp.h"
#include "srtp/seal.h"

struct gw_srtp {
    /* given at creation */
    const struct gw_srtp_params *params;
    struct gw_sealer *sealer; /* borrowed */
    struct gw_rtcp_keys rtcp_in, rtcp_out;
    uint8_t remote[GW_SRTP_MAX_KEY + GW_SRTP_MAX_SALT]; /* master; for `opening` */
    /* owned */
    struct gw_sealing sealing, opening;
    struct gw_heard heard;
    /* state */
    uint32_t rtcp_index; /* last used */
};

enum { RTP_MIN = 12, RTCP_MIN = 8, RTCP_ROOM = 32 };

int gw_srtp_new(struct gw_srtp **out, struct gw_sealer *sealer, enum gw_srtp_profile profile, const uint8_t *local,
                const uint8_t *remote, size_t len)
{
    const struct gw_srtp_params *params = gw_srtp_params(profile);
    struct gw_srtp *s;
    int err;

    if (!params || len != (size_t)params->key_len + params->salt_len)
        return GW_EINVAL;
    s = calloc(1, sizeof(*s));
    if (!s)
        return GW_ENOMEM;
    s->params = params;
    s->sealer = sealer;
    memcpy(s->remote, remote, len);
    err = gw_rtcp_derive(&s->rtcp_in, params, remote);
    if (!err)
        err = gw_rtcp_derive(&s->rtcp_out, params, local);
    if (!err)
        err = gw_sealing_init(&s->sealing, sealer, params, local);
    if (err)
        goto out;
    *out = s;
    s = NULL;
out:
    gw_srtp_free(s);
    return err;
}

void gw_srtp_free(struct gw_srtp *s)
{
    if (!s)
        return;
    gw_sealing_close(&s->sealing);
    gw_sealing_close(&s->opening);
    gw_heard_clear(&s->heard);
    OPENSSL_cleanse(s, sizeof(*s));
    free(s);
}

enum gw_srtp_profile gw_srtp_get_profile(const struct gw_srtp *s)
{
    return s->params->profile;
}

size_t gw_srtp_overhead(const struct gw_srtp *s)
{
    return s->params->tag_len;
}

/* --- RTP ---------------------------------------------------------------------------------------------------------- */

/* Fixed header, CSRCs and extension (RFC 3550 §5.1, §5.3.1); 0: they pass the end. */
static size_t header_len(const uint8_t *data, size_t len)
{
    size_t n = RTP_MIN + 4u * (data[0] & 15);

    if (data[0] & 0x10) {
        if (n + 4 > len)
            return 0;
        n += 4 + 4u * gw_get_u16(data + n + 2);
    }
    return n <= len ? n : 0;
}

int gw_srtp_open_rtp(struct gw_srtp *s, uint8_t *data, size_t *len)
{
    size_t tag = s->params->tag_len;
    struct gw_seal_job job = {.data = data};
    uint32_t ssrc;
    int err = GW_OK;

    if (*len < RTP_MIN + tag || *len > UINT16_MAX || data[0] >> 6 != 2)
        return GW_EPARSE;
    job.len = *len - tag;
    job.header_len = header_len(data, job.len);
    if (!job.header_len)
        return GW_EPARSE;
    ssrc = gw_get_u32(data + 8);
    if (!gw_heard_rtp_index(&s->heard, ssrc, gw_get_u16(data + 2), &job.index))
        return GW_EPROTO;
    if (!s->opening.backend)
        err = gw_opening_init(&s->opening, s->sealer, s->params, s->remote);
    if (!err)
        err = s->opening.backend->unseal(s->opening.state, s->opening.keys, &job);
    if (!err)
        err = gw_heard_rtp_note(&s->heard, ssrc, job.index);
    if (!err)
        *len = job.len;
    return err;
}

void gw_seal_rtp(struct gw_sealer *sealer, struct gw_srtp *s, uint8_t *data, size_t header, size_t len, uint64_t index)
{
    const struct gw_seal_job job = {.data = data, .header_len = header, .len = len, .index = index};

    gw_sealing_run(sealer, &s->sealing, &job, s->params->tag_len);
}

void gw_seal_prefetch(const struct gw_srtp *s)
{
    if (s->sealing.backend && s->sealing.backend->prefetch)
        s->sealing.backend->prefetch(s->sealing.keys);
}

/* --- RTCP --------------------------------------------------------------------------------------------------------- */

int gw_srtp_open_rtcp(struct gw_srtp *s, uint8_t *data, size_t *len)
{
    uint32_t ssrc, index;
    int err;

    if (*len > UINT16_MAX || gw_rtcp_index(s->params, data, *len, &index) || data[0] >> 6 != 2)
        return GW_EPARSE;
    ssrc = gw_get_u32(data + 4);
    if (!gw_heard_rtcp_is_fresh(&s->heard, ssrc, index))
        return GW_EPROTO;
    err = gw_rtcp_open(gw_sealer_rtcp(s->sealer), s->params, &s->rtcp_in, data, len);
    return err ? err : gw_heard_rtcp_note(&s->heard, ssrc, index);
}

int gw_srtp_seal_rtcp(struct gw_srtp *s, uint8_t *data, size_t *len, size_t cap)
{
    if (*len < RTCP_MIN || *len > UINT16_MAX || cap < *len + RTCP_ROOM)
        return GW_EINVAL;
    if (s->rtcp_index == GW_SRTCP_LAST)
        return GW_ELIMIT;
    return gw_rtcp_seal(gw_sealer_rtcp(s->sealer), s->params, &s->rtcp_out, ++s->rtcp_index, data, len);
}
