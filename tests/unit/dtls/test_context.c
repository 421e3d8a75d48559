/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>

#include "base/err.h"
#include "dtls/cert.h"
#include "dtls/dtls.h"

static char dir[] = "/tmp/gw-dtls-XXXXXX";
static char cert_file[64], key_file[64], locked_file[64], other_file[64];

static void write_files(long not_before, long not_after)
{
    EVP_PKEY *key;
    X509 *cert;
    FILE *f;

    assert_int_equal(gw_cert_make(&cert, &key, false, false), 0);
    X509_gmtime_adj(X509_getm_notBefore(cert), not_before);
    X509_gmtime_adj(X509_getm_notAfter(cert), not_after);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    f = fopen(cert_file, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_X509(f, cert), 1);
    fclose(f);
    f = fopen(key_file, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(f);
    f = fopen(locked_file, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_PrivateKey(f, key, EVP_aes_128_cbc(), (const unsigned char *)"sesame", 6, NULL, NULL),
                     1);
    fclose(f);
    X509_free(cert);
    EVP_PKEY_free(key);
    assert_int_equal(gw_cert_make(&cert, &key, false, false), 0);
    f = fopen(other_file, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(f);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static int attempt(const char *cert, const char *key, const char *password, char *why, size_t why_len)
{
    const struct gw_dtls_conf conf = {.cert_pem = cert, .key_pem = key, .password = password};
    struct gw_dtls_context *c = NULL;
    int err = gw_dtls_context_new(&c, &conf, why, why_len);

    if (!err) {
        assert_int_equal(strlen(gw_dtls_fingerprint(c)), 95);
        assert_string_equal(why, "");
    } else {
        assert_null(c);
        assert_true(why[0] != '\0');
    }
    gw_dtls_context_free(c);
    return err;
}

static void loads_what_is_configured(void **state)
{
    char why[300];

    write_files(-60, 3600);
    assert_int_equal(attempt(cert_file, key_file, NULL, why, sizeof(why)), 0);
    assert_int_equal(attempt(cert_file, locked_file, "sesame", why, sizeof(why)), 0);
    assert_int_equal(attempt(cert_file, locked_file, "open", why, sizeof(why)), GW_EPARSE);
    assert_int_equal(attempt(cert_file, locked_file, NULL, why, sizeof(why)), GW_EPARSE);
    assert_int_equal(attempt(cert_file, other_file, NULL, why, sizeof(why)), GW_EPARSE);
    assert_non_null(strstr(why, "does not belong to"));
    assert_int_equal(attempt(key_file, key_file, NULL, why, sizeof(why)), GW_EPARSE);
    assert_non_null(strstr(why, "holds no PEM certificate"));
    assert_int_equal(attempt("/nowhere/cert.pem", key_file, NULL, why, sizeof(why)), GW_EIO);
    assert_non_null(strstr(why, "/nowhere/cert.pem"));
    assert_int_equal(attempt(cert_file, "/nowhere/key.pem", NULL, why, sizeof(why)), GW_EIO);
    assert_non_null(strstr(why, "/nowhere/key.pem"));
}

static void stops_at_an_expired_certificate(void **state)
{
    char why[300], cut[10];

    write_files(-7200, -3600);
    assert_int_equal(attempt(cert_file, key_file, NULL, why, sizeof(why)), GW_EPROTO);
    assert_non_null(strstr(why, "expired on 20"));
    assert_non_null(strstr(why, cert_file));
    write_files(3600, 7200);
    assert_int_equal(attempt(cert_file, key_file, NULL, why, sizeof(why)), GW_EPROTO);
    assert_non_null(strstr(why, "not valid before 20"));
    assert_int_equal(attempt(cert_file, key_file, NULL, cut, sizeof(cut)), GW_EPROTO);
}

static void names_what_openssl_does_not_know(void **state)
{
    const struct gw_dtls_conf ciphers = {.ciphers = "ROT13"}, profiles = {.profiles = "SRTP_ROT13"}, mtu = {.mtu = 20};
    struct gw_dtls_context *c = NULL;
    char why[200];

    assert_int_equal(gw_dtls_context_new(&c, &ciphers, why, sizeof(why)), GW_EPARSE);
    assert_non_null(strstr(why, "ROT13"));
    assert_int_equal(gw_dtls_context_new(&c, &profiles, why, sizeof(why)), GW_EPARSE);
    assert_non_null(strstr(why, "SRTP_ROT13"));
    assert_int_equal(gw_dtls_context_new(&c, &mtu, why, sizeof(why)), GW_EINVAL);
    assert_non_null(strstr(why, "20"));
    assert_null(c);
}

static void makes_its_own(void **state)
{
    const struct gw_dtls_conf ec = {0}, rsa = {.rsa = true};
    struct gw_dtls_context *a, *b;
    char why[200];

    assert_int_equal(gw_dtls_context_new(&a, &ec, why, sizeof(why)), 0);
    assert_int_equal(gw_dtls_context_new(&b, &rsa, why, sizeof(why)), 0);
    assert_string_not_equal(gw_dtls_fingerprint(a), gw_dtls_fingerprint(b));
    gw_dtls_context_free(a);
    gw_dtls_context_free(b);
    gw_dtls_context_free(NULL);
}

static int setup(void **state)
{
    if (!mkdtemp(dir))
        return -1;
    snprintf(cert_file, sizeof(cert_file), "%s/cert.pem", dir);
    snprintf(key_file, sizeof(key_file), "%s/key.pem", dir);
    snprintf(locked_file, sizeof(locked_file), "%s/locked.pem", dir);
    snprintf(other_file, sizeof(other_file), "%s/other.pem", dir);
    return 0;
}

static int teardown(void **state)
{
    unlink(cert_file);
    unlink(key_file);
    unlink(locked_file);
    unlink(other_file);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_what_is_configured),
        cmocka_unit_test(stops_at_an_expired_certificate),
        cmocka_unit_test(names_what_openssl_does_not_know),
        cmocka_unit_test(makes_its_own),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
