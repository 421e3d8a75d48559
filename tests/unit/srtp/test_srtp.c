/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
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
        cmocka_unit_test(keeps_a_bounded_number_of_senders),
        cmocka_unit_test(accepts_reordering_within_the_window),
        cmocka_unit_test(checks_its_caller),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
