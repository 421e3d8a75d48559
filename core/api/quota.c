/* SPDX-License-Identifier: Apache-2.0 */
#include "api/quota.h"

#include <string.h>

#include "ice/address.h"

#define FORGET_US 60000000

bool gw_bucket_take(struct gw_bucket *b, unsigned rate, int64_t now_us)
{
    double most = (double)rate * GW_QUOTA_BURST_S;

    if (!rate)
        return true;
    if (!b->at_us)
        b->level = most;
    else if (now_us > b->at_us)
        b->level = MIN(most, b->level + (double)(now_us - b->at_us) * rate / 1e6);
    b->at_us = now_us;
    if (b->level < 1)
        return false;
    b->level -= 1;
    return true;
}

void gw_quota_key(char *out, size_t size, const char *address)
{
    struct gw_address a;

    if (gw_address_parse(&a, address, strlen(address)) && !gw_address_is_v4(&a)) {
        memset(a.ip + 8, 0, 8);
        gw_address_ip(&a, out);
    } else {
        g_strlcpy(out, address, size);
    }
}

static void free_place(gpointer place)
{
    struct gw_quota_place *p = place;

    g_free(p->key);
    g_free(p);
}

void gw_quota_init(struct gw_quota *q)
{
    q->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_place);
}

void gw_quota_end(struct gw_quota *q)
{
    g_hash_table_destroy(q->places);
}

/* kind: whatever an address, a token or a session looks like, none is taken for one of the others. */
static struct gw_quota_place *get(struct gw_quota *q, const char *kind, const char *text)
{
    char *key = g_strconcat(kind, " ", text, NULL);
    struct gw_quota_place *p = g_hash_table_lookup(q->places, key);

    if (p || g_hash_table_size(q->places) >= GW_QUOTA_MOST) {
        g_free(key);
        return p;
    }
    p = g_new0(struct gw_quota_place, 1);
    p->key = key;
    g_hash_table_insert(q->places, p->key, p);
    return p;
}

struct gw_quota_place *gw_quota_address(struct gw_quota *q, const char *address)
{
    char key[GW_ADDRESS_TEXT + 1];

    gw_quota_key(key, sizeof(key), address);
    return get(q, "address", key);
}

struct gw_quota_place *gw_quota_session(struct gw_quota *q, uint64_t id)
{
    char text[24];

    g_snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
    return get(q, "session", text);
}

/* Tokens are kept by their digest: the table shall not be one of secrets. */
struct gw_quota_place *gw_quota_token(struct gw_quota *q, const char *token)
{
    char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
    struct gw_quota_place *p = get(q, "token", digest);

    g_free(digest);
    return p;
}

void gw_quota_tidy(struct gw_quota *q, int64_t now_us)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, q->places);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct gw_quota_place *p = value;

        if (!p->connections && !p->sessions && !p->handles && !p->rooms && now_us - p->requests.at_us > FORGET_US)
            g_hash_table_iter_remove(&it);
    }
}
