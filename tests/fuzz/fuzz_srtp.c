/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening SRTP and SRTCP with valid keys, against libsrtp2: whatever comes, in whatever order, changed on its way or
 * not, both must take or refuse the same and read the same bytes.
 *
 * First byte: profile (2 bits) and back end (1 bit). Then steps of 8 bytes:
 *   what (2 bits: RTP, RTCP, the last datagram again, raw bytes), changed or not, SSRC (3 bits) | index step (signed,
 * 2) | CSRCs and extension | length | where it is changed (2) | with what
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/policy.h"
#include "srtp/srtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEP = 8, ROOM = 2048 };

struct state {
    struct gw_sealer *sealer;
    struct gw_srtp *sender, *ours;
    srtp_t theirs, their_sender;
    uint64_t index[8];
    uint8_t last[ROOM];
    size_t last_len;
    bool last_is_rtcp;
};

static const enum gw_srtp_profile profiles[] = {GW_SRTP_CM_SHA1_80, GW_SRTP_CM_SHA1_32, GW_SRTP_GCM_128,
                                                GW_SRTP_GCM_256};
static const size_t lengths[] = {30, 30, 28, 44};

static void begin(struct state *s, uint8_t how)
{
    static struct gw_sealer *sealers[2]; /* large: made once */
    struct gw_sealer **sealer = &sealers[how >> 2 & 1];
    static uint8_t a[44], b[44];
    unsigned p = how & 3;
    srtp_policy_t in, out;

    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < sizeof(a); i++) {
        a[i] = (uint8_t)(i * 7 + 1);
        b[i] = (uint8_t)(i * 11 + 2);
    }
    if (!*sealer && gw_sealer_new(sealer, how & 4 ? "openssl" : NULL))
        abort();
    s->sealer = *sealer;
    if (gw_srtp_new(&s->sender, s->sealer, profiles[p], a, b, lengths[p]) ||
        gw_srtp_new(&s->ours, s->sealer, profiles[p], b, a, lengths[p]) ||
        gw_libsrtp_policy(&in, gw_srtp_params(profiles[p]), ssrc_any_inbound, 0, a) ||
        gw_libsrtp_policy(&out, gw_srtp_params(profiles[p]), ssrc_any_outbound, 0, a) || srtp_create(&s->theirs, &in) ||
        srtp_create(&s->their_sender, &out))
        abort();
    for (unsigned i = 0; i < 8; i++)
        s->index[i] = 0x7ff0 + i * 0x1111;
}

static void end(struct state *s)
{
    gw_srtp_free(s->sender);
    gw_srtp_free(s->ours);
    srtp_dealloc(s->theirs);
    srtp_dealloc(s->their_sender);
}

static size_t make_rtp(struct state *s, const uint8_t *step)
{
    unsigned who = step[0] >> 3 & 7, csrcs = step[3] & 15, words = step[3] >> 4;
    int64_t index = (int64_t)s->index[who] + (int16_t)(step[1] << 8 | step[2]);
    size_t header = 12 + 4u * csrcs, len;
    uint8_t *p = s->last;

    if (index < 0)
        index = 0;
    s->index[who] = (uint64_t)index;
    memset(p, 0x5a, ROOM);
    p[0] = (uint8_t)(0x80 | (words ? 0x10 : 0) | csrcs);
    p[1] = 96;
    p[2] = (uint8_t)(index >> 8);
    p[3] = (uint8_t)index;
    memset(p + 8, (int)who + 1, 4);
    if (words) {
        memcpy(p + header, "\xbe\xde\0", 3);
        p[header + 3] = (uint8_t)words;
        header += 4 + 4u * words;
    }
    len = header + step[4] * 4u;
    gw_seal_rtp(s->sealer, s->sender, p, header, len, (uint64_t)index);
    gw_seal_flush(s->sealer);
    return len + gw_srtp_overhead(s->sender);
}

static size_t make_rtcp(struct state *s, const uint8_t *step)
{
    uint8_t *p = s->last;
    int len = 8 + 4 * step[4];

    memset(p, 0x33, ROOM);
    p[0] = 0x80;
    p[1] = 200;
    memset(p + 4, (step[0] >> 3 & 7) + 1, 4);
    return srtp_protect_rtcp(s->their_sender, p, &len) ? 0 : (size_t)len;
}

static void deliver(struct state *s, const uint8_t *datagram, size_t len, bool rtcp)
{
    uint8_t *mine = malloc(len), theirs[ROOM]; /* exactly as large: a byte too far shows */
    size_t n = len;
    int m = (int)len;
    bool taken, wanted;

    if (!mine || !len) {
        free(mine);
        return;
    }
    memcpy(mine, datagram, len);
    memcpy(theirs, datagram, len);
    taken = !(rtcp ? gw_srtp_open_rtcp : gw_srtp_open_rtp)(s->ours, mine, &n);
    wanted = !(rtcp ? srtp_unprotect_rtcp : srtp_unprotect)(s->theirs, theirs, &m);
    if (taken != wanted || (taken && (n != (size_t)m || memcmp(mine, theirs, n))))
        abort();
    free(mine);
}

static void one_step(struct state *s, const uint8_t *step, const uint8_t *rest, size_t rest_len)
{
    uint8_t changed[ROOM];
    size_t len;

    switch (step[0] & 3) {
    case 0:
        s->last_len = make_rtp(s, step);
        s->last_is_rtcp = false;
        break;
    case 1:
        s->last_len = make_rtcp(s, step);
        s->last_is_rtcp = true;
        break;
    case 2:
        break;
    default:
        len = rest_len < 200 ? rest_len : 200;
        if (len > 12) /* libsrtp2 wants to be asked with a header only */
            deliver(s, rest, len, step[0] & 8);
        return;
    }
    len = s->last_len;
    memcpy(changed, s->last, len);
    if (step[0] & 4 && len > 4) /* the first bytes decide on the layout */
        changed[4 + (unsigned)(step[5] << 8 | step[6]) % (len - 4)] ^= step[7];
    deliver(s, changed, len, s->last_is_rtcp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct state s;

    if (!size)
        return 0;
    begin(&s, data[0]);
    for (data++, size--; size >= STEP; data += STEP, size -= STEP)
        one_step(&s, data, data + STEP, size - STEP);
    end(&s);
    return 0;
}
