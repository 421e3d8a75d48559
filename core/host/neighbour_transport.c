/* SPDX-License-Identifier: Apache-2.0 */
/* A neighbour as a transport: what it sends on is taken as if it came from a client here, and answered. */
#include <string.h>
#include <unistd.h>

#include "host/neighbour_side.h"

/* --- answers, on their way back ------------------------------------------------------------------------------------
 */

json_t *gw_side_headers(const char *const *headers)
{
    json_t *list = json_array();

    for (unsigned i = 0; headers && headers[i] && headers[i + 1] && i < 2 * GW_NEIGHBOUR_HEADERS; i += 2) {
        json_array_append_new(list, json_string(headers[i]));
        json_array_append_new(list, json_string(headers[i + 1]));
    }
    return list;
}

/* Files do not go this way: what is on disk both of us can serve. */
static void respond(struct gw_side *s, uint64_t tag, const struct cardea_response *r)
{
    int status = r->is_file ? 503 : r->status;
    gint64 key = (gint64)tag;

    if (r->is_file)
        close(r->fd);
    g_hash_table_remove(s->taken_exchanges, &key);
    gw_side_put(s, GW_FRAME_RESPOND, tag,
                json_pack("{si so}", "status", status, "headers", gw_side_headers(r->headers)),
                r->is_file ? NULL : r->body, r->is_file ? 0 : r->len);
}

static void send_to(struct gw_side *s, cardea_connection c, const char *text, size_t len)
{
    gw_side_put(s, GW_FRAME_SEND, c, NULL, text, len);
}

static void shut(struct gw_side *s, cardea_connection c)
{
    gw_side_put(s, GW_FRAME_SHUT, c, NULL, NULL, 0);
}

static void respond_before(uint64_t tag, const struct cardea_response *r)
{
    respond(&gw_neighbours.side[GW_NEIGHBOUR_BEFORE], tag, r);
}

static void respond_after(uint64_t tag, const struct cardea_response *r)
{
    respond(&gw_neighbours.side[GW_NEIGHBOUR_AFTER], tag, r);
}

static void send_before(cardea_connection c, const char *text, size_t len)
{
    send_to(&gw_neighbours.side[GW_NEIGHBOUR_BEFORE], c, text, len);
}

static void send_after(cardea_connection c, const char *text, size_t len)
{
    send_to(&gw_neighbours.side[GW_NEIGHBOUR_AFTER], c, text, len);
}

static void shut_before(cardea_connection c)
{
    shut(&gw_neighbours.side[GW_NEIGHBOUR_BEFORE], c);
}

static void shut_after(cardea_connection c)
{
    shut(&gw_neighbours.side[GW_NEIGHBOUR_AFTER], c);
}

static bool offers_nothing(enum cardea_door door)
{
    return false;
}

const struct cardea_transport gw_neighbour_tables[2] = {
    [GW_NEIGHBOUR_BEFORE] = {CARDEA_TRANSPORT_HEAD, .name = "cardea.transport.predecessor", .title = "Predecessor",
                             .description = "The gateway that this one took over from", .author = "The Cardea authors",
                             .version_string = "0.1.0", .version = 1, .offers = offers_nothing, .send = send_before,
                             .shut = shut_before, .respond = respond_before},
    [GW_NEIGHBOUR_AFTER] = {CARDEA_TRANSPORT_HEAD, .name = "cardea.transport.successor", .title = "Successor",
                            .description = "The gateway that took over from this one", .author = "The Cardea authors",
                            .version_string = "0.1.0", .version = 1, .offers = offers_nothing, .send = send_after,
                            .shut = shut_after, .respond = respond_after},
};

/* --- what it says ------------------------------------------------------------------------------------------------- */

static const char *text_of(const struct gw_frame *f, const char *name)
{
    const char *v = json_string_value(json_object_get(f->head, name));

    return v ? v : "";
}

static enum cardea_door door_of(const struct gw_frame *f)
{
    return json_integer_value(json_object_get(f->head, "door")) == CARDEA_DOOR_ADMIN ? CARDEA_DOOR_ADMIN
                                                                                     : CARDEA_DOOR_CLIENT;
}

/* Texts of f->head, name by name; NULL at the end. Free the array alone. */
static const char **headers_of(const struct gw_frame *f)
{
    const json_t *list = json_object_get(f->head, "headers");
    size_t n = json_array_size(list) & ~(size_t)1;
    const char **out = g_new0(const char *, MIN(n, 2 * GW_NEIGHBOUR_HEADERS) + 1);

    for (size_t i = 0; i < MIN(n, 2 * GW_NEIGHBOUR_HEADERS); i++) {
        out[i] = json_string_value(json_array_get(list, i));
        if (!out[i])
            out[i] = "";
    }
    return out;
}

static void take_exchange(struct gw_side *s, const struct gw_frame *f)
{
    const char **headers = headers_of(f);
    char *body = g_strndup(f->len ? f->body : "", f->len); /* with a zero byte behind it */
    const struct gw_exchange_in in = {.method = text_of(f, "method"),
                                      .path = text_of(f, "path"),
                                      .query = text_of(f, "query"),
                                      .remote = text_of(f, "remote"),
                                      .route = json_is_true(json_object_get(f->head, "route")),
                                      .headers = headers,
                                      .body = body,
                                      .len = f->len};
    gint64 *key = g_memdup2(&f->id, sizeof(f->id));

    if (f->len)
        memcpy(body, f->body, f->len); /* zero bytes inside are for the parser to refuse */
    g_hash_table_add(s->taken_exchanges, key);
    gw_api_exchange(gw_neighbours.api, &gw_neighbour_tables[s->conf.which], f->id, door_of(f), &in);
    g_free(body);
    g_free(headers);
}

static void take_response(struct gw_side *s, const struct gw_frame *f)
{
    const struct gw_origin *o = g_hash_table_lookup(s->exchanges, &f->id);
    int status = (int)json_integer_value(json_object_get(f->head, "status"));
    const char **headers;

    if (!o)
        return; /* its client has gone */
    headers = headers_of(f);
    gw_api_respond(gw_neighbours.api, o->transport, o->theirs, status >= 200 && status <= 599 ? status : 502, headers,
                   f->body, f->len);
    g_free(headers);
    g_hash_table_remove(s->exchanges, &f->id);
}

static void take_lodger(struct gw_side *s, const struct gw_frame *f)
{
    uint64_t c = (uint64_t)json_integer_value(json_object_get(f->head, "connection"));
    bool in = gw_api_lodge(gw_neighbours.api, &gw_neighbour_tables[s->conf.which], c, f->head);

    gw_side_put(s, GW_FRAME_LODGED, f->id,
                json_pack("{sb sO?}", "in", in, "session", json_object_get(f->head, "session")), NULL, 0);
}

bool gw_side_take(struct gw_side *s, const struct gw_frame *f)
{
    const void *transport = &gw_neighbour_tables[s->conf.which];
    const struct gw_origin *o = g_hash_table_lookup(s->connections, &f->id);
    gint64 key = (gint64)f->id;

    switch (f->kind) {
    case GW_FRAME_OPENED:
        g_hash_table_add(s->taken_connections, g_memdup2(&key, sizeof(key)));
        gw_api_opened(gw_neighbours.api, transport, f->id, door_of(f), text_of(f, "remote"));
        break;
    case GW_FRAME_RECEIVED:
        gw_api_received(gw_neighbours.api, transport, f->id, f->len ? f->body : "", f->len);
        break;
    case GW_FRAME_CLOSED:
        g_hash_table_remove(s->taken_connections, &key);
        gw_api_closed(gw_neighbours.api, transport, f->id);
        break;
    case GW_FRAME_EXCHANGE:
        take_exchange(s, f);
        break;
    case GW_FRAME_ABANDONED:
        g_hash_table_remove(s->taken_exchanges, &key);
        gw_api_abandoned(gw_neighbours.api, transport, f->id);
        break;
    case GW_FRAME_SEND:
        if (o)
            gw_api_send(gw_neighbours.api, o->transport, o->theirs, f->len ? f->body : "", f->len);
        break;
    case GW_FRAME_SHUT:
        if (o)
            gw_api_shut(gw_neighbours.api, o->transport, o->theirs);
        break;
    case GW_FRAME_RESPOND:
        take_response(s, f);
        break;
    case GW_FRAME_LODGE:
        take_lodger(s, f);
        break;
    case GW_FRAME_LODGED:
        gw_api_lodged(gw_neighbours.api, f->id, (uint64_t)json_integer_value(json_object_get(f->head, "session")),
                      json_is_true(json_object_get(f->head, "in")));
        break;
    default:
        return false;
    }
    return true;
}
