/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come in: the operator's word, draining, and modules that refuse new work for reasons of their own. */
#include "api/inside.h"

#include "api/busy.h"

void gw_admission_init(struct gw_api *a)
{
    a->accept = true;
    a->refusals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void gw_admission_end(struct gw_api *a)
{
    g_hash_table_destroy(a->refusals);
}

void gw_api_accept(struct gw_api *a, bool accept)
{
    a->accept = accept;
}

bool gw_api_accepts(const struct gw_api *a)
{
    return a->accept && !a->drain.draining && !g_hash_table_size(a->refusals);
}

void gw_api_admit(struct gw_api *a, const char *module, bool yes, const char *why)
{
    if (yes)
        g_hash_table_remove(a->refusals, module);
    else
        g_hash_table_insert(a->refusals, g_strdup(module), g_strdup(why));
}

bool gw_plugin_welcomes(const struct gw_plugin *p, const json_t *purpose)
{
    bool welcome = false;

    if (p->table.welcomes)
        GW_NAMED_CALL(p->table.name, "welcomes", welcome = p->table.welcomes(purpose));
    return welcome;
}

/*
 * `create` may say what the session is for, {"for": {"plugin": …, …}}: a plugin that has that already (a room with
 * people in it) welcomes the late comer, because nobody else can.
 */
static bool is_welcome(const struct gw_request *rq)
{
    const json_t *purpose = json_object_get(rq->root, "for");
    const char *name = gw_json_string(purpose, "plugin");
    struct gw_plugin *p = name ? gw_plugin_find(rq->api, name) : NULL;

    return p && gw_plugin_welcomes(p, purpose);
}

/* Balancers are told at once that we drain, and take a moment to hear it: whom they still send is let in. */
static bool is_in_grace(const struct gw_api *a)
{
    return a->conf.now_us() < a->drain.since_us + gw_option_number(a, "general", "drain_grace") * 1000000;
}

/* Why nobody is let in at all; NULL: there is no reason. */
static const char *refusal(const struct gw_api *a)
{
    GHashTableIter it;
    gpointer why;

    if (a->drain.draining && !is_in_grace(a))
        return "This gateway is draining: ask another one";
    if (!a->accept)
        return gw_api_error_text(GW_API_NOT_ACCEPTING);
    g_hash_table_iter_init(&it, a->refusals);
    return g_hash_table_iter_next(&it, NULL, &why) ? why : NULL;
}

bool gw_admission_passes(struct gw_request *rq)
{
    const char *why = refusal(rq->api);

    if (!why || (rq->api->drain.draining && is_welcome(rq)))
        return true;
    gw_request_fail(rq, GW_API_NOT_ACCEPTING, "%s", why);
    return false;
}
