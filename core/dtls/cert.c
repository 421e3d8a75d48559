/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "dtls/cert.h"
#include "dtls/dtls.h"

enum { VALID_DAYS = 365, SKEW_S = 24 * 3600, KEY_BITS = 2048 };

static int set_serial(X509 *x)
{
    uint64_t serial;

    if (RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1)
        return 0;
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1 | 1);
}

static int set_name(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);

    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"cardea", -1, -1, 0) &&
           X509_set_issuer_name(x, name);
}

static int set_hosts(X509 *x)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;
    int ok;

    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
    ok = ext && X509_add_ext(x, ext, -1);
    X509_EXTENSION_free(ext);
    return ok;
}

int gw_cert_make(X509 **cert, EVP_PKEY **key, bool rsa, bool hosts)
{
    EVP_PKEY *k = rsa ? EVP_RSA_gen(KEY_BITS) : EVP_EC_gen("P-256");
    X509 *x = X509_new();
    int err = GW_EIO;

    if (!k || !x)
        goto out;
    if (!X509_set_version(x, 2) || !set_serial(x) || !set_name(x) ||
        !X509_gmtime_adj(X509_getm_notBefore(x), -SKEW_S) ||
        !X509_gmtime_adj(X509_getm_notAfter(x), (long)VALID_DAYS * 24 * 3600) || !X509_set_pubkey(x, k) ||
        (hosts && !set_hosts(x)) || !X509_sign(x, k, EVP_sha256()))
        goto out;
    *cert = x;
    *key = k;
    x = NULL;
    k = NULL;
    err = GW_OK;
out:
    X509_free(x);
    EVP_PKEY_free(k);
    ERR_clear_error();
    return err;
}

/* Answers with the configured password, or with none: never asks at the terminal. */
static int give_password(char *buf, int size, int writing, void *arg)
{
    const char *password = arg;
    size_t len = password ? strlen(password) : 0;

    if (len > (size_t)size)
        return -1;
    memcpy(buf, password ? password : "", len);
    return (int)len;
}

static BIO *open_file(const char *path, const char *what, char *why, size_t why_len)
{
    BIO *bio = BIO_new_file(path, "r");

    if (!bio)
        snprintf(why, why_len, "%s %s cannot be read: %s", what, path, strerror(errno));
    return bio;
}

static int load_cert(X509 **out, const char *path, char *why, size_t why_len)
{
    BIO *bio = open_file(path, "certificate", why, why_len);

    if (!bio)
        return GW_EIO;
    *out = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (*out)
        return GW_OK;
    snprintf(why, why_len, "certificate %s holds no PEM certificate", path);
    return GW_EPARSE;
}

static int load_key(EVP_PKEY **out, const char *path, const char *password, char *why, size_t why_len)
{
    BIO *bio = open_file(path, "key", why, why_len);

    if (!bio)
        return GW_EIO;
    *out = PEM_read_bio_PrivateKey(bio, NULL, give_password, (void *)password);
    BIO_free(bio);
    if (*out)
        return GW_OK;
    snprintf(why, why_len, "key %s holds no PEM key that %s opens", path,
             password ? "the configured password" : "an empty password");
    return GW_EPARSE;
}

static void date_text(const ASN1_TIME *t, char *out, size_t len)
{
    struct tm tm;

    if (!ASN1_TIME_to_tm(t, &tm) || !strftime(out, len, "%Y-%m-%d %H:%M:%S UTC", &tm))
        snprintf(out, len, "an unreadable date");
}

static int check_dates(const X509 *x, const char *path, char *why, size_t why_len)
{
    const ASN1_TIME *from = X509_get0_notBefore(x), *to = X509_get0_notAfter(x);
    char date[64];

    if (X509_cmp_current_time(to) <= 0) {
        date_text(to, date, sizeof(date));
        snprintf(why, why_len, "certificate %s expired on %s: browsers would refuse every call", path, date);
        return GW_EPROTO;
    }
    if (X509_cmp_current_time(from) >= 0) {
        date_text(from, date, sizeof(date));
        snprintf(why, why_len, "certificate %s is not valid before %s: browsers would refuse every call", path, date);
        return GW_EPROTO;
    }
    return GW_OK;
}

int gw_cert_load(X509 **cert, EVP_PKEY **key, const char *cert_pem, const char *key_pem, const char *password,
                 char *why, size_t why_len)
{
    X509 *x = NULL;
    EVP_PKEY *k = NULL;
    int err;

    err = load_cert(&x, cert_pem, why, why_len);
    if (!err)
        err = load_key(&k, key_pem, password, why, why_len);
    if (!err && X509_check_private_key(x, k) != 1) {
        snprintf(why, why_len, "key %s does not belong to certificate %s", key_pem, cert_pem);
        err = GW_EPARSE;
    }
    if (!err)
        err = check_dates(x, cert_pem, why, why_len);
    if (err)
        goto out;
    *cert = x;
    *key = k;
    x = NULL;
    k = NULL;
out:
    X509_free(x);
    EVP_PKEY_free(k);
    ERR_clear_error();
    return err;
}

/* The text of a memory BIO as a malloc'd string. */
static char *take_text(BIO *bio)
{
    char *data, *text;
    long len = BIO_get_mem_data(bio, &data);

    if (len <= 0)
        return NULL;
    text = malloc((size_t)len + 1);
    if (!text)
        return NULL;
    memcpy(text, data, (size_t)len);
    text[len] = '\0';
    return text;
}

int gw_dtls_self_signed(char **cert_pem, char **key_pem)
{
    BIO *cert_bio = BIO_new(BIO_s_mem()), *key_bio = BIO_new(BIO_s_mem());
    char *cert_text = NULL, *key_text = NULL;
    X509 *x = NULL;
    EVP_PKEY *k = NULL;
    int err = GW_ENOMEM;

    if (!cert_bio || !key_bio)
        goto out;
    err = gw_cert_make(&x, &k, false, true);
    if (err)
        goto out;
    err = GW_EIO;
    if (!PEM_write_bio_X509(cert_bio, x) || !PEM_write_bio_PrivateKey(key_bio, k, NULL, NULL, 0, NULL, NULL))
        goto out;
    err = GW_ENOMEM;
    cert_text = take_text(cert_bio);
    key_text = take_text(key_bio);
    if (!cert_text || !key_text)
        goto out;
    *cert_pem = cert_text;
    *key_pem = key_text;
    cert_text = key_text = NULL;
    err = GW_OK;
out:
    free(cert_text);
    free(key_text);
    X509_free(x);
    EVP_PKEY_free(k);
    BIO_free(cert_bio);
    BIO_free(key_bio);
    return err;
}
