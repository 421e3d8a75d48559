/* SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include <string.h>
#include <sys/random.h>

#include "catalog.h"
#include "recorder.h"

#define KEY_BYTES  16
#define SALT_CHARS 16
#define WATCHES    "recordings" /* the role */

/* n random bytes as text. The kernel has them, always, once it has booted. */
static char *random_text(unsigned n)
{
    uint8_t bytes[KEY_BYTES];
    GString *text = g_string_new(NULL);

    if (getrandom(bytes, n, 0) != (ssize_t)n)
        g_error("no random numbers");
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

char *rec_access_new_key(void)
{
    return random_text(KEY_BYTES);
}

static char *digest(const char *salt, const char *key)
{
    return g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)salt, SALT_CHARS, key, -1);
}

char *rec_access_seal(const char *key)
{
    char *salt = random_text(SALT_CHARS / 2), *hash = digest(salt, key), *sealed = g_strdup_printf("%s:%s", salt, hash);

    g_free(salt);
    g_free(hash);
    return sealed;
}

/* In a time that does not tell how much of it was right. */
static bool is_same(const char *right, const char *given)
{
    size_t n = strlen(right), got = strlen(given);
    unsigned diff = n != got;

    for (size_t i = 0; i < got && n; i++)
        diff |= (unsigned char)(given[i] ^ right[i % n]);
    return !diff;
}

bool rec_access_is_admin(const char *key)
{
    return recorder.set.admin_key && key && is_same(recorder.set.admin_key, key);
}

bool rec_access_is_owner(const struct rec_item *item, const char *key)
{
    const char *sealed = item->access;
    char *hash;
    bool same;

    if (!sealed || !key || strlen(sealed) <= SALT_CHARS || sealed[SALT_CHARS] != ':')
        return false;
    hash = digest(sealed, key);
    same = is_same(sealed + SALT_CHARS + 1, hash);
    g_free(hash);
    return same;
}

struct rec_visitor rec_access_visitor(const char *credential)
{
    struct rec_visitor v = {.key = credential};

    if (credential && recorder.host->admits(NULL, credential, REC_NAME))
        v.claims = recorder.host->token_claims(credential);
    return v;
}

/* A token for other rooms than the one that it was recorded in. */
static bool is_shut(const struct rec_item *item, const struct rec_visitor *v)
{
    return item->room && v->claims && !recorder.host->grants(v->claims, NULL, item->room);
}

/* Its token has this role; what belongs to no room belongs to who may go into all of them. */
static bool has_role(const struct rec_item *item, const struct rec_visitor *v, const char *role)
{
    if (item->room)
        return recorder.host->grants(v->claims, role, item->room);
    return recorder.host->grants(v->claims, "admin", NULL) && !json_object_get(v->claims, "rooms");
}

static bool is_opened(const struct rec_item *item, const struct rec_visitor *v, const char *role)
{
    return !is_shut(item, v) &&
           (rec_access_is_admin(v->key) || rec_access_is_owner(item, v->key) || has_role(item, v, role));
}

bool rec_access_may_see(const struct rec_item *item, const struct rec_visitor *v)
{
    return !item->is_private || (!is_shut(item, v) && (rec_access_is_admin(v->key) || has_role(item, v, WATCHES)));
}

bool rec_access_may_fetch(const struct rec_item *item, const struct rec_visitor *v)
{
    if (item ? is_opened(item, v, WATCHES) : rec_access_is_admin(v->key))
        return true;
    return (!item || !(item->is_private || is_shut(item, v))) && recorder.host->admits(v->key, v->key, REC_NAME);
}

bool rec_access_may_remove(const struct rec_item *item, const struct rec_visitor *v)
{
    return is_opened(item, v, "admin");
}

bool rec_access_may_play(const struct rec_item *item, const struct rec_visitor *v)
{
    return !item->room || is_opened(item, v, WATCHES);
}
