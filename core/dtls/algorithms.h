/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library context of OpenSSL that knows what DTLS 1.2 needs, and no more. OpenSSL 3.0 looks through all the formats and
 * kinds of keys that it knows each time it reads a certificate: a seventh of a handshake.
 */
#ifndef GW_DTLS_ALGORITHMS_H
#define GW_DTLS_ALGORITHMS_H

#include <openssl/types.h>

/*
 * The context, made at the first call, of the whole process and never freed. NULL, which is OpenSSL's own, where the
 * operator's openssl.cnf has it work without the provider "default" (FIPS). Any thread.
 */
OSSL_LIB_CTX *gw_dtls_algorithms(void);

#endif
