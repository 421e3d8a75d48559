/* SPDX-License-Identifier: Apache-2.0 */
#include "host/transport_host.h"

#include <stdarg.h>
#include <string.h>

#include "base/err.h"
#include "config/config.h"
#include "dtls/dtls.h"
#include "host/control.h"
#include "host/listeners.h"
#include "log/log.h"

#define PATIENCE_MS 500

static struct {
    struct gw_api *api;
    const char *html_folder;
} transports;

enum what { OPENED, RECEIVED, CLOSED, EXCHANGE, ABANDONED, EVENT };

/* One thing that a transport said; owned by whoever holds it. */
struct said {
    enum what what;
    const void *transport;
    uint64_t id; /* connection or tag */
    enum cardea_door door;
    bool route;
    char *method, *path, *query, *remote, *text;
    size_t len;
    char **headers;
    json_t *json;
};

/* Headers that a route may ask for. */
static const char *const kept_headers[] = {"Authorization", "Content-Type", "If-Match",        "If-None-Match",
                                           "Origin",        "Range",        "Accept",          "Host",
                                           "Referer",       "User-Agent",   "X-Forwarded-For", "X-Forwarded-Proto"};

static void said_free(struct said *s)
{
    g_free(s->method);
    g_free(s->path);
    g_free(s->query);
    g_free(s->remote);
    g_free(s->text);
    g_strfreev(s->headers);
    json_decref(s->json);
    g_free(s);
}

/* --- on the control thread ---------------------------------------------------------------------------------------- */

static void hear_exchange(const struct said *s)
{
    const struct gw_exchange_in in = {.method = s->method,
                                      .path = s->path,
                                      .query = s->query,
                                      .remote = s->remote,
                                      .route = s->route,
                                      .headers = (const char *const *)s->headers,
                                      .body = s->text,
                                      .len = s->len};

    gw_api_exchange(transports.api, s->transport, s->id, s->door, &in);
}

static void hear(void *arg)
{
    struct said *s = arg;

    switch (s->what) {
    case OPENED:
        gw_api_opened(transports.api, s->transport, s->id, s->door, s->remote);
        break;
    case RECEIVED:
        gw_api_received(transports.api, s->transport, s->id, s->text, s->len);
        break;
    case CLOSED:
        gw_api_closed(transports.api, s->transport, s->id);
        break;
    case EXCHANGE:
        hear_exchange(s);
        break;
    case ABANDONED:
        gw_api_abandoned(transports.api, s->transport, s->id);
        break;
    case EVENT:
        gw_api_transport_event(transports.api, s->transport, s->id, s->json);
        s->json = NULL;
        break;
    }
    said_free(s);
}

/* --- on the transports' threads ----------------------------------------------------------------------------------- */

static struct said *said_new(enum what what, const void *transport, uint64_t id)
{
    struct said *s = g_new0(struct said, 1);

    s->what = what;
    s->transport = transport;
    s->id = id;
    return s;
}

static bool post(struct said *s)
{
    for (int ms = 0; gw_control_post(hear, s); ms++) {
        if (ms >= PATIENCE_MS) {
            gw_warn("the gateway is too busy: something a transport said was dropped");
            said_free(s);
            return false;
        }
        g_usleep(1000);
    }
    return true;
}

static void opened(const void *transport, cardea_connection c, enum cardea_door door, const char *remote)
{
    struct said *s = said_new(OPENED, transport, c);

    s->door = door;
    s->remote = g_strdup(remote);
    post(s);
}

static void received(const void *transport, cardea_connection c, const char *text, size_t len)
{
    struct said *s = said_new(RECEIVED, transport, c);

    s->text = g_strndup(text, len);
    memcpy(s->text, text, len); /* zero bytes inside are for the parser to refuse */
    s->len = len;
    post(s);
}

static void closed(const void *transport, cardea_connection c)
{
    post(said_new(CLOSED, transport, c));
}

static char **keep_headers(const struct cardea_exchange *x)
{
    GPtrArray *list = g_ptr_array_new();

    for (size_t i = 0; x->header && i < G_N_ELEMENTS(kept_headers); i++) {
        const char *value = x->header(x->arg, kept_headers[i]);

        if (!value)
            continue;
        g_ptr_array_add(list, g_strdup(kept_headers[i]));
        g_ptr_array_add(list, g_strdup(value));
    }
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static void exchange(const void *transport, uint64_t tag, enum cardea_door door, const struct cardea_exchange *x,
                     const void *body, size_t len)
{
    struct said *s = said_new(EXCHANGE, transport, tag);
    const struct cardea_response busy = {.status = 503};

    s->door = door;
    s->route = x->route;
    s->method = g_strdup(x->method);
    s->path = g_strdup(x->path);
    s->query = g_strdup(x->query);
    s->remote = g_strdup(x->remote);
    s->headers = keep_headers(x);
    s->text = g_malloc(len + 1);
    if (len)
        memcpy(s->text, body, len);
    s->text[len] = 0;
    s->len = len;
    if (!post(s))
        ((const struct cardea_transport *)transport)->respond(tag, &busy);
}

static void abandoned(const void *transport, uint64_t tag)
{
    post(said_new(ABANDONED, transport, tag));
}

static void event(const void *transport, cardea_connection c, json_t *body)
{
    struct said *s = said_new(EVENT, transport, c);

    s->json = body;
    post(s);
}

static void log_line(enum cardea_log_level level, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    gw_log_vline("transport", level, 0, 0, fmt, ap);
    va_end(ap);
}

static bool has_route(const char *path)
{
    return gw_api_has_route(transports.api, path);
}

static const char *html_folder(void)
{
    return transports.html_folder;
}

static const struct cardea_transport_host table = {
    .abi_major = CARDEA_ABI_MAJOR,
    .abi_minor = CARDEA_ABI_MINOR,
    .size = sizeof(table),
    .opened = opened,
    .received = received,
    .closed = closed,
    .exchange = exchange,
    .abandoned = abandoned,
    .event = event,
    .log = log_line,
    .option_string = gw_config_string,
    .option_int = gw_config_int,
    .option_bool = gw_config_bool,
    .html_folder = html_folder,
    .self_signed = gw_dtls_self_signed,
    .has_route = has_route,
    .listen = gw_listener_new,
    .listen_port = gw_listener_port,
    .listen_end = gw_listener_end,
};

const struct cardea_transport_host *gw_transport_host(struct gw_api *api, const char *folder)
{
    transports.api = api;
    transports.html_folder = folder;
    return &table;
}
