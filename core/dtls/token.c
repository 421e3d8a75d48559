/* SPDX-License-Identifier: Apache-2.0 */
/* Small services of OpenSSL that others need: HMAC for signed tokens, randomness. */
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "dtls/dtls.h"

void gw_dtls_hmac_sha1_base64(const void *key, size_t key_len, const void *text, size_t len, char out[29])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    out[0] = '\0';
    if (HMAC(EVP_sha1(), key, (int)key_len, text, len, digest, &n))
        EVP_EncodeBlock((unsigned char *)out, digest, (int)n);
}

/* Without randomness there are no ids, no keys and no passwords: nothing to go on with. */
void gw_dtls_random(void *out, size_t len)
{
    if (RAND_bytes(out, (int)len) != 1)
        abort();
}

const char *gw_dtls_library(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}
