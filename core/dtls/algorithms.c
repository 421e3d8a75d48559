/* SPDX-License-Identifier: Apache-2.0 */
/* A provider that shows a part of the provider "default"; the work itself is done there. */
#include "dtls/algorithms.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

enum { MOST = 20 };

/*
 * What is left of an operation, by any of an algorithm's names. Operations that are not listed are shown whole. Each
 * certificate's kind of key is looked for among all algorithms of all operations: so ciphers count, too.
 */
static struct choice {
    int operation;
    const char *names[MOST]; /* NULL: the end */
    const char *property;    /* that it must have */
    OSSL_ALGORITHM left[MOST + 1];
} choices[] = {
    {.operation = OSSL_OP_KEYMGMT, /* HMAC is for suites that do not authenticate by themselves */
     .names = {"EC", "RSA", "RSA-PSS", "X25519", "ED25519", "HMAC"},
     .property = ""},
    {.operation = OSSL_OP_DECODER,
     .names = {"EC", "RSA", "RSA-PSS", "ED25519"},
     .property = "input=der,structure=SubjectPublicKeyInfo"},
    {.operation = OSSL_OP_CIPHER, /* CTR is for random numbers */
     .names = {"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305", "AES-128-CBC", "AES-256-CBC", "AES-128-CCM",
               "AES-256-CCM", "AES-128-CBC-HMAC-SHA1", "AES-256-CBC-HMAC-SHA1", "AES-128-CBC-HMAC-SHA256",
               "AES-256-CBC-HMAC-SHA256", "AES-256-CTR"},
     .property = ""},
    {.operation = OSSL_OP_DIGEST,
     .names = {"SHA1", "SHA2-224", "SHA2-256", "SHA2-384", "SHA2-512", "MD5-SHA1"},
     .property = ""},
    {.operation = OSSL_OP_MAC, .names = {"HMAC"}, .property = ""},
    {.operation = OSSL_OP_KDF, .names = {"TLS1-PRF"}, .property = ""},
    {.operation = OSSL_OP_ENCODER},
    {.operation = OSSL_OP_STORE},
};

static OSSL_PROVIDER *whole;

/* An algorithm's names are "EC:id-ecPublicKey:1.2.840…". */
static bool is_named(const OSSL_ALGORITHM *a, const char *name)
{
    size_t want = strlen(name), len;

    for (const char *at = a->algorithm_names;; at += len + 1) {
        len = strcspn(at, ":");
        if (len == want && !strncmp(at, name, len))
            return true;
        if (!at[len])
            return false;
    }
}

static bool is_chosen(const struct choice *c, const OSSL_ALGORITHM *a)
{
    for (const char *const *name = c->names; *name; name++)
        if (is_named(a, *name))
            return strstr(a->property_definition, c->property);
    return false;
}

static void choose(struct choice *c)
{
    int no_cache;
    const OSSL_ALGORITHM *a = OSSL_PROVIDER_query_operation(whole, c->operation, &no_cache);
    unsigned n = 0;

    for (; a && a->algorithm_names && n < MOST; a++)
        if (is_chosen(c, a))
            c->left[n++] = *a;
}

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
    *no_cache = 0;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        if (choices[i].operation == operation)
            return choices[i].left;
    return OSSL_PROVIDER_query_operation(whole, operation, no_cache);
}

/* The groups of TLS are asked for so. */
static int capabilities(void *provider, const char *capability, OSSL_CALLBACK *each, void *arg)
{
    return OSSL_PROVIDER_get_capabilities(whole, capability, each, arg);
}

static int init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **provider)
{
    static const OSSL_DISPATCH functions[] = {
        {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
        {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))capabilities},
        {0, NULL},
    };

    *out = functions;
    *provider = OSSL_PROVIDER_get0_provider_ctx(whole); /* what the algorithms themselves are called with */
    return 1;
}

static OSSL_LIB_CTX *context;

static void make(void)
{
    OSSL_LIB_CTX *c;

    if (!OSSL_PROVIDER_available(NULL, "default") || !(whole = OSSL_PROVIDER_load(NULL, "default")))
        return;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
        choose(&choices[i]);
    c = OSSL_LIB_CTX_new();
    if (c && OSSL_PROVIDER_add_builtin(c, "cardea", init) && OSSL_PROVIDER_load(c, "cardea"))
        context = c;
    else
        OSSL_LIB_CTX_free(c);
}

OSSL_LIB_CTX *gw_dtls_algorithms(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make);
    return context;
}
