/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask, and for which plugin: every way to be let in against every kind of credentials. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static const char *const open_to_all[] = {NULL};
static const char *const secret_only[] = {"general.api_secret", "open", NULL};
static const char *const stored[] = {"general.token_auth", "true", NULL};
static const char *const signed_only[] = {"general.token_auth", "true", "general.token_auth_secret", "key", NULL};
static const char *const secret_or_stored[] = {"general.api_secret", "open", "general.token_auth", "true", NULL};
static const char *const secret_or_signed[] = {
    "general.api_secret", "open", "general.token_auth", "true", "general.token_auth_secret", "key", NULL};
/* A key without tokens being wanted signs nothing. */
static const char *const key_alone[] = {"general.token_auth_secret", "key", NULL};

/* data:base64(HMAC-SHA1(key, data)); g_free() it */
static char *sign_with(const char *key, const char *data)
{
    uint8_t digest[20];
    gsize len = sizeof(digest);
    GHmac *h = g_hmac_new(G_CHECKSUM_SHA1, (const guchar *)key, strlen(key));
    char *text, *token;

    g_hmac_update(h, (const guchar *)data, (gssize)strlen(data));
    g_hmac_get_digest(h, digest, &len);
    g_hmac_unref(h);
    text = g_base64_encode(digest, len);
    token = g_strdup_printf("%s:%s", data, text);
    g_free(text);
    return token;
}

#define LATER "4102444800" /* the year 2100 */

/* Tokens of the rows, by name. */
static char *token_named(const char *name)
{
    if (!strcmp(name, "signed"))
        return sign_with("key", LATER ",janus");
    if (!strcmp(name, "for fake"))
        return sign_with("key", LATER ",janus,janus.plugin.fake");
    if (!strcmp(name, "for its own name"))
        return sign_with("key", LATER ",janus,janus.plugin.other,cardea.plugin.fake");
    if (!strcmp(name, "for another"))
        return sign_with("key", LATER ",janus,janus.plugin.fak,janus.plugin.fakes");
    if (!strcmp(name, "over"))
        return sign_with("key", "1000000000,janus,janus.plugin.fake");
    if (!strcmp(name, "of another key"))
        return sign_with("keys", LATER ",janus,janus.plugin.fake");
    if (!strcmp(name, "of a plugin's realm"))
        return sign_with("key", LATER ",janus.plugin.fake,janus.plugin.fake");
    return g_strdup(name);
}

static void every_way_in(void **state)
{
    static const struct {
        const char *const *settings;
        const char *secret, *token;
        bool passes;
    } rows[] = {
        {open_to_all, NULL, NULL, true},
        {open_to_all, "anything", "at all", true},
        {key_alone, NULL, NULL, true},
        {secret_only, NULL, NULL, false},
        {secret_only, "open", NULL, true},
        {secret_only, "open", "no matter", true},
        {secret_only, "", NULL, false},
        {secret_only, "ope", NULL, false},
        {secret_only, "opens", NULL, false},
        {secret_only, "OPEN", NULL, false},
        {secret_only, NULL, "open", false}, /* the secret is no token */
        {stored, NULL, NULL, false},
        {stored, NULL, "known", true},
        {stored, NULL, "unknown", false},
        {stored, NULL, "", false},
        {stored, NULL, "signed", false}, /* that is another mode */
        {stored, "known", NULL, false},  /* and a token is no secret */
        {signed_only, NULL, NULL, false},
        {signed_only, NULL, "known", false},
        {signed_only, NULL, "signed", true},
        {signed_only, NULL, "for another", true}, /* which plugin is looked at by attach alone */
        {signed_only, NULL, "over", false},
        {signed_only, NULL, "of another key", false},
        {signed_only, NULL, "of a plugin's realm", false},
        {signed_only, "key", NULL, false},
        {secret_or_stored, NULL, NULL, false},
        {secret_or_stored, "open", NULL, true},
        {secret_or_stored, NULL, "known", true},
        {secret_or_stored, "open", "unknown", true},
        {secret_or_stored, "shut", "known", true},
        {secret_or_stored, "shut", "unknown", false},
        {secret_or_signed, "open", "over", true},
        {secret_or_signed, "shut", "signed", true},
        {secret_or_signed, "shut", "over", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *token = rows[i].token ? token_named(rows[i].token) : NULL;

        world_begin(rows[i].settings);
        gw_tokens_add(&world.api->tokens, "known");
        if (gw_auth_passes(world.api, rows[i].secret, token) != rows[i].passes ||
            gw_api_admits(world.api, rows[i].secret, token, NULL) != rows[i].passes)
            fail_msg("row %zu: secret %s, token %s", i, rows[i].secret, rows[i].token);
        world_end();
        g_free(token);
    }
}

static void which_plugin(void **state)
{
    static const struct {
        const char *const *settings;
        const char *token;
        bool may;
    } rows[] = {
        {open_to_all, NULL, true},
        {open_to_all, "anything", true},
        {secret_only, "anything", true},
        {stored, "known", false},
        {stored, "allowed", true},
        {stored, "unknown", false},
        {signed_only, "signed", false}, /* no descriptors: sessions, and nothing else */
        {signed_only, "for fake", true},
        {signed_only, "for its own name", true},
        {signed_only, "for another", false},
        {signed_only, "over", false},
        {signed_only, "of another key", false},
        {signed_only, "of a plugin's realm", false},
        {secret_or_signed, NULL, true}, /* let in by the secret, without a token: not looked at */
        {secret_or_signed, "for another", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *token = rows[i].token ? token_named(rows[i].token) : NULL;

        world_begin(rows[i].settings);
        gw_tokens_add(&world.api->tokens, "known");
        gw_tokens_add(&world.api->tokens, "allowed");
        gw_tokens_allow(&world.api->tokens, "allowed", "janus.plugin.fake", true);
        if (gw_auth_may_attach(world.api, token, gw_plugin_find(world.api, "cardea.plugin.fake")) != rows[i].may)
            fail_msg("row %zu: token %s", i, rows[i].token);
        assert_int_equal(gw_api_admits(world.api, NULL, token, "janus.plugin.fake"),
                         rows[i].may && gw_auth_passes(world.api, NULL, token));
        assert_false(gw_api_admits(world.api, NULL, token, "janus.plugin.none"));
        world_end();
        g_free(token);
    }
}

/* The same at the door: which code, and on every request. */
static void at_the_door(void **state)
{
    char *good = token_named("for fake"), *wrong = token_named("for another"), *over = token_named("over");
    static const char *const names[] = {"keepalive", "claim", "attach", "message", "trickle", "detach", "destroy"};
    json_t *reply;
    uint64_t id;

    world_begin(signed_only);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\"}")), 403);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":7}")), 403);
    assert_int_equal(
        world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":\"%s\"}", over)), 403);
    reply = world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\",\"token\":\"%s\"}", good);
    id = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    json_decref(reply);
    assert_int_not_equal(id, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(names);
         i++) { /* the session is no credential, and the code tells nothing of it */
        assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"%s\",\"transaction\":\"x\",\"session_id\":%llu}",
                                              names[i], (unsigned long long)id)),
                         403);
        assert_int_equal(
            world_code(world_ask(WORLD_WS, "{\"janus\":\"%s\",\"transaction\":\"x\",\"session_id\":4,\"handle_id\":5}",
                                 names[i])),
            403);
    }
#define ATTACH(token)                                                                                                  \
    world_code(world_ask(WORLD_WS,                                                                                     \
                         "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":%llu,\"token\":\"%s\","           \
                         "\"plugin\":\"janus.plugin.fake\"}",                                                          \
                         (unsigned long long)id, token))
    assert_int_equal(ATTACH(wrong), 405);
    assert_int_equal(ATTACH(over), 403);
    assert_int_equal(ATTACH(good), 0);
    world_end();
    g_free(good);
    g_free(wrong);
    g_free(over);
}

/* What plugins may ask: tokens of their own realm. */
static void realms_of_plugins(void **state)
{
    char *token = sign_with("key", LATER ",janus.plugin.fake,room=7");

    world_begin(signed_only);
    assert_true(gw_api_signed_tokens_enabled(world.api));
    assert_true(gw_api_signed_token(world.api, token, "janus.plugin.fake", "room=7"));
    assert_true(gw_api_signed_token(world.api, token, "janus.plugin.fake", NULL));
    assert_false(gw_api_signed_token(world.api, token, "janus.plugin.fake", "room=77"));
    assert_false(gw_api_signed_token(world.api, token, "janus", "room=7"));
    assert_false(gw_api_signed_token(world.api, NULL, "janus.plugin.fake", "room=7"));
    assert_false(gw_api_signed_token(world.api, token, NULL, NULL));
    assert_false(gw_auth_stored_tokens(world.api));
    world_end();
    world_begin(stored);
    assert_false(gw_api_signed_tokens_enabled(world.api));
    assert_false(gw_api_signed_token(world.api, token, "janus.plugin.fake", "room=7"));
    assert_true(gw_auth_stored_tokens(world.api));
    world_end();
    world_begin(key_alone);
    assert_false(gw_api_signed_tokens_enabled(world.api));
    assert_false(gw_api_signed_token(world.api, token, "janus.plugin.fake", "room=7"));
    world_end();
    g_free(token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_in),
        cmocka_unit_test(which_plugin),
        cmocka_unit_test(at_the_door),
        cmocka_unit_test(realms_of_plugins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
