/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask: one secret for all, tokens, or both; with both, either of them is enough. */
#include "api/inside.h"

#include "loop/loop.h"

static const char *signing_secret(const struct gw_api *a)
{
    return gw_option_true(a, "general", "token_auth") ? gw_option_text(a, "general", "token_auth_secret") : NULL;
}

bool gw_auth_stored_tokens(const struct gw_api *a)
{
    return gw_option_true(a, "general", "token_auth") && !signing_secret(a);
}

static bool token_is_good(const struct gw_api *a, const char *token)
{
    const char *secret = signing_secret(a);

    if (secret)
        return gw_token_is_signed(token, secret, "janus", NULL, gw_wall_us() / 1000000);
    return gw_tokens_has(&a->tokens, token);
}

const json_t *gw_auth_claims(const struct gw_api *a, const char *token)
{
    return gw_jwt_claims(a->conf.jwt, token, gw_wall_us() / 1000000);
}

bool gw_auth_passes(const struct gw_api *a, const char *secret, const char *token)
{
    const char *wanted = gw_option_text(a, "general", "api_secret");
    bool tokens = gw_option_true(a, "general", "token_auth");

    if (!wanted && !tokens && !a->conf.jwt)
        return true;
    return gw_token_same(wanted, secret) || (tokens && token && token_is_good(a, token)) || gw_auth_claims(a, token);
}

/* The names of the claim `plugins` may be any that the plugin answers to. */
static bool is_claimed(const json_t *claims, const struct gw_plugin *p)
{
    const json_t *list = json_object_get(claims, "plugins");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));

        if (name && gw_plugin_is_named(p, name))
            return true;
    }
    return !list;
}

bool gw_auth_may_attach(const struct gw_api *a, const char *token, const struct gw_plugin *p)
{
    const char *secret = signing_secret(a);
    int64_t now_s = gw_wall_us() / 1000000;
    const json_t *claims = gw_auth_claims(a, token);

    if (claims)
        return is_claimed(claims, p);
    if (!token || !gw_option_true(a, "general", "token_auth"))
        return true;
    if (!secret)
        return gw_tokens_allows(&a->tokens, token, p->shown);
    if (gw_token_is_signed(token, secret, "janus", p->table.name, now_s))
        return true;
    for (const char *const *alias = p->table.aliases; alias && *alias; alias++)
        if (gw_token_is_signed(token, secret, "janus", *alias, now_s))
            return true;
    return false;
}

bool gw_api_signed_token(const struct gw_api *a, const char *token, const char *realm, const char *descriptor)
{
    return token && realm && gw_token_is_signed(token, signing_secret(a), realm, descriptor, gw_wall_us() / 1000000);
}

bool gw_api_signed_tokens_enabled(const struct gw_api *a)
{
    return signing_secret(a) != NULL;
}

bool gw_api_admits(const struct gw_api *a, const char *secret, const char *token, const char *plugin)
{
    const struct gw_plugin *p = plugin ? gw_plugin_find(a, plugin) : NULL;

    if (!gw_auth_passes(a, secret, token) || (plugin && !p))
        return false;
    return !p || gw_token_same(gw_option_text(a, "general", "api_secret"), secret) || gw_auth_may_attach(a, token, p);
}

const json_t *gw_api_token_claims(const struct gw_api *a, const char *token)
{
    return token ? gw_auth_claims(a, token) : NULL;
}
