/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SRTP of one peer (RFC 3711, RFC 7714) and the sealer of one worker.
 *
 * RTP is sealed and opened by back ends: libipsec-mb where CPU and build have it, OpenSSL EVP otherwise, libsrtp2
 * (which only seals) on request. Chosen once per process, shown in info. RTCP is OpenSSL's. Sealing takes the 48-bit
 * packet index from the caller, so it keeps no per-SSRC state; opening keeps replay windows. Worker thread only.
 */
#ifndef GW_SRTP_SRTP_H
#define GW_SRTP_SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_srtp;
struct gw_sealer;

enum gw_srtp_profile { GW_SRTP_CM_SHA1_80 = 1, GW_SRTP_CM_SHA1_32 = 2, GW_SRTP_GCM_128 = 7, GW_SRTP_GCM_256 = 8 };

/* NULL: best there is; or "ipsec-mb", "openssl", "libsrtp2". GW_ENOENT when that one cannot be had here. */
int gw_sealer_new(struct gw_sealer **out, const char *backend);
void gw_sealer_free(struct gw_sealer *s);
const char *gw_sealer_name(const struct gw_sealer *s);
/* Packets that could not be sealed; they went out as zeros, which no receiver accepts. */
uint64_t gw_sealer_failures(const struct gw_sealer *s);

/* local, remote: master key then salt, len bytes each (30, 30, 28, 44). The sealer outlives the peer's context. */
int gw_srtp_new(struct gw_srtp **out, struct gw_sealer *sealer, enum gw_srtp_profile profile, const uint8_t *local,
                const uint8_t *remote, size_t len);
void gw_srtp_free(struct gw_srtp *s);
enum gw_srtp_profile gw_srtp_get_profile(const struct gw_srtp *s);
const char *gw_srtp_profile_name(enum gw_srtp_profile p); /* "SRTP_AEAD_AES_128_GCM" */
size_t gw_srtp_overhead(const struct gw_srtp *s);         /* bytes that sealing RTP adds: 16, 10 or 4 */

/*
 * In place. *len in: bytes on the wire; out: plain bytes. GW_EPARSE malformed, GW_EPROTO replay or bad tag.
 * Replay windows of GW_SRTP_SSRCS senders are kept; one more takes the place of the one longest silent.
 */
#define GW_SRTP_SSRCS 64
int gw_srtp_open_rtp(struct gw_srtp *s, uint8_t *data, size_t *len);
int gw_srtp_open_rtcp(struct gw_srtp *s, uint8_t *data, size_t *len);
/* In place; cap >= *len + 32, else GW_EINVAL. */
int gw_srtp_seal_rtcp(struct gw_srtp *s, uint8_t *data, size_t *len, size_t cap);

/*
 * Seals one RTP packet of len bytes in place, the first header_len of them (12 + CSRC + extensions) in the clear.
 * index: extended sequence number, roc << 16 | seq. Room for the overhead must follow. The bytes are final only after
 * gw_seal_flush(): AES-CM packets are sealed many at a time.
 */
void gw_seal_rtp(struct gw_sealer *sealer, struct gw_srtp *s, uint8_t *data, size_t header_len, size_t len,
                 uint64_t index);
void gw_seal_flush(struct gw_sealer *sealer);
/* gw_seal_rtp() with this context follows soon: its keys are to be in the cache by then. */
void gw_seal_prefetch(const struct gw_srtp *s);

const char *gw_srtp_library(void); /* version of libsrtp as it runs; any thread */

#endif
