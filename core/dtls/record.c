/* SPDX-License-Identifier: Apache-2.0 */
#include "dtls/record.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "base/cursor.h"
#include "base/err.h"

enum {
    HEADER = 13,
    NONCE = 8, /* the explicit part */
    SALT = 4,
    TAG = 16,
    MAX_KEY = 32,
    RANDOM = 32,
    WINDOW = 64,
};
#define NUMBERS (UINT64_C(1) << 48)
#define EPOCH   (UINT64_C(1) << 48) /* number of the first record of epoch 1 */

struct half {
    EVP_CIPHER_CTX *ctx; /* owned; made when first needed */
    uint8_t key[MAX_KEY], salt[SALT];
};

struct gw_record {
    struct half in, out;
    size_t key_len;
    uint64_t next; /* to be sent */
    /* replay window (RFC 6347 §4.1.2.6): bit i is number newest - i */
    uint64_t newest, seen;
    bool any;
};

/* --- header ---
 *  type(1) version(2) epoch(2) number(6) length(2)
 */

static uint64_t get48(const uint8_t *p)
{
    return (uint64_t)gw_get_u16(p) << 32 | gw_get_u32(p + 2);
}

int64_t gw_record_number(const uint8_t *data, size_t len, size_t *size)
{
    if (len < HEADER || data[1] != 0xfe)
        return -1;
    *size = HEADER + (size_t)gw_get_u16(data + 11);
    if (*size > len || data[3] & 0x80)
        return -1;
    return (int64_t)((uint64_t)gw_get_u16(data + 3) << 48 | get48(data + 5));
}

static void put_header(uint8_t *out, enum gw_record_type type, uint64_t number, size_t len)
{
    out[0] = (uint8_t)type;
    out[1] = 0xfe;
    out[2] = 0xfd; /* DTLS 1.2 */
    gw_put_u16(out + 3, 1);
    gw_put_u16(out + 5, (uint16_t)(number >> 32));
    gw_put_u32(out + 7, (uint32_t)number);
    gw_put_u16(out + 11, (uint16_t)len);
}

/* --- AES-GCM ------------------------------------------------------------------------------------------------------ */

static bool begin(struct half *h, size_t key_len, const uint8_t nonce[NONCE], bool seal)
{
    uint8_t iv[SALT + NONCE];

    memcpy(iv, h->salt, SALT);
    memcpy(iv + SALT, nonce, NONCE);
    if (h->ctx)
        return EVP_CipherInit_ex(h->ctx, NULL, NULL, NULL, iv, seal) == 1;
    h->ctx = EVP_CIPHER_CTX_new();
    return h->ctx && EVP_CipherInit_ex(h->ctx, key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL, h->key, iv,
                                       seal) == 1;
}

/* What is authenticated besides the data: epoch, number, type, version, length of the plain text. */
static bool add_header(struct half *h, const uint8_t *header, size_t plain_len)
{
    uint8_t aad[HEADER];
    int n;

    memcpy(aad, header + 3, 8);
    memcpy(aad + 8, header, 3);
    gw_put_u16(aad + 11, (uint16_t)plain_len);
    return EVP_CipherUpdate(h->ctx, NULL, &n, aad, sizeof(aad)) == 1;
}

/* data: a whole record. Returns the plain length, or -1. */
static int unlock(struct half *h, size_t key_len, const uint8_t *data, size_t size, uint8_t *plain)
{
    size_t len = size - HEADER - NONCE - TAG;
    int n = 0, rest = 0;

    if (size < HEADER + NONCE + TAG)
        return -1;
    if (!begin(h, key_len, data + HEADER, false) || !add_header(h, data, len) ||
        EVP_CipherUpdate(h->ctx, plain, &n, data + HEADER + NONCE, (int)len) != 1 ||
        EVP_CIPHER_CTX_ctrl(h->ctx, EVP_CTRL_AEAD_SET_TAG, TAG, (void *)(data + size - TAG)) != 1 ||
        EVP_CipherFinal_ex(h->ctx, plain + n, &rest) != 1)
        return -1;
    return n + rest;
}

/* --- keys (RFC 5246 §6.3) ----------------------------------------------------------------------------------------- */

static bool expand(SSL *ssl, const char *digest, uint8_t *out, size_t len)
{
    static const char label[] = "key expansion";
    uint8_t master[SSL_MAX_MASTER_KEY_LENGTH], seed[sizeof(label) - 1 + 2 * RANDOM];
    size_t master_len = SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof(master));
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, NULL);
    EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, master_len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof(seed)),
        OSSL_PARAM_construct_end(),
    };
    bool fine;

    memcpy(seed, label, sizeof(label) - 1);
    SSL_get_server_random(ssl, seed + sizeof(label) - 1, RANDOM);
    SSL_get_client_random(ssl, seed + sizeof(label) - 1 + RANDOM, RANDOM);
    fine = ctx && EVP_KDF_derive(ctx, out, len, params) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    OPENSSL_cleanse(master, sizeof(master));
    return fine;
}

static int take_keys(struct gw_record *r, SSL *ssl)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
    int nid = cipher ? SSL_CIPHER_get_cipher_nid(cipher) : NID_undef;
    uint8_t block[2 * (MAX_KEY + SALT)];
    bool server = SSL_is_server(ssl);
    struct half *client_write = server ? &r->in : &r->out, *server_write = server ? &r->out : &r->in;
    size_t k;

    if (SSL_version(ssl) != DTLS1_2_VERSION || (nid != NID_aes_128_gcm && nid != NID_aes_256_gcm))
        return GW_EPROTO;
    r->key_len = k = nid == NID_aes_128_gcm ? 16 : 32;
    if (!expand(ssl, EVP_MD_get0_name(SSL_CIPHER_get_handshake_digest(cipher)), block, 2 * (k + SALT)))
        return GW_EIO;
    memcpy(client_write->key, block, k);
    memcpy(server_write->key, block + k, k);
    memcpy(client_write->salt, block + 2 * k, SALT);
    memcpy(server_write->salt, block + 2 * k + SALT, SALT);
    OPENSSL_cleanse(block, sizeof(block));
    return GW_OK;
}

/* Our own Finished opens with the keys we found: then they are the right ones. */
static int try_keys(struct gw_record *r, const uint8_t *sent, size_t len)
{
    struct half trial = r->out;
    uint8_t plain[1500];
    size_t size = 0;
    int64_t number = -1;
    int n;

    for (; len; sent += size, len -= size) {
        number = gw_record_number(sent, len, &size);
        if (number < 0 || size == len)
            break;
    }
    if (number < (int64_t)EPOCH || size > sizeof(plain))
        return GW_EIO;
    r->next = (uint64_t)number - EPOCH + 1;
    n = unlock(&trial, r->key_len, sent, size, plain);
    EVP_CIPHER_CTX_free(trial.ctx);
    return n < 0 ? GW_EIO : GW_OK;
}

int gw_record_new(struct gw_record **out, SSL *ssl, const uint8_t *sent, size_t len)
{
    struct gw_record *r = calloc(1, sizeof(*r));
    int err;

    if (!r)
        return GW_ENOMEM;
    err = take_keys(r, ssl);
    if (!err)
        err = try_keys(r, sent, len);
    if (err) {
        gw_record_free(r);
        return err;
    }
    *out = r;
    return GW_OK;
}

void gw_record_free(struct gw_record *r)
{
    if (!r)
        return;
    EVP_CIPHER_CTX_free(r->in.ctx);
    EVP_CIPHER_CTX_free(r->out.ctx);
    OPENSSL_cleanse(r, sizeof(*r));
    free(r);
}

/* --- replay ------------------------------------------------------------------------------------------------------- */

static bool is_fresh(const struct gw_record *r, uint64_t number)
{
    if (!r->any || number > r->newest)
        return true;
    return r->newest - number < WINDOW && !(r->seen >> (r->newest - number) & 1);
}

static void note(struct gw_record *r, uint64_t number)
{
    if (!r->any || number > r->newest) {
        uint64_t step = r->any ? number - r->newest : WINDOW;

        r->seen = step < WINDOW ? r->seen << step | 1 : 1;
        r->newest = number;
        r->any = true;
    } else {
        r->seen |= UINT64_C(1) << (r->newest - number);
    }
}

void gw_record_seen(struct gw_record *r, uint64_t number)
{
    if (number < WINDOW && is_fresh(r, number))
        note(r, number);
}

/* --- in and out --------------------------------------------------------------------------------------------------- */

int gw_record_open(struct gw_record *r, const uint8_t *data, size_t len, uint8_t *plain, struct gw_record_in *in)
{
    size_t size;
    int64_t number = gw_record_number(data, len, &size);
    int n;

    *in = (struct gw_record_in){.type = GW_RECORD_NONE};
    if (number < 0)
        return GW_EPARSE;
    if ((uint64_t)number >> 48 != 1 || data[0] < GW_RECORD_ALERT || data[0] > GW_RECORD_DATA ||
        !is_fresh(r, (uint64_t)number - EPOCH))
        return (int)size;
    n = unlock(&r->in, r->key_len, data, size, plain);
    if (n < 0)
        return (int)size;
    note(r, (uint64_t)number - EPOCH);
    in->type = (enum gw_record_type)data[0];
    in->len = (size_t)n;
    return (int)size;
}

int gw_record_seal(struct gw_record *r, enum gw_record_type type, const uint8_t *data, size_t len, uint8_t *out)
{
    uint8_t *nonce = out + HEADER, *body = nonce + NONCE;
    int n = 0, rest = 0;

    if (r->next == NUMBERS)
        return GW_ELIMIT;
    put_header(out, type, r->next++, NONCE + len + TAG);
    memcpy(nonce, out + 3, NONCE); /* RFC 5288 §3: epoch and number never repeat */
    if (!begin(&r->out, r->key_len, nonce, true) || !add_header(&r->out, out, len) ||
        EVP_CipherUpdate(r->out.ctx, body, &n, data, (int)len) != 1 ||
        EVP_CipherFinal_ex(r->out.ctx, body + n, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(r->out.ctx, EVP_CTRL_AEAD_GET_TAG, TAG, body + len) != 1)
        return GW_EIO;
    return (int)(HEADER + NONCE + len + TAG);
}
