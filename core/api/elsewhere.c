/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that are not here but in a neighbour: a gateway process that this one took over from, or that took over from
 * this one (host/neighbour.h). What is for them is sent on as it came; the answer comes back by the calls at the end.
 */
#include "api/inside.h"

#include <stdlib.h>
#include <string.h>

void gw_api_elsewhere(struct gw_api *a, const struct gw_elsewhere *e)
{
    a->elsewhere = e;
}

void gw_api_succeeded(struct gw_api *a)
{
    a->succeeded = true;
}

/* An exchange as the request that it carried; its ids are inside. */
static bool send_exchange(const struct gw_request *rq, int where, const char *text, bool fresh)
{
    const struct gw_exchange_in in = {.method = "POST",
                                      .path = "",
                                      .query = "",
                                      .remote = gw_origin_remote(&rq->origin),
                                      .body = text,
                                      .len = strlen(text)};
    const struct gw_api *a = rq->api;

    return a->elsewhere->exchange(a->conf.arg, where, rq->origin.transport->key, rq->origin.tag, rq->origin.door, &in,
                                  fresh);
}

static bool send_on(const struct gw_request *rq, int where, bool fresh)
{
    const struct gw_api *a = rq->api;
    char *text = gw_json_text(rq->root);
    bool sent;

    if (!text)
        return false;
    if (rq->origin.connection)
        sent = a->elsewhere->message(a->conf.arg, where, rq->origin.transport->key, rq->origin.connection,
                                     rq->origin.door, gw_origin_remote(&rq->origin), text, strlen(text));
    else
        sent = send_exchange(rq, where, text, fresh);
    free(text);
    return sent;
}

bool gw_elsewhere_request(const struct gw_request *rq)
{
    return rq->api->elsewhere && !gw_origin_is_guest(rq->api, &rq->origin) && send_on(rq, GW_ANYWHERE, false);
}

bool gw_elsewhere_handle(const struct gw_request *rq, int where)
{
    return rq->api->elsewhere && send_on(rq, where, false);
}

/* A connection that is here must stay here: only what comes by an exchange can be made at our successor. */
bool gw_elsewhere_create(const struct gw_request *rq)
{
    return rq->api->elsewhere && !rq->origin.connection && send_on(rq, GW_ANYWHERE, true);
}

bool gw_elsewhere_exchange(const struct gw_api *a, const struct gw_exchange *x, enum cardea_door door,
                           const struct gw_exchange_in *in)
{
    return a->elsewhere && a->elsewhere->exchange(a->conf.arg, GW_ANYWHERE, x->transport->key, x->tag, door, in, false);
}

void gw_elsewhere_closed(const struct gw_api *a, const void *transport, cardea_connection c)
{
    if (a->elsewhere)
        a->elsewhere->closed(a->conf.arg, transport, c);
}

void gw_elsewhere_abandoned(const struct gw_api *a, const void *transport, uint64_t tag)
{
    if (a->elsewhere)
        a->elsewhere->abandoned(a->conf.arg, transport, tag);
}

/* --- routes: what is behind a path may be a neighbour's, such as the resource of a WHIP session ----------------------
 */

/* Reading is the same everywhere. */
void gw_again_keep(struct gw_exchange *x, const struct gw_exchange_in *in)
{
    if (!x->api->elsewhere || !strcmp(in->method, "GET") || !strcmp(in->method, "HEAD"))
        return;
    x->again = g_new(struct gw_again, 1);
    *x->again = (struct gw_again){g_strdup(in->method), g_strdup(in->path), g_strdup(in->query),
                                  g_memdup2(in->body, in->len), in->len};
}

bool gw_again_elsewhere(struct gw_exchange *x)
{
    struct gw_again *again = x->again;
    struct gw_exchange_in in;
    bool sent;

    if (!again)
        return false;
    x->again = NULL;
    in = (struct gw_exchange_in){.method = again->method,
                                 .path = again->path,
                                 .query = again->query,
                                 .remote = x->remote,
                                 .route = true,
                                 .headers = (const char *const *)x->headers,
                                 .body = again->body,
                                 .len = again->len};
    sent = gw_elsewhere_exchange(x->api, x, CARDEA_DOOR_CLIENT, &in);
    gw_again_free(again);
    return sent;
}

void gw_again_free(struct gw_again *again)
{
    if (!again)
        return;
    g_free(again->method);
    g_free(again->path);
    g_free(again->query);
    g_free(again->body);
    g_free(again);
}

/* --- what comes back ---------------------------------------------------------------------------------------------- */

void gw_api_respond(struct gw_api *a, const void *transport, uint64_t tag, int status, const char *const *headers,
                    const void *body, size_t len)
{
    struct gw_transport *t = gw_transport_find(a, transport);

    if (t)
        gw_exchange_respond(t, tag, status, headers, body, len);
}

void gw_api_send(struct gw_api *a, const void *transport, cardea_connection c, const char *text, size_t len)
{
    const struct gw_transport *t = gw_transport_find(a, transport);

    if (t)
        t->table.send(c, text, len);
    else if (gw_away_is_key(a, transport))
        gw_away_heard(a, c, text, len);
}

void gw_api_shut(struct gw_api *a, const void *transport, cardea_connection c)
{
    const struct gw_transport *t = gw_transport_find(a, transport);

    if (t)
        t->table.shut(c);
}
