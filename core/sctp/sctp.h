/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data channels of one peer: SCTP over DTLS (RFC 8261) by usrsctp, and DCEP (RFC 8831, RFC 8832).
 * Worker thread: every call and every callback is on the peer's worker, also when usrsctp's timer has something to say.
 * Bounds: 150 channels, labels kept to 127 bytes, protocols to 63, a message at most 256 KiB, 1 MiB waiting to be sent.
 */
#ifndef GW_SCTP_SCTP_H
#define GW_SCTP_SCTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_sctp;

struct gw_sctp_message {
    const char *label, *protocol; /* never NULL */
    bool binary;
    const uint8_t *data;
    size_t len;
};

struct gw_sctp_events {
    void (*send)(void *arg, const uint8_t *data, size_t len); /* one SCTP packet, for DTLS */
    void (*up)(void *arg);                                    /* association established */
    void (*message)(void *arg, const struct gw_sctp_message *msg);
    void (*channel)(void *arg, const char *label, bool open);
    void (*writable)(void *arg); /* what had been refused with GW_EAGAIN may be tried again */
    void (*closed)(void *arg);
};

/*
 * Events come from within the calls below, on the thread of the call. send() must only queue; from the others
 * everything may be called, also gw_sctp_free(). The thread that makes an association is the one whose gw_sctp_tick()
 * serves it.
 */
int gw_sctp_global_init(void); /* once, control thread, before any association */
void gw_sctp_global_end(void);
/* dtls_client decides the parity of our stream ids (RFC 8832 §6). */
int gw_sctp_new(struct gw_sctp **out, bool dtls_client, uint16_t remote_port, const struct gw_sctp_events *events,
                void *arg);
void gw_sctp_free(struct gw_sctp *s); /* no callback afterwards */
int gw_sctp_connect(struct gw_sctp *s);
void gw_sctp_receive(struct gw_sctp *s, const uint8_t *data, size_t len, int64_t now_us);
/*
 * On the channel with this label, opened when there is none. GW_EAGAIN: not up yet, or queue full; GW_ELIMIT: too long,
 * or too many channels; GW_ESTATE: closed. Empty messages are ignored (0).
 */
int gw_sctp_send(struct gw_sctp *s, const struct gw_sctp_message *msg);
/*
 * Runs what usrsctp's timers produced for associations of the calling worker; call about every 10 ms. The timers follow
 * now_us, but before it repeats a packet usrsctp also asks the real clock how old it is: loss is not repaired faster
 * than in real time.
 */
void gw_sctp_tick(int64_t now_us);
unsigned gw_sctp_channels(const struct gw_sctp *s);

#endif
