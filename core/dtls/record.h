/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of an association whose handshake is done (RFC 6347 §4.1, AES-GCM as in RFC 5288): alerts, application
 * data, and the sign that the peer did not get our last flight. With it OpenSSL's object, some 34 KiB, can go.
 *
 * Keys and next number are taken from the SSL object, and tried on the Finished message it has just sent. Only epoch 1:
 * we do not renegotiate. One thread.
 */
#ifndef GW_DTLS_RECORD_H
#define GW_DTLS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#define GW_RECORD_GROWTH 37 /* header, explicit nonce, tag */

enum gw_record_type { GW_RECORD_NONE = 0, GW_RECORD_ALERT = 21, GW_RECORD_HANDSHAKE = 22, GW_RECORD_DATA = 23 };

struct gw_record;

struct gw_record_in {
    enum gw_record_type type; /* NONE: to be ignored (another epoch, a repetition, a bad tag, an unknown type) */
    size_t len;               /* plain bytes */
};

/*
 * sent: one of our datagrams that ends with a record of epoch 1. GW_EPROTO: a cipher that we do not do ourselves;
 * GW_EIO: the keys do not fit the datagram. The SSL object may go afterwards.
 */
int gw_record_new(struct gw_record **out, SSL *ssl, const uint8_t *sent, size_t len);
void gw_record_free(struct gw_record *r);
/* A number that the SSL object has opened already. Only those of a handshake (below 64) are taken note of. */
void gw_record_seen(struct gw_record *r, uint64_t number);
/*
 * The first record of a datagram; plain needs len bytes. Returns how many bytes the record took, or GW_EPARSE when
 * they are no record, and the rest of the datagram is to be dropped (RFC 6347 §4.1.2.7).
 */
int gw_record_open(struct gw_record *r, const uint8_t *data, size_t len, uint8_t *plain, struct gw_record_in *in);
/* out needs len + GW_RECORD_GROWTH bytes. Returns the size of the record, GW_EIO, or GW_ELIMIT after 2^48 of them. */
int gw_record_seal(struct gw_record *r, enum gw_record_type type, const uint8_t *data, size_t len, uint8_t *out);

/* Reads a header: epoch << 48 | number, -1 when it is none. *size: of the whole record. */
int64_t gw_record_number(const uint8_t *data, size_t len, size_t *size);

#endif
