/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests: sessions whose client is a plugin. To the rest of the API a guest is a connection of a transport of its own;
 * what it says goes through the same checks as everybody's, and what it is sent is taken apart for the plugin at the
 * end of the turn.
 */
#include "api/inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "log/log.h"

struct gw_guest {
    struct gw_api *api;
    struct cardea_guest *ticket;
    /* given at creation; owned */
    char *plugin, *opaque_id;
    gw_hear_fn *hear;
    void *arg;
    /* owned */
    GQueue says;  /* json_t *: requests that wait for the end of the turn */
    GQueue heard; /* json_t *: what it was sent */
    /* state */
    uint64_t session_id, handle_id; /* 0: none (any more) */
    uint64_t restart;               /* tag of a message that asked for an ICE restart; 0: none */
    bool ended;
};

static struct gw_api *serving; /* a transport's send() has no other way to find it */

static cardea_connection connection_of(const struct gw_guest *g)
{
    return (cardea_connection)(uintptr_t)g->ticket;
}

static struct gw_guest *of_ticket(const struct gw_api *a, const void *ticket)
{
    return gw_tickets_get(&a->guest_tickets, ticket);
}

static struct gw_handle *handle_of(const struct gw_guest *g)
{
    const struct gw_session *s = g->session_id ? gw_session_find(g->api, g->session_id) : NULL;
    gint64 key = (gint64)g->handle_id;

    return s ? g_hash_table_lookup(s->handles, &key) : NULL;
}

static void drop_json(gpointer json)
{
    json_decref(json);
}

static void free_guest(struct gw_guest *g)
{
    gint64 key = (gint64)connection_of(g);

    gw_tickets_remove(&g->api->guest_tickets, g->ticket);
    g_hash_table_remove(g->api->guests.clients, &key);
    g_queue_clear_full(&g->says, drop_json);
    g_queue_clear_full(&g->heard, drop_json);
    g_free(g->plugin);
    g_free(g->opaque_id);
    g_free(g);
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static uint64_t tag_of(const json_t *message)
{
    const char *transaction = gw_json_string(message, "transaction");

    return transaction ? g_ascii_strtoull(transaction, NULL, 10) : 0;
}

static void tell(struct gw_guest *g, const json_t *message)
{
    const json_t *error = json_object_get(message, "error"), *jsep = json_object_get(message, "jsep");
    struct cardea_heard heard = {
        .janus = gw_json_string(message, "janus"),
        .tag = tag_of(message),
        .data = json_object_get(json_object_get(message, "plugindata"), "data"),
        .jsep_type = gw_json_string(jsep, "type"),
        .sdp = gw_json_string(jsep, "sdp"),
        .code = (int)json_integer_value(json_object_get(error, "code")),
        .reason = gw_json_string(error ? error : message, "reason"),
    };
    char *fragment = NULL;

    if (heard.sdp && heard.tag && heard.tag == g->restart && (fragment = gw_link_fragment_of(heard.sdp))) {
        heard.jsep_type = "restart";
        heard.sdp = fragment;
    }
    g->hear(g->arg, &heard);
    free(fragment);
}

static void end_session(struct gw_guest *g)
{
    struct gw_session *s = g->session_id ? gw_session_find(g->api, g->session_id) : NULL;

    g->session_id = 0;
    if (s)
        gw_session_destroy(s, false);
}

/* The plugin may end the guest in hear(), which then only marks it. */
static void deliver(struct gw_api *a, void *ticket)
{
    struct gw_guest *g = of_ticket(a, ticket);
    json_t *message;

    while (g && !g->ended && (message = g_queue_pop_head(&g->heard))) {
        bool last = !strcmp(gw_json_string(message, "janus"), "detached");

        tell(g, message);
        json_decref(message);
        g->ended |= last;
    }
    if (!g || !g->ended)
        return;
    end_session(g);
    free_guest(g);
}

static void put(struct gw_guest *g, json_t *message)
{
    g_queue_push_tail(&g->heard, message);
    if (g->heard.length == 1)
        gw_defer(g->api, deliver, g->ticket);
}

/* The transport's send(): acks tell nothing. */
static void receive(cardea_connection c, const char *text, size_t len)
{
    struct gw_guest *g = serving ? of_ticket(serving, (void *)(uintptr_t)c) : NULL;
    json_t *message = g ? json_loadb(text, len, 0, NULL) : NULL;
    const char *janus = gw_json_string(message, "janus");

    if (janus && strcmp(janus, "ack") != 0)
        put(g, message);
    else
        json_decref(message);
}

/* --- speaking ----------------------------------------------------------------------------------------------------- */

static void begin(struct gw_api *a, void *ticket)
{
    struct gw_guest *g = of_ticket(a, ticket);
    struct gw_plugin *p = g ? gw_plugin_find(a, g->plugin) : NULL;
    gint64 key = (gint64)(uintptr_t)ticket;
    struct gw_handle *h = NULL;
    struct gw_session *s;

    if (!g || g->ended)
        return;
    if (p && gw_api_sessions(a) < (size_t)gw_option_number(a, "limits", "sessions")) {
        s = gw_session_new(a, g_hash_table_lookup(a->guests.clients, &key), 0);
        s->timeout_s = 0;
        g->session_id = s->id;
        h = gw_handle_new(s, p, 0, g->opaque_id, NULL);
    }
    if (!h) {
        put(g, json_pack("{ss}", "janus", "detached"));
        return;
    }
    gw_link_untrickled(h->link);
    g->handle_id = h->id;
}

static void take(struct gw_api *a, void *ticket)
{
    struct gw_guest *g = of_ticket(a, ticket);
    struct gw_origin origin = {&a->guests, (cardea_connection)(uintptr_t)ticket, 0, CARDEA_DOOR_CLIENT};
    json_t *root = g ? g_queue_pop_head(&g->says) : NULL;

    if (root && !g->ended) {
        json_object_set_new(root, "session_id", json_integer((json_int_t)g->session_id));
        json_object_set_new(root, "handle_id", json_integer((json_int_t)g->handle_id));
        if (g->handle_id)
            gw_request_take(a, &origin, root);
    }
    json_decref(root);
}

static void say(struct gw_guest *g, json_t *root)
{
    g_queue_push_tail(&g->says, root);
    gw_defer(g->api, take, g->ticket);
}

struct cardea_guest *gw_api_guest(struct gw_api *a, const char *plugin, const char *opaque_id, gw_hear_fn *hear,
                                  void *arg)
{
    struct gw_guest *g = g_new0(struct gw_guest, 1);
    struct gw_client *c = g_new0(struct gw_client, 1);

    g->api = a;
    g->plugin = g_strdup(plugin);
    g->opaque_id = g_strdup(opaque_id);
    g->hear = hear;
    g->arg = arg;
    g_queue_init(&g->says);
    g_queue_init(&g->heard);
    g->ticket = gw_tickets_add(&a->guest_tickets, g);
    c->transport = &a->guests;
    c->id = connection_of(g);
    c->sessions = g_hash_table_new(g_direct_hash, g_direct_equal);
    g_hash_table_insert(a->guests.clients, &c->id, c);
    serving = a;
    gw_defer(a, begin, g->ticket);
    return g->ticket;
}

int gw_api_guest_message(struct gw_api *a, struct cardea_guest *ticket, uint64_t tag, json_t *body, const char *type,
                         const char *sdp, size_t len)
{
    struct gw_guest *g = of_ticket(a, ticket);
    const struct gw_handle *h = g ? handle_of(g) : NULL;
    bool restart = type && !strcmp(type, "restart");
    char *text = NULL, transaction[24];
    json_t *root, *s;
    int err = g ? 0 : GW_ENOENT;

    if (g && restart)
        err = h ? gw_link_restart_offer(h->link, sdp, len, &text) : GW_EPROTO;
    else if (g && type)
        text = g_strndup(sdp, len);
    if (err)
        goto out;
    g_snprintf(transaction, sizeof(transaction), "%llu", (unsigned long long)tag);
    root = json_pack("{ss ss sO}", "janus", "message", "transaction", transaction, "body", body);
    s = text ? json_string(text) : NULL;
    if (!root || (text && !s)) {
        err = GW_EPARSE; /* not UTF-8 */
        json_decref(root);
        goto out;
    }
    if (s)
        json_object_set_new(root, "jsep", json_pack("{ss so}", "type", restart ? "offer" : type, "sdp", s));
    if (restart)
        g->restart = tag;
    say(g, root);
out:
    json_decref(body);
    free(text);
    return err;
}

int gw_api_guest_trickle(struct gw_api *a, struct cardea_guest *ticket, const char *text, size_t len)
{
    struct gw_guest *g = of_ticket(a, ticket);
    const struct gw_handle *h = g ? handle_of(g) : NULL;

    return h ? gw_link_fragment(h->link, text, len) : GW_ENOENT;
}

void gw_api_guest_end(struct gw_api *a, struct cardea_guest *ticket)
{
    struct gw_guest *g = of_ticket(a, ticket);

    if (!g || g->ended)
        return;
    g->ended = true;
    gw_defer(a, deliver, ticket);
}

/* --- what the rest of the API asks -------------------------------------------------------------------------------- */

bool gw_origin_is_guest(const struct gw_api *a, const struct gw_origin *o)
{
    return o->transport == &a->guests;
}

void gw_guest_session_over(struct gw_session *s)
{
    struct gw_guest *g;

    if (!s->owner || s->owner->transport != &s->api->guests)
        return;
    g = of_ticket(s->api, (void *)(uintptr_t)s->owner->id);
    if (!g)
        return;
    g->session_id = g->handle_id = 0;
    put(g, json_pack("{ss}", "janus", "detached"));
}

void gw_guests_init(struct gw_api *a)
{
    a->guests.table.send = receive;
    a->guests.shown = "cardea.guest";
    a->guests.clients = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, gw_client_free);
    gw_tickets_init(&a->guest_tickets);
}

void gw_guests_free(struct gw_api *a)
{
    GHashTableIter it;
    gpointer guest;
    GPtrArray *all = g_ptr_array_new();

    g_hash_table_iter_init(&it, a->guest_tickets.objects);
    while (g_hash_table_iter_next(&it, NULL, &guest))
        g_ptr_array_add(all, guest);
    for (unsigned i = 0; i < all->len; i++)
        free_guest(all->pdata[i]);
    g_ptr_array_free(all, TRUE);
    gw_tickets_clear(&a->guest_tickets);
    g_hash_table_destroy(a->guests.clients);
    if (serving == a)
        serving = NULL;
}
