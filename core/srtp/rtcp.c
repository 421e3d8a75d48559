/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/err.h"
#include "srtp/kdf.h"
#include "srtp/rtcp.h"
#include "srtp/seal.h"

enum { HEADER = 8, INDEX = 4, TAG_CM = 10, TAG_GCM = 16 };
#define ENCRYPTED 0x80000000U /* the E bit before the index */

struct gw_rtcp_sealer {
    /* given at creation */
    const struct gw_srtp_params *params;
    uint8_t salt[GW_SRTP_MAX_SALT], auth[GW_SRTP_AUTH_KEY];
    /* owned */
    EVP_CIPHER_CTX *cipher;
    /* state */
    uint32_t index;
};

static const EVP_CIPHER *cipher_of(const struct gw_srtp_params *p)
{
    if (!p->gcm)
        return EVP_aes_128_ctr();
    return p->key_len == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
}

int gw_rtcp_sealer_new(struct gw_rtcp_sealer **out, const struct gw_srtp_params *p, const uint8_t *master)
{
    struct gw_rtcp_sealer *r = calloc(1, sizeof(*r));
    const uint8_t *salt = master + p->key_len;
    uint8_t key[GW_SRTP_MAX_KEY];
    int err;

    if (!r)
        return GW_ENOMEM;
    r->params = p;
    err = gw_kdf(key, p->key_len, master, p->key_len, salt, p->salt_len, GW_KDF_RTCP_KEY);
    if (!err)
        err = gw_kdf(r->salt, p->salt_len, master, p->key_len, salt, p->salt_len, GW_KDF_RTCP_SALT);
    if (!err && !p->gcm)
        err = gw_kdf(r->auth, sizeof(r->auth), master, p->key_len, salt, p->salt_len, GW_KDF_RTCP_AUTH);
    if (err)
        goto out;
    err = GW_ENOMEM;
    r->cipher = EVP_CIPHER_CTX_new();
    if (!r->cipher)
        goto out;
    err = EVP_EncryptInit_ex(r->cipher, cipher_of(p), NULL, key, NULL) ? GW_OK : GW_EIO;
    if (err)
        goto out;
    *out = r;
    r = NULL;
out:
    OPENSSL_cleanse(key, sizeof(key));
    gw_rtcp_sealer_free(r);
    return err;
}

void gw_rtcp_sealer_free(struct gw_rtcp_sealer *r)
{
    if (!r)
        return;
    EVP_CIPHER_CTX_free(r->cipher);
    OPENSSL_cleanse(r, sizeof(*r));
    free(r);
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* header | encrypted | tag | E and index. Header and index are authenticated. */
static int seal_gcm(struct gw_rtcp_sealer *r, uint8_t *data, size_t *len)
{
    uint8_t iv[12], index[INDEX], *body = data + HEADER;
    int n, body_len = (int)(*len - HEADER);

    put32(index, r->index | ENCRYPTED);
    gw_seal_iv_gcm(iv, r->salt, data + 4, r->index);
    if (!EVP_EncryptInit_ex(r->cipher, NULL, NULL, NULL, iv) || !EVP_EncryptUpdate(r->cipher, NULL, &n, data, HEADER) ||
        !EVP_EncryptUpdate(r->cipher, NULL, &n, index, INDEX) ||
        (body_len && !EVP_EncryptUpdate(r->cipher, body, &n, body, body_len)) ||
        !EVP_EncryptFinal_ex(r->cipher, data + *len, &n) ||
        !EVP_CIPHER_CTX_ctrl(r->cipher, EVP_CTRL_AEAD_GET_TAG, TAG_GCM, data + *len))
        return GW_EIO;
    memcpy(data + *len + TAG_GCM, index, INDEX);
    *len += TAG_GCM + INDEX;
    return GW_OK;
}

/* header | encrypted | E and index | tag. All before the tag is authenticated. */
static int seal_cm(struct gw_rtcp_sealer *r, uint8_t *data, size_t *len)
{
    uint8_t iv[16], digest[EVP_MAX_MD_SIZE], *body = data + HEADER;
    int n, body_len = (int)(*len - HEADER);

    gw_seal_iv_cm(iv, r->salt, data + 4, r->index);
    if (!EVP_EncryptInit_ex(r->cipher, NULL, NULL, NULL, iv) ||
        (body_len && !EVP_EncryptUpdate(r->cipher, body, &n, body, body_len)))
        return GW_EIO;
    put32(data + *len, r->index | ENCRYPTED);
    if (!HMAC(EVP_sha1(), r->auth, sizeof(r->auth), data, *len + INDEX, digest, NULL))
        return GW_EIO;
    memcpy(data + *len + INDEX, digest, TAG_CM);
    *len += INDEX + TAG_CM;
    return GW_OK;
}

int gw_rtcp_seal(struct gw_rtcp_sealer *r, uint8_t *data, size_t *len)
{
    if (*len < HEADER)
        return GW_EINVAL;
    if (r->index == ENCRYPTED - 1)
        return GW_ELIMIT;
    r->index++;
    return r->params->gcm ? seal_gcm(r, data, len) : seal_cm(r, data, len);
}
