/* SPDX-License-Identifier: Apache-2.0 */
/* Who has had enough: connections, sessions and requests of one address, session or token (quota.h). */
#include "api/inside.h"
#include "api/listed.h"

#include <string.h>

#include "base/str.h"
#include "log/log.h"
#include "metrics/metrics.h"

static unsigned limit(const struct gw_api *a, const char *name)
{
    return (unsigned)gw_option_number(a, "limits", name);
}

bool gw_api_is_listed(const struct gw_api *a, const char *category, const char *name, const char *address)
{
    return gw_address_listed(gw_option_text(a, category, name), address);
}

/* Operators, proxies and the host itself are not counted. */
static bool is_exempt(const struct gw_api *a, const char *address)
{
    return gw_api_is_listed(a, "limits", "exempt", address);
}

/* Where requests of this origin are counted; NULL: nowhere. *full: no room to remember one more. */
static struct gw_quota_place *place_of(struct gw_api *a, const char *address, bool *full)
{
    struct gw_quota_place *p;

    *full = false;
    if (!address || !*address || is_exempt(a, address))
        return NULL;
    p = gw_quota_address(&a->quota, address);
    *full = !p;
    return p;
}

void gw_limits_count(const char *what)
{
    char label[64];

    gw_metric_label(label, sizeof(label), "limit", what);
    gw_metric_add(gw_metric_counter("cardea_limits_reached_total", label, "What was refused because of a limit."), 1);
}

/* --- connections -------------------------------------------------------------------------------------------------- */

bool gw_limits_connection(struct gw_api *a, struct gw_client *c)
{
    unsigned most = limit(a, "connections_per_address");
    struct gw_quota_place *p;
    bool full;

    if (c->door == CARDEA_DOOR_ADMIN)
        return true;
    p = place_of(a, c->remote, &full);
    if (full || (p && most && p->connections >= most)) {
        gw_limits_count("connections_per_address");
        gw_warn("a connection of %s is refused: limits.connections_per_address; if it is a proxy, name it in "
                "limits.exempt",
                c->remote);
        return false;
    }
    c->place = p;
    if (p)
        p->connections++;
    return true;
}

void gw_limits_connection_gone(struct gw_client *c)
{
    if (c->place)
        c->place->connections--;
    c->place = NULL;
}

/* --- sessions ----------------------------------------------------------------------------------------------------- */

static bool refuse(const struct gw_request *rq, int code, const char *name, const char *text)
{
    gw_limits_count(name);
    gw_request_fail(rq, code, "%s (limits.%s)", text, name);
    return false;
}

bool gw_limits_session(const struct gw_request *rq, struct gw_limits_session *out)
{
    unsigned per_address = limit(rq->api, "sessions_per_address"), per_token = limit(rq->api, "sessions_per_token");
    const char *token = gw_json_string(rq->root, "token");
    const json_t *claims = gw_auth_claims(rq->api, token);
    bool full;

    out->address = place_of(rq->api, gw_origin_remote(&rq->origin), &full);
    if (full || (out->address && per_address && out->address->sessions >= per_address)) {
        gw_warn("a session of %s is refused: limits.sessions_per_address; if it is a proxy, name it in limits.exempt",
                gw_origin_remote(&rq->origin));
        return refuse(rq, GW_API_TOO_MANY, "sessions_per_address", "Too many sessions of one address");
    }
    if (json_is_integer(json_object_get(claims, "sessions"))) { /* counted for whom the token is about */
        per_token = (unsigned)json_integer_value(json_object_get(claims, "sessions"));
        if (gw_json_string(claims, "sub"))
            token = gw_json_string(claims, "sub");
    }
    out->token = token && per_token ? gw_quota_token(&rq->api->quota, token) : NULL;
    if (out->token && out->token->sessions >= per_token)
        return refuse(rq, GW_API_TOO_MANY, "sessions_per_token", "Too many sessions with one token");
    return true;
}

void gw_limits_session_made(struct gw_session *s, const struct gw_limits_session *of)
{
    s->counted = *of;
    if (of->address)
        of->address->sessions++;
    if (of->token)
        of->token->sessions++;
}

void gw_limits_session_gone(struct gw_session *s)
{
    if (s->counted.address)
        s->counted.address->sessions--;
    if (s->counted.token)
        s->counted.token->sessions--;
    s->counted = (struct gw_limits_session){NULL, NULL};
}

/* --- handles ------------------------------------------------------------------------------------------------------ */

bool gw_limits_handle(const struct gw_request *rq)
{
    const struct gw_quota_place *p = rq->session->counted.address;
    unsigned per_address = limit(rq->api, "handles_per_address");

    if (rq->api->n_handles >= limit(rq->api, "handles"))
        return refuse(rq, GW_API_ATTACH, "handles", "The limit of handles is reached");
    if (p && per_address && p->handles >= per_address)
        return refuse(rq, GW_API_TOO_MANY, "handles_per_address", "Too many handles of one address");
    return true;
}

void gw_limits_handle_made(struct gw_handle *h)
{
    h->counted = h->session->counted.address;
    if (h->counted)
        h->counted->handles++;
}

void gw_limits_handle_gone(struct gw_handle *h)
{
    if (h->counted)
        h->counted->handles--;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

bool gw_limits_request(const struct gw_request *rq)
{
    unsigned rate = limit(rq->api, "requests_per_address");
    struct gw_quota_place *p;
    bool full;

    if (!rate)
        return true;
    p = place_of(rq->api, gw_origin_remote(&rq->origin), &full);
    if (!full && (!p || gw_bucket_take(&p->requests, rate, rq->api->conf.now_us())))
        return true;
    return refuse(rq, GW_API_TOO_MANY, "requests_per_address", "Too many requests of one address");
}

bool gw_limits_session_request(const struct gw_request *rq)
{
    const json_t *claims = gw_auth_claims(rq->api, gw_json_string(rq->root, "token"));
    uint64_t rate = gw_jwt_quota(claims, "requests", limit(rq->api, "requests_per_session"));

    if (gw_bucket_take(&rq->session->requests, (unsigned)rate, rq->api->conf.now_us()))
        return true;
    return refuse(rq, GW_API_TOO_MANY, "requests_per_session", "Too many requests for one session");
}
