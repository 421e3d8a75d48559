/* SPDX-License-Identifier: Apache-2.0 */
/* AES-GCM by libipsec-mb's direct calls. They keep nothing in the manager, so that one serves all threads. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifdef HAVE_IPSEC_MB

#include <stdlib.h>

#include <openssl/crypto.h>
#include <pthread.h>

#include "base/err.h"
#include "srtp/gcm.h"
#include "srtp/ipsec_mb.h"

struct key {
    struct gcm_key_data data;
    size_t len;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static IMB_MGR *mgr; /* for the life of the process; NULL: not on this machine */

static void find(void)
{
    gw_ipsec_mb_new(&mgr);
}

static int key_new(void **out, const uint8_t *key, size_t len)
{
    struct key *k;

    pthread_once(&once, find);
    if (!mgr)
        return GW_ENOENT;
    k = aligned_alloc(64, (sizeof(*k) + 63) / 64 * 64);
    if (!k)
        return GW_ENOMEM;
    k->len = len;
    if (len == 16)
        IMB_AES128_GCM_PRE(mgr, key, &k->data);
    else
        IMB_AES256_GCM_PRE(mgr, key, &k->data);
    *out = k;
    return GW_OK;
}

static void key_free(void *key)
{
    imb_clear_mem(key, sizeof(struct key));
    free(key);
}

static int seal(void *key, const struct gw_gcm_text *t)
{
    const struct key *k = key;
    struct gcm_context_data gcm;

    if (k->len == 16)
        IMB_AES128_GCM_ENC(mgr, &k->data, &gcm, t->out, t->in, t->len, t->nonce, t->aad, t->aad_len, t->out + t->len,
                           GW_GCM_TAG);
    else
        IMB_AES256_GCM_ENC(mgr, &k->data, &gcm, t->out, t->in, t->len, t->nonce, t->aad, t->aad_len, t->out + t->len,
                           GW_GCM_TAG);
    return GW_OK;
}

static int open(void *key, const struct gw_gcm_text *t)
{
    const struct key *k = key;
    struct gcm_context_data gcm;
    uint8_t tag[GW_GCM_TAG];

    if (k->len == 16)
        IMB_AES128_GCM_DEC(mgr, &k->data, &gcm, t->out, t->in, t->len, t->nonce, t->aad, t->aad_len, tag, GW_GCM_TAG);
    else
        IMB_AES256_GCM_DEC(mgr, &k->data, &gcm, t->out, t->in, t->len, t->nonce, t->aad, t->aad_len, tag, GW_GCM_TAG);
    return CRYPTO_memcmp(tag, t->in + t->len, sizeof(tag)) ? GW_EPROTO : GW_OK;
}

const struct gw_gcm_backend gw_gcm_ipsec_mb = {
    .name = "ipsec-mb",
    .key_new = key_new,
    .key_free = key_free,
    .seal = seal,
    .open = open,
};

#else
typedef int gw_gcm_ipsec_mb_is_not_built;
#endif
