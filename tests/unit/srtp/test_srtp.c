/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "srtp/policy.h"
#include "srtp/srtp.h"

static const enum gw_srtp_profile profiles[] = {GW_SRTP_CM_SHA1_80, GW_SRTP_CM_SHA1_32, GW_SRTP_GCM_128,
                                                GW_SRTP_GCM_256};
static const size_t lengths[] = {30, 30, 28, 44};
static uint8_t a_keys[44], b_keys[44];
static struct gw_sealer *sealer;

struct pair {
    struct gw_srtp *a, *b;
};

static struct pair make(int p)
{
    struct pair pair;

    assert_int_equal(gw_srtp_new(&pair.a, sealer, profiles[p], a_keys, b_keys, lengths[p]), 0);
    assert_int_equal(gw_srtp_new(&pair.b, sealer, profiles[p], b_keys, a_keys, lengths[p]), 0);
    return pair;
}

static void drop(struct pair *pair)
{
    gw_srtp_free(pair->a);
    gw_srtp_free(pair->b);
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

/* A sealed packet of 112 plain bytes; returns its length. */
static size_t rtp(struct gw_srtp *s, uint8_t *p, uint32_t ssrc, uint64_t index)
{
    memset(p, 0x5a, 112);
    put32(p, 0x80600000 | (uint32_t)(index & 0xffff));
    put32(p + 8, ssrc);
    gw_seal_rtp(sealer, s, p, 12, 112, index);
    gw_seal_flush(sealer);
    return 112 + gw_srtp_overhead(s);
}

static void carries_rtp(void **state)
{
    uint8_t p[200], copy[200], plain[100];
    size_t len;

    memset(plain, 0x5a, sizeof(plain));
    for (int i = 0; i < 4; i++) {
        struct pair pair = make(i);

        assert_int_equal(gw_srtp_get_profile(pair.a), profiles[i]);
        for (uint64_t index = 0xfff0; index < 0x10010; index++) {
            len = rtp(pair.a, p, 7, index);
            memcpy(copy, p, len);
            assert_int_equal(gw_srtp_open_rtp(pair.b, p, &len), 0);
            assert_int_equal(len, 112);
            assert_memory_equal(p + 12, plain, 100);
            len = 112 + gw_srtp_overhead(pair.a);
            assert_int_equal(gw_srtp_open_rtp(pair.b, copy, &len), GW_EPROTO); /* replay */
        }
        drop(&pair);
    }
}

static void refuses_what_is_changed_or_cut(void **state)
{
    uint8_t p[200], copy[200];
    size_t len, n;

    for (int i = 0; i < 4; i++) {
        struct pair pair = make(i);

        len = rtp(pair.a, p, 7, 5);
        for (size_t at = 2; at < len; at++) { /* the first two bytes decide on the layout */
            memcpy(copy, p, len);
            copy[at] ^= 1;
            n = len;
            assert_int_equal(gw_srtp_open_rtp(pair.b, copy, &n), GW_EPROTO);
        }
        for (size_t cut = 0; cut < len; cut++) {
            memcpy(copy, p, len);
            n = cut;
            assert_true(gw_srtp_open_rtp(pair.b, copy, &n) < 0);
            memcpy(copy, p, len);
            n = cut;
            assert_true(gw_srtp_open_rtcp(pair.b, copy, &n) < 0);
        }
        n = len;
        assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), 0);
        drop(&pair);
    }
}

static void carries_rtcp(void **state)
{
    static const uint8_t plain[] = {0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 7};
    uint8_t p[100], bad[100];
    size_t len, n;

    for (int i = 0; i < 4; i++) {
        struct pair pair = make(i);

        for (int k = 0; k < 3; k++) {
            memcpy(p, plain, sizeof(plain));
            len = sizeof(plain);
            assert_int_equal(gw_srtp_seal_rtcp(pair.a, p, &len, len + 31), GW_EINVAL);
            assert_int_equal(gw_srtp_seal_rtcp(pair.a, p, &len, sizeof(p)), 0);
            assert_true(len > sizeof(plain) && len <= sizeof(plain) + 32);
            n = len;
            memcpy(bad, p, len);
            bad[15] ^= 1;
            assert_int_equal(gw_srtp_open_rtcp(pair.b, bad, &n), GW_EPROTO);
            n = len;
            assert_int_equal(gw_srtp_open_rtcp(pair.b, p, &n), 0);
            assert_int_equal(n, sizeof(plain));
            assert_memory_equal(p, plain, sizeof(plain));
        }
        drop(&pair);
    }
}

/* A whole session of libsrtp2, as other peers have, understands us and we it. */
static void agrees_with_a_whole_session(void **state)
{
    static const uint8_t rtcp[] = {0x80, 201, 0, 1, 0, 0, 0, 9};

    for (int i = 0; i < 4; i++) {
        const struct gw_srtp_params *params = gw_srtp_params(profiles[i]);
        srtp_policy_t in, out;
        struct gw_srtp *s;
        srtp_t them_in, them_out;
        uint8_t p[200];
        size_t len;
        int n;

        assert_int_equal(gw_srtp_new(&s, sealer, profiles[i], a_keys, b_keys, lengths[i]), 0);
        assert_int_equal(gw_libsrtp_policy(&in, params, ssrc_any_inbound, 0, a_keys), 0);
        assert_int_equal(gw_libsrtp_policy(&out, params, ssrc_any_outbound, 0, b_keys), 0);
        assert_int_equal(srtp_create(&them_in, &in), 0);
        assert_int_equal(srtp_create(&them_out, &out), 0);
        for (int k = 0; k < 3; k++) {
            memcpy(p, rtcp, sizeof(rtcp));
            len = sizeof(rtcp);
            assert_int_equal(gw_srtp_seal_rtcp(s, p, &len, sizeof(p)), 0);
            n = (int)len;
            assert_int_equal(srtp_unprotect_rtcp(them_in, p, &n), 0);
            assert_int_equal(n, sizeof(rtcp));
            assert_memory_equal(p, rtcp, sizeof(rtcp));
            assert_int_equal(srtp_protect_rtcp(them_out, p, &n), 0);
            len = (size_t)n;
            assert_int_equal(gw_srtp_open_rtcp(s, p, &len), 0);
            assert_memory_equal(p, rtcp, sizeof(rtcp));

            n = (int)rtp(s, p, 5, 100 + (uint64_t)k);
            assert_int_equal(srtp_unprotect(them_in, p, &n), 0);
            assert_int_equal(n, 112);
            assert_int_equal(srtp_protect(them_out, p, &n), 0);
            len = (size_t)n;
            assert_int_equal(gw_srtp_open_rtp(s, p, &len), 0);
            assert_int_equal(len, 112);
        }
        srtp_dealloc(them_in);
        srtp_dealloc(them_out);
        gw_srtp_free(s);
    }
}

/* Bit for bit: with the same index libsrtp2 makes the same bytes. */
static void seals_rtcp_as_libsrtp_does(void **state)
{
    for (int i = 0; i < 4; i++) {
        srtp_policy_t policy;
        srtp_t them;
        struct gw_srtp *s;

        assert_int_equal(gw_srtp_new(&s, sealer, profiles[i], a_keys, b_keys, lengths[i]), 0);
        assert_int_equal(gw_libsrtp_policy(&policy, gw_srtp_params(profiles[i]), ssrc_any_outbound, 0, a_keys), 0);
        assert_int_equal(srtp_create(&them, &policy), 0);
        for (size_t plain = 8; plain < 300; plain += 4) {
            uint8_t ours[400], theirs[400];
            size_t len = plain;
            int n = (int)plain;

            for (size_t k = 0; k < sizeof(ours); k++)
                ours[k] = theirs[k] = (uint8_t)(k * 5);
            ours[0] = theirs[0] = 0x80;
            assert_int_equal(gw_srtp_seal_rtcp(s, ours, &len, sizeof(ours)), 0);
            assert_int_equal(srtp_protect_rtcp(them, theirs, &n), 0);
            assert_int_equal(len, n);
            assert_memory_equal(ours, theirs, len);
        }
        srtp_dealloc(them);
        gw_srtp_free(s);
    }
}

static void keeps_a_bounded_number_of_senders(void **state)
{
    struct pair pair = make(2);
    uint8_t p[200], first[200], last[200];
    size_t len, n;

    len = rtp(pair.a, first, 1000, 77);
    memcpy(p, first, len);
    n = len;
    assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), 0);
    for (uint32_t i = 0; i < 5 * GW_SRTP_SSRCS; i++) {
        rtp(pair.a, p, 2000 + i, 78);
        memcpy(last, p, len);
        n = len;
        assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), 0);
        if (i % 10 == 0) { /* this one is never the longest silent */
            rtp(pair.a, p, 1000, 100 + i);
            n = len;
            assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), 0);
        }
    }
    memcpy(p, first, len);
    n = len;
    assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), GW_EPROTO);
    n = len;
    assert_int_equal(gw_srtp_open_rtp(pair.b, last, &n), GW_EPROTO);
    drop(&pair);
}

static void accepts_reordering_within_the_window(void **state)
{
    struct pair pair = make(0);
    uint8_t p[200];
    size_t n = rtp(pair.a, p, 7, 2000);

    assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), 0);
    n = rtp(pair.a, p, 7, 2000 - 1000);
    assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), 0);
    n = rtp(pair.a, p, 7, 2000 - 1100);
    assert_int_equal(gw_srtp_open_rtp(pair.b, p, &n), GW_EPROTO);
    drop(&pair);
}

static void checks_its_caller(void **state)
{
    struct gw_srtp *s = NULL;

    assert_int_equal(gw_srtp_new(&s, sealer, GW_SRTP_GCM_128, a_keys, b_keys, 30), GW_EINVAL);
    assert_int_equal(gw_srtp_new(&s, sealer, (enum gw_srtp_profile)3, a_keys, b_keys, 30), GW_EINVAL);
    assert_null(s);
    gw_srtp_free(NULL);
    assert_string_equal(gw_srtp_profile_name(GW_SRTP_GCM_128), "SRTP_AEAD_AES_128_GCM");
    assert_string_equal(gw_srtp_profile_name(GW_SRTP_CM_SHA1_80), "SRTP_AES128_CM_SHA1_80");
}

static int setup(void **state)
{
    for (size_t i = 0; i < sizeof(a_keys); i++) {
        a_keys[i] = (uint8_t)(i + 1);
        b_keys[i] = (uint8_t)(200 - i);
    }
    return gw_sealer_new(&sealer, NULL);
}

static int teardown(void **state)
{
    gw_sealer_free(sealer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_rtp),
        cmocka_unit_test(refuses_what_is_changed_or_cut),
        cmocka_unit_test(carries_rtcp),
        cmocka_unit_test(agrees_with_a_whole_session),
        cmocka_unit_test(seals_rtcp_as_libsrtp_does),
        cmocka_unit_test(keeps_a_bounded_number_of_senders),
        cmocka_unit_test(accepts_reordering_within_the_window),
        cmocka_unit_test(checks_its_caller),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
