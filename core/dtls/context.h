/* SPDX-License-Identifier: Apache-2.0 */
/* What context.c and dtls.c share. */
#ifndef GW_DTLS_CONTEXT_H
#define GW_DTLS_CONTEXT_H

#include <openssl/ssl.h>

#include "dtls/dtls.h"
#include "dtls/fingerprint.h"

struct gw_dtls_context {
    /* owned */
    SSL_CTX *ssl;
    BIO_METHOD *link; /* see link.h */
    /* state, const after creation */
    unsigned mtu;
    bool openssl_records;
    char fingerprint[GW_FINGERPRINT_TEXT];
};

/* The fingerprint that the peer of this SSL must show. dtls.c */
const struct gw_fingerprint *gw_dtls_expected(const SSL *ssl);

#endif
