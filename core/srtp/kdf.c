/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"
#include "srtp/kdf.h"

int gw_kdf(uint8_t *out, size_t out_len, const uint8_t *key, size_t key_len, const uint8_t *salt, size_t salt_len,
           enum gw_kdf_label label)
{
    const EVP_CIPHER *cipher = key_len == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
    EVP_CIPHER_CTX *ctx;
    uint8_t iv[16] = {0};
    int n, err = GW_EIO;

    if ((key_len != 16 && key_len != 32) || salt_len > GW_SRTP_MAX_SALT)
        return GW_EINVAL;
    ctx = EVP_CIPHER_CTX_new();
    if (!ctx)
        return GW_ENOMEM;
    /* x = (label || index/rate) XOR salt, counted from x * 2^16; the label stands over the salt's eighth byte. */
    memcpy(iv, salt, salt_len);
    iv[7] ^= (uint8_t)label;
    memset(out, 0, out_len);
    if (EVP_EncryptInit_ex(ctx, cipher, NULL, key, iv) && EVP_EncryptUpdate(ctx, out, &n, out, (int)out_len))
        err = GW_OK;
    EVP_CIPHER_CTX_free(ctx);
    return err;
}

int gw_kdf_session(struct gw_session_keys *out, const struct gw_srtp_params *p, const uint8_t *master)
{
    const uint8_t *salt = master + p->key_len;
    int err;

    memset(out, 0, sizeof(*out));
    err = gw_kdf(out->key, p->key_len, master, p->key_len, salt, p->salt_len, GW_KDF_RTP_KEY);
    if (!err)
        err = gw_kdf(out->salt, p->salt_len, master, p->key_len, salt, p->salt_len, GW_KDF_RTP_SALT);
    if (!err && !p->gcm)
        err = gw_kdf(out->auth, sizeof(out->auth), master, p->key_len, salt, p->salt_len, GW_KDF_RTP_AUTH);
    return err;
}
