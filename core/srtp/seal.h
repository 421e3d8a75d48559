/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between gw_seal_rtp() and those who do the work: one table per library. A back end has a state per worker
 * (may be NULL) and keys per peer. Worker thread; nothing here is shared between workers.
 */
#ifndef GW_SRTP_SEAL_H
#define GW_SRTP_SEAL_H

#include "srtp/kdf.h"

struct gw_seal_job {
    uint8_t *data;
    size_t header_len, len;
    uint64_t index; /* roc << 16 | seq */
};

struct gw_seal_backend {
    const char *name;
    bool (*takes)(enum gw_srtp_profile profile);
    /* GW_ENOENT: not on this machine. */
    int (*open)(void **state);
    void (*close)(void *state);
    /* Takes copies of what it needs; master is key and salt as negotiated, session what was derived from them. */
    int (*keys_new)(void **out, void *state, const struct gw_srtp_params *params, const uint8_t *master,
                    const struct gw_session_keys *session);
    void (*keys_free)(void *keys, void *state);
    /* These keys are needed in a moment. NULL: there is nothing to be gained. */
    void (*prefetch)(const void *keys);
    /* Not 0: the bytes are unusable and must not be sent. */
    int (*seal)(void *state, void *keys, const struct gw_seal_job *job);
    /* NULL when seal() leaves nothing open. */
    void (*flush)(void *state);
    /*
     * The reverse, done when it returns; the tag stands behind the len bytes. GW_EPROTO: it is wrong, and the bytes are
     * of no use any more. NULL: cannot.
     */
    int (*unseal)(void *state, void *keys, const struct gw_seal_job *job);
};

extern const struct gw_seal_backend gw_seal_openssl, gw_seal_libsrtp;
#ifdef HAVE_IPSEC_MB
extern const struct gw_seal_backend gw_seal_ipsec_mb;
#endif

/* The sealing keys of one peer; embedded in its gw_srtp. Zero is a valid empty one. */
struct gw_sealing {
    const struct gw_seal_backend *backend;
    void *state; /* borrowed: the sealer's */
    void *keys;  /* owned */
};

int gw_sealing_init(struct gw_sealing *s, struct gw_sealer *sealer, const struct gw_srtp_params *params,
                    const uint8_t *master);
/* The same for what comes in: a back end that can unseal. */
int gw_opening_init(struct gw_sealing *s, struct gw_sealer *sealer, const struct gw_srtp_params *params,
                    const uint8_t *master);
void gw_sealing_close(struct gw_sealing *s);
/* As gw_seal_rtp(), counting what fails in the sealer. */
void gw_sealing_run(struct gw_sealer *sealer, struct gw_sealing *s, const struct gw_seal_job *job, size_t overhead);

struct gw_rtcp_crypt *gw_sealer_rtcp(struct gw_sealer *sealer);

/* Initialisation vectors: RFC 7714 §8.1 and RFC 3711 §4.1.1. ssrc as it stands in the packet. */
void gw_seal_iv_gcm(uint8_t iv[12], const uint8_t *salt, const uint8_t *ssrc, uint64_t index);
void gw_seal_iv_cm(uint8_t iv[16], const uint8_t *salt, const uint8_t *ssrc, uint64_t index);
/* The roc as it is appended to the bytes that are authenticated (RFC 3711 §4.2). */
void gw_seal_put_roc(uint8_t out[4], uint64_t index);

#endif
