/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "base/err.h"
#include "dtls/fingerprint.h"

static const struct {
    const char *name;
    const EVP_MD *(*md)(void);
} hashes[] = {{"sha-256", EVP_sha256}, {"sha-1", EVP_sha1}, {"sha-384", EVP_sha384}, {"sha-512", EVP_sha512}};

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int gw_fingerprint_parse(struct gw_fingerprint *out, const char *hash, const char *text)
{
    struct gw_fingerprint f = {0};
    int n;

    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
        if (!strcasecmp(hash, hashes[i].name))
            f.md = hashes[i].md();
    if (!f.md)
        return GW_EPROTO;
    n = EVP_MD_get_size(f.md);
    for (int i = 0; i < n; i++) {
        int high = hex(text[0]), low = high < 0 ? -1 : hex(text[1]);

        if (low < 0 || text[2] != (i + 1 < n ? ':' : '\0'))
            return GW_EPARSE;
        f.digest[i] = (uint8_t)(high << 4 | low);
        text += 3;
    }
    *out = f;
    return GW_OK;
}

bool gw_fingerprint_matches(const struct gw_fingerprint *f, const X509 *cert)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len;

    return f->md && cert && X509_digest(cert, f->md, digest, &len) && !CRYPTO_memcmp(digest, f->digest, len);
}

int gw_fingerprint_print(char *out, size_t len, const X509 *cert)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n;

    if (!X509_digest(cert, EVP_sha256(), digest, &n) || len < n * 3)
        return GW_EIO;
    for (unsigned i = 0; i < n; i++)
        snprintf(out + 3 * i, len - 3 * i, "%02X%s", digest[i], i + 1 < n ? ":" : "");
    return GW_OK;
}
