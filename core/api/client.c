/* SPDX-License-Identifier: Apache-2.0 */
/* Connections and exchanges: where requests come from, and where replies and events go. */
#include "api/inside.h"

#include <stdlib.h>
#include <string.h>

#include "log/log.h"

struct gw_transport *gw_transport_find(const struct gw_api *a, const void *key)
{
    for (unsigned i = 0; i < a->transports->len; i++) {
        struct gw_transport *t = a->transports->pdata[i];

        if (t->key == key)
            return t;
    }
    return NULL;
}

void gw_client_free(gpointer client)
{
    struct gw_client *c = client;

    if (!c)
        return;
    g_hash_table_destroy(c->sessions);
    g_free(c->remote);
    g_free(c);
}

static struct gw_client *find(const struct gw_transport *t, cardea_connection id)
{
    gint64 key = (gint64)id;

    return g_hash_table_lookup(t->clients, &key);
}

void gw_api_opened(struct gw_api *a, const void *transport, cardea_connection c, enum cardea_door door,
                   const char *remote)
{
    struct gw_transport *t = gw_transport_find(a, transport);
    struct gw_client *client;

    if (!t || !c || find(t, c)) {
        gw_error("a transport opened connection %llu twice, or is not known; ignored", (unsigned long long)c);
        return;
    }
    client = g_new0(struct gw_client, 1);
    client->transport = t;
    client->id = c;
    client->door = door;
    client->remote = g_strdup(remote);
    client->sessions = g_hash_table_new(g_direct_hash, g_direct_equal);
    if (!gw_limits_connection(a, client)) {
        gw_client_free(client);
        if (t->table.shut)
            t->table.shut(c);
        return;
    }
    g_hash_table_insert(t->clients, &client->id, client);
}

/* An array that is the only value of a message is a request without members; several requests go one by one. */
void gw_api_received(struct gw_api *a, const void *transport, cardea_connection c, const char *text, size_t len)
{
    struct gw_transport *t = gw_transport_find(a, transport);
    struct gw_client *client = t ? find(t, c) : NULL;
    struct gw_origin origin = {t, c, 0, client ? client->door : CARDEA_DOOR_CLIENT};
    char why[300];
    json_t *all;

    if (!client)
        return; /* it has gone meanwhile */
    if (len > (size_t)gw_option_number(a, "limits", "request_size")) {
        gw_request_refuse(&origin, 0, GW_API_NOT_JSON, "Longer than limits.request_size");
        return;
    }
    all = gw_json_read_all(text, len, GW_MAX_PIPELINE, why, sizeof(why));
    if (!all) {
        gw_request_refuse(&origin, 0, GW_API_NOT_JSON, "Invalid JSON: %s", why);
        return;
    }
    for (size_t i = 0; i < json_array_size(all) && find(t, c); i++)
        gw_request_take(a, &origin, json_array_get(all, i));
    json_decref(all);
}

void gw_api_closed(struct gw_api *a, const void *transport, cardea_connection c)
{
    struct gw_transport *t = gw_transport_find(a, transport);
    struct gw_client *client = t ? find(t, c) : NULL;
    gint64 key = (gint64)c;
    GList *sessions;

    gw_elsewhere_closed(a, transport, c);
    if (!client)
        return;
    g_hash_table_steal(t->clients, &key);
    sessions = g_hash_table_get_keys(client->sessions);
    for (GList *l = sessions; l; l = l->next)
        gw_session_lost(l->data);
    g_list_free(sessions);
    gw_limits_connection_gone(client);
    gw_client_free(client);
}

void gw_origin_send(const struct gw_origin *o, const char *text)
{
    struct gw_client *c;

    if (!o->connection) {
        gw_exchange_json(o->transport, o->tag, text);
        return;
    }
    c = find(o->transport, o->connection);
    if (c)
        o->transport->table.send(c->id, text, strlen(text));
}

void gw_origin_send_json(const struct gw_origin *o, json_t *root)
{
    char *text = gw_json_text(root);

    json_decref(root);
    if (text)
        gw_origin_send(o, text);
    free(text);
}

struct gw_client *gw_origin_client(const struct gw_origin *o)
{
    return o->connection ? find(o->transport, o->connection) : o->transport->exchange;
}
