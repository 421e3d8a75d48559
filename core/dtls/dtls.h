/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DTLS 1.2 (RFC 6347) with use_srtp (RFC 5764): the certificate of the process and the association of one peer.
 * Knows no sockets: datagrams in, datagrams out by callback, time as an argument. Worker thread; the context is const
 * after creation and shared by all workers.
 */
#ifndef GW_DTLS_DTLS_H
#define GW_DTLS_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_dtls_context;
struct gw_dtls;

struct gw_dtls_conf {
    const char *cert_pem, *key_pem, *password; /* files, or all NULL: a fresh P-256 self-signed one */
    bool rsa;                                  /* fresh certificate with RSA-2048 instead */
    const char *ciphers;                       /* OpenSSL list or NULL */
    const char *profiles;                      /* SRTP profiles in order; NULL: GCM-128, GCM-256, CM_SHA1_80 */
    unsigned mtu;                              /* 0: 1200 */
    bool trusted_only; /* besides its fingerprint, a peer's certificate must come from an authority of this machine */
    bool openssl_records; /* OpenSSL also does the records after the handshake: 34 KiB a peer more */
};

/*
 * On failure `why` holds one sentence for the operator. A certificate that is expired or not valid yet is refused.
 * Control thread.
 */
int gw_dtls_context_new(struct gw_dtls_context **out, const struct gw_dtls_conf *conf, char *why, size_t why_len);
void gw_dtls_context_free(struct gw_dtls_context *c);
const char *gw_dtls_fingerprint(const struct gw_dtls_context *c); /* "AB:CD:…", sha-256 */

enum gw_dtls_role { GW_DTLS_CLIENT, GW_DTLS_SERVER }; /* ours: client = setup:active */
enum gw_dtls_state { GW_DTLS_CREATED, GW_DTLS_TRYING, GW_DTLS_CONNECTED, GW_DTLS_FAILED, GW_DTLS_CLOSED };

/* Key material of RFC 5764 §4.2, ready for srtp/: master key then salt. */
struct gw_dtls_keys {
    unsigned profile;              /* IANA id: 1 CM_SHA1_80, 2 CM_SHA1_32, 7 GCM-128, 8 GCM-256 */
    uint8_t local[60], remote[60]; /* what we seal with, what we open with */
    size_t len;                    /* of each */
};

struct gw_dtls_events {
    void (*send)(void *arg, const uint8_t *data, size_t len); /* one datagram */
    void (*connected)(void *arg, const struct gw_dtls_keys *keys);
    void (*data)(void *arg, const uint8_t *data, size_t len); /* application data: SCTP */
    void (*closed)(void *arg, const char *reason);            /* "DTLS alert", "DTLS error", "DTLS timeout" */
};

/*
 * Events come from within the calls below. send() must only queue; from the others everything may be called, also
 * gw_dtls_free(), after which no more events come. A peer without use_srtp is connected with keys of profile 0, len 0.
 */
int gw_dtls_new(struct gw_dtls **out, struct gw_dtls_context *c, enum gw_dtls_role role,
                const struct gw_dtls_events *events, void *arg);
void gw_dtls_free(struct gw_dtls *d);
/*
 * hash: "sha-256", "sha-1", "sha-384" or "sha-512" (any case), else GW_EPROTO; fingerprint: "AB:CD:…", else GW_EPARSE.
 * Before start. A peer of whom nothing is expected is refused.
 */
int gw_dtls_expect(struct gw_dtls *d, const char *hash, const char *fingerprint);
void gw_dtls_start(struct gw_dtls *d, int64_t now_us); /* client: sends ClientHello; server: waits */
void gw_dtls_receive(struct gw_dtls *d, const uint8_t *data, size_t len, int64_t now_us);
/* GW_ESTATE when not connected, GW_ELIMIT when the bytes do not fit one datagram. */
int gw_dtls_send(struct gw_dtls *d, const uint8_t *data, size_t len, int64_t now_us);
void gw_dtls_timer(struct gw_dtls *d, int64_t now_us); /* retransmits, gives up after 20 s */
int64_t gw_dtls_next(const struct gw_dtls *d);         /* when gw_dtls_timer wants to be called; INT64_MAX: never */
void gw_dtls_close(struct gw_dtls *d, int64_t now_us); /* sends close_notify; closed() is not called */
enum gw_dtls_state gw_dtls_get_state(const struct gw_dtls *d);
unsigned gw_dtls_retransmissions(const struct gw_dtls *d);
/* Writes a fresh self-signed certificate for HTTPS trials; both are malloc'd PEM texts. Control thread. */
int gw_dtls_self_signed(char **cert_pem, char **key_pem);
/* HMAC-SHA1 and base64 for signed tokens. out needs 29 bytes. */
void gw_dtls_hmac_sha1_base64(const void *key, size_t key_len, const void *text, size_t len, char out[29]);
const char *gw_dtls_library(void);          /* version of OpenSSL as it runs; any thread */
void gw_dtls_random(void *out, size_t len); /* cryptographic randomness, any thread */

#endif
