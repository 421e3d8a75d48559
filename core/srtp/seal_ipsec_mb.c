/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing by libipsec-mb. GCM is one direct call. AES-CM with HMAC-SHA1 is a job: the library works on as many packets
 * at once as the processor has lanes, so a job is done some submissions later, or at the flush. At most JOBS are open;
 * one more finishes them all first.
 *
 * The roc that HMAC covers is written where the tag will stand; the tag goes through a slot, since the library writes
 * 12 or 20 bytes of it and we have room for 10 or 4.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef HAVE_IPSEC_MB

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "srtp/ipsec_mb.h"
#include "srtp/seal.h"

enum { JOBS = 64, SHA1_TAG = 12, SHA1_STATE = 20, PREFETCH = 1216 };

struct slot {
    uint8_t iv[16], tag[SHA1_STATE];
    uint8_t *to;
    uint8_t tag_len;
};

struct state {
    struct gcm_context_data gcm;
    struct slot slots[JOBS]; /* a ring: jobs complete in the order of submission */
    unsigned next, open;
    IMB_MGR *mgr; /* owned */
};

struct cm_keys {
    DECLARE_ALIGNED(uint32_t enc[4 * 11], 16);
    uint8_t inner[SHA1_STATE], outer[SHA1_STATE];
};

/* One piece of memory, aligned as the library wants it, and no longer than the kind of keys needs. */
struct keys {
    uint8_t salt[GW_SRTP_MAX_SALT];
    uint8_t tag_len;
    bool is_gcm, is_256;
    uint16_t size;
    union {
        struct gcm_key_data gcm;
        struct cm_keys cm;
    } of;
};

static bool takes(enum gw_srtp_profile profile)
{
    return gw_srtp_params(profile) != NULL;
}

static void close_state(void *state)
{
    struct state *s = state;

    if (!s)
        return;
    if (s->mgr)
        free_mb_mgr(s->mgr);
    imb_clear_mem(s, sizeof(*s));
    free(s);
}

/* Without AES-NI and carry-less multiplication the library emulates them, slower than OpenSSL. */
int gw_ipsec_mb_new(IMB_MGR **out)
{
    const uint64_t need = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SSE4_2;
    IMB_MGR *mgr;
    IMB_ARCH arch;

    if ((imb_get_feature_flags() & need) != need)
        return GW_ENOENT;
    mgr = alloc_mb_mgr(0);
    if (!mgr)
        return GW_ENOMEM;
    init_mb_mgr_auto(mgr, &arch);
    if (imb_get_errno(mgr) || arch == IMB_ARCH_NONE || arch == IMB_ARCH_NOAESNI) {
        free_mb_mgr(mgr);
        return GW_ENOENT;
    }
    *out = mgr;
    return GW_OK;
}

static int open_state(void **state)
{
    struct state *s = aligned_alloc(64, (sizeof(*s) + 63) / 64 * 64);
    int err;

    if (!s)
        return GW_ENOMEM;
    memset(s, 0, sizeof(*s));
    err = gw_ipsec_mb_new(&s->mgr);
    if (err) {
        close_state(s);
        return err;
    }
    *state = s;
    return GW_OK;
}

static void keys_free(void *keys, void *state)
{
    struct keys *k = keys;

    if (!k)
        return;
    imb_clear_mem(k, k->size);
    free(k);
}

static void hmac_half(IMB_MGR *mgr, const uint8_t *key, uint8_t with, uint8_t out[SHA1_STATE])
{
    uint8_t block[IMB_SHA1_BLOCK_SIZE];

    memset(block, with, sizeof(block));
    for (int i = 0; i < GW_SRTP_AUTH_KEY; i++)
        block[i] ^= key[i];
    IMB_SHA1_ONE_BLOCK(mgr, block, out);
    imb_clear_mem(block, sizeof(block));
}

static int keys_new(void **out, void *state, const struct gw_srtp_params *p, const uint8_t *master,
                    const struct gw_session_keys *session)
{
    struct state *s = state;
    size_t size = offsetof(struct keys, of) + (p->gcm ? sizeof(struct gcm_key_data) : sizeof(struct cm_keys));
    struct keys *k;
    DECLARE_ALIGNED(uint32_t unused[4 * 15], 16);

    size = (size + 63) / 64 * 64;
    k = aligned_alloc(64, size);
    if (!k)
        return GW_ENOMEM;
    memset(k, 0, size);
    k->size = (uint16_t)size;
    k->is_gcm = p->gcm;
    k->is_256 = p->key_len == 32;
    k->tag_len = p->tag_len;
    memcpy(k->salt, session->salt, sizeof(k->salt));
    if (k->is_gcm && k->is_256) {
        IMB_AES256_GCM_PRE(s->mgr, session->key, &k->of.gcm);
    } else if (k->is_gcm) {
        IMB_AES128_GCM_PRE(s->mgr, session->key, &k->of.gcm);
    } else {
        IMB_AES_KEYEXP_128(s->mgr, session->key, k->of.cm.enc, unused);
        hmac_half(s->mgr, session->auth, 0x36, k->of.cm.inner);
        hmac_half(s->mgr, session->auth, 0x5c, k->of.cm.outer);
        imb_clear_mem(unused, sizeof(unused));
    }
    *out = k;
    return GW_OK;
}

/* The keys, and what GCM takes of the first powers of its hash key: the rest follows by the processor's own guess. */
static void prefetch(const void *keys)
{
    const struct keys *k = keys;
    size_t n = k->size < PREFETCH ? k->size : PREFETCH;

    for (size_t at = 64; at < n; at += 64)
        __builtin_prefetch((const uint8_t *)k + at);
}

static void seal_gcm(struct state *s, const struct keys *k, const struct gw_seal_job *j)
{
    uint8_t iv[12], *body = j->data + j->header_len, *tag = j->data + j->len;
    uint64_t body_len = j->len - j->header_len;

    gw_seal_iv_gcm(iv, k->salt, j->data + 8, j->index);
    if (k->is_256)
        IMB_AES256_GCM_ENC(s->mgr, &k->of.gcm, &s->gcm, body, body, body_len, iv, j->data, j->header_len, tag, 16);
    else
        IMB_AES128_GCM_ENC(s->mgr, &k->of.gcm, &s->gcm, body, body, body_len, iv, j->data, j->header_len, tag, 16);
}

static void finish(struct state *s, const IMB_JOB *job)
{
    struct slot *slot = job->user_data;

    /* A job that the library did not complete gets no tag that anyone would accept. */
    if (job->status != IMB_STATUS_COMPLETED)
        memset(slot->tag, 0, sizeof(slot->tag));
    memcpy(slot->to, slot->tag, slot->tag_len);
    s->open--;
}

static void flush(void *state)
{
    struct state *s = state;
    IMB_JOB *job;

    while (s->open && (job = IMB_FLUSH_JOB(s->mgr)))
        finish(s, job);
    s->next = 0;
}

/* What sealing and opening have in common. */
static IMB_JOB *job_cm(struct state *s, const struct keys *k, const struct gw_seal_job *j, struct slot *slot)
{
    IMB_JOB *job = IMB_GET_NEXT_JOB(s->mgr);

    job->cipher_mode = j->len > j->header_len ? IMB_CIPHER_CNTR : IMB_CIPHER_NULL;
    job->enc_keys = job->dec_keys = k->of.cm.enc;
    job->key_len_in_bytes = 16;
    job->iv = slot->iv;
    job->iv_len_in_bytes = sizeof(slot->iv);
    job->src = j->data;
    job->dst = j->data + j->header_len;
    job->cipher_start_src_offset_in_bytes = j->header_len;
    job->msg_len_to_cipher_in_bytes = j->len - j->header_len;
    job->hash_alg = IMB_AUTH_HMAC_SHA_1;
    job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_hash_in_bytes = j->len + 4;
    job->u.HMAC._hashed_auth_key_xor_ipad = k->of.cm.inner;
    job->u.HMAC._hashed_auth_key_xor_opad = k->of.cm.outer;
    job->auth_tag_output = slot->tag;
    job->auth_tag_output_len_in_bytes = SHA1_TAG;
    job->user_data = slot;
    return job;
}

static void seal_cm(struct state *s, const struct keys *k, const struct gw_seal_job *j)
{
    struct slot *slot;
    IMB_JOB *job;

    if (s->open == JOBS)
        flush(s);
    slot = &s->slots[s->next];
    s->next = (s->next + 1) % JOBS;
    slot->to = j->data + j->len;
    slot->tag_len = k->tag_len;
    gw_seal_iv_cm(slot->iv, k->salt, j->data + 8, j->index);
    gw_seal_put_roc(slot->to, j->index);

    job = job_cm(s, k, j, slot);
    job->cipher_direction = IMB_DIR_ENCRYPT;
    job->chain_order = IMB_ORDER_CIPHER_HASH;
    s->open++;
    for (job = IMB_SUBMIT_JOB_NOCHECK(s->mgr); job; job = IMB_GET_COMPLETED_JOB(s->mgr))
        finish(s, job);
}

static int seal(void *state, void *keys, const struct gw_seal_job *job)
{
    const struct keys *k = keys;

    if (k->is_gcm)
        seal_gcm(state, k, job);
    else
        seal_cm(state, k, job);
    return GW_OK;
}

static int unseal_gcm(struct state *s, const struct keys *k, const struct gw_seal_job *j)
{
    uint8_t iv[12], tag[16], *body = j->data + j->header_len;
    uint64_t body_len = j->len - j->header_len;

    gw_seal_iv_gcm(iv, k->salt, j->data + 8, j->index);
    if (k->is_256)
        IMB_AES256_GCM_DEC(s->mgr, &k->of.gcm, &s->gcm, body, body, body_len, iv, j->data, j->header_len, tag, 16);
    else
        IMB_AES128_GCM_DEC(s->mgr, &k->of.gcm, &s->gcm, body, body, body_len, iv, j->data, j->header_len, tag, 16);
    return CRYPTO_memcmp(tag, j->data + j->len, sizeof(tag)) ? GW_EPROTO : GW_OK;
}

/* The answer is needed at once, so what is being sealed is finished first. */
static int unseal_cm(struct state *s, const struct keys *k, const struct gw_seal_job *j)
{
    uint8_t tag[GW_SRTP_CM_TAG];
    struct slot slot;
    IMB_JOB *job;

    flush(s);
    memcpy(tag, j->data + j->len, k->tag_len);
    gw_seal_iv_cm(slot.iv, k->salt, j->data + 8, j->index);
    gw_seal_put_roc(j->data + j->len, j->index);
    job = job_cm(s, k, j, &slot);
    job->cipher_direction = IMB_DIR_DECRYPT;
    job->chain_order = IMB_ORDER_HASH_CIPHER;
    job = IMB_SUBMIT_JOB_NOCHECK(s->mgr);
    if (!job)
        job = IMB_FLUSH_JOB(s->mgr);
    if (!job || job->status != IMB_STATUS_COMPLETED || CRYPTO_memcmp(tag, slot.tag, k->tag_len))
        return GW_EPROTO;
    return GW_OK;
}

static int unseal(void *state, void *keys, const struct gw_seal_job *job)
{
    const struct keys *k = keys;

    return k->is_gcm ? unseal_gcm(state, k, job) : unseal_cm(state, k, job);
}

const struct gw_seal_backend gw_seal_ipsec_mb = {
    .name = "ipsec-mb",
    .takes = takes,
    .open = open_state,
    .close = close_state,
    .keys_new = keys_new,
    .keys_free = keys_free,
    .prefetch = prefetch,
    .seal = seal,
    .flush = flush,
    .unseal = unseal,
};

#else
typedef int gw_seal_ipsec_mb_is_not_built;
#endif
