/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Tokens made by hand, so that wrong ones can be made, too. Texts are the caller's to g_free(). */
#ifndef TESTS_SUPPORT_TOKEN_H
#define TESTS_SUPPORT_TOKEN_H

#include <glib.h>
#include <string.h>

static inline char *token_part(const unsigned char *data, size_t len)
{
    char *text = g_base64_encode(data, len);

    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    text[strcspn(text, "=")] = '\0';
    return text;
}

static inline char *token_join(char *a, char *b)
{
    char *out = g_strconcat(a, ".", b, NULL);

    g_free(a);
    g_free(b);
    return out;
}

static inline char *token_begin(const char *header, const char *claims)
{
    return token_join(token_part((const unsigned char *)header, strlen(header)),
                      token_part((const unsigned char *)claims, strlen(claims)));
}

static inline char *token_hs256(const char *secret, const char *header, const char *claims)
{
    char *text = token_begin(header, claims);
    GHmac *h = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)secret, strlen(secret));
    guchar digest[32];
    gsize len = sizeof(digest);

    g_hmac_update(h, (const guchar *)text, (gssize)strlen(text));
    g_hmac_get_digest(h, digest, &len);
    g_hmac_unref(h);
    return token_join(text, token_part(digest, len));
}

#endif
