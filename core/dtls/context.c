/* SPDX-License-Identifier: Apache-2.0 */
/* The SSL_CTX of the process: certificate, versions, ciphers, profiles. Shared by all workers, const after creation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/err.h"
#include "dtls/algorithms.h"
#include "dtls/cert.h"
#include "dtls/context.h"
#include "dtls/link.h"

#define DEFAULT_PROFILES "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80"
/* AES-128 first, as browsers have it: its handshake hashes by SHA-256, which processors have instructions for. */
#define DEFAULT_CIPHERS "ECDHE+AESGCM+AES128:ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!eNULL"
/* P-256 must be in the list: OpenSSL checks the peer's certificate against it, and browsers' are P-256. */
#define GROUPS "X25519:P-256:P-384"

enum { DEFAULT_MTU = 1200, MIN_MTU = 256, MAX_MTU = 1500, MAX_CERT_LIST = 16 * 1024, MAX_FRAGMENT = 2048 };

/*
 * Usually there is no authority to ask: the certificate is right when its fingerprint is the one signalled (RFC 8827
 * §6.5). arg is not NULL where one must have signed it, too.
 */
static int verify(X509_STORE_CTX *store, void *arg)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

    if (gw_fingerprint_matches(gw_dtls_expected(ssl), X509_STORE_CTX_get0_cert(store)))
        return !arg || X509_verify_cert(store) == 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static int fail(char *why, size_t why_len, const char *what, const char *value)
{
    snprintf(why, why_len, "%s \"%s\" is nothing that OpenSSL knows", what, value);
    ERR_clear_error();
    return GW_EPARSE;
}

static int configure(SSL_CTX *ssl, const struct gw_dtls_conf *conf, char *why, size_t why_len)
{
    const char *ciphers = conf->ciphers ? conf->ciphers : DEFAULT_CIPHERS;
    const char *profiles = conf->profiles ? conf->profiles : DEFAULT_PROFILES;

    if (!SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) || !SSL_CTX_set_max_proto_version(ssl, DTLS1_2_VERSION))
        return fail(why, why_len, "version", "DTLS 1.2");
    if (!SSL_CTX_set_cipher_list(ssl, ciphers))
        return fail(why, why_len, "cipher list", ciphers);
    if (!SSL_CTX_set1_groups_list(ssl, GROUPS))
        return fail(why, why_len, "group list", GROUPS);
    if (SSL_CTX_set_tlsext_use_srtp(ssl, profiles)) /* 0 is success here */
        return fail(why, why_len, "list of SRTP profiles", profiles);
    SSL_CTX_set_options(ssl, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, verify, conf->trusted_only ? ssl : NULL);
    if (conf->trusted_only && !SSL_CTX_set_default_verify_paths(ssl))
        return fail(why, why_len, "folder of authorities", X509_get_default_cert_dir());
    SSL_CTX_set_max_cert_list(ssl, MAX_CERT_LIST);
    SSL_CTX_set_max_send_fragment(ssl, MAX_FRAGMENT);
    SSL_CTX_set_read_ahead(ssl, 1);
    return GW_OK;
}

static int set_certificate(struct gw_dtls_context *c, const struct gw_dtls_conf *conf, char *why, size_t why_len)
{
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    int err;

    if (conf->cert_pem || conf->key_pem) {
        const char *cert_pem = conf->cert_pem ? conf->cert_pem : conf->key_pem;
        const char *key_pem = conf->key_pem ? conf->key_pem : conf->cert_pem; /* both may stand in one file */

        err = gw_cert_load(&cert, &key, cert_pem, key_pem, conf->password, why, why_len);
    } else {
        err = gw_cert_make(&cert, &key, conf->rsa, false);
        if (err)
            snprintf(why, why_len, "OpenSSL could not make a certificate");
    }
    if (err)
        return err;
    if (SSL_CTX_use_certificate(c->ssl, cert) != 1 || SSL_CTX_use_PrivateKey(c->ssl, key) != 1) {
        snprintf(why, why_len, "OpenSSL does not take the certificate: %s", ERR_reason_error_string(ERR_peek_error()));
        err = GW_EPARSE;
    }
    if (!err)
        err = gw_fingerprint_print(c->fingerprint, sizeof(c->fingerprint), cert);
    X509_free(cert);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return err;
}

int gw_dtls_context_new(struct gw_dtls_context **out, const struct gw_dtls_conf *conf, char *why, size_t why_len)
{
    struct gw_dtls_context *c = calloc(1, sizeof(*c));
    int err = GW_ENOMEM;

    snprintf(why, why_len, "out of memory");
    if (!c)
        return GW_ENOMEM;
    c->openssl_records = conf->openssl_records;
    c->mtu = conf->mtu ? conf->mtu : DEFAULT_MTU;
    if (c->mtu < MIN_MTU || c->mtu > MAX_MTU) {
        snprintf(why, why_len, "DTLS MTU %u is not between %d and %d", c->mtu, MIN_MTU, MAX_MTU);
        err = GW_EINVAL;
        goto out;
    }
    c->ssl = SSL_CTX_new_ex(gw_dtls_algorithms(), NULL, DTLS_method());
    c->link = gw_dtls_link_method();
    if (!c->ssl || !c->link)
        goto out;
    err = configure(c->ssl, conf, why, why_len);
    if (!err)
        err = set_certificate(c, conf, why, why_len);
    if (err)
        goto out;
    if (why_len)
        why[0] = '\0';
    *out = c;
    c = NULL;
out:
    gw_dtls_context_free(c);
    return err;
}

void gw_dtls_context_free(struct gw_dtls_context *c)
{
    if (!c)
        return;
    SSL_CTX_free(c->ssl);
    BIO_meth_free(c->link);
    free(c);
}

const char *gw_dtls_fingerprint(const struct gw_dtls_context *c)
{
    return c->fingerprint;
}
