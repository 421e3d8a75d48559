/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and their keys: made or loaded. Control thread. */
#ifndef GW_DTLS_CERT_H
#define GW_DTLS_CERT_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

/* A fresh self-signed pair; the caller owns both. hosts: with names for localhost, as browsers want them of HTTPS. */
int gw_cert_make(X509 **cert, EVP_PKEY **key, bool rsa, bool hosts);

/*
 * Reads two PEM files and checks that they belong together and are valid now. On failure `why` holds one sentence with
 * the file's name. GW_EIO not readable, GW_EPARSE not what it should be, GW_EPROTO expired or not valid yet.
 */
int gw_cert_load(X509 **cert, EVP_PKEY **key, const char *cert_pem, const char *key_pem, const char *password,
                 char *why, size_t why_len);

#endif
