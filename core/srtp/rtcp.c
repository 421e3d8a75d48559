/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/cursor.h"
#include "base/err.h"
#include "srtp/kdf.h"
#include "srtp/rtcp.h"
#include "srtp/seal.h"

enum { HEADER = 8, INDEX = 4, TAG_CM = 10, TAG_GCM = 16 };
#define ENCRYPTED 0x80000000U /* the E bit before the index */

struct gw_rtcp_crypt {
    EVP_CIPHER_CTX *gcm_128, *gcm_256, *ctr; /* owned */
};

static EVP_CIPHER_CTX *context(const EVP_CIPHER *cipher)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    if (ctx && EVP_CipherInit_ex(ctx, cipher, NULL, NULL, NULL, 1) == 1)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

int gw_rtcp_crypt_new(struct gw_rtcp_crypt **out)
{
    struct gw_rtcp_crypt *c = calloc(1, sizeof(*c));

    if (!c)
        return GW_ENOMEM;
    c->gcm_128 = context(EVP_aes_128_gcm());
    c->gcm_256 = context(EVP_aes_256_gcm());
    c->ctr = context(EVP_aes_128_ctr());
    if (!c->gcm_128 || !c->gcm_256 || !c->ctr) {
        gw_rtcp_crypt_free(c);
        return GW_ENOMEM;
    }
    *out = c;
    return GW_OK;
}

void gw_rtcp_crypt_free(struct gw_rtcp_crypt *c)
{
    if (!c)
        return;
    EVP_CIPHER_CTX_free(c->gcm_128);
    EVP_CIPHER_CTX_free(c->gcm_256);
    EVP_CIPHER_CTX_free(c->ctr);
    free(c);
}

int gw_rtcp_derive(struct gw_rtcp_keys *out, const struct gw_srtp_params *p, const uint8_t *master)
{
    const uint8_t *salt = master + p->key_len;
    int err;

    memset(out, 0, sizeof(*out));
    err = gw_kdf(out->key, p->key_len, master, p->key_len, salt, p->salt_len, GW_KDF_RTCP_KEY);
    if (!err)
        err = gw_kdf(out->salt, p->salt_len, master, p->key_len, salt, p->salt_len, GW_KDF_RTCP_SALT);
    if (!err && !p->gcm)
        err = gw_kdf(out->auth, sizeof(out->auth), master, p->key_len, salt, p->salt_len, GW_KDF_RTCP_AUTH);
    return err;
}

/* --- AES-GCM: header | encrypted | tag | E and index. Header and index are authenticated. ------------------------- */

static EVP_CIPHER_CTX *begin_gcm(struct gw_rtcp_crypt *c, const struct gw_srtp_params *p, const struct gw_rtcp_keys *k,
                                 uint32_t word, const uint8_t *data, bool seal)
{
    EVP_CIPHER_CTX *ctx = p->key_len == 32 ? c->gcm_256 : c->gcm_128;
    uint8_t iv[12], index[INDEX];
    int n;

    gw_put_u32(index, word);
    gw_seal_iv_gcm(iv, k->salt, data + 4, word & ~ENCRYPTED);
    if (EVP_CipherInit_ex(ctx, NULL, NULL, k->key, iv, seal) != 1 ||
        EVP_CipherUpdate(ctx, NULL, &n, data, HEADER) != 1 || EVP_CipherUpdate(ctx, NULL, &n, index, INDEX) != 1)
        return NULL;
    return ctx;
}

static int seal_gcm(struct gw_rtcp_crypt *c, const struct gw_srtp_params *p, const struct gw_rtcp_keys *k,
                    uint32_t index, uint8_t *data, size_t *len)
{
    EVP_CIPHER_CTX *ctx = begin_gcm(c, p, k, index | ENCRYPTED, data, true);
    uint8_t *body = data + HEADER;
    int n, body_len = (int)(*len - HEADER);

    if (!ctx || (body_len && EVP_CipherUpdate(ctx, body, &n, body, body_len) != 1) ||
        EVP_CipherFinal_ex(ctx, data + *len, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_GCM, data + *len) != 1)
        return GW_EIO;
    gw_put_u32(data + *len + TAG_GCM, index | ENCRYPTED);
    *len += TAG_GCM + INDEX;
    return GW_OK;
}

static int open_gcm(struct gw_rtcp_crypt *c, const struct gw_srtp_params *p, const struct gw_rtcp_keys *k,
                    uint8_t *data, size_t *len)
{
    size_t plain = *len - INDEX - TAG_GCM;
    EVP_CIPHER_CTX *ctx = begin_gcm(c, p, k, gw_get_u32(data + *len - INDEX), data, false);
    uint8_t *body = data + HEADER, none[16];
    int n, body_len = (int)(plain - HEADER);

    if (!ctx || (body_len && EVP_CipherUpdate(ctx, body, &n, body, body_len) != 1) ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG_GCM, data + plain) != 1 ||
        EVP_CipherFinal_ex(ctx, none, &n) != 1)
        return GW_EPROTO;
    *len = plain;
    return GW_OK;
}

/* --- AES-CM: header | encrypted | E and index | tag. All before the tag is authenticated. ------------------------- */

static bool run_cm(struct gw_rtcp_crypt *c, const struct gw_rtcp_keys *k, uint32_t index, uint8_t *data, size_t len)
{
    uint8_t iv[16], *body = data + HEADER;
    int n, body_len = (int)(len - HEADER);

    gw_seal_iv_cm(iv, k->salt, data + 4, index);
    return EVP_CipherInit_ex(c->ctr, NULL, NULL, k->key, iv, 1) == 1 &&
           (!body_len || EVP_CipherUpdate(c->ctr, body, &n, body, body_len) == 1);
}

static bool tag_cm(const struct gw_rtcp_keys *k, const uint8_t *data, size_t len, uint8_t digest[EVP_MAX_MD_SIZE])
{
    return HMAC(EVP_sha1(), k->auth, sizeof(k->auth), data, len, digest, NULL);
}

static int seal_cm(struct gw_rtcp_crypt *c, const struct gw_rtcp_keys *k, uint32_t index, uint8_t *data, size_t *len)
{
    uint8_t digest[EVP_MAX_MD_SIZE];

    if (!run_cm(c, k, index, data, *len))
        return GW_EIO;
    gw_put_u32(data + *len, index | ENCRYPTED);
    if (!tag_cm(k, data, *len + INDEX, digest))
        return GW_EIO;
    memcpy(data + *len + INDEX, digest, TAG_CM);
    *len += INDEX + TAG_CM;
    return GW_OK;
}

static int open_cm(struct gw_rtcp_crypt *c, const struct gw_rtcp_keys *k, uint8_t *data, size_t *len)
{
    size_t plain = *len - INDEX - TAG_CM;
    uint8_t digest[EVP_MAX_MD_SIZE];

    if (!tag_cm(k, data, plain + INDEX, digest) || CRYPTO_memcmp(digest, data + plain + INDEX, TAG_CM) ||
        !run_cm(c, k, gw_get_u32(data + plain) & ~ENCRYPTED, data, plain))
        return GW_EPROTO;
    *len = plain;
    return GW_OK;
}

/* --- either ------------------------------------------------------------------------------------------------------- */

int gw_rtcp_seal(struct gw_rtcp_crypt *c, const struct gw_srtp_params *p, const struct gw_rtcp_keys *k, uint32_t index,
                 uint8_t *data, size_t *len)
{
    if (*len < HEADER)
        return GW_EINVAL;
    return p->gcm ? seal_gcm(c, p, k, index, data, len) : seal_cm(c, k, index, data, len);
}

int gw_rtcp_index(const struct gw_srtp_params *p, const uint8_t *data, size_t len, uint32_t *index)
{
    size_t tag = p->gcm ? TAG_GCM : TAG_CM;
    uint32_t word;

    if (len < HEADER + INDEX + tag)
        return GW_EPARSE;
    word = gw_get_u32(data + len - INDEX - (p->gcm ? 0 : TAG_CM));
    if (!(word & ENCRYPTED))
        return GW_EPARSE;
    *index = word & ~ENCRYPTED;
    return GW_OK;
}

int gw_rtcp_open(struct gw_rtcp_crypt *c, const struct gw_srtp_params *p, const struct gw_rtcp_keys *k, uint8_t *data,
                 size_t *len)
{
    return p->gcm ? open_gcm(c, p, k, data, len) : open_cm(c, k, data, len);
}
