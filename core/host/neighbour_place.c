/* SPDX-License-Identifier: Apache-2.0 */
/* A neighbour as the place where a session, or a handle's room, is: what is for it is sent on. */
#include "host/neighbour_side.h"

/* To whom? What came from one side goes to the other, or stays: never back, unless it is for a handle there. */
static struct gw_side *way(int where, const void *from, bool fresh)
{
    struct gw_side *before = &gw_neighbours.side[GW_NEIGHBOUR_BEFORE], *after = &gw_neighbours.side[GW_NEIGHBOUR_AFTER];

    if (where != GW_ANYWHERE)
        return gw_neighbours.side[where].serves ? &gw_neighbours.side[where] : NULL;
    if (!fresh && before->serves && from != &gw_neighbour_tables[GW_NEIGHBOUR_BEFORE])
        return before;
    return after->serves && from != &gw_neighbour_tables[GW_NEIGHBOUR_AFTER] ? after : NULL;
}

static struct gw_origin *find_theirs(GHashTable *table, const void *transport, uint64_t theirs)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, table);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct gw_origin *o = value;

        if (o->transport == transport && o->theirs == theirs)
            return o;
    }
    return NULL;
}

static struct gw_origin *note(struct gw_side *s, GHashTable *table, const void *transport, uint64_t theirs)
{
    struct gw_origin *o = g_new(struct gw_origin, 1);

    *o = (struct gw_origin){++s->last_id, transport, theirs};
    g_hash_table_insert(table, &o->id, o);
    return o;
}

/* The connection as the neighbour knows it. */
static uint64_t connection_to(struct gw_side *s, const void *transport, cardea_connection c, enum cardea_door door,
                              const char *remote)
{
    const struct gw_origin *o = find_theirs(s->connections, transport, c);

    if (o)
        return o->id;
    o = note(s, s->connections, transport, c);
    gw_side_put(s, GW_FRAME_OPENED, o->id, json_pack("{si ss}", "door", (int)door, "remote", remote ? remote : ""),
                NULL, 0);
    return o->id;
}

/* A message for a session that is not here: only an older process can have it. */
static bool message_elsewhere(void *unused, int where, const void *transport, cardea_connection c,
                              enum cardea_door door, const char *remote, const char *text, size_t len)
{
    struct gw_side *s = way(where, transport, false);

    if (!s || (where == GW_ANYWHERE && s != &gw_neighbours.side[GW_NEIGHBOUR_BEFORE]))
        return false;
    return gw_side_put(s, GW_FRAME_RECEIVED, connection_to(s, transport, c, door, remote), NULL, text, len);
}

static bool exchange_elsewhere(void *unused, int where, const void *transport, uint64_t tag, enum cardea_door door,
                               const struct gw_exchange_in *in, bool fresh)
{
    struct gw_side *s = way(where, transport, fresh);
    const struct gw_origin *o;
    json_t *head;

    if (!s)
        return false;
    head = json_pack("{si sb ss ss ss ss so}", "door", (int)door, "route", in->route, "method", in->method, "path",
                     in->path, "query", in->query ? in->query : "", "remote", in->remote ? in->remote : "", "headers",
                     gw_side_headers(in->headers));
    if (!head) /* text that is not UTF-8 */
        return false;
    o = note(s, s->exchanges, transport, tag);
    if (gw_side_put(s, GW_FRAME_EXCHANGE, o->id, head, in->body, in->len))
        return true;
    g_hash_table_remove(s->exchanges, &o->id);
    return false;
}

static void closed_elsewhere(void *unused, const void *transport, cardea_connection c)
{
    for (unsigned i = 0; i < 2; i++) {
        struct gw_side *s = &gw_neighbours.side[i];
        struct gw_origin *o = s->there ? find_theirs(s->connections, transport, c) : NULL;

        if (!o)
            continue;
        gw_side_put(s, GW_FRAME_CLOSED, o->id, NULL, NULL, 0);
        g_hash_table_remove(s->connections, &o->id);
    }
}

static void abandoned_elsewhere(void *unused, const void *transport, uint64_t tag)
{
    for (unsigned i = 0; i < 2; i++) {
        struct gw_side *s = &gw_neighbours.side[i];
        struct gw_origin *o = s->there ? find_theirs(s->exchanges, transport, tag) : NULL;

        if (!o)
            continue;
        gw_side_put(s, GW_FRAME_ABANDONED, o->id, NULL, NULL, 0);
        g_hash_table_remove(s->exchanges, &o->id);
    }
}

/* The older one is asked: what was there first is there. */
static bool lodge_elsewhere(void *unused, const void *transport, uint64_t id, uint64_t session, json_t *what,
                            int *where)
{
    uint64_t c;

    *where = gw_neighbours.side[GW_NEIGHBOUR_BEFORE].serves ? GW_NEIGHBOUR_BEFORE : GW_NEIGHBOUR_AFTER;
    if (!gw_neighbours.side[*where].serves) {
        json_decref(what);
        return false;
    }
    if (session) {
        c = connection_to(&gw_neighbours.side[*where], transport, session, CARDEA_DOOR_CLIENT, NULL);
        json_object_set_new(what, "connection", json_integer((json_int_t)c));
    }
    return gw_side_put(&gw_neighbours.side[*where], GW_FRAME_LODGE, id, what, NULL, 0);
}

const struct gw_elsewhere gw_neighbour_place = {message_elsewhere, exchange_elsewhere, closed_elsewhere,
                                                abandoned_elsewhere, lodge_elsewhere};
