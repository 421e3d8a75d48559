/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate fingerprints as SDP carries them (RFC 8122 §5): "AB:CD:…" of the DER bytes. Pure; any thread. */
#ifndef GW_DTLS_FINGERPRINT_H
#define GW_DTLS_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#define GW_FINGERPRINT_TEXT (EVP_MAX_MD_SIZE * 3)

struct gw_fingerprint {
    const EVP_MD *md; /* NULL: none given, matches nothing */
    uint8_t digest[EVP_MAX_MD_SIZE];
};

/* GW_EPROTO: a hash we do not take (sha-256, sha-1, sha-384, sha-512 we do); GW_EPARSE: not as many hex pairs as it
 * has. */
int gw_fingerprint_parse(struct gw_fingerprint *out, const char *hash, const char *text);
bool gw_fingerprint_matches(const struct gw_fingerprint *f, const X509 *cert);
/* sha-256, upper hex. out holds at least 96 bytes. */
int gw_fingerprint_print(char *out, size_t len, const X509 *cert);

#endif
