/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lodgers: handles of sessions that are in a neighbour, for what lives here (away.c is the other side). A lodger has
 * the ids that its client knows, in a session with that client's id, which belongs to the neighbour, never times out
 * and ends with its last lodger.
 */
#include "api/inside.h"

#include <string.h>

static uint64_t number(const json_t *o, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(o, name));
}

static struct gw_session *session_of(struct gw_api *a, const struct gw_origin *from, uint64_t id)
{
    struct gw_session *s = gw_session_find(a, id);
    struct gw_client *owner = gw_origin_client(from);

    if (s || !owner || !id)
        return s && s->lodger ? s : NULL; /* one of our own has that id: it cannot be */
    s = gw_session_new(a, owner, id);
    s->lodger = true;
    s->timeout_s = 0;
    return s;
}

bool gw_api_lodge(struct gw_api *a, const void *transport, cardea_connection c, const json_t *what)
{
    const struct gw_origin from = {gw_transport_find(a, transport), c, 0, CARDEA_DOOR_CLIENT};
    const json_t *purpose = json_object_get(what, "purpose");
    const char *name = gw_json_string(purpose, "plugin");
    struct gw_plugin *p = name ? gw_plugin_find(a, name) : NULL;
    gint64 id = (gint64)number(what, "handle");
    uint64_t session_id = number(what, "session");
    bool once = json_is_true(json_object_get(what, "once"));
    struct gw_session *s;
    struct gw_handle *h;

    if (!from.transport || (session_id && !id) || !p || !gw_plugin_welcomes(p, purpose))
        return false;
    if (!session_id)
        return true; /* it only wants to know */
    s = session_of(a, &from, session_id);
    h = s ? g_hash_table_lookup(s->handles, &id) : NULL;
    if (h) {
        h->once &= once;
        return true;
    }
    h = s ? gw_handle_new(s, p, (uint64_t)id, gw_json_string(what, "opaque_id"), gw_json_string(what, "token")) : NULL;
    if (h)
        h->once = once;
    return h;
}

bool gw_lodger_is_for(const struct gw_session *s, const struct gw_transport *from)
{
    return !s->lodger || !s->owner || s->owner->transport == from;
}

/* Those that came for a synchronous request have had their answer. */
void gw_lodgers_watch(struct gw_session *s)
{
    GList *all = g_hash_table_get_values(s->handles);

    for (GList *l = all; l; l = l->next) {
        struct gw_handle *h = l->data;

        if (h->once && !h->messages.length)
            gw_handle_close(h, false);
    }
    g_list_free(all);
}
