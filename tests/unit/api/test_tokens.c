/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dtls/dtls.h"

/* The signature was made by another program: openssl dgst -sha1 -hmac secret -binary | base64 */
#define KNOWN     "1893456000,janus,janus.plugin.echotest,janus.plugin.videoroom"
#define SIGNATURE "rfugKrVCzXf04ad7sUe0dZ/kX2U="

static char *sign(const char *data, const char *secret)
{
    char signature[29];

    gw_dtls_hmac_sha1_base64(secret, strlen(secret), data, strlen(data), signature);
    return g_strdup_printf("%s:%s", data, signature);
}

static bool good(const char *data, const char *realm, const char *descriptor, int64_t now)
{
    char *token = sign(data, "secret");
    bool ok = gw_token_is_signed(token, "secret", realm, descriptor, now);

    g_free(token);
    return ok;
}

static void signed_tokens(void **state)
{
    char *token = sign(KNOWN, "secret");

    assert_string_equal(token, KNOWN ":" SIGNATURE);
    assert_true(gw_token_is_signed(token, "secret", "janus", NULL, 1893456000));
    assert_false(gw_token_is_signed(token, "secret", "janus", NULL, 1893456001));
    assert_false(gw_token_is_signed(token, "Secret", "janus", NULL, 0));
    assert_false(gw_token_is_signed(token, NULL, "janus", NULL, 0));
    assert_false(gw_token_is_signed(NULL, "secret", "janus", NULL, 0));
    assert_true(gw_token_is_signed(token, "secret", "janus", "janus.plugin.videoroom", 0));
    assert_true(gw_token_is_signed(token, "secret", "janus", "janus.plugin.echotest", 0));
    assert_false(gw_token_is_signed(token, "secret", "janus", "janus.plugin.echo", 0));
    assert_false(gw_token_is_signed(token, "secret", "janus", "janus", 0)); /* the realm is no descriptor */
    assert_false(gw_token_is_signed(token, "secret", "janu", NULL, 0));
    for (size_t i = 0; token[i]; i++) { /* one character more or less, or another one */
        char *broken = g_strdup(token);

        broken[i] ^= 1;
        assert_false(gw_token_is_signed(broken, "secret", "janus", NULL, 0));
        broken[i] = 0;
        assert_false(gw_token_is_signed(broken, "secret", "janus", NULL, 0));
        g_free(broken);
    }
    g_free(token);
    assert_true(good("9,janus", "janus", NULL, 9));
    assert_false(good("9,janus", "janus", "janus.plugin.echotest", 9));
    assert_false(good("9", "janus", NULL, 9));
    assert_false(good("", "janus", NULL, 0));
    assert_false(good(",janus", "janus", NULL, 0));
    assert_false(good("-9,janus", "janus", NULL, -10));
    assert_false(good(" 9,janus", "janus", NULL, 0));
    assert_false(good("9x,janus", "janus", NULL, 0));
    assert_false(good("99999999999999999999999,janus", "janus", NULL, 0));
    assert_true(good("9,room,room=1:2", "room", "room=1:2", 9)); /* a colon inside */
}

static void comparison(void **state)
{
    assert_true(gw_token_same("", ""));
    assert_true(gw_token_same("abc", "abc"));
    assert_false(gw_token_same("abc", "abd"));
    assert_false(gw_token_same("abc", "ab"));
    assert_false(gw_token_same("ab", "abc"));
    assert_false(gw_token_same(NULL, NULL));
    assert_false(gw_token_same("", NULL));
}

static void stored_tokens(void **state)
{
    struct gw_tokens t;

    gw_tokens_init(&t);
    gw_tokens_allow(&t, "a", "p", true); /* nothing to allow it to */
    assert_false(gw_tokens_has(&t, "a"));
    gw_tokens_add(&t, "a");
    gw_tokens_allow(&t, "a", "p", true);
    gw_tokens_add(&t, "a");
    assert_true(gw_tokens_allows(&t, "a", "p"));
    assert_false(gw_tokens_allows(&t, "a", "q"));
    assert_false(gw_tokens_allows(&t, NULL, "p"));
    gw_tokens_allow(&t, "a", "p", false);
    assert_false(gw_tokens_allows(&t, "a", "p"));
    assert_true(gw_tokens_remove(&t, "a"));
    assert_false(gw_tokens_remove(&t, "a"));
    assert_false(gw_tokens_has(&t, NULL));
    gw_tokens_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_tokens),
        cmocka_unit_test(comparison),
        cmocka_unit_test(stored_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
