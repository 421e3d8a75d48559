/* SPDX-License-Identifier: Apache-2.0 */
#include "dtls/record.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "base/cursor.h"
#include "base/err.h"
#include "srtp/gcm.h"

enum {
    HEADER = 13,
    NONCE = 8, /* the explicit part */
    SALT = 4,
    TAG = GW_GCM_TAG,
    MAX_KEY = 32,
    RANDOM = 32,
    WINDOW = 64,
};
#define NUMBERS (UINT64_C(1) << 48)
#define EPOCH   (UINT64_C(1) << 48) /* number of the first record of epoch 1 */

struct half {
    struct gw_gcm gcm; /* owned; made when first needed */
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

static bool is_ready(struct half *h, size_t key_len)
{
    return h->gcm.backend || !gw_gcm_init(&h->gcm, NULL, h->key, key_len);
}

/* The nonce is the salt and the explicit part; what is authenticated besides: epoch, number, type, version, length. */
struct frame {
    uint8_t nonce[SALT + NONCE], aad[HEADER];
};

/* header: of a record, with the explicit part behind it */
static void frame_make(struct frame *f, const struct half *h, const uint8_t *header, size_t plain_len)
{
    memcpy(f->nonce, h->salt, SALT);
    memcpy(f->nonce + SALT, header + HEADER, NONCE);
    memcpy(f->aad, header + 3, 8);
    memcpy(f->aad + 8, header, 3);
    gw_put_u16(f->aad + 11, (uint16_t)plain_len);
}

/* data: a whole record. Returns the plain length, or -1. */
static int unlock(struct half *h, size_t key_len, const uint8_t *data, size_t size, uint8_t *plain)
{
    size_t len = size - HEADER - NONCE - TAG;
    struct frame f;

    if (size < HEADER + NONCE + TAG || !is_ready(h, key_len))
        return -1;
    frame_make(&f, h, data, len);
    return gw_gcm_open(&h->gcm, &(struct gw_gcm_text){f.nonce, f.aad, HEADER, data + HEADER + NONCE, len, plain})
               ? -1
               : (int)len;
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
    gw_gcm_close(&trial.gcm);
    OPENSSL_cleanse(&trial, sizeof(trial));
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
    gw_gcm_close(&r->in.gcm);
    gw_gcm_close(&r->out.gcm);
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
    struct frame f;

    if (r->next == NUMBERS)
        return GW_ELIMIT;
    if (!is_ready(&r->out, r->key_len))
        return GW_EIO;
    put_header(out, type, r->next++, NONCE + len + TAG);
    memcpy(nonce, out + 3, NONCE); /* RFC 5288 §3: epoch and number never repeat */
    frame_make(&f, &r->out, out, len);
    if (gw_gcm_seal(&r->out.gcm, &(struct gw_gcm_text){f.nonce, f.aad, HEADER, data, len, body}))
        return GW_EIO;
    return (int)(HEADER + NONCE + len + TAG);
}
