/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>

#include "dtls/algorithms.h"
#include "dtls/cert.h"

static void knows_what_dtls_needs_and_no_more(void **state)
{
    OSSL_LIB_CTX *c = gw_dtls_algorithms();
    static const char *const needed[] = {"EC", "RSA", "X25519"}, *const others[] = {"DSA", "DH", "SM2", "X448"},
                             *const strange[] = {"ARIA-128-GCM", "CAMELLIA-128-CBC", "AES-128-XTS", "DES-EDE3-CBC"};

    assert_non_null(c);
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        EVP_KEYMGMT *k = EVP_KEYMGMT_fetch(c, needed[i], NULL);

        assert_non_null(k);
        EVP_KEYMGMT_free(k);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_null(EVP_KEYMGMT_fetch(c, others[i], NULL));
        assert_null(OSSL_DECODER_fetch(c, others[i], NULL));
    }
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
        assert_null(EVP_CIPHER_fetch(c, strange[i], NULL));
    assert_null(EVP_MD_fetch(c, "SM3", NULL));
    assert_null(EVP_KDF_fetch(c, "SCRYPT", NULL));
    assert_null(EVP_MAC_fetch(c, "POLY1305", NULL));
    assert_ptr_equal(gw_dtls_algorithms(), c); /* one for all */
}

/* --- handshakes: we in our context, the peer in OpenSSL's own ------------------------------------------------------
 */

static struct {
    X509 *cert;
    EVP_PKEY *key;
} own[2]; /* EC, RSA: the latter takes a while to make */

static int make_certificates(void **state)
{
    return gw_cert_make(&own[0].cert, &own[0].key, false, false) ||
           gw_cert_make(&own[1].cert, &own[1].key, true, false);
}

static int free_certificates(void **state)
{
    for (int i = 0; i < 2; i++) {
        X509_free(own[i].cert);
        EVP_PKEY_free(own[i].key);
    }
    return 0;
}

static int accept_any(X509_STORE_CTX *store, void *arg)
{
    return 1;
}

static SSL *side(OSSL_LIB_CTX *c, bool rsa, const char *suite, const char *group, bool server, BIO *in, BIO *out)
{
    SSL_CTX *ctx = SSL_CTX_new_ex(c, NULL, DTLS_method());
    SSL *ssl;

    assert_non_null(ctx);
    assert_int_equal(SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION), 1);
    assert_int_equal(SSL_CTX_use_certificate(ctx, own[rsa].cert), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(ctx, own[rsa].key), 1);
    assert_int_equal(SSL_CTX_set_cipher_list(ctx, suite), 1);
    assert_int_equal(SSL_CTX_set1_groups_list(ctx, group), 1);
    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);
    ssl = SSL_new(ctx);
    SSL_CTX_free(ctx);
    assert_non_null(ssl);
    BIO_up_ref(in);
    BIO_up_ref(out);
    SSL_set_bio(ssl, in, out);
    DTLS_set_link_mtu(ssl, 4000);
    if (server)
        SSL_set_accept_state(ssl);
    else
        SSL_set_connect_state(ssl);
    return ssl;
}

static void shake_hands(bool we_serve, bool rsa, const char *suite, const char *group)
{
    BIO *there = BIO_new(BIO_s_mem()), *back = BIO_new(BIO_s_mem());
    SSL *server, *client;

    BIO_set_mem_eof_return(there, -1);
    BIO_set_mem_eof_return(back, -1);
    server = side(we_serve ? gw_dtls_algorithms() : NULL, rsa, suite, group, true, there, back);
    client = side(we_serve ? NULL : gw_dtls_algorithms(), rsa, suite, group, false, back, there);
    for (int i = 0; i < 10 && !(SSL_is_init_finished(server) && SSL_is_init_finished(client)); i++) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    assert_true(SSL_is_init_finished(server) && SSL_is_init_finished(client));
    assert_string_equal(SSL_get_cipher_name(server), suite);
    SSL_free(server);
    SSL_free(client);
    BIO_free(there);
    BIO_free(back);
}

static void shakes_hands_in_every_way(void **state)
{
    static const struct {
        bool rsa;
        const char *suite, *group;
    } ways[] = {
        {false, "ECDHE-ECDSA-AES128-GCM-SHA256", "X25519:P-256"},
        {false, "ECDHE-ECDSA-AES256-GCM-SHA384", "P-256"},
        {false, "ECDHE-ECDSA-CHACHA20-POLY1305", "P-384:P-256"},
        {false, "ECDHE-ECDSA-AES128-SHA", "P-256"}, /* its tags are HMACs */
        {true, "ECDHE-RSA-AES128-GCM-SHA256", "X25519:P-256"},
        {true, "ECDHE-RSA-AES256-SHA384", "P-256"},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        for (int we_serve = 0; we_serve < 2; we_serve++)
            shake_hands(we_serve, ways[i].rsa, ways[i].suite, ways[i].group);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_dtls_needs_and_no_more),
        cmocka_unit_test(shakes_hands_in_every_way),
    };

    return cmocka_run_group_tests_name("algorithms", tests, make_certificates, free_certificates);
}
