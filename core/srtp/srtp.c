/* SPDX-License-Identifier: Apache-2.0 */
/* The SRTP context of one peer: libsrtp2 for what comes in, keys of our own for what goes out. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "srtp/policy.h"
#include "srtp/rtcp.h"
#include "srtp/seal.h"

/* libsrtp2 keeps a stream for every SSRC that was ever heard; this table is what bounds it. */
struct heard {
    uint32_t ssrc;
    uint32_t when; /* in opened packets */
};

struct gw_srtp {
    /* given at creation */
    const struct gw_srtp_params *params;
    /* owned */
    srtp_t in;
    struct gw_rtcp_sealer *rtcp;
    struct gw_sealing sealing;
    struct heard *heard;
    /* state */
    unsigned heard_count, heard_room, heard_last;
    uint32_t opened;
};

enum { RTP_MIN = 12, RTCP_MIN = 8, RTCP_ROOM = 32, HEARD_STEP = 4 };

static int session_new(srtp_t *out, const struct gw_srtp_params *params, const uint8_t *master)
{
    srtp_policy_t policy;
    int err = gw_libsrtp_policy(&policy, params, ssrc_any_inbound, 0, master);

    return err ? err : gw_libsrtp_error(srtp_create(out, &policy));
}

int gw_srtp_new(struct gw_srtp **out, struct gw_sealer *sealer, enum gw_srtp_profile profile, const uint8_t *local,
                const uint8_t *remote, size_t len)
{
    const struct gw_srtp_params *params = gw_srtp_params(profile);
    struct gw_srtp *s;
    int err;

    if (!params || len != (size_t)params->key_len + params->salt_len)
        return GW_EINVAL;
    err = gw_libsrtp_init();
    if (err)
        return err;
    s = calloc(1, sizeof(*s));
    if (!s)
        return GW_ENOMEM;
    s->params = params;
    err = session_new(&s->in, params, remote);
    if (!err)
        err = gw_rtcp_sealer_new(&s->rtcp, params, local);
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
    if (s->in)
        srtp_dealloc(s->in);
    gw_rtcp_sealer_free(s->rtcp);
    free(s->heard);
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

/* Index of ssrc, or heard_count. */
static unsigned find(struct gw_srtp *s, uint32_t ssrc)
{
    unsigned i;

    if (s->heard_last < s->heard_count && s->heard[s->heard_last].ssrc == ssrc)
        return s->heard_last;
    for (i = 0; i < s->heard_count; i++)
        if (s->heard[i].ssrc == ssrc)
            break;
    return i;
}

static unsigned longest_silent(const struct gw_srtp *s)
{
    unsigned oldest = 0;

    for (unsigned i = 1; i < s->heard_count; i++)
        if (s->opened - s->heard[i].when > s->opened - s->heard[oldest].when)
            oldest = i;
    return oldest;
}

static bool grow(struct gw_srtp *s)
{
    unsigned room = s->heard_room + HEARD_STEP;
    struct heard *more;

    if (room > GW_SRTP_SSRCS)
        return false;
    more = realloc(s->heard, room * sizeof(*more));
    if (!more)
        return false;
    s->heard = more;
    s->heard_room = room;
    return true;
}

/* Called for packets whose tag was right, so only the peer itself gets here. */
static void note(struct gw_srtp *s, uint32_t ssrc)
{
    unsigned i = find(s, ssrc);

    s->opened++;
    if (i == s->heard_count) {
        if (i < s->heard_room || grow(s)) {
            s->heard_count++;
        } else if (s->heard_count) {
            i = longest_silent(s);
            srtp_remove_stream(s->in, s->heard[i].ssrc);
        } else {
            srtp_remove_stream(s->in, ssrc);
            return;
        }
        s->heard[i].ssrc = ssrc;
    }
    s->heard[i].when = s->opened;
    s->heard_last = i;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int open_packet(struct gw_srtp *s, uint8_t *data, size_t *len, size_t min, size_t ssrc_at,
                       srtp_err_status_t (*open)(srtp_t, void *, int *))
{
    uint32_t ssrc;
    int n, err;

    if (*len < min || *len > UINT16_MAX || data[0] >> 6 != 2)
        return GW_EPARSE;
    ssrc = get32(data + ssrc_at);
    n = (int)*len;
    err = gw_libsrtp_error(open(s->in, data, &n));
    if (err)
        return err;
    note(s, ssrc);
    *len = (size_t)n;
    return GW_OK;
}

int gw_srtp_open_rtp(struct gw_srtp *s, uint8_t *data, size_t *len)
{
    return open_packet(s, data, len, RTP_MIN + s->params->tag_len, 8, srtp_unprotect);
}

/* An SRTCP packet ends with at least a tag and an index of four bytes. */
int gw_srtp_open_rtcp(struct gw_srtp *s, uint8_t *data, size_t *len)
{
    return open_packet(s, data, len, RTCP_MIN + 4 + (s->params->gcm ? 16 : 10), 4, srtp_unprotect_rtcp);
}

int gw_srtp_seal_rtcp(struct gw_srtp *s, uint8_t *data, size_t *len, size_t cap)
{
    if (*len < RTCP_MIN || *len > UINT16_MAX || cap < *len + RTCP_ROOM)
        return GW_EINVAL;
    return gw_rtcp_seal(s->rtcp, data, len);
}

void gw_seal_rtp(struct gw_sealer *sealer, struct gw_srtp *s, uint8_t *data, size_t header_len, size_t len,
                 uint64_t index)
{
    const struct gw_seal_job job = {.data = data, .header_len = header_len, .len = len, .index = index};

    gw_sealing_run(sealer, &s->sealing, &job, s->params->tag_len);
}
