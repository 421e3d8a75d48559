/* SPDX-License-Identifier: Apache-2.0 */
#include "host/event_handlers.h"

#include <stdlib.h>
#include <string.h>

#include "api/events.h"
#include "base/err.h"
#include "config/config.h"
#include "events/events.h"
#include "host/control.h"
#include "log/log.h"
#include "metrics/metrics.h"

enum { UNKNOWN = 411, MISSING = 412, INVALID = 413, OTHER = 499 };

/* --- options ------------------------------------------------------------------------------------------------------ */

/* clang-format off */
#define COMMON                                                                                                         \
    {"general", "enabled", CARDEA_OPT_BOOL, "false", 0, 0, false, "Send events this way (needs events.broadcast in "   \
        "the main file)."},                                                                                            \
    {"general", "events", CARDEA_OPT_LIST, "all", 0, 0, false, "Types of events: sessions, handles, external, jsep, "  \
        "webrtc, media, plugins, transports, core; or all, or none."},                                                 \
    {"general", "grouping", CARDEA_OPT_BOOL, "true", 0, 0, false, "Up to 100 events in one array."},                   \
    {"general", "json", CARDEA_OPT_STRING, "compact", 0, 20, false, "Layout of JSON; it is always compact."},          \
    {"general", "queue", CARDEA_OPT_INT, "10000", 1, 10000000, false, "Events that may wait; then the oldest is "      \
        "dropped."}

static const struct cardea_option webhook_options[] = {
    COMMON,
    {"general", "backend", CARDEA_OPT_STRING, NULL, 0, 4000, false, "Address that gets the POSTs: http:// or https://."},
    {"general", "backend_user", CARDEA_OPT_STRING, NULL, 0, 500, false, "User for basic authentication."},
    {"general", "backend_pwd", CARDEA_OPT_STRING, NULL, 0, 500, false, "Password for it."},
    {"general", "max_retransmissions", CARDEA_OPT_INT, "5", 0, 100, false, "How often a POST is tried again when there "
        "is no connection or no answer; then its events are dropped."},
    {"general", "retransmissions_backoff", CARDEA_OPT_INT, "100", 1, 60000, false, "Milliseconds before the first of "
        "these; the next waits twice as long, and so on."},
    {"general", "compress", CARDEA_OPT_BOOL, "false", 0, 0, false, "Compress bodies with gzip."},
    {"general", "compression", CARDEA_OPT_INT, "6", 1, 9, false, "Accepted and ignored: the library's level is used."},
    {0},
};

static const struct cardea_option websocket_options[] = {
    COMMON,
    {"general", "backend", CARDEA_OPT_STRING, NULL, 0, 4000, false, "Address to connect to: ws:// or wss://."},
    {"general", "subprotocol", CARDEA_OPT_STRING, NULL, 0, 200, false, "WebSocket subprotocol to ask for."},
    {"general", "events_cap_on_reconnect", CARDEA_OPT_INT, "0", 0, 10000000, false, "How many of the newest events "
        "survive a lost connection; 0: all that the queue holds."},
    {"general", "ws_logging", CARDEA_OPT_STRING, NULL, 0, 200, false, "Accepted and ignored."},
    {0},
};
/* clang-format on */

/* --- the handlers ------------------------------------------------------------------------------------------------- */

struct handler {
    struct gw_event_handler event;
    struct gw_module module;
    enum gw_delivery by;
    /* while it runs */
    struct cardea_config *config; /* owned */
    struct gw_deliverer *deliverer;
    struct gw_delivery_conf conf; /* its texts are those of config, or of tweaks */
    GPtrArray *tweaks;            /* char *: texts that query brought; owned */
};

static json_t *query(void *arg, json_t *request);

static void take(void *arg, const char *text)
{
    gw_deliverer_take(((struct handler *)arg)->deliverer, text);
}

/* What all have in common. */
#define HANDLER(own, known, what, does, file, table, way)                                                              \
    {                                                                                                                  \
        .event = {.name = "cardea.eventhandler." own,                                                                  \
                  .shown = "janus.eventhandler." known,                                                                \
                  .title = what,                                                                                       \
                  .description = does,                                                                                 \
                  .author = "The Cardea authors",                                                                      \
                  .version_string = "0.1.0",                                                                           \
                  .version = 1,                                                                                        \
                  .take = take,                                                                                        \
                  .query = query},                                                                                     \
        .module = {.kind = "eventhandler",                                                                             \
                   .name = "cardea.eventhandler." own,                                                                 \
                   .title = file,                                                                                      \
                   .config_name = known,                                                                               \
                   .options = table},                                                                                  \
        .by = way,                                                                                                     \
    }

static struct handler handlers[] = {
    HANDLER("webhook", "sampleevh", "Events by POST", "Sends events to a web server", "events by POST to a web server",
            webhook_options, GW_BY_WEBHOOK),
    HANDLER("websocket", "wsevh", "Events by WebSocket", "Sends events over a WebSocket that it opens",
            "events over a WebSocket", websocket_options, GW_BY_WEBSOCKET),
};
#define N_HANDLERS (sizeof(handlers) / sizeof(handlers[0]))

static struct gw_api *api_of_handlers; /* NULL: none runs */

const struct gw_module *gw_event_handler_modules(size_t *n)
{
    static struct gw_module modules[N_HANDLERS];

    for (size_t i = 0; i < N_HANDLERS; i++)
        modules[i] = handlers[i].module;
    *n = N_HANDLERS;
    return modules;
}

/* --- tweak -------------------------------------------------------------------------------------------------------- */

static json_t *problem(int code, const char *what, const char *member)
{
    return json_pack("{si ss+}", "error_code", code, "error", what, member);
}

static const char *own(struct handler *h, const json_t *value)
{
    char *copy = g_strdup(json_string_value(value));

    g_ptr_array_add(h->tweaks, copy);
    return copy;
}

enum kind { TEXT, FLAG, COUNT };

/* What may be changed while it runs, and where it lies. */
static const struct tweak {
    const char *name;
    enum kind kind;
    size_t at;
} tweaks[] = {
    {"grouping", FLAG, offsetof(struct gw_delivery_conf, grouping)},
    {"backend", TEXT, offsetof(struct gw_delivery_conf, backend)},
    {"backend_user", TEXT, offsetof(struct gw_delivery_conf, user)},
    {"backend_pwd", TEXT, offsetof(struct gw_delivery_conf, password)},
    {"max_retransmissions", COUNT, offsetof(struct gw_delivery_conf, retries)},
    {"retransmissions_backoff", COUNT, offsetof(struct gw_delivery_conf, backoff_ms)},
    {"compress", FLAG, offsetof(struct gw_delivery_conf, compress)},
};

static bool fits(const struct tweak *t, const json_t *v)
{
    if (t->kind == TEXT)
        return json_is_string(v);
    if (t->kind == FLAG)
        return json_is_boolean(v);
    return json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= 60000;
}

static void set(struct handler *h, struct gw_delivery_conf *c, const struct tweak *t, const json_t *v)
{
    char *at = (char *)c + t->at;

    if (t->kind == TEXT)
        *(const char **)at = own(h, v);
    else if (t->kind == FLAG)
        *(bool *)at = json_is_true(v);
    else
        *(unsigned *)at = (unsigned)json_integer_value(v);
}

static json_t *tweak(struct handler *h, const json_t *request)
{
    const json_t *events = json_object_get(request, "events");
    struct gw_delivery_conf c = h->conf;
    unsigned mask = h->event.mask;
    char why[300];

    if (events && !json_is_string(events))
        return problem(INVALID, "Not a string: ", "events");
    if (events && !gw_event_mask(json_string_value(events), &mask))
        return problem(INVALID, "There is a type that does not exist in: ", "events");
    for (size_t i = 0; i < G_N_ELEMENTS(tweaks); i++) {
        const json_t *v = json_object_get(request, tweaks[i].name);

        if (v && !fits(&tweaks[i], v))
            return problem(INVALID, "Wrong type or out of range: ", tweaks[i].name);
        if (v)
            set(h, &c, &tweaks[i], v);
    }
    if (gw_deliverer_change(h->deliverer, &c, why, sizeof(why)))
        return problem(INVALID, "", why);
    h->conf = c;
    h->event.mask = mask;
    return json_pack("{si}", "result", 200);
}

static json_t *status(const struct handler *h)
{
    const struct gw_delivery_stats *s = gw_deliverer_stats(h->deliverer);

    return json_pack("{si sI sI sI sI sI}", "result", 200, "events", (json_int_t)atomic_load(&s->events), "delivered",
                     (json_int_t)atomic_load(&s->delivered), "dropped", (json_int_t)atomic_load(&s->dropped), "retries",
                     (json_int_t)atomic_load(&s->retries), "connects", (json_int_t)atomic_load(&s->connects));
}

static json_t *query(void *arg, json_t *request)
{
    const json_t *name = json_object_get(request, "request");

    if (!name)
        return problem(MISSING, "Missing element: ", "request");
    if (!json_is_string(name))
        return problem(INVALID, "Not a string: ", "request");
    if (!strcmp(json_string_value(name), "tweak"))
        return tweak(arg, request);
    if (!strcmp(json_string_value(name), "status"))
        return status(arg);
    return problem(UNKNOWN, "Unknown request: ", json_string_value(name));
}

/* --- metrics ------------------------------------------------------------------------------------------------------ */

static void set_metric(const struct handler *h, const char *name, const char *help, const atomic_ulong *value)
{
    char label[80];

    gw_metric_label(label, sizeof(label), "handler", h->module.config_name);
    gw_metric_set(gw_metric_counter(name, label, help), (int64_t)atomic_load(value));
}

static void set_metrics(void *unused)
{
    for (size_t i = 0; i < N_HANDLERS; i++) {
        const struct gw_delivery_stats *s;

        if (!handlers[i].deliverer)
            continue;
        s = gw_deliverer_stats(handlers[i].deliverer);
        set_metric(&handlers[i], "cardea_events_total", "Events given to a handler.", &s->events);
        set_metric(&handlers[i], "cardea_events_delivered_total", "Events that the other side has.", &s->delivered);
        set_metric(&handlers[i], "cardea_events_dropped_total", "Events dropped for want of room or of an answer.",
                   &s->dropped);
    }
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static const char *text(const struct handler *h, const char *name)
{
    const struct cardea_option *o = h->module.options;

    while (o->name && strcmp(o->name, name) != 0)
        o++;
    return o->name ? gw_config_string(h->config, "general", name) : NULL;
}

static int64_t number(const struct handler *h, const char *name)
{
    const struct cardea_option *o = h->module.options;

    while (o->name && strcmp(o->name, name) != 0)
        o++;
    return o->name ? gw_config_int(h->config, "general", name) : 0;
}

static int start_one(struct handler *h)
{
    char why[300];
    int err;

    h->conf = (struct gw_delivery_conf){
        .by = h->by,
        .web = gw_control_web(),
        .clock = {.start = gw_control_timer, .stop = gw_control_timer_stop},
        .backend = text(h, "backend"),
        .user = text(h, "backend_user"),
        .password = text(h, "backend_pwd"),
        .subprotocol = text(h, "subprotocol"),
        .grouping = gw_config_bool(h->config, "general", "grouping"),
        .most_waiting = (unsigned)number(h, "queue"),
        .retries = (unsigned)number(h, "max_retransmissions"),
        .backoff_ms = (unsigned)number(h, "retransmissions_backoff"),
        .compress = h->by == GW_BY_WEBHOOK && gw_config_bool(h->config, "general", "compress"),
        .keep_on_reconnect = (unsigned)number(h, "events_cap_on_reconnect"),
    };
    if (!gw_event_mask(text(h, "events"), &h->event.mask))
        gw_warn("%s: general.events has a type that does not exist: %s", h->module.name, text(h, "events"));
    err = gw_deliverer_new(&h->deliverer, &h->conf, why, sizeof(why));
    if (err) {
        gw_error("%s: general.%s", h->module.name, why);
        return err;
    }
    h->event.arg = h;
    h->tweaks = g_ptr_array_new_with_free_func(g_free);
    gw_events_add(api_of_handlers, &h->event);
    gw_info("event handler %s, to %s", h->module.name, h->conf.backend);
    return 0;
}

int gw_event_handlers_start(struct gw_api *api, const struct gw_settings *settings)
{
    const char *disabled = gw_config_string(settings->config, "events", "disable");
    int err = 0;

    if (!gw_config_bool(settings->config, "events", "broadcast"))
        return 0;
    api_of_handlers = api;
    gw_metrics_on_render(set_metrics, NULL);
    for (size_t i = 0; i < N_HANDLERS && !err; i++) {
        struct handler *h = &handlers[i];

        h->config = gw_settings_module(settings, h->module.kind, h->module.config_name, h->module.options, NULL,
                                       gw_complain_to_log, NULL, NULL);
        if (gw_config_bool(h->config, "general", "enabled") && (!disabled || !strstr(disabled, h->module.config_name)))
            err = start_one(h);
    }
    if (!err)
        gw_events_started(api);
    return err;
}

void gw_event_handlers_stop(int signal)
{
    if (!api_of_handlers)
        return;
    gw_events_shutdown(api_of_handlers, signal);
    gw_events_clear(api_of_handlers);
    gw_metrics_off_render(set_metrics, NULL);
    api_of_handlers = NULL;
    for (size_t i = 0; i < N_HANDLERS; i++) {
        struct handler *h = &handlers[i];

        gw_deliverer_free(h->deliverer);
        h->deliverer = NULL;
        g_clear_pointer(&h->tweaks, g_ptr_array_unref);
        gw_config_free(h->config);
        h->config = NULL;
    }
}
