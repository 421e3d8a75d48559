/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Tokens: made by hand here, so that the wrong ones can be, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "api/jwt.h"
#include "base/err.h"
#include "loop/loop.h"
#include "support/token.h"
#include "support/world.h"

#define NOW 1795326923

static char key_file[] = "/tmp/test_jwt.XXXXXX";
static EVP_PKEY *rsa, *ec;

/* ES256 wants r and s as they are, not in DER. */
static size_t raw_signature(unsigned char *sig, size_t len)
{
    const unsigned char *at = sig;
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &at, (long)len);
    unsigned char raw[64];

    BN_bn2binpad(ECDSA_SIG_get0_r(s), raw, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(s), raw + 32, 32);
    ECDSA_SIG_free(s);
    memcpy(sig, raw, sizeof(raw));
    return sizeof(raw);
}

static char *signed_by(EVP_PKEY *key, const char *header, const char *claims)
{
    char *text = token_begin(header, claims);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char sig[512];
    size_t len = sizeof(sig);

    assert_int_equal(EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(c, sig, &len, (const unsigned char *)text, strlen(text)), 1);
    EVP_MD_CTX_free(c);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
        len = raw_signature(sig, len);
    return token_join(text, token_part(sig, len));
}

static void write_key(EVP_PKEY *key)
{
    FILE *f = fopen(key_file, "w");

    assert_non_null(f);
    assert_int_equal(PEM_write_PUBKEY(f, key), 1);
    fclose(f);
}

static struct gw_jwt *make(const struct gw_jwt_conf *conf)
{
    struct gw_jwt *j;
    char why[300];

    if (gw_jwt_new(&j, conf, why, sizeof(why)))
        fail_msg("%s", why);
    return j;
}

static bool good(struct gw_jwt *j, char *token, int64_t now_s)
{
    bool is_good = gw_jwt_claims(j, token, now_s) != NULL;

    g_free(token);
    return is_good;
}

static const char hs[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", rs[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
                  es[] = "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", none[] = "{\"alg\":\"none\"}";
static const char fine[] = "{\"exp\":1795326999,\"sub\":\"me\",\"rooms\":[1234,\"five\"]}";

static void with_a_shared_secret(void **state)
{
    struct gw_jwt *j = make(&(struct gw_jwt_conf){.secret = "s3cret"});
    char *token = token_hs256("s3cret", hs, fine), *bent;
    const json_t *claims = gw_jwt_claims(j, token, NOW);

    assert_non_null(claims);
    assert_string_equal(json_string_value(json_object_get(claims, "sub")), "me");
    assert_non_null(gw_jwt_claims(j, token, NOW)); /* remembered */
    assert_null(gw_jwt_claims(j, token, 1795327000));
    assert_non_null(gw_jwt_claims(j, token, NOW)); /* verified again */
    for (size_t i = 0; i < strlen(token); i++) {
        bent = g_strdup(token);
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        /* the last character has bits that mean nothing */
        if (i + 1 < strlen(token) && gw_jwt_claims(j, bent, NOW))
            fail_msg("bent at %zu and accepted", i);
        bent[i] = '\0';
        assert_null(gw_jwt_claims(j, bent, NOW));
        g_free(bent);
    }
    g_free(token);
    assert_false(good(j, token_hs256("other", hs, fine), NOW));
    assert_false(good(j, token_hs256("s3cret", hs, "{\"sub\":\"for ever\"}"), NOW)); /* no exp */
    assert_false(good(j, token_hs256("s3cret", hs, "{\"exp\":\"1795326999\"}"), NOW));
    assert_false(good(j, token_hs256("s3cret", hs, "{\"exp\":1795326999,\"nbf\":1795326950}"), NOW));
    assert_true(good(j, token_hs256("s3cret", hs, "{\"exp\":1795326999,\"nbf\":1795326950}"), 1795326960));
    assert_false(good(j, token_hs256("s3cret", hs, "[]"), NOW));
    assert_false(good(j, token_begin(none, fine), NOW));
    assert_false(good(j, token_join(token_begin(none, fine), g_strdup("")), NOW));
    assert_false(good(j, g_strdup(""), NOW));
    assert_false(good(j, g_strdup("..."), NOW));
    assert_false(good(j, g_strnfill(GW_JWT_LONGEST + 1, 'a'), NOW));
    assert_null(gw_jwt_claims(NULL, "x", NOW));
    gw_jwt_free(j);
}

static void with_a_public_key(void **state)
{
    EVP_PKEY *const keys[] = {rsa, ec};
    const char *const headers[] = {rs, es};

    for (int i = 0; i < 2; i++) {
        struct gw_jwt *j;
        char *pem;

        write_key(keys[i]);
        j = make(&(struct gw_jwt_conf){.key_file = key_file});
        assert_true(good(j, signed_by(keys[i], headers[i], fine), NOW));
        assert_false(good(j, signed_by(keys[!i], headers[!i], fine), NOW));
        /* the public key is known to all: it must not do as a shared secret */
        assert_true(g_file_get_contents(key_file, &pem, NULL, NULL));
        assert_false(good(j, token_hs256(pem, hs, fine), NOW));
        g_free(pem);
        gw_jwt_free(j);
    }
}

static void for_us_only(void **state)
{
    struct gw_jwt *j = make(&(struct gw_jwt_conf){.secret = "s", .audience = "cardea", .issuer = "shop"});

    assert_true(good(j, token_hs256("s", hs, "{\"exp\":1795326999,\"aud\":\"cardea\",\"iss\":\"shop\"}"), NOW));
    assert_true(good(j, token_hs256("s", hs, "{\"exp\":1795326999,\"aud\":[\"x\",\"cardea\"],\"iss\":\"shop\"}"), NOW));
    assert_false(good(j, token_hs256("s", hs, "{\"exp\":1795326999,\"aud\":\"other\",\"iss\":\"shop\"}"), NOW));
    assert_false(good(j, token_hs256("s", hs, "{\"exp\":1795326999,\"aud\":[[\"cardea\"]],\"iss\":\"shop\"}"), NOW));
    assert_false(good(j, token_hs256("s", hs, "{\"exp\":1795326999,\"aud\":\"cardea\"}"), NOW));
    assert_false(good(j, token_hs256("s", hs, "{\"exp\":1795326999,\"iss\":\"shop\"}"), NOW));
    gw_jwt_free(j);
}

static void claims_allow(void **state)
{
    json_t *claims = json_loads(fine, 0, NULL), *number = json_integer(1234), *text = json_string("1234"),
           *other = json_string("six"), *nothing = json_object();

    assert_true(gw_jwt_allows(claims, "rooms", number));
    assert_true(gw_jwt_allows(claims, "rooms", text));
    assert_false(gw_jwt_allows(claims, "rooms", other));
    assert_false(gw_jwt_allows(claims, "rooms", nothing));
    assert_true(gw_jwt_allows(claims, "plugins", other));
    assert_true(gw_jwt_allows(NULL, "rooms", other));
    json_decref(claims);
    json_decref(number);
    json_decref(text);
    json_decref(other);
    json_decref(nothing);
}

static void keys_that_cannot_be_read(void **state)
{
    struct gw_jwt *j;
    char why[300];

    assert_int_equal(gw_jwt_new(&j, &(struct gw_jwt_conf){.key_file = "/nonexistent"}, why, sizeof(why)), GW_EIO);
    assert_non_null(strstr(why, "/nonexistent"));
    assert_true(g_file_set_contents(key_file, "not a key", -1, NULL));
    assert_int_equal(gw_jwt_new(&j, &(struct gw_jwt_conf){.key_file = key_file}, why, sizeof(why)), GW_EPARSE);
}

/* --- at the door -------------------------------------------------------------------------------------------------- */

static char *token_with(const char *more)
{
    char *claims = g_strdup_printf("{\"exp\":%lld,\"sub\":\"me\"%s}", (long long)(gw_wall_us() / 1000000 + 100), more);
    char *token = token_hs256("s", hs, claims);

    g_free(claims);
    return token;
}

static int ask(const char *request, const char *token, const char *more)
{
    return world_code(
        world_ask(WORLD_WS, "{\"transaction\":\"x\",\"janus\":\"%s\",\"token\":\"%s\"%s}", request, token, more));
}

static void at_the_door(void **state)
{
    struct gw_jwt *j = make(&(struct gw_jwt_conf){.secret = "s"});
    char *plain = token_with(""), *other = token_with(",\"plugins\":[\"cardea.plugin.other\"]"),
         *one = token_with(",\"sessions\":1,\"plugins\":[\"janus.plugin.fake\"],\"rooms\":[5]"), more[200];
    json_t *reply;
    uint64_t id, handle;

    world_jwt = j;
    world_begin(NULL);
    world_jwt = NULL;
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"transaction\":\"x\",\"janus\":\"create\"}")), 403);
    assert_int_equal(ask("create", "nonsense", ""), 403);
    assert_int_equal(ask("create", plain, ""), 0);
    assert_int_equal(ask("create", plain, ""), 0);
    reply = world_ask(WORLD_WS, "{\"transaction\":\"x\",\"janus\":\"create\",\"token\":\"%s\"}", one);
    id = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    assert_int_equal(world_code(reply), 0);
    assert_int_equal(ask("create", one, ""), 429);
    snprintf(more, sizeof(more), ",\"session_id\":%llu,\"plugin\":\"janus.plugin.fake\"", (unsigned long long)id);
    assert_int_equal(ask("attach", other, more), 405);
    assert_int_equal(ask("attach", plain, more), 0);
    reply = world_ask(WORLD_WS, "{\"transaction\":\"x\",\"janus\":\"attach\",\"token\":\"%s\"%s}", one, more);
    handle = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    assert_int_equal(world_code(reply), 0);
    assert_string_equal(json_string_value(json_object_get(gw_api_claims(world.api, world.handle), "sub")), "me");
    snprintf(more, sizeof(more), ",\"session_id\":%llu,\"handle_id\":%llu,\"body\":{\"request\":\"no\",\"room\":6}",
             (unsigned long long)id, (unsigned long long)handle);
    assert_int_equal(ask("message", one, more), 403);
    more[strlen(more) - 2] = '5';
    assert_int_equal(ask("message", one, more), 0); /* the plugin's answer, whatever it says */
    g_free(plain);
    g_free(other);
    g_free(one);
    world_end();
    gw_jwt_free(j);
}

static void roles(void **state)
{
    json_t *one = json_loads("{\"role\":\"publisher\"}", 0, NULL);
    json_t *some = json_loads("{\"role\":[\"subscriber\",3,\"guest\"]}", 0, NULL);
    json_t *admin = json_loads("{\"role\":\"admin\"}", 0, NULL), *odd = json_loads("{\"role\":7}", 0, NULL);

    assert_true(gw_jwt_has_role(one, "publisher"));
    assert_true(gw_jwt_has_role(one, "subscriber"));
    assert_false(gw_jwt_has_role(one, "admin"));
    assert_true(gw_jwt_has_role(some, "guest"));
    assert_false(gw_jwt_has_role(some, "publisher"));
    assert_true(gw_jwt_has_role(admin, "publisher"));
    assert_false(gw_jwt_has_role(odd, "subscriber"));
    assert_true(gw_jwt_has_role(NULL, "admin")); /* a token without the claim restricts nothing */
    json_decref(one);
    json_decref(some);
    json_decref(admin);
    json_decref(odd);
}

/* What is opened by a claim must be there. */
static void grants(void **state)
{
    json_t *some = json_loads("{\"role\":[\"publisher\",\"recordings\"],\"rooms\":[5,\"garden\"]}", 0, NULL);
    json_t *admin = json_loads("{\"role\":\"admin\"}", 0, NULL), *plain = json_loads("{\"rooms\":[5]}", 0, NULL);

    assert_true(gw_jwt_grants(some, "recordings", "5"));
    assert_true(gw_jwt_grants(some, "recordings", "garden"));
    assert_true(gw_jwt_grants(some, NULL, "5"));
    assert_false(gw_jwt_grants(some, NULL, "6"));
    assert_false(gw_jwt_grants(some, "recordings", "6"));
    assert_false(gw_jwt_grants(some, "admin", "5"));
    assert_true(gw_jwt_grants(admin, "recordings", "6"));
    assert_true(gw_jwt_grants(admin, "admin", NULL));
    assert_false(gw_jwt_grants(plain, "recordings", "5"));
    assert_true(gw_jwt_grants(plain, NULL, NULL));
    assert_false(gw_jwt_grants(NULL, NULL, NULL));
    json_decref(some);
    json_decref(admin);
    json_decref(plain);
}

static void quotas(void **state)
{
    json_t *claims = json_loads("{\"handles\":5,\"requests\":-1,\"bitrate\":\"7\"}", 0, NULL);

    assert_int_equal(gw_jwt_quota(claims, "handles", 0), 5);
    assert_int_equal(gw_jwt_quota(claims, "handles", 3), 3);
    assert_int_equal(gw_jwt_quota(claims, "handles", 10), 5);
    assert_int_equal(gw_jwt_quota(claims, "requests", 9), 9);
    assert_int_equal(gw_jwt_quota(claims, "bitrate", 8), 8);
    assert_int_equal(gw_jwt_quota(NULL, "handles", 8), 8);
    json_decref(claims);
}

static uint64_t made(const char *request, const char *token, const char *more)
{
    json_t *reply =
        world_ask(WORLD_WS, "{\"transaction\":\"x\",\"janus\":\"%s\",\"token\":\"%s\"%s}", request, token, more);
    uint64_t id = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));

    json_decref(reply);
    return id;
}

static int say(const char *token, uint64_t id, uint64_t handle, const char *body)
{
    char more[400];

    snprintf(more, sizeof(more), ",\"session_id\":%llu,\"handle_id\":%llu,\"body\":{%s}", (unsigned long long)id,
             (unsigned long long)handle, body);
    return ask("message", token, more);
}

static void what_a_token_may(void **state)
{
    struct gw_jwt *j = make(&(struct gw_jwt_conf){.secret = "s"});
    char *plain = token_with(""), *viewer = token_with(",\"role\":\"subscriber\",\"handles\":1,\"requests\":3"),
         more[200];
    uint64_t id, handle;
    int n = 0;

    world_jwt = j;
    world_begin(NULL);
    world_jwt = NULL;
    id = made("create", viewer, "");
    snprintf(more, sizeof(more), ",\"session_id\":%llu,\"plugin\":\"janus.plugin.fake\"", (unsigned long long)id);
    handle = made("attach", viewer, more);
    assert_true(handle);
    assert_int_equal(ask("attach", viewer, more), 461); /* one is all it has */
    assert_int_equal(say(viewer, id, handle, "\"request\":\"manage\""), 403);
    assert_int_equal(say(plain, id, handle, "\"request\":\"MANAGE\""),
                     403); /* another token does not help this handle */
    assert_int_equal(say(viewer, id, handle, "\"request\":\"sync\",\"ptype\":\"publisher\""), 403);
    assert_int_equal(say(viewer, id, handle, "\"request\":\"sync\",\"ptype\":\"subscriber\""), 0);
    while (say(viewer, id, handle, "\"request\":\"sync\"") == 0)
        assert_in_range(++n, 1, 12);
    assert_int_equal(say(viewer, id, handle, "\"request\":\"sync\""), 429); /* 3 a second, 12 at once */
    g_free(plain);
    g_free(viewer);
    world_end();
    gw_jwt_free(j);
}

static int set_up(void **state)
{
    close(mkstemp(key_file));
    rsa = EVP_RSA_gen(2048);
    ec = EVP_EC_gen("P-256");
    return !rsa || !ec;
}

static int tear_down(void **state)
{
    unlink(key_file);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ec);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_shared_secret),
        cmocka_unit_test(with_a_public_key),
        cmocka_unit_test(for_us_only),
        cmocka_unit_test(claims_allow),
        cmocka_unit_test(keys_that_cannot_be_read),
        cmocka_unit_test(at_the_door),
        cmocka_unit_test(roles),
        cmocka_unit_test(grants),
        cmocka_unit_test(quotas),
        cmocka_unit_test(what_a_token_may),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
