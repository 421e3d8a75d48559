/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "dtls/cert.h"
#include "dtls/fingerprint.h"

static const char sha1[] = "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB"; /* RFC 8122 §6.1 */

static void parses_either_case(void **state)
{
    struct gw_fingerprint f;

    assert_int_equal(gw_fingerprint_parse(&f, "sha-1", sha1), 0);
    assert_int_equal(f.digest[0], 0x4a);
    assert_int_equal(f.digest[19], 0xab);
    assert_int_equal(gw_fingerprint_parse(&f, "SHA-1", "4a:ad:b9:b1:3f:82:18:3b:54:02:12:df:3e:5d:49:6b:19:e5:7c:ab"),
                     0);
    assert_int_equal(f.digest[19], 0xab);
}

static void refuses_every_truncation(void **state)
{
    char text[sizeof(sha1) + 4];
    struct gw_fingerprint f;

    for (size_t n = 0; n < sizeof(sha1) - 1; n++) {
        snprintf(text, sizeof(text), "%.*s", (int)n, sha1);
        assert_int_equal(gw_fingerprint_parse(&f, "sha-1", text), GW_EPARSE);
    }
    snprintf(text, sizeof(text), "%s:", sha1);
    assert_int_equal(gw_fingerprint_parse(&f, "sha-1", text), GW_EPARSE);
    snprintf(text, sizeof(text), "%s:1", sha1);
    assert_int_equal(gw_fingerprint_parse(&f, "sha-1", text), GW_EPARSE);
    for (size_t n = 0; n < sizeof(sha1) - 1; n++) {
        snprintf(text, sizeof(text), "%s", sha1);
        text[n] = 'x';
        assert_int_equal(gw_fingerprint_parse(&f, "sha-1", text), GW_EPARSE);
    }
}

static void refuses_other_hashes(void **state)
{
    struct gw_fingerprint f;

    assert_int_equal(gw_fingerprint_parse(&f, "md5", sha1), GW_EPROTO);
    assert_int_equal(gw_fingerprint_parse(&f, "", sha1), GW_EPROTO);
    assert_int_equal(gw_fingerprint_parse(&f, "sha-256", sha1), GW_EPARSE);
}

static void matches_one_certificate_only(void **state)
{
    struct gw_fingerprint f = {0};
    char text[GW_FINGERPRINT_TEXT];
    EVP_PKEY *key_a, *key_b;
    X509 *a, *b;

    assert_int_equal(gw_cert_make(&a, &key_a, false, false), 0);
    assert_int_equal(gw_cert_make(&b, &key_b, false, true), 0);
    assert_false(gw_fingerprint_matches(&f, a));
    assert_int_equal(gw_fingerprint_print(text, sizeof(text), a), 0);
    assert_int_equal(strlen(text), 95);
    assert_int_equal(gw_fingerprint_print(text, 95, a), GW_EIO);
    assert_int_equal(gw_fingerprint_parse(&f, "sha-256", text), 0);
    assert_true(gw_fingerprint_matches(&f, a));
    assert_false(gw_fingerprint_matches(&f, b));
    assert_false(gw_fingerprint_matches(&f, NULL));
    X509_free(a);
    X509_free(b);
    EVP_PKEY_free(key_a);
    EVP_PKEY_free(key_b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_either_case),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_other_hashes),
        cmocka_unit_test(matches_one_certificate_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
