/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "dtls/dtls.h"

/* RFC 2202 §3, cases 1 and 2 */
static void signs_the_vectors_of_rfc_2202(void **state)
{
    uint8_t key[20];
    char out[29];

    memset(key, 0x0b, sizeof(key));
    gw_dtls_hmac_sha1_base64(key, sizeof(key), "Hi There", 8, out);
    assert_string_equal(out, "thcxhlUFcmTii8C2+zeMjvFGvgA=");
    gw_dtls_hmac_sha1_base64("Jefe", 4, "what do ya want for nothing?", 28, out);
    assert_string_equal(out, "7/zfauXrL6LSdBbV8YTfnCWafHk=");
}

static void randomness_differs(void **state)
{
    uint8_t a[32] = {0}, b[32] = {0};

    gw_dtls_random(a, sizeof(a));
    gw_dtls_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
}

static void makes_a_certificate_for_https(void **state)
{
    char *cert_pem, *key_pem;
    BIO *cert_bio, *key_bio;
    EVP_PKEY *key;
    X509 *cert;

    assert_int_equal(gw_dtls_self_signed(&cert_pem, &key_pem), 0);
    cert_bio = BIO_new_mem_buf(cert_pem, -1);
    key_bio = BIO_new_mem_buf(key_pem, -1);
    cert = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
    key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
    assert_non_null(cert);
    assert_non_null(key);
    assert_int_equal(X509_check_private_key(cert, key), 1);
    assert_int_equal(X509_check_host(cert, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(cert, "127.0.0.1", 0), 1);
    X509_free(cert);
    EVP_PKEY_free(key);
    BIO_free(cert_bio);
    BIO_free(key_bio);
    free(cert_pem);
    free(key_pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_vectors_of_rfc_2202),
        cmocka_unit_test(randomness_differs),
        cmocka_unit_test(makes_a_certificate_for_https),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
