/* SPDX-License-Identifier: Apache-2.0 */
/* AES-GCM: a published vector, each library against the other, forgeries. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "srtp/gcm.h"

static const char *const names[] = {"openssl", "ipsec-mb"};
enum { NAMES = 2, MOST = 1500 };

/* Test case 4 of the GCM specification (McGrew, Viega). */
static const uint8_t key[16] = {0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c,
                                0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};
static const uint8_t nonce[12] = {0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
static const uint8_t aad[20] = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed,
                                0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2};
static const uint8_t plain[60] = {0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5,
                                  0xaf, 0xf5, 0x26, 0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda,
                                  0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95,
                                  0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25,
                                  0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39};
static const uint8_t sealed[76] = {
    0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77, 0x74, 0x24, 0x4b, 0x72, 0x21, 0xb7, 0x84, 0xd0, 0xd4, 0x9c, 0xe3, 0xaa, 0x21,
    0x2f, 0x2c, 0x02, 0xa4, 0xe0, 0x35, 0xc1, 0x7e, 0x23, 0x29, 0xac, 0xa1, 0x2e, 0x21, 0xd5, 0x14, 0xb2, 0x54, 0x66,
    0x93, 0x1c, 0x7d, 0x8f, 0x6a, 0x5a, 0xac, 0x84, 0xaa, 0x05, 0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac, 0x97, 0x3d,
    0x58, 0xe0, 0x91, 0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21, 0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47};

/* false: not on this machine, or not built in. */
static bool have(struct gw_gcm *g, const char *name, const uint8_t *k, size_t len)
{
    int err = gw_gcm_init(g, name, k, len);

    assert_true(!err || (err == GW_ENOENT && strcmp(name, "openssl")));
    return !err;
}

static void test_vector(void **state)
{
    for (int i = 0; i < NAMES; i++) {
        struct gw_gcm g = {0};
        uint8_t out[sizeof(sealed)];

        if (!have(&g, names[i], key, sizeof(key)))
            continue;
        assert_int_equal(gw_gcm_seal(&g, &(struct gw_gcm_text){nonce, aad, 20, plain, sizeof(plain), out}), 0);
        assert_memory_equal(out, sealed, sizeof(sealed));
        assert_int_equal(gw_gcm_open(&g, &(struct gw_gcm_text){nonce, aad, 20, out, sizeof(plain), out}), 0);
        assert_memory_equal(out, plain, sizeof(plain));
        gw_gcm_close(&g);
    }
}

static void test_against_each_other(void **state)
{
    static const size_t lens[] = {0, 1, 13, 16, 17, 255, 256, 1052, MOST};
    uint8_t big_key[32], text[MOST], one[MOST + GW_GCM_TAG], other[MOST + GW_GCM_TAG];

    for (size_t i = 0; i < sizeof(big_key); i++)
        big_key[i] = (uint8_t)(i * 31);
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (uint8_t)(i * 13);
    for (size_t k = 16; k <= 32; k += 16)
        for (size_t l = 0; l < sizeof(lens) / sizeof(lens[0]); l++) {
            struct gw_gcm a = {0}, b = {0};
            struct gw_gcm_text t = {nonce, aad, 13, text, lens[l], one};

            assert_int_equal(gw_gcm_init(&a, "openssl", big_key, k), 0);
            assert_int_equal(gw_gcm_init(&b, NULL, big_key, k), 0);
            assert_int_equal(gw_gcm_seal(&a, &t), 0);
            t.out = other;
            assert_int_equal(gw_gcm_seal(&b, &t), 0);
            assert_memory_equal(one, other, lens[l] + GW_GCM_TAG);
            t.in = one;
            assert_int_equal(gw_gcm_open(&b, &t), 0);
            assert_memory_equal(other, text, lens[l]);
            gw_gcm_close(&a);
            gw_gcm_close(&b);
        }
}

static void test_forged(void **state)
{
    for (int i = 0; i < NAMES; i++) {
        struct gw_gcm g = {0};
        uint8_t in[sizeof(sealed)], out[sizeof(sealed)], other_aad[20];

        if (!have(&g, names[i], key, sizeof(key)))
            continue;
        for (size_t bit = 0; bit < sizeof(sealed) * 8; bit += 5) {
            memcpy(in, sealed, sizeof(in));
            in[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(gw_gcm_open(&g, &(struct gw_gcm_text){nonce, aad, 20, in, sizeof(plain), out}), GW_EPROTO);
        }
        memcpy(other_aad, aad, sizeof(aad));
        other_aad[19] ^= 1;
        assert_int_equal(gw_gcm_open(&g, &(struct gw_gcm_text){nonce, other_aad, 20, sealed, sizeof(plain), out}),
                         GW_EPROTO);
        assert_int_equal(gw_gcm_open(&g, &(struct gw_gcm_text){nonce, aad, 19, sealed, sizeof(plain), out}), GW_EPROTO);
        assert_int_equal(gw_gcm_open(&g, &(struct gw_gcm_text){aad, aad, 20, sealed, sizeof(plain), out}), GW_EPROTO);
        gw_gcm_close(&g);
    }
}

static void test_refused(void **state)
{
    struct gw_gcm g = {0};
    uint8_t out[16 + GW_GCM_TAG];
    const struct gw_gcm_text t = {nonce, aad, 20, plain, 16, out};

    assert_int_equal(gw_gcm_init(&g, NULL, key, 15), GW_EINVAL);
    assert_int_equal(gw_gcm_init(&g, "rot13", key, 16), GW_ENOENT);
    assert_int_equal(gw_gcm_seal(&g, &t), GW_EIO);
    assert_int_equal(gw_gcm_open(&g, &t), GW_EPROTO);
    gw_gcm_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_against_each_other),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
