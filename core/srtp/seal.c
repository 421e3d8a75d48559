/* SPDX-License-Identifier: Apache-2.0 */
/* Who seals: the choice of a back end, and what all of them share. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "srtp/rtcp.h"
#include "srtp/seal.h"

/* Best first. */
static const struct gw_seal_backend *const backends[] = {
#ifdef HAVE_IPSEC_MB
    &gw_seal_ipsec_mb,
#endif
    &gw_seal_openssl,
    &gw_seal_libsrtp,
};

#define BACKENDS (sizeof(backends) / sizeof(backends[0]))

/* All that can be had are open, so that a profile the chosen one does not take finds another. */
struct gw_sealer {
    /* owned */
    void *state[BACKENDS];
    bool opened[BACKENDS];
    struct gw_rtcp_crypt *rtcp;
    /* state */
    size_t chosen;
    /* counters */
    uint64_t failures;
};

int gw_sealer_new(struct gw_sealer **out, const char *backend)
{
    struct gw_sealer *s = calloc(1, sizeof(*s));
    int err = GW_OK;

    if (!s)
        return GW_ENOMEM;
    s->chosen = BACKENDS;
    for (size_t i = 0; i < BACKENDS; i++) {
        err = backends[i]->open(&s->state[i]);
        if (err == GW_ENOENT)
            continue;
        if (err)
            goto out;
        s->opened[i] = true;
        if (s->chosen == BACKENDS && (!backend || !strcmp(backend, backends[i]->name)))
            s->chosen = i;
    }
    err = s->chosen == BACKENDS ? GW_ENOENT : gw_rtcp_crypt_new(&s->rtcp);
    if (err)
        goto out;
    *out = s;
    s = NULL;
out:
    gw_sealer_free(s);
    return err;
}

void gw_sealer_free(struct gw_sealer *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < BACKENDS; i++)
        if (s->opened[i])
            backends[i]->close(s->state[i]);
    gw_rtcp_crypt_free(s->rtcp);
    free(s);
}

struct gw_rtcp_crypt *gw_sealer_rtcp(struct gw_sealer *s)
{
    return s->rtcp;
}

const char *gw_sealer_name(const struct gw_sealer *s)
{
    return backends[s->chosen]->name;
}

uint64_t gw_sealer_failures(const struct gw_sealer *s)
{
    return s->failures;
}

static bool can(size_t i, enum gw_srtp_profile profile, bool unseal)
{
    return backends[i]->takes(profile) && (!unseal || backends[i]->unseal);
}

/* The chosen back end, or the best other one that can do it. */
static size_t pick(const struct gw_sealer *s, enum gw_srtp_profile profile, bool unseal)
{
    if (can(s->chosen, profile, unseal))
        return s->chosen;
    for (size_t i = 0; i < BACKENDS; i++)
        if (s->opened[i] && can(i, profile, unseal))
            return i;
    return BACKENDS;
}

static int init(struct gw_sealing *s, struct gw_sealer *sealer, const struct gw_srtp_params *params,
                const uint8_t *master, bool unseal)
{
    size_t i = pick(sealer, params->profile, unseal);
    struct gw_session_keys session;
    int err;

    if (i == BACKENDS)
        return GW_ENOENT;
    err = gw_kdf_session(&session, params, master);
    if (!err)
        err = backends[i]->keys_new(&s->keys, sealer->state[i], params, master, &session);
    OPENSSL_cleanse(&session, sizeof(session));
    if (err)
        return err;
    s->backend = backends[i];
    s->state = sealer->state[i];
    return GW_OK;
}

int gw_sealing_init(struct gw_sealing *s, struct gw_sealer *sealer, const struct gw_srtp_params *params,
                    const uint8_t *master)
{
    return init(s, sealer, params, master, false);
}

int gw_opening_init(struct gw_sealing *s, struct gw_sealer *sealer, const struct gw_srtp_params *params,
                    const uint8_t *master)
{
    return init(s, sealer, params, master, true);
}

void gw_sealing_close(struct gw_sealing *s)
{
    if (!s->backend)
        return;
    /* Packets in work may still point at these keys. */
    if (s->backend->flush)
        s->backend->flush(s->state);
    s->backend->keys_free(s->keys, s->state);
    memset(s, 0, sizeof(*s));
}

void gw_sealing_run(struct gw_sealer *sealer, struct gw_sealing *s, const struct gw_seal_job *job, size_t overhead)
{
    if (!s->backend->seal(s->state, s->keys, job))
        return;
    /* Nobody asks whether it worked, so what goes out must at least not be readable. */
    memset(job->data + job->header_len, 0, job->len - job->header_len + overhead);
    sealer->failures++;
}

void gw_seal_flush(struct gw_sealer *s)
{
    for (size_t i = 0; i < BACKENDS; i++)
        if (s->opened[i] && backends[i]->flush)
            backends[i]->flush(s->state[i]);
}

void gw_seal_iv_gcm(uint8_t iv[12], const uint8_t *salt, const uint8_t *ssrc, uint64_t index)
{
    uint32_t s, low;
    uint16_t high;

    /* 16 bits of zero, SSRC, the index's 48 bits; by words, because this is done for every packet that leaves */
    memcpy(iv, salt, 12);
    memcpy(&s, iv + 2, 4);
    memcpy(&low, ssrc, 4);
    s ^= low;
    memcpy(iv + 2, &s, 4);
    memcpy(&high, iv + 6, 2);
    high ^= htobe16((uint16_t)(index >> 32));
    memcpy(iv + 6, &high, 2);
    memcpy(&low, iv + 8, 4);
    low ^= htobe32((uint32_t)index);
    memcpy(iv + 8, &low, 4);
}

void gw_seal_iv_cm(uint8_t iv[16], const uint8_t *salt, const uint8_t *ssrc, uint64_t index)
{
    memcpy(iv, salt, 14);
    iv[14] = iv[15] = 0;
    for (int i = 0; i < 4; i++)
        iv[4 + i] ^= ssrc[i];
    for (int i = 0; i < 6; i++)
        iv[8 + i] ^= (uint8_t)(index >> (40 - 8 * i));
}

void gw_seal_put_roc(uint8_t out[4], uint64_t index)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(index >> (40 - 8 * i));
}
