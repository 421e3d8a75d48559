/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BIO between OpenSSL and our datagrams: one write is one datagram out by callback, one read takes the datagram
 * that is just being received. Boundaries are kept and nothing is buffered.
 */
#ifndef GW_DTLS_LINK_H
#define GW_DTLS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include <openssl/bio.h>

struct gw_dtls_link {
    /* given at creation */
    void (*send)(void *arg, const uint8_t *data, size_t len);
    void *arg;
    unsigned mtu;
    /* state */
    const uint8_t *in; /* borrowed for one read */
    size_t in_len;
    struct timeval *timeout; /* see gw_dtls_link_expire() */
};

BIO_METHOD *gw_dtls_link_method(void);
/* The BIO borrows the link. */
BIO *gw_dtls_link_bio(const BIO_METHOD *method, struct gw_dtls_link *link);

/*
 * OpenSSL asks the real clock whether its retransmission timer is due; ours may be virtual. Up to 3.1 it shows its
 * deadline to the BIO by address, which we set back to make it due. Later versions show a copy, and this does nothing:
 * there the timers must run in real time, which they do outside simulations.
 */
void gw_dtls_link_expire(struct gw_dtls_link *link);
/* Whether the above works with the library we run with. */
bool gw_dtls_link_can_expire(void);

#endif
