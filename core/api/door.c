/* SPDX-License-Identifier: Apache-2.0 */
/* What an exchange below a base path means: /, /<session>, /<session>/<handle>, /info, /ping. */
#include "api/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SEGMENTS 2

struct path {
    unsigned n; /* more than MAX_SEGMENTS: too many */
    char segment[MAX_SEGMENTS][64];
    bool slash; /* at the end */
    uint64_t session, handle;
    bool has_session, has_handle;
};

static bool read_number(const char *text, uint64_t *out)
{
    if (!*text || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    *out = strtoull(text, NULL, 10);
    return !errno;
}

static void read_path(struct path *p, const char *text)
{
    memset(p, 0, sizeof(*p));
    while (*text) {
        size_t len = strcspn(text, "/");

        if (len && p->n < MAX_SEGMENTS)
            snprintf(p->segment[p->n], sizeof(p->segment[0]), "%.*s", (int)(len > 63 ? 63 : len), text);
        p->n += len > 0;
        p->slash = text[len] == '/';
        text += len + p->slash;
    }
    p->has_session = read_number(p->segment[0], &p->session);
    p->has_handle = read_number(p->segment[1], &p->handle);
}

static void respond_empty(struct gw_exchange *x, int status)
{
    gw_exchange_respond(x->transport, x->tag, status, NULL, NULL, 0);
}

static struct gw_origin origin_of(const struct gw_exchange *x, enum cardea_door door)
{
    return (struct gw_origin){x->transport, 0, x->tag, door};
}

/* GET base/info and base/ping: the same as the requests, with a transaction of our own. */
static void ask(struct gw_api *a, struct gw_exchange *x, enum cardea_door door, const char *request)
{
    const struct gw_origin o = origin_of(x, door);
    char transaction[32];
    json_t *root;

    snprintf(transaction, sizeof(transaction), "%llu", (unsigned long long)gw_api_random_id());
    root = json_pack("{ss ss}", "janus", request, "transaction", transaction);
    gw_request_take(a, &o, root);
    json_decref(root);
}

/* An id of the path goes into the request unless it has one; false: it has another. */
static bool put_id(json_t *root, const char *name, bool has, uint64_t id)
{
    const json_t *given = json_object_get(root, name);

    if (!has)
        return true;
    if (json_is_integer(given) && json_integer_value(given))
        return (uint64_t)json_integer_value(given) == id;
    json_object_set_new(root, name, json_integer((json_int_t)id));
    return true;
}

static void post(struct gw_api *a, struct gw_exchange *x, enum cardea_door door, const struct path *p,
                 const struct gw_exchange_in *in)
{
    const struct gw_origin o = origin_of(x, door);
    char why[300];
    json_t *root;

    if (in->len > (size_t)gw_option_number(a, "limits", "request_size")) {
        gw_request_refuse(&o, 0, GW_API_NOT_JSON, "Longer than limits.request_size");
        return;
    }
    root = gw_json_read(in->body, in->len, NULL, why, sizeof(why));
    if (!root)
        gw_request_refuse(&o, 0, GW_API_NOT_JSON, "Invalid JSON: %s", why);
    else if (json_is_array(root))
        gw_request_refuse(&o, 0, GW_API_NOT_OBJECT, "Not a JSON object");
    else if (!json_is_object(root))
        gw_request_refuse(&o, 0, GW_API_NOT_JSON, "Invalid JSON: not an object");
    else if (!put_id(root, "session_id", p->has_session, p->session) ||
             !put_id(root, "handle_id", p->has_handle, p->handle))
        gw_request_refuse(&o, 0, GW_API_WRONG_PATH, "Conflicting ids in path and body");
    else
        gw_request_take(a, &o, root);
    json_decref(root);
}

/* Relative, so that it works behind any base path and proxy. */
static void redirect(struct gw_exchange *x, const struct path *p)
{
    char location[80];
    const char *headers[] = {"Location", location, NULL};

    snprintf(location, sizeof(location), "%s%s", p->slash ? "../../" : "../", p->segment[0]);
    gw_exchange_respond(x->transport, x->tag, 302, headers, NULL, 0);
}

/* The value of name in a query string, decoded; g_free() it. NULL: absent. */
static char *query_value(const char *query, const char *name)
{
    size_t len = strlen(name);

    for (const char *q = query; q && *q; q = strchr(q, '&') ? strchr(q, '&') + 1 : NULL) {
        if (strncmp(q, name, len) || q[len] != '=')
            continue;
        return g_uri_unescape_segment(q + len + 1, q + strcspn(q, "&"), NULL);
    }
    return NULL;
}

/* Does its owner fetch events? By which exchanges does not matter: a neighbour may carry them. */
static bool is_polled(const struct gw_session *s)
{
    return s->owner && s->owner == s->owner->transport->exchange;
}

static void poll(struct gw_api *a, struct gw_exchange *x, enum cardea_door door, const struct path *p,
                 const struct gw_exchange_in *in)
{
    char *secret = query_value(in->query, "apisecret"), *token = query_value(in->query, "token");
    bool passes = gw_auth_passes(a, secret, token);
    struct gw_session *s = p->has_session ? gw_session_find_for(a, p->session, x->transport) : NULL;

    g_free(secret);
    g_free(token);
    if (!passes)
        respond_empty(x, 403);
    else if (!s && p->has_session && gw_elsewhere_exchange(a, x, door, in))
        return;
    else if (!s || !is_polled(s))
        respond_empty(x, 404);
    else {
        char *max = query_value(in->query, "maxev");

        gw_session_touch(s);
        gw_poll_start(s, x, max);
        g_free(max);
    }
}

static void get(struct gw_api *a, struct gw_exchange *x, enum cardea_door door, const struct path *p,
                const struct gw_exchange_in *in)
{
    const struct gw_origin o = origin_of(x, door);

    if (p->n == 1 && (!strcmp(p->segment[0], "info") || !strcmp(p->segment[0], "ping")))
        ask(a, x, door, p->segment[0]);
    else if (door == CARDEA_DOOR_ADMIN)
        gw_request_refuse(&o, 0, GW_API_NOT_JSON, "Invalid JSON: there is no body");
    else if (p->n == 2 && p->has_session) /* a number: nothing else gets into the header */
        redirect(x, p);
    else if (p->n == 1)
        poll(a, x, door, p, in);
    else
        respond_empty(x, 404);
}

void gw_door_exchange(struct gw_api *a, struct gw_exchange *x, enum cardea_door door, const struct gw_exchange_in *in)
{
    const struct gw_origin o = origin_of(x, door);
    struct path p;

    read_path(&p, in->path);
    if (!strcmp(in->method, "OPTIONS"))
        respond_empty(x, 200);
    else if (p.n > MAX_SEGMENTS)
        respond_empty(x, 404);
    else if (!strcmp(in->method, "GET"))
        get(a, x, door, &p, in);
    else if (strcmp(in->method, "POST") != 0)
        gw_request_refuse(&o, 0, GW_API_TRANSPORT, "Unsupported method %.20s", in->method);
    else if (p.n == 1 && !strcmp(p.segment[0], "info") && door == CARDEA_DOOR_ADMIN)
        gw_request_refuse(&o, 0, GW_API_TRANSPORT, "Use GET for info");
    else if (!in->len || (p.n == 1 && (!strcmp(p.segment[0], "info") || !strcmp(p.segment[0], "ping"))))
        respond_empty(x, 400);
    else
        post(a, x, door, &p, in);
}
