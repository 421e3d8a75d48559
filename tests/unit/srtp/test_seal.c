/* SPDX-License-Identifier: Apache-2.0 */
/* Every back end and profile against libsrtp2, bit for bit, and against the vectors of RFC 7714. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <srtp2/srtp.h>

#include "base/err.h"
#include "srtp/policy.h"
#include "srtp/seal.h"

#define SSRC 0xdeadbeef

static const char *const names[] = {"ipsec-mb", "openssl", "libsrtp2"};
static const enum gw_srtp_profile profiles[] = {GW_SRTP_CM_SHA1_80, GW_SRTP_CM_SHA1_32, GW_SRTP_GCM_128,
                                                GW_SRTP_GCM_256};
static uint8_t master[44];

struct shape {
    unsigned csrcs, ext_words, body;
};

static const struct shape shapes[] = {{0, 0, 0},   {0, 0, 1},    {0, 0, 15},   {0, 0, 16},  {0, 0, 17},
                                      {0, 0, 160}, {0, 0, 1088}, {0, 0, 1400}, {3, 0, 100}, {15, 0, 333},
                                      {0, 1, 0},   {0, 5, 700},  {2, 9, 1041}, {15, 20, 1}};

/* Writes a packet; returns its length and sets the header's. */
static size_t make(uint8_t *p, const struct shape *s, uint16_t seq, size_t *header_len)
{
    size_t n = 12 + 4 * s->csrcs;

    memset(p, 0, 12);
    p[0] = (uint8_t)(0x80 | (s->ext_words ? 0x10 : 0) | s->csrcs);
    p[1] = 96;
    p[2] = (uint8_t)(seq >> 8);
    p[3] = (uint8_t)seq;
    p[8] = SSRC >> 24;
    p[9] = (uint8_t)(SSRC >> 16);
    p[10] = (uint8_t)(SSRC >> 8);
    p[11] = (uint8_t)SSRC;
    for (size_t i = 12; i < n; i++)
        p[i] = (uint8_t)(i * 3);
    if (s->ext_words) {
        p[n] = 0xbe;
        p[n + 1] = 0xde;
        p[n + 2] = 0;
        p[n + 3] = (uint8_t)s->ext_words;
        for (size_t i = 4; i < 4 + 4 * s->ext_words; i++)
            p[n + i] = (uint8_t)(i ^ 0x10);
        n += 4 + 4 * s->ext_words;
    }
    *header_len = n;
    for (size_t i = 0; i < s->body; i++)
        p[n + i] = (uint8_t)(i * 7 + seq);
    return n + s->body;
}

/* What libsrtp2 alone makes of the packet. */
static size_t reference(const struct gw_srtp_params *params, uint8_t *p, size_t len, uint32_t roc)
{
    srtp_policy_t policy;
    srtp_t session;
    int n = (int)len;

    assert_int_equal(gw_libsrtp_policy(&policy, params, ssrc_specific, SSRC, master), 0);
    assert_int_equal(srtp_create(&session, &policy), 0);
    assert_int_equal(srtp_set_stream_roc(session, SSRC, roc), 0);
    assert_int_equal(srtp_protect(session, p, &n), 0);
    srtp_dealloc(session);
    return (size_t)n;
}

static bool have(struct gw_sealer **sealer, const char *name)
{
    int err = gw_sealer_new(sealer, name);

    if (err == GW_ENOENT)
        return false;
    assert_int_equal(err, 0);
    assert_string_equal(gw_sealer_name(*sealer), name);
    return true;
}

static void check(struct gw_sealer *sealer, struct gw_srtp *srtp, const struct shape *shape, uint64_t index)
{
    const struct gw_srtp_params *params = gw_srtp_params(gw_srtp_get_profile(srtp));
    uint8_t ours[2000], theirs[2000];
    size_t header, len = make(ours, shape, (uint16_t)index, &header), sealed;

    memset(ours + len, 0xa5, sizeof(ours) - len);
    memcpy(theirs, ours, sizeof(ours));
    sealed = reference(params, theirs, len, (uint32_t)(index >> 16));
    gw_seal_rtp(sealer, srtp, ours, header, len, index);
    gw_seal_flush(sealer);
    assert_int_equal(sealed, len + gw_srtp_overhead(srtp));
    assert_memory_equal(ours, theirs, sealed);
    for (size_t i = sealed; i < sizeof(ours); i++)
        assert_int_equal(ours[i], 0xa5); /* nothing behind the tag is touched */
}

static void seals_as_libsrtp_does(void **state)
{
    static const uint64_t indexes[] = {1, 0xffff, 0x10000, 0x3abcd, 0xfffe0005, 0x100000007};

    for (size_t b = 0; b < 3; b++) {
        struct gw_sealer *sealer;

        if (!have(&sealer, names[b]))
            continue;
        for (size_t p = 0; p < 4; p++) {
            const struct gw_srtp_params *params = gw_srtp_params(profiles[p]);

            for (size_t x = 0; x < sizeof(indexes) / sizeof(indexes[0]); x++) {
                struct gw_srtp *srtp;

                assert_int_equal(
                    gw_srtp_new(&srtp, sealer, profiles[p], master, master, (size_t)params->key_len + params->salt_len),
                    0);
                for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
                    check(sealer, srtp, &shapes[i], indexes[x] + i);
                gw_srtp_free(srtp);
            }
        }
        assert_int_equal(gw_sealer_failures(sealer), 0);
        gw_sealer_free(sealer);
    }
}

/* Forwards, over the wrap, back before it (a retransmission), forwards again. */
static void seals_older_packets_again(void **state)
{
    static const uint64_t indexes[] = {0xfff0, 0xfffe, 0x10002, 0xffff, 0x10003, 0xfff0, 0x10100};

    for (size_t b = 0; b < 3; b++) {
        struct gw_sealer *sealer;

        if (!have(&sealer, names[b]))
            continue;
        for (size_t p = 0; p < 4; p++) {
            const struct gw_srtp_params *params = gw_srtp_params(profiles[p]);
            struct gw_srtp *srtp;

            assert_int_equal(
                gw_srtp_new(&srtp, sealer, profiles[p], master, master, (size_t)params->key_len + params->salt_len), 0);
            for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++)
                check(sealer, srtp, &shapes[6], indexes[i]);
            gw_srtp_free(srtp);
        }
        gw_sealer_free(sealer);
    }
}

/* More packets than may be in work, of several peers, before one flush; one peer goes before it. */
static void seals_many_before_a_flush(void **state)
{
    enum { PEERS = 3, EACH = 100 };
    static uint8_t ours[PEERS][EACH][1600], theirs[1600];

    for (size_t b = 0; b < 3; b++) {
        for (size_t p = 0; p < 4; p++) {
            const struct gw_srtp_params *params = gw_srtp_params(profiles[p]);
            struct gw_srtp *srtp[PEERS];
            struct gw_sealer *sealer;
            size_t header, sealed;

            if (!have(&sealer, names[b]))
                continue;
            for (int i = 0; i < PEERS; i++)
                assert_int_equal(gw_srtp_new(&srtp[i], sealer, profiles[p], master, master,
                                             (size_t)params->key_len + params->salt_len),
                                 0);
            for (unsigned n = 0; n < EACH; n++) {
                for (int i = 0; i < PEERS; i++) {
                    struct shape shape = {n % 4, n % 3, (n * 131) % 1400};
                    size_t len = make(ours[i][n], &shape, (uint16_t)n, &header);

                    gw_seal_rtp(sealer, srtp[i], ours[i][n], header, len, 0x20000 + n);
                }
            }
            gw_srtp_free(srtp[0]);
            gw_seal_flush(sealer);
            gw_seal_flush(sealer);
            for (unsigned n = 0; n < EACH; n++) {
                struct shape shape = {n % 4, n % 3, (n * 131) % 1400};

                sealed = reference(params, theirs, make(theirs, &shape, (uint16_t)n, &header), 2);
                for (int i = 0; i < PEERS; i++)
                    assert_memory_equal(ours[i][n], theirs, sealed);
            }
            for (int i = 1; i < PEERS; i++)
                gw_srtp_free(srtp[i]);
            gw_sealer_free(sealer);
        }
    }
}

/* RFC 7714 §16.1.1 and §16.2.1 */
static const uint8_t rfc_plain[] =
    "\x80\x40\xf1\x7b\x80\x41\xf8\xd3\x55\x01\xa0\xb2Gallia est omnis divisa in partes tres";
static const uint8_t rfc_128[] = {0xf2, 0x4d, 0xe3, 0xa3, 0xfb, 0x34, 0xde, 0x6c, 0xac, 0xba, 0x86, 0x1c, 0x9d, 0x7e,
                                  0x4b, 0xca, 0xbe, 0x63, 0x3b, 0xd5, 0x0d, 0x29, 0x4e, 0x6f, 0x42, 0xa5, 0xf4, 0x7a,
                                  0x51, 0xc7, 0xd1, 0x9b, 0x36, 0xde, 0x3a, 0xdf, 0x88, 0x33, 0x89, 0x9d, 0x7f, 0x27,
                                  0xbe, 0xb1, 0x6a, 0x91, 0x52, 0xcf, 0x76, 0x5e, 0xe4, 0x39, 0x0c, 0xce};
static const uint8_t rfc_256[] = {0x32, 0xb1, 0xde, 0x78, 0xa8, 0x22, 0xfe, 0x12, 0xef, 0x9f, 0x78, 0xfa, 0x33, 0x2e,
                                  0x33, 0xaa, 0xb1, 0x80, 0x12, 0x38, 0x9a, 0x58, 0xe2, 0xf3, 0xb5, 0x0b, 0x2a, 0x02,
                                  0x76, 0xff, 0xae, 0x0f, 0x1b, 0xa6, 0x37, 0x99, 0xb8, 0x7b, 0x7a, 0xa3, 0xdb, 0x36,
                                  0xdf, 0xff, 0xd6, 0xb0, 0xf9, 0xbb, 0x78, 0x78, 0xd7, 0xa7, 0x6c, 0x13};

static void vector(const struct gw_seal_backend *b, enum gw_srtp_profile profile, const uint8_t *want)
{
    const size_t len = sizeof(rfc_plain) - 1;
    struct gw_session_keys session = {.salt = "Quid pro quo"};
    uint8_t data[100];
    struct gw_seal_job job = {.data = data, .header_len = 12, .len = len, .index = 0xf17b};
    void *worker, *keys;

    if (b->open(&worker) == GW_ENOENT)
        return;
    for (uint8_t i = 0; i < 32; i++)
        session.key[i] = i;
    memcpy(data, rfc_plain, len);
    assert_int_equal(b->keys_new(&keys, worker, gw_srtp_params(profile), master, &session), 0);
    assert_int_equal(b->seal(worker, keys, &job), 0);
    if (b->flush)
        b->flush(worker);
    assert_memory_equal(data, rfc_plain, 12);
    assert_memory_equal(data + 12, want, sizeof(rfc_128));
    b->keys_free(keys, worker);
    b->close(worker);
}

static void seals_the_vectors_of_rfc_7714(void **state)
{
    const struct gw_seal_backend *const own[] = {
        &gw_seal_openssl,
#ifdef HAVE_IPSEC_MB
        &gw_seal_ipsec_mb,
#endif
    };

    assert_int_equal(sizeof(rfc_plain) - 1 + 16, 12 + sizeof(rfc_128));
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        vector(own[i], GW_SRTP_GCM_128, rfc_128);
        vector(own[i], GW_SRTP_GCM_256, rfc_256);
    }
}

static void says_what_cannot_be_had(void **state)
{
    struct gw_sealer *sealer = NULL;

    assert_int_equal(gw_sealer_new(&sealer, "rot13"), GW_ENOENT);
    assert_null(sealer);
    assert_int_equal(gw_sealer_new(&sealer, NULL), 0);
    gw_sealer_free(sealer);
    gw_sealer_free(NULL);
}

/* libsrtp2 cannot go back further than its window: what comes out then is neither plain text nor acceptable. */
static void never_lets_plain_text_out(void **state)
{
    struct gw_sealer *sealer;
    struct gw_srtp *srtp;
    uint8_t data[200], zero[200] = {0};
    size_t header, len;

    assert_true(have(&sealer, "libsrtp2"));
    assert_int_equal(gw_srtp_new(&srtp, sealer, GW_SRTP_GCM_128, master, master, 28), 0);
    len = make(data, &shapes[5], 20000, &header);
    gw_seal_rtp(sealer, srtp, data, header, len, 20000);
    assert_int_equal(gw_sealer_failures(sealer), 0);
    len = make(data, &shapes[5], 10000, &header);
    gw_seal_rtp(sealer, srtp, data, header, len, 10000);
    assert_int_equal(gw_sealer_failures(sealer), 1);
    assert_memory_equal(data + header, zero, len - header + 16);
    gw_srtp_free(srtp);
    gw_sealer_free(sealer);
}

static int setup(void **state)
{
    for (size_t i = 0; i < sizeof(master); i++)
        master[i] = (uint8_t)(i * 11 + 5);
    return gw_libsrtp_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seals_as_libsrtp_does),     cmocka_unit_test(seals_older_packets_again),
        cmocka_unit_test(seals_many_before_a_flush), cmocka_unit_test(seals_the_vectors_of_rfc_7714),
        cmocka_unit_test(says_what_cannot_be_had),   cmocka_unit_test(never_lets_plain_text_out),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
