/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dtls/dtls.h"

#define MAX_TOKEN 4096

bool gw_token_same(const char *a, const char *b)
{
    size_t len = a ? strlen(a) : 0;
    unsigned char difference = 0;

    if (!a || !b || strlen(b) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return !difference;
}

static bool item_is(const char *item, size_t len, const char *word)
{
    return strlen(word) == len && !memcmp(item, word, len);
}

/* data: expiry,realm,descriptor,… */
static bool data_fits(const char *data, const char *realm, const char *descriptor, int64_t now_s)
{
    const char *comma = strchr(data, ','), *item;
    char expiry[24];
    long long until;

    if (!comma || (size_t)(comma - data) >= sizeof(expiry) || comma == data)
        return false;
    gw_strlcpy(expiry, data, (size_t)(comma - data) + 1);
    if (strspn(expiry, "0123456789") != strlen(expiry) || !gw_parse_int(expiry, &until) || now_s > until)
        return false;
    for (bool first = true; comma; first = false) {
        item = comma + 1;
        comma = strchr(item, ',');
        size_t len = comma ? (size_t)(comma - item) : strlen(item);

        if (first && !item_is(item, len, realm))
            return false;
        if (first ? !descriptor : item_is(item, len, descriptor))
            return true;
    }
    return false;
}

bool gw_token_is_signed(const char *token, const char *secret, const char *realm, const char *descriptor, int64_t now_s)
{
    const char *colon = token ? strrchr(token, ':') : NULL;
    char signature[29];
    char *data;
    bool ok;

    if (!colon || !secret || (size_t)(colon - token) > MAX_TOKEN)
        return false;
    gw_dtls_hmac_sha1_base64(secret, strlen(secret), token, (size_t)(colon - token), signature);
    if (!gw_token_same(signature, colon + 1))
        return false;
    data = g_strndup(token, (gsize)(colon - token));
    ok = data_fits(data, realm, descriptor, now_s);
    g_free(data);
    return ok;
}

static void free_set(gpointer set)
{
    g_hash_table_destroy(set);
}

void gw_tokens_init(struct gw_tokens *t)
{
    t->plugins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_set);
}

void gw_tokens_clear(struct gw_tokens *t)
{
    g_clear_pointer(&t->plugins, g_hash_table_destroy);
}

bool gw_tokens_has(const struct gw_tokens *t, const char *token)
{
    return token && g_hash_table_contains(t->plugins, token);
}

void gw_tokens_add(struct gw_tokens *t, const char *token)
{
    if (!gw_tokens_has(t, token))
        g_hash_table_insert(t->plugins, g_strdup(token), g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL));
}

bool gw_tokens_remove(struct gw_tokens *t, const char *token)
{
    return g_hash_table_remove(t->plugins, token);
}

bool gw_tokens_allows(const struct gw_tokens *t, const char *token, const char *plugin)
{
    GHashTable *set = token ? g_hash_table_lookup(t->plugins, token) : NULL;

    return set && g_hash_table_contains(set, plugin);
}

void gw_tokens_allow(struct gw_tokens *t, const char *token, const char *plugin, bool allow)
{
    GHashTable *set = g_hash_table_lookup(t->plugins, token);

    if (set && allow)
        g_hash_table_add(set, g_strdup(plugin));
    else if (set)
        g_hash_table_remove(set, plugin);
}
