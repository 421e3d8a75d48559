/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /whep/<room>/<feed> watches a publisher (draft-ietf-wish-whep). The feed is its id, or else its name. The client
 * offers; the answer sends what the feed has, as far as the offer has room and codecs for it. Where it has none we
 * offer what there is, and the client may answer with PATCH.
 */
#include <string.h>

#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "visits.h"

static const struct publisher *named(const struct room *room, const char *name)
{
    for (const GList *l = room->publishing.head; l; l = l->next) {
        const struct publisher *p = l->data;

        if (p->display && !strcmp(p->display, name))
            return p;
    }
    return NULL;
}

static const struct publisher *find(const struct room *room, const char *feed, struct visit_refusal *refusal)
{
    const struct publisher *p = g_hash_table_lookup(room->participants, feed);

    if (!p)
        p = named(room, feed);
    if (!p)
        visit_refuse(refusal, 404, "Nobody called \"%.60s\" is in this room", feed);
    else if (!p->published)
        visit_refuse(refusal, 409, "\"%.60s\" does not publish at the moment", feed);
    else
        return p;
    return NULL;
}

static json_t *begin(const struct visit_request *rq, struct visit_refusal *refusal)
{
    const char *slash = strrchr(rq->path, '/');
    char *id = slash ? g_strndup(rq->path, (size_t)(slash - rq->path)) : NULL;
    const struct publisher *p = NULL;
    json_t *message = NULL;
    struct room *room;

    if (!id || !*id || !slash[1]) {
        visit_refuse(refusal, 404, "The address is /whep/<room>/<feed>");
        g_free(id);
        return NULL;
    }
    room = visit_room(id, rq->bearer, false, refusal);
    g_free(id);
    if (room)
        p = find(room, slash + 1, refusal);
    if (p) {
        message = json_pack("{ss so so}", "request", "watch", "room", id_json(room->id), "feed", id_json(p->id));
        visit_open(message, room, rq->bearer);
    }
    return message;
}

/* The same feed for a subscriber whom we offer to, once: a later offer could not reach the client. */
static json_t *counter(const json_t *message)
{
    json_t *o = json_copy((json_t *)message);

    json_object_set_new(o, "request", json_string("join"));
    json_object_set_new(o, "ptype", json_string("subscriber"));
    json_object_set_new(o, "autoupdate", json_false());
    json_object_set_new(o, "ends_with_feed", json_true());
    json_object_set_new(o, "offer_data", json_false());
    return o;
}

const struct visit_kind visit_whep = {.prefix = "/whep", .begin = begin, .again = "watch", .counter = counter};
