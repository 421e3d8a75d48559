/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of a library, and what OpenSSL does: one cipher context per key, a text sets only the nonce anew. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "srtp/gcm.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"

/* --- OpenSSL ------------------------------------------------------------------------------------------------------ */

static void openssl_key_free(void *key)
{
    EVP_CIPHER_CTX_free(key);
}

static int openssl_key_new(void **out, const uint8_t *key, size_t len)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    if (!ctx)
        return GW_ENOMEM;
    if (EVP_CipherInit_ex(ctx, len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL, key, NULL, 1) != 1) {
        EVP_CIPHER_CTX_free(ctx);
        return GW_EIO;
    }
    *out = ctx;
    return GW_OK;
}

static bool run(EVP_CIPHER_CTX *ctx, const struct gw_gcm_text *t, bool seal)
{
    int n = 0;

    return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, t->nonce, seal) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &n, t->aad, (int)t->aad_len) == 1 &&
           (!t->len || EVP_CipherUpdate(ctx, t->out, &n, t->in, (int)t->len) == 1);
}

static int openssl_seal(void *key, const struct gw_gcm_text *t)
{
    EVP_CIPHER_CTX *ctx = key;
    int rest = 0;

    if (!run(ctx, t, true) || EVP_CipherFinal_ex(ctx, t->out + t->len, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GW_GCM_TAG, t->out + t->len) != 1)
        return GW_EIO;
    return GW_OK;
}

static int openssl_open(void *key, const struct gw_gcm_text *t)
{
    EVP_CIPHER_CTX *ctx = key;
    int rest = 0;

    if (!run(ctx, t, false) ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, GW_GCM_TAG, (void *)(t->in + t->len)) != 1 ||
        EVP_CipherFinal_ex(ctx, t->out + t->len, &rest) != 1)
        return GW_EPROTO;
    return GW_OK;
}

const struct gw_gcm_backend gw_gcm_openssl = {
    .name = "openssl",
    .key_new = openssl_key_new,
    .key_free = openssl_key_free,
    .seal = openssl_seal,
    .open = openssl_open,
};

/* --- the choice --------------------------------------------------------------------------------------------------- */

/* Best first. */
static const struct gw_gcm_backend *const backends[] = {
#ifdef HAVE_IPSEC_MB
    &gw_gcm_ipsec_mb,
#endif
    &gw_gcm_openssl,
};

int gw_gcm_init(struct gw_gcm *g, const char *backend, const uint8_t *key, size_t len)
{
    int err = GW_ENOENT;

    if (len != 16 && len != 32)
        return GW_EINVAL;
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]) && err == GW_ENOENT; i++) {
        if (backend && strcmp(backend, backends[i]->name))
            continue;
        err = backends[i]->key_new(&g->key, key, len);
        if (!err)
            g->backend = backends[i];
    }
    return err;
}

void gw_gcm_close(struct gw_gcm *g)
{
    if (g->backend)
        g->backend->key_free(g->key);
    *g = (struct gw_gcm){0};
}

int gw_gcm_seal(struct gw_gcm *g, const struct gw_gcm_text *t)
{
    return g->backend ? g->backend->seal(g->key, t) : GW_EIO;
}

int gw_gcm_open(struct gw_gcm *g, const struct gw_gcm_text *t)
{
    return g->backend ? g->backend->open(g->key, t) : GW_EPROTO;
}
