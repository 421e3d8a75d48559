/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that are made are what browsers take; those that are loaded belong to their key and are valid now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "dtls/cert.h"
#include "dtls/dtls.h"

static char folder[] = "/tmp/test_cert.XXXXXX", cert_pem[100], key_pem[100], why[200];

static int set_up(void **state)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(cert_pem, sizeof(cert_pem), "%s/cert.pem", folder);
    snprintf(key_pem, sizeof(key_pem), "%s/key.pem", folder);
    return 0;
}

static int tear_down(void **state)
{
    unlink(cert_pem);
    unlink(key_pem);
    return rmdir(folder);
}

static void write_files(X509 *x, EVP_PKEY *k, const char *password)
{
    FILE *c = fopen(cert_pem, "w"), *f = fopen(key_pem, "w");

    assert_true(c && f);
    assert_int_equal(PEM_write_X509(c, x), 1);
    assert_int_equal(PEM_write_PrivateKey(f, k, password ? EVP_aes_128_cbc() : NULL, (const unsigned char *)password,
                                          password ? (int)strlen(password) : 0, NULL, NULL),
                     1);
    fclose(c);
    fclose(f);
}

static int load(const char *password)
{
    EVP_PKEY *k = NULL;
    X509 *x = NULL;
    int err = gw_cert_load(&x, &k, cert_pem, key_pem, password, why, sizeof(why));

    assert_true(err ? !x && !k : x && k);
    X509_free(x);
    EVP_PKEY_free(k);
    return err;
}

static void a_fresh_one_is_valid_now(void **state)
{
    for (unsigned rsa = 0; rsa < 2; rsa++) {
        EVP_PKEY *k;
        X509 *x, *other;
        EVP_PKEY *other_key;

        assert_int_equal(gw_cert_make(&x, &k, rsa, false), 0);
        assert_int_equal(EVP_PKEY_get_base_id(k), rsa ? EVP_PKEY_RSA : EVP_PKEY_EC);
        assert_int_equal(EVP_PKEY_get_bits(k), rsa ? 2048 : 256);
        assert_int_equal(X509_check_private_key(x, k), 1);
        assert_int_equal(X509_verify(x, k), 1); /* by itself */
        assert_true(X509_cmp_current_time(X509_get0_notBefore(x)) < 0);
        assert_true(X509_cmp_current_time(X509_get0_notAfter(x)) > 0);
        assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 0);
        assert_int_equal(gw_cert_make(&other, &other_key, false, false), 0);
        assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(x), X509_get0_serialNumber(other)), 0);
        X509_free(x);
        X509_free(other);
        EVP_PKEY_free(k);
        EVP_PKEY_free(other_key);
    }
}

static void one_for_https_names_this_host(void **state)
{
    EVP_PKEY *k;
    X509 *x;

    assert_int_equal(gw_cert_make(&x, &k, false, true), 0);
    assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
    assert_int_equal(X509_check_host(x, "example.org", 0, 0, NULL), 0);
    X509_free(x);
    EVP_PKEY_free(k);
}

static void a_pair_is_loaded(void **state)
{
    EVP_PKEY *k;
    X509 *x;

    assert_int_equal(gw_cert_make(&x, &k, false, false), 0);
    write_files(x, k, NULL);
    assert_int_equal(load(NULL), 0);
    assert_int_equal(load("not needed"), 0);
    write_files(x, k, "secret");
    assert_int_equal(load("secret"), 0);
    assert_int_equal(load("wrong"), GW_EPARSE);
    assert_non_null(strstr(why, "the configured password"));
    assert_int_equal(load(NULL), GW_EPARSE); /* and nobody is asked at a terminal */
    assert_non_null(strstr(why, key_pem));
    X509_free(x);
    EVP_PKEY_free(k);
}

static void what_does_not_fit_is_named(void **state)
{
    EVP_PKEY *k, *other_key;
    X509 *x, *other;

    assert_int_equal(load(NULL), GW_EIO); /* nothing is there */
    assert_non_null(strstr(why, cert_pem));
    assert_int_equal(gw_cert_make(&x, &k, false, false), 0);
    assert_int_equal(gw_cert_make(&other, &other_key, false, false), 0);
    write_files(x, other_key, NULL);
    assert_int_equal(load(NULL), GW_EPARSE);
    assert_non_null(strstr(why, "does not belong to"));
    assert_int_equal(truncate(cert_pem, 100), 0);
    assert_int_equal(load(NULL), GW_EPARSE);
    assert_non_null(strstr(why, "holds no PEM certificate"));
    write_files(x, k, NULL);
    unlink(key_pem);
    assert_int_equal(load(NULL), GW_EIO);
    assert_non_null(strstr(why, key_pem));
    X509_free(x);
    X509_free(other);
    EVP_PKEY_free(k);
    EVP_PKEY_free(other_key);
}

/* Both ends of its life. */
static void dates_are_looked_at(void **state)
{
    EVP_PKEY *k;
    X509 *x;

    assert_int_equal(gw_cert_make(&x, &k, false, false), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), -60);
    assert_true(X509_sign(x, k, EVP_sha256()) > 0);
    write_files(x, k, NULL);
    assert_int_equal(load(NULL), GW_EPROTO);
    assert_non_null(strstr(why, "expired on 20"));
    X509_gmtime_adj(X509_getm_notBefore(x), 3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 7200);
    assert_true(X509_sign(x, k, EVP_sha256()) > 0);
    write_files(x, k, NULL);
    assert_int_equal(load(NULL), GW_EPROTO);
    assert_non_null(strstr(why, "not valid before 20"));
    X509_free(x);
    EVP_PKEY_free(k);
}

static void texts_for_https_can_be_loaded(void **state)
{
    char *cert, *key;
    FILE *f;

    assert_int_equal(gw_dtls_self_signed(&cert, &key), 0);
    f = fopen(cert_pem, "w");
    fputs(cert, f);
    fclose(f);
    f = fopen(key_pem, "w");
    fputs(key, f);
    fclose(f);
    assert_int_equal(load(NULL), 0);
    free(cert);
    free(key);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_fresh_one_is_valid_now),   CASE(one_for_https_names_this_host), CASE(a_pair_is_loaded),
        CASE(what_does_not_fit_is_named), CASE(dates_are_looked_at),           CASE(texts_for_https_can_be_loaded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
