/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-GCM over whole texts, for records that are no RTP packets (dtls/): by libipsec-mb where CPU and build have it,
 * else by OpenSSL. Worker thread; what the workers share is const.
 */
#ifndef GW_SRTP_GCM_H
#define GW_SRTP_GCM_H

#include <stddef.h>
#include <stdint.h>

#define GW_GCM_NONCE 12
#define GW_GCM_TAG   16

struct gw_gcm_text {
    const uint8_t *nonce; /* GW_GCM_NONCE bytes */
    const uint8_t *aad;   /* authenticated besides the text */
    size_t aad_len;
    const uint8_t *in; /* when opening, the tag stands behind the len bytes */
    size_t len;
    uint8_t *out; /* may be in; when sealing, the tag is put behind the len bytes */
};

/* One table per library. A key may be used by one thread at a time. */
struct gw_gcm_backend {
    const char *name;
    /* GW_ENOENT: not on this machine. */
    int (*key_new)(void **out, const uint8_t *key, size_t len);
    void (*key_free)(void *key);
    int (*seal)(void *key, const struct gw_gcm_text *t);
    int (*open)(void *key, const struct gw_gcm_text *t);
};

extern const struct gw_gcm_backend gw_gcm_openssl;
#ifdef HAVE_IPSEC_MB
extern const struct gw_gcm_backend gw_gcm_ipsec_mb;
#endif

/* One key. Zero is a valid empty one, which neither seals nor opens. */
struct gw_gcm {
    const struct gw_gcm_backend *backend;
    void *key; /* owned */
};

/* backend: NULL, the best there is, or a name; GW_ENOENT when it cannot be had here. len: 16 or 32, else GW_EINVAL. */
int gw_gcm_init(struct gw_gcm *g, const char *backend, const uint8_t *key, size_t len);
void gw_gcm_close(struct gw_gcm *g);
/* GW_EIO: the library failed, what is in out must not be sent. */
int gw_gcm_seal(struct gw_gcm *g, const struct gw_gcm_text *t);
/* GW_EPROTO: the tag is wrong, what is in out is of no use. */
int gw_gcm_open(struct gw_gcm *g, const struct gw_gcm_text *t);

#endif
