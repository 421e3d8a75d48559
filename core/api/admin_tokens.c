/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' requests about stored tokens. */
#include "api/inside.h"

static json_t *allowed_json(const struct gw_api *a, const char *token)
{
    json_t *list = json_array();

    for (guint i = 0; i < a->plugins->len; i++) {
        const struct gw_plugin *p = a->plugins->pdata[i];

        if (gw_tokens_allows(&a->tokens, token, p->shown))
            json_array_append_new(list, json_string(p->shown));
    }
    return list;
}

static void reply_allowed(struct gw_request *rq, const char *token)
{
    gw_admin_reply_with(rq, "data", json_pack("{so}", "plugins", allowed_json(rq->api, token)));
}

static bool stored_mode(struct gw_request *rq)
{
    if (gw_auth_stored_tokens(rq->api))
        return true;
    gw_request_fail(rq, GW_API_UNKNOWN, "Stored tokens are off: set token_auth, without token_auth_secret");
    return false;
}

void gw_admin_add_token(struct gw_request *rq)
{
    const char *token = gw_json_string(rq->root, "token");
    const json_t *plugins = gw_admin_member(rq, "plugins"), *name;
    size_t i;

    if (!stored_mode(rq))
        return;
    gw_tokens_add(&rq->api->tokens, token);
    for (guint k = 0; !json_array_size(plugins) && k < rq->api->plugins->len; k++)
        gw_tokens_allow(&rq->api->tokens, token, ((struct gw_plugin *)rq->api->plugins->pdata[k])->shown, true);
    json_array_foreach(plugins, i, name)
    {
        const struct gw_plugin *p = json_is_string(name) ? gw_plugin_find(rq->api, json_string_value(name)) : NULL;

        if (p)
            gw_tokens_allow(&rq->api->tokens, token, p->shown, true);
    }
    reply_allowed(rq, token);
}

static void change_token(struct gw_request *rq, bool allow)
{
    const char *token = gw_json_string(rq->root, "token");
    const json_t *plugins = gw_admin_member(rq, "plugins"), *name;
    size_t i;

    if (!stored_mode(rq))
        return;
    if (!gw_tokens_has(&rq->api->tokens, token)) {
        gw_request_fail(rq, GW_API_NO_TOKEN, "No such token");
        return;
    }
    json_array_foreach(plugins, i, name) if (!json_is_string(name) || !gw_plugin_find(rq->api, json_string_value(name)))
    {
        gw_request_fail(rq, GW_API_INVALID, "plugins holds something that is no plugin");
        return;
    }
    json_array_foreach(plugins, i, name)
        gw_tokens_allow(&rq->api->tokens, token, gw_plugin_find(rq->api, json_string_value(name))->shown, allow);
    reply_allowed(rq, token);
}

void gw_admin_allow_token(struct gw_request *rq)
{
    change_token(rq, true);
}

void gw_admin_disallow_token(struct gw_request *rq)
{
    change_token(rq, false);
}

void gw_admin_list_tokens(struct gw_request *rq)
{
    json_t *list = json_array();
    GHashTableIter it;
    gpointer token;

    if (!stored_mode(rq)) {
        json_decref(list);
        return;
    }
    g_hash_table_iter_init(&it, rq->api->tokens.plugins);
    while (g_hash_table_iter_next(&it, &token, NULL))
        json_array_append_new(
            list, json_pack("{ss so}", "token", (const char *)token, "allowed_plugins", allowed_json(rq->api, token)));
    gw_admin_reply_with(rq, "data", json_pack("{so}", "tokens", list));
}

void gw_admin_remove_token(struct gw_request *rq)
{
    if (!stored_mode(rq))
        return;
    if (gw_tokens_remove(&rq->api->tokens, gw_json_string(rq->root, "token")))
        gw_request_ok(rq, "success");
    else
        gw_request_fail(rq, GW_API_UNKNOWN, "No such token");
}
