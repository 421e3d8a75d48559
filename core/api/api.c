/* SPDX-License-Identifier: Apache-2.0 */
#include "api/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "api/busy.h"
#include "api/events.h"
#include "base/err.h"
#include "config/config.h"
#include "log/log.h"

#define MAX_DEFERRED_PER_TURN 1000

struct gw_deferred {
    gw_deferred_fn *fn;
    void *arg;
};

static void free_transport(gpointer transport)
{
    struct gw_transport *t = transport;

    g_hash_table_destroy(t->exchanges);
    g_hash_table_destroy(t->clients);
    gw_client_free(t->exchange);
    g_free(t);
}

int gw_api_new(struct gw_api **out, const struct gw_api_conf *conf)
{
    struct gw_api *a = g_new0(struct gw_api, 1);

    a->conf = *conf;
    a->plugins = g_ptr_array_new_with_free_func(g_free);
    a->transports = g_ptr_array_new_with_free_func(free_transport);
    a->sessions = g_hash_table_new(g_int64_hash, g_int64_equal);
    a->routes = g_ptr_array_new();
    a->event_handlers = g_ptr_array_new();
    gw_admission_init(a);
    gw_tickets_init(&a->handles);
    gw_tickets_init(&a->messages);
    gw_tickets_init(&a->exchanges);
    gw_guests_init(a);
    gw_tokens_init(&a->tokens);
    gw_quota_init(&a->quota);
    gw_admin_settings_load(a);
    gw_watch_start(a);
    *out = a;
    return 0;
}

void gw_api_free(struct gw_api *a)
{
    if (!a)
        return;
    gw_timer_stop(a->conf.timers, &a->watch);
    gw_timer_stop(a->conf.timers, &a->worst.timer);
    g_queue_clear_full(&a->deferred, g_free);
    gw_routes_free(a);
    gw_events_clear(a);
    g_ptr_array_free(a->event_handlers, TRUE);
    gw_guests_free(a);
    g_ptr_array_free(a->transports, TRUE);
    g_ptr_array_free(a->plugins, TRUE);
    g_hash_table_destroy(a->sessions);
    gw_tickets_clear(&a->handles);
    gw_tickets_clear(&a->messages);
    gw_tickets_clear(&a->exchanges);
    gw_tokens_clear(&a->tokens);
    gw_quota_end(&a->quota);
    gw_admission_end(a);
    g_free(a);
}

void gw_api_set_links(struct gw_api *a, struct gw_links *links)
{
    a->links = links;
}

uint64_t gw_api_random_id(void)
{
    uint64_t id = 0;

    while (!id) {
        if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
            id = (uint64_t)g_random_int() << 32 | g_random_int();
        id &= GW_MAX_ID;
    }
    return id;
}

/* --- what is put off ---------------------------------------------------------------------------------------------- */

void gw_defer(struct gw_api *a, gw_deferred_fn *fn, void *arg)
{
    struct gw_deferred *d = g_new(struct gw_deferred, 1);

    *d = (struct gw_deferred){fn, arg};
    g_queue_push_tail(&a->deferred, d);
}

static void run_deferred(struct gw_api *a)
{
    struct gw_deferred *d;

    for (unsigned n = 0; n < MAX_DEFERRED_PER_TURN && (d = g_queue_pop_head(&a->deferred)); n++) {
        d->fn(a, d->arg);
        g_free(d);
    }
}

bool gw_api_turn_end(struct gw_api *a)
{
    run_deferred(a);
    return !g_queue_is_empty(&a->deferred);
}

void gw_api_said(struct gw_api *a)
{
    for (unsigned i = 0; i < a->transports->len; i++) {
        const struct gw_transport *t = a->transports->pdata[i];

        if (t->table.turn_end)
            t->table.turn_end();
    }
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

static const char *first_name(const char *name, const char *const *aliases)
{
    return aliases && aliases[0] ? aliases[0] : name;
}

static bool is_named(const char *name, const char *const *aliases, const char *wanted)
{
    if (!strcmp(name, wanted))
        return true;
    for (const char *const *alias = aliases; alias && *alias; alias++)
        if (!strcmp(*alias, wanted))
            return true;
    return false;
}

bool gw_plugin_is_named(const struct gw_plugin *p, const char *name)
{
    return is_named(p->table.name, p->table.aliases, name);
}

struct gw_plugin *gw_plugin_find(const struct gw_api *a, const char *name)
{
    for (unsigned i = 0; i < a->plugins->len; i++)
        if (gw_plugin_is_named(a->plugins->pdata[i], name))
            return a->plugins->pdata[i];
    return NULL;
}

/* A table may be shorter or longer than ours; what it lacks is NULL. */
static void copy_table(void *to, size_t room, const void *from, size_t size)
{
    memset(to, 0, room);
    memcpy(to, from, size < room ? size : room);
}

int gw_api_add_plugin(struct gw_api *a, const struct cardea_plugin *table, const struct cardea_host *host,
                      const struct cardea_config *config, char *why, size_t why_len)
{
    struct gw_plugin *p = g_new0(struct gw_plugin, 1);
    const char *const *names;
    int err = 0;

    copy_table(&p->table, sizeof(p->table), table, table->size);
    p->key = table;
    p->shown = first_name(p->table.name, p->table.aliases);
    names = p->table.aliases;
    if (gw_plugin_find(a, p->table.name) || gw_plugin_find(a, p->shown) ||
        (names && names[0] && names[1] && gw_plugin_find(a, names[1]))) {
        snprintf(why, why_len, "another plugin is already called %s", p->shown);
        err = GW_EPROTO;
        goto out;
    }
    a->starting = p;
    err = 0;
    if (p->table.start)
        GW_NAMED_CALL(p->table.name, "start", err = p->table.start(host, config));
    a->starting = NULL;
    if (err) {
        snprintf(why, why_len, "its start() refused with %d", err);
        err = GW_EPROTO;
        goto out;
    }
    g_ptr_array_add(a->plugins, p);
    p = NULL;
out:
    g_free(p);
    return err;
}

int gw_api_add_transport(struct gw_api *a, const struct cardea_transport *table,
                         const struct cardea_transport_host *host, const struct cardea_config *config, char *why,
                         size_t why_len)
{
    struct gw_transport *t = g_new0(struct gw_transport, 1);
    int err = 0;

    copy_table(&t->table, sizeof(t->table), table, table->size);
    t->key = table;
    t->shown = first_name(t->table.name, t->table.aliases);
    t->clients = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, gw_client_free);
    t->exchanges = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, gw_exchange_free);
    t->exchange = g_new0(struct gw_client, 1);
    t->exchange->transport = t;
    t->exchange->sessions = g_hash_table_new(g_direct_hash, g_direct_equal);
    g_ptr_array_add(a->transports, t); /* before start(): it may speak at once */
    if (t->table.start)
        GW_NAMED_CALL(t->table.name, "start", err = t->table.start(host, config));
    if (!err)
        return 0;
    snprintf(why, why_len, "its start() refused with %d", err);
    g_ptr_array_remove(a->transports, t);
    return GW_EPROTO;
}

static bool has_handles(const struct gw_api *a, const struct gw_plugin *p)
{
    GHashTableIter it;
    gpointer h;

    g_hash_table_iter_init(&it, a->handles.objects);
    while (g_hash_table_iter_next(&it, NULL, &h))
        if (((const struct gw_handle *)h)->plugin == p)
            return true;
    return false;
}

int gw_api_remove_plugin(struct gw_api *a, const char *name, const struct cardea_plugin **table)
{
    struct gw_plugin *p = gw_plugin_find(a, name);

    if (!p)
        return GW_ENOENT;
    if (has_handles(a, p))
        return GW_EPROTO;
    if (table)
        *table = p->key;
    if (p->table.stop)
        GW_NAMED_CALL(p->table.name, "stop", p->table.stop());
    g_ptr_array_remove(a->plugins, p);
    return 0;
}

size_t gw_api_plugins(const struct gw_api *a)
{
    return a->plugins->len;
}

bool gw_api_door_is_open(const struct gw_api *a, enum cardea_door door)
{
    for (unsigned i = 0; i < a->transports->len; i++) {
        const struct gw_transport *t = a->transports->pdata[i];

        if (!t->table.offers || t->table.offers(door))
            return true;
    }
    return false;
}

void gw_api_stop_transports(struct gw_api *a)
{
    gw_admin_queries_watch(a, true); /* while there is somebody to carry the answers */
    for (unsigned i = a->transports->len; i > 0; i--) {
        struct gw_transport *t = a->transports->pdata[i - 1];

        if (t->table.stop)
            GW_NAMED_CALL(t->table.name, "stop", t->table.stop());
    }
    g_ptr_array_set_size(a->transports, 0);
}

void gw_api_stop_plugins(struct gw_api *a)
{
    for (unsigned i = a->plugins->len; i > 0; i--) {
        struct gw_plugin *p = a->plugins->pdata[i - 1];

        if (p->table.stop)
            GW_NAMED_CALL(p->table.name, "stop", p->table.stop());
    }
    g_ptr_array_set_size(a->plugins, 0);
}

void gw_api_string_ids(struct gw_api *a, bool on)
{
    if (a->starting)
        a->starting->string_ids = on;
    else
        gw_error("a plugin called string_ids() outside of its start(); ignored");
}

/* --- settings ----------------------------------------------------------------------------------------------------- */

void gw_api_reload(struct gw_api *a)
{
    gw_admin_settings_load(a);
    if (a->conf.media_changed)
        a->conf.media_changed(a->conf.arg, &a->live.media);
}

void gw_api_media_settings(const struct gw_api *a, struct gw_media_settings *out)
{
    *out = a->live.media;
}

int64_t gw_option_number(const struct gw_api *a, const char *category, const char *name)
{
    return gw_config_int(a->conf.config, category, name);
}

bool gw_option_true(const struct gw_api *a, const char *category, const char *name)
{
    return gw_config_bool(a->conf.config, category, name);
}

const char *gw_option_text(const struct gw_api *a, const char *category, const char *name)
{
    return gw_config_string(a->conf.config, category, name);
}

size_t gw_api_sessions(const struct gw_api *a)
{
    return g_hash_table_size(a->sessions);
}

size_t gw_api_handles(const struct gw_api *a)
{
    return a->n_handles;
}
