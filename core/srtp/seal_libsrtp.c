/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing by libsrtp2: slow, general, and the yardstick of the others. It guesses the packet index from what it sealed
 * before, so it is told the roc of each packet, and keeps a stream per SSRC (bounded by GW_SEAL_STREAMS).
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "srtp/policy.h"
#include "srtp/seal.h"

#define GW_SEAL_STREAMS 256

struct keys {
    const struct gw_srtp_params *params;
    srtp_t session; /* owned */
    unsigned streams;
    uint8_t master[GW_SRTP_MAX_KEY + GW_SRTP_MAX_SALT];
};

static bool takes(enum gw_srtp_profile profile)
{
    return gw_srtp_params(profile) != NULL;
}

static int open_state(void **state)
{
    *state = NULL;
    return gw_libsrtp_init();
}

static void close_state(void *state)
{
}

static void keys_free(void *keys, void *state)
{
    struct keys *k = keys;

    if (!k)
        return;
    if (k->session)
        srtp_dealloc(k->session);
    OPENSSL_cleanse(k, sizeof(*k));
    free(k);
}

static int keys_new(void **out, void *state, const struct gw_srtp_params *p, const uint8_t *master,
                    const struct gw_session_keys *session)
{
    struct keys *k = calloc(1, sizeof(*k));
    int err;

    if (!k)
        return GW_ENOMEM;
    k->params = p;
    memcpy(k->master, master, (size_t)p->key_len + p->salt_len);
    err = gw_libsrtp_error(srtp_create(&k->session, NULL));
    if (err)
        goto out;
    *out = k;
    k = NULL;
out:
    keys_free(k, NULL);
    return err;
}

static int add_stream(struct keys *k, uint32_t ssrc, uint32_t roc)
{
    srtp_policy_t policy;
    int err;

    if (k->streams == GW_SEAL_STREAMS)
        return GW_ELIMIT;
    err = gw_libsrtp_policy(&policy, k->params, ssrc_specific, ssrc, k->master);
    if (!err)
        err = gw_libsrtp_error(srtp_add_stream(k->session, &policy));
    if (err)
        return err;
    k->streams++;
    return gw_libsrtp_error(srtp_set_stream_roc(k->session, ssrc, roc));
}

static int seal(void *state, void *keys, const struct gw_seal_job *j)
{
    struct keys *k = keys;
    const uint8_t *p = j->data + 8;
    uint32_t ssrc = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    uint32_t roc = (uint32_t)(j->index >> 16);
    int len = (int)j->len, err = GW_OK;

    if (srtp_set_stream_roc(k->session, ssrc, roc))
        err = add_stream(k, ssrc, roc);
    return err ? err : gw_libsrtp_error(srtp_protect(k->session, j->data, &len));
}

const struct gw_seal_backend gw_seal_libsrtp = {
    .name = "libsrtp2",
    .takes = takes,
    .open = open_state,
    .close = close_state,
    .keys_new = keys_new,
    .keys_free = keys_free,
    .seal = seal,
};
