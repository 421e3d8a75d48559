/* SPDX-License-Identifier: Apache-2.0 */
#include "api/jwt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>
#include <jwt.h>

#include "base/err.h"

struct known {
    json_t *claims; /* owned */
    int64_t until_s, from_s;
};

struct gw_jwt {
    /* given at creation, owned */
    char *secret, *key, *audience, *issuer;
    /* owned */
    GHashTable *known; /* digest of a token → struct known */
};

static void free_known(gpointer known)
{
    struct known *k = known;

    json_decref(k->claims);
    g_free(k);
}

int gw_jwt_new(struct gw_jwt **out, const struct gw_jwt_conf *conf, char *why, size_t why_len)
{
    struct gw_jwt *j = g_new0(struct gw_jwt, 1);
    GError *error = NULL;
    int err = 0;

    j->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_known);
    j->secret = g_strdup(conf->secret);
    j->audience = g_strdup(conf->audience);
    j->issuer = g_strdup(conf->issuer);
    if (conf->key_file && !g_file_get_contents(conf->key_file, &j->key, NULL, &error)) {
        snprintf(why, why_len, "%s", error->message);
        g_error_free(error);
        err = GW_EIO;
    } else if (j->key && !strstr(j->key, "-----BEGIN PUBLIC KEY-----")) {
        snprintf(why, why_len, "%s is not a public key in PEM", conf->key_file);
        err = GW_EPARSE;
    }
    if (err) {
        gw_jwt_free(j);
        return err;
    }
    *out = j;
    return 0;
}

void gw_jwt_free(struct gw_jwt *j)
{
    if (!j)
        return;
    g_hash_table_destroy(j->known);
    if (j->secret)
        explicit_bzero(j->secret, strlen(j->secret));
    g_free(j->secret);
    g_free(j->key);
    g_free(j->audience);
    g_free(j->issuer);
    g_free(j);
}

/* --- one token ---------------------------------------------------------------------------------------------------- */

/* The key for the algorithm that a decoded token names: a secret is never used as a public key, nor the other way. */
static const char *key_for(const struct gw_jwt *j, jwt_alg_t alg)
{
    switch (alg) {
    case JWT_ALG_HS256:
    case JWT_ALG_HS384:
    case JWT_ALG_HS512:
        return j->secret;
    case JWT_ALG_RS256:
    case JWT_ALG_RS384:
    case JWT_ALG_RS512:
    case JWT_ALG_ES256:
    case JWT_ALG_ES384:
    case JWT_ALG_ES512:
        return j->key;
    default:
        return NULL;
    }
}

/* What the header names, before anything is trusted: libjwt wants the key first. */
static jwt_alg_t algorithm_of(const char *token)
{
    char *part = g_strndup(token, strcspn(token, "."));
    char *padded = g_strconcat(part, &"==="[(strlen(part) + 3) % 4], NULL);
    gsize len;
    guchar *header = g_base64_decode(g_strdelimit(g_strdelimit(padded, "-", '+'), "_", '/'), &len);
    json_t *o = json_loadb((const char *)header, len, 0, NULL);
    const char *name = json_string_value(json_object_get(o, "alg"));
    jwt_alg_t alg = name ? jwt_str_alg(name) : JWT_ALG_NONE;

    json_decref(o);
    g_free(header);
    g_free(padded);
    g_free(part);
    return alg;
}

static bool has_audience(const json_t *aud, const char *wanted)
{
    if (json_is_string(aud))
        return !strcmp(json_string_value(aud), wanted);
    for (size_t i = 0; i < json_array_size(aud); i++)
        if (has_audience(json_is_string(json_array_get(aud, i)) ? json_array_get(aud, i) : NULL, wanted))
            return true;
    return false;
}

static bool claims_are_for_us(const struct gw_jwt *j, const json_t *claims)
{
    const char *iss = json_string_value(json_object_get(claims, "iss"));

    if (!json_is_object(claims) || !json_is_integer(json_object_get(claims, "exp")))
        return false;
    if (j->audience && !has_audience(json_object_get(claims, "aud"), j->audience))
        return false;
    return !j->issuer || (iss && !strcmp(iss, j->issuer));
}

/* A new reference, or NULL. */
static json_t *verify(const struct gw_jwt *j, const char *token)
{
    jwt_alg_t alg = algorithm_of(token);
    const char *key = key_for(j, alg);
    jwt_t *jwt = NULL;
    json_t *claims = NULL;
    char *text;

    if (!key || jwt_decode(&jwt, token, (const unsigned char *)key, (int)strlen(key)))
        return NULL;
    text = jwt_get_alg(jwt) == alg ? jwt_get_grants_json(jwt, NULL) : NULL;
    if (text)
        claims = json_loads(text, 0, NULL);
    free(text);
    jwt_free(jwt);
    if (claims && !claims_are_for_us(j, claims)) {
        json_decref(claims);
        claims = NULL;
    }
    return claims;
}

static struct known *remember(struct gw_jwt *j, char *digest, json_t *claims)
{
    struct known *k = g_new0(struct known, 1);
    const json_t *nbf = json_object_get(claims, "nbf");

    k->claims = claims;
    k->until_s = json_integer_value(json_object_get(claims, "exp"));
    k->from_s = json_is_integer(nbf) ? json_integer_value(nbf) : INT64_MIN;
    if (g_hash_table_size(j->known) >= GW_JWT_REMEMBERED)
        g_hash_table_remove_all(j->known); /* they are verified again when they come */
    g_hash_table_insert(j->known, digest, k);
    return k;
}

const json_t *gw_jwt_claims(struct gw_jwt *j, const char *token, int64_t now_s)
{
    struct known *k;
    char *digest;
    json_t *claims;

    if (!j || !token || strlen(token) > GW_JWT_LONGEST)
        return NULL;
    digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);
    k = g_hash_table_lookup(j->known, digest);
    if (!k && (claims = verify(j, token)))
        k = remember(j, g_steal_pointer(&digest), claims);
    if (k && now_s > k->until_s) {
        char *again = digest ? digest : g_compute_checksum_for_string(G_CHECKSUM_SHA256, token, -1);

        g_hash_table_remove(j->known, again);
        if (again != digest)
            g_free(again);
        k = NULL;
    }
    g_free(digest);
    return k && now_s >= k->from_s ? k->claims : NULL;
}

static void text_of(const json_t *v, char *out, size_t size)
{
    out[0] = '\0';
    if (json_is_string(v))
        g_strlcpy(out, json_string_value(v), size);
    else if (json_is_integer(v))
        snprintf(out, size, "%lld", (long long)json_integer_value(v));
}

bool gw_jwt_allows(const json_t *claims, const char *name, const json_t *value)
{
    const json_t *list = json_object_get(claims, name);
    char wanted[300], one[300];

    if (!list)
        return true;
    text_of(value, wanted, sizeof(wanted));
    for (size_t i = 0; *wanted && i < json_array_size(list); i++) {
        text_of(json_array_get(list, i), one, sizeof(one));
        if (!strcmp(wanted, one))
            return true;
    }
    return false;
}

static bool is_role(const json_t *value, const char *role)
{
    const char *text = json_string_value(value);

    return text && (!strcmp(text, role) || !strcmp(text, "admin") ||
                    (!strcmp(role, "subscriber") && !strcmp(text, "publisher")));
}

bool gw_jwt_has_role(const json_t *claims, const char *role)
{
    const json_t *given = json_object_get(claims, "role");

    for (size_t i = 0; i < json_array_size(given); i++)
        if (is_role(json_array_get(given, i), role))
            return true;
    return !given || is_role(given, role);
}

bool gw_jwt_grants(const json_t *claims, const char *role, const char *room)
{
    json_t *wanted = room ? json_string(room) : NULL;
    bool good = claims && (!room || gw_jwt_allows(claims, "rooms", wanted)) &&
                (!role || (json_object_get(claims, "role") && gw_jwt_has_role(claims, role)));

    json_decref(wanted);
    return good;
}

uint64_t gw_jwt_quota(const json_t *claims, const char *name, uint64_t otherwise)
{
    const json_t *given = json_object_get(claims, name);
    json_int_t n = json_integer_value(given);

    if (!json_is_integer(given) || n < 0)
        return otherwise;
    return otherwise && otherwise < (uint64_t)n ? otherwise : (uint64_t)n;
}
