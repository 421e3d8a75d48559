/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing by OpenSSL EVP. One cipher context per peer, made with its key once; a packet sets only the IV anew.
 * HMAC-SHA1 starts from the saved states of its two padded key blocks: the low-level SHA_CTX is deprecated but is the
 * only state that is copied without an allocation, and half the cost of EVP_MAC.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/err.h"
#include "srtp/seal.h"

struct hmac {
    SHA_CTX inner, outer;
};

struct keys {
    bool gcm;
    uint8_t tag_len;
    uint8_t salt[GW_SRTP_MAX_SALT];
    EVP_CIPHER_CTX *cipher; /* owned */
    struct hmac hmac[];     /* one with AES-CM, none with GCM */
};

static bool takes(enum gw_srtp_profile profile)
{
    return gw_srtp_params(profile) != NULL;
}

static int open_state(void **state)
{
    *state = NULL;
    return GW_OK;
}

static void close_state(void *state)
{
}

static void hmac_init(struct hmac *h, const uint8_t *key)
{
    uint8_t pad[64];

    memset(pad, 0x36, sizeof(pad));
    for (int i = 0; i < GW_SRTP_AUTH_KEY; i++)
        pad[i] ^= key[i];
    SHA1_Init(&h->inner);
    SHA1_Update(&h->inner, pad, sizeof(pad));
    for (size_t i = 0; i < sizeof(pad); i++)
        pad[i] ^= 0x36 ^ 0x5c;
    SHA1_Init(&h->outer);
    SHA1_Update(&h->outer, pad, sizeof(pad));
    OPENSSL_cleanse(pad, sizeof(pad));
}

static void hmac_run(const struct hmac *h, const uint8_t *data, size_t len, const uint8_t roc[4],
                     uint8_t digest[SHA_DIGEST_LENGTH])
{
    SHA_CTX inner = h->inner, outer = h->outer;

    SHA1_Update(&inner, data, len);
    SHA1_Update(&inner, roc, 4);
    SHA1_Final(digest, &inner);
    SHA1_Update(&outer, digest, SHA_DIGEST_LENGTH);
    SHA1_Final(digest, &outer);
}

static void keys_free(void *keys, void *state)
{
    struct keys *k = keys;

    if (!k)
        return;
    EVP_CIPHER_CTX_free(k->cipher);
    OPENSSL_cleanse(k, sizeof(*k) + (k->gcm ? 0 : sizeof(k->hmac[0])));
    free(k);
}

static const EVP_CIPHER *cipher_of(const struct gw_srtp_params *p)
{
    if (!p->gcm)
        return EVP_aes_128_ctr();
    return p->key_len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
}

static int keys_new(void **out, void *state, const struct gw_srtp_params *p, const uint8_t *master,
                    const struct gw_session_keys *session)
{
    struct keys *k = calloc(1, sizeof(*k) + (p->gcm ? 0 : sizeof(k->hmac[0])));
    int err = GW_ENOMEM;

    if (!k)
        return GW_ENOMEM;
    k->gcm = p->gcm;
    k->tag_len = p->tag_len;
    memcpy(k->salt, session->salt, sizeof(k->salt));
    k->cipher = EVP_CIPHER_CTX_new();
    if (!k->cipher)
        goto out;
    err = GW_EIO;
    if (!EVP_EncryptInit_ex(k->cipher, cipher_of(p), NULL, session->key, NULL))
        goto out;
    if (!p->gcm)
        hmac_init(&k->hmac[0], session->auth);
    *out = k;
    k = NULL;
    err = GW_OK;
out:
    keys_free(k, NULL);
    return err;
}

static int seal_gcm(struct keys *k, const struct gw_seal_job *j)
{
    uint8_t iv[12], *body = j->data + j->header_len;
    int n, body_len = (int)(j->len - j->header_len);

    gw_seal_iv_gcm(iv, k->salt, j->data + 8, j->index);
    if (!EVP_EncryptInit_ex(k->cipher, NULL, NULL, NULL, iv) ||
        !EVP_EncryptUpdate(k->cipher, NULL, &n, j->data, (int)j->header_len) ||
        (body_len && !EVP_EncryptUpdate(k->cipher, body, &n, body, body_len)) ||
        !EVP_EncryptFinal_ex(k->cipher, j->data + j->len, &n) ||
        !EVP_CIPHER_CTX_ctrl(k->cipher, EVP_CTRL_AEAD_GET_TAG, k->tag_len, j->data + j->len))
        return GW_EIO;
    return GW_OK;
}

static int seal_cm(struct keys *k, const struct gw_seal_job *j)
{
    uint8_t iv[16], roc[4], digest[SHA_DIGEST_LENGTH], *body = j->data + j->header_len;
    int n, body_len = (int)(j->len - j->header_len);

    gw_seal_iv_cm(iv, k->salt, j->data + 8, j->index);
    if (!EVP_EncryptInit_ex(k->cipher, NULL, NULL, NULL, iv) ||
        (body_len && !EVP_EncryptUpdate(k->cipher, body, &n, body, body_len)))
        return GW_EIO;
    gw_seal_put_roc(roc, j->index);
    hmac_run(&k->hmac[0], j->data, j->len, roc, digest);
    memcpy(j->data + j->len, digest, k->tag_len);
    return GW_OK;
}

static int seal(void *state, void *keys, const struct gw_seal_job *job)
{
    struct keys *k = keys;

    return k->gcm ? seal_gcm(k, job) : seal_cm(k, job);
}

static int unseal_gcm(struct keys *k, const struct gw_seal_job *j)
{
    uint8_t iv[12], none[16], *body = j->data + j->header_len;
    int n, body_len = (int)(j->len - j->header_len);

    gw_seal_iv_gcm(iv, k->salt, j->data + 8, j->index);
    if (!EVP_DecryptInit_ex(k->cipher, NULL, NULL, NULL, iv) ||
        !EVP_DecryptUpdate(k->cipher, NULL, &n, j->data, (int)j->header_len) ||
        (body_len && !EVP_DecryptUpdate(k->cipher, body, &n, body, body_len)) ||
        !EVP_CIPHER_CTX_ctrl(k->cipher, EVP_CTRL_AEAD_SET_TAG, k->tag_len, j->data + j->len) ||
        EVP_DecryptFinal_ex(k->cipher, none, &n) != 1)
        return GW_EPROTO;
    return GW_OK;
}

static int unseal_cm(struct keys *k, const struct gw_seal_job *j)
{
    uint8_t iv[16], roc[4], digest[SHA_DIGEST_LENGTH], *body = j->data + j->header_len;
    int n, body_len = (int)(j->len - j->header_len);

    gw_seal_put_roc(roc, j->index);
    hmac_run(&k->hmac[0], j->data, j->len, roc, digest);
    if (CRYPTO_memcmp(digest, j->data + j->len, k->tag_len))
        return GW_EPROTO;
    gw_seal_iv_cm(iv, k->salt, j->data + 8, j->index);
    if (!EVP_EncryptInit_ex(k->cipher, NULL, NULL, NULL, iv) ||
        (body_len && !EVP_EncryptUpdate(k->cipher, body, &n, body, body_len)))
        return GW_EPROTO;
    return GW_OK;
}

static int unseal(void *state, void *keys, const struct gw_seal_job *job)
{
    struct keys *k = keys;

    return k->gcm ? unseal_gcm(k, job) : unseal_cm(k, job);
}

const struct gw_seal_backend gw_seal_openssl = {
    .name = "openssl",
    .takes = takes,
    .open = open_state,
    .close = close_state,
    .keys_new = keys_new,
    .keys_free = keys_free,
    .seal = seal,
    .unseal = unseal,
};
