/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plugin_host.h"

#include <stdarg.h>
#include <sys/stat.h>

#include "api/linklimits.h"
#include "api/params.h"
#include "base/err.h"
#include "config/config.h"
#include "host/control.h"
#include "host/listeners.h"
#include "host/stats.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "peer/inlet.h"
#include "peer/outlet.h"

static struct {
    struct gw_api *api;
    char *state_folder;
    GHashTable *folders;  /* config -> path */
    GHashTable *services; /* name -> table, borrowed */
} plugins;

/* --- requests ----------------------------------------------------------------------------------------------------- */

static const struct cardea_request_info *info(const struct cardea_request *rq)
{
    return gw_api_info(plugins.api, rq);
}

static bool waits(const struct cardea_request *rq)
{
    return gw_api_waits(plugins.api, rq);
}

static void reply(struct cardea_request *rq, json_t *body)
{
    gw_api_reply(plugins.api, rq, body);
}

static void fail(struct cardea_request *rq, int code, const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    gw_api_fail(plugins.api, rq, code, text);
    g_free(text);
}

static void progress(struct cardea_request *rq, json_t *body)
{
    gw_api_progress(plugins.api, rq, body);
}

static void notify(struct cardea_handle *h, json_t *body)
{
    gw_api_notify(plugins.api, h, body);
}

static void notify_all(struct cardea_handle *const *handles, size_t n, json_t *body)
{
    gw_api_notify_all(plugins.api, handles, n, body);
}

/* --- SDP ---------------------------------------------------------------------------------------------------------- */

static int answer(struct cardea_request *rq, const struct cardea_answer *policy)
{
    return gw_api_answer(plugins.api, rq, policy);
}

static const struct cardea_offered *offered(struct cardea_request *rq, size_t *n)
{
    return gw_api_offered(plugins.api, rq, n);
}

static int place(struct cardea_handle *h, int *mindex, const struct cardea_place *p, cardea_sink *sink)
{
    return gw_api_place(plugins.api, h, mindex, p, sink);
}

static int offer(struct cardea_handle *h, struct cardea_request *rq, const struct cardea_offer *o)
{
    return gw_api_offer(plugins.api, h, rq, o);
}

static const struct cardea_stream *streams(struct cardea_handle *h, size_t *n)
{
    struct gw_link *l = gw_api_link(plugins.api, h);

    *n = 0;
    return l ? gw_link_streams(l, n) : NULL;
}

static bool is_up(const struct cardea_handle *h)
{
    const struct gw_link *l = gw_api_link(plugins.api, h);

    return l && gw_link_is_up(l);
}

/* --- media graph -------------------------------------------------------------------------------------------------- */

static struct gw_links *links(void)
{
    return gw_api_links(plugins.api);
}

static int link_to(cardea_sink sink, cardea_source source, const struct cardea_link *o)
{
    return gw_link_connect(links(), sink, source, o);
}

static int unlink_sink(cardea_sink sink)
{
    return gw_link_disconnect(links(), sink);
}

static int adjust(cardea_sink sink, const struct cardea_link *o)
{
    return gw_link_adjust(links(), sink, o);
}

static int sink_state(cardea_sink sink, struct cardea_sink_state *state)
{
    return gw_link_sink_state(links(), sink, state);
}

static int mute(cardea_source source, bool muted)
{
    return gw_link_source_order(links(), source, GW_ORDER_MUTE, muted);
}

static int keyframe(cardea_source source)
{
    return gw_link_source_order(links(), source, GW_ORDER_KEYFRAME, 0);
}

static int keyframe_every(cardea_source source, unsigned seconds)
{
    return gw_link_source_order(links(), source, GW_ORDER_KEYFRAME_EVERY, seconds);
}

static int bitrate(struct cardea_handle *h, uint32_t bps)
{
    struct gw_link *l = gw_api_link(plugins.api, h);

    return l ? gw_link_bitrate(l, bps) : GW_ENOENT;
}

static int talk(cardea_source source, unsigned packets, unsigned threshold)
{
    return gw_link_talk(links(), source, packets, threshold);
}

static int playout_delay(cardea_source source, int min, int max)
{
    bool none = min < 0 || max < 0;

    return gw_link_source_order(links(), source, GW_ORDER_PLAYOUT_DELAY,
                                none ? -1 : (int64_t)(min & 0xfff) << 12 | (max & 0xfff));
}

static int tap(cardea_source source, const struct cardea_tap *events, void *arg)
{
    const struct gw_tap t = {events, arg};

    return events && events->gone && arg ? gw_link_tap(links(), source, &t) : GW_EINVAL;
}

static int untap(cardea_source source, const struct cardea_tap *events, void *arg)
{
    const struct gw_tap t = {events, arg};

    return events && arg ? gw_link_untap(links(), source, &t) : GW_EINVAL;
}

static int forward(cardea_source source, const struct cardea_forward_conf *conf, cardea_forwarder *forwarder)
{
    return gw_outlet_new(links(), source, conf, forwarder);
}

static int forward_stop(cardea_forwarder forwarder)
{
    return gw_outlet_stop(links(), forwarder);
}

static int forward_state(cardea_forwarder forwarder, struct cardea_forward_state *state)
{
    return gw_outlet_state(links(), forwarder, state);
}

static int inlet(const struct cardea_inlet_conf *conf, struct cardea_inlet **in, cardea_source *source)
{
    return gw_inlet_new(links(), conf, in, source);
}

static int group(struct cardea_handle *h, uint64_t g)
{
    struct gw_link *l = gw_api_link(plugins.api, h);

    if (!l)
        return GW_ENOENT;
    gw_link_group(l, g);
    return 0;
}

static int unlink_from(cardea_sink sink, cardea_source source)
{
    return gw_link_disconnect_from(links(), sink, source);
}

static int sink_states(struct cardea_handle *h,
                       void (*tell)(void *arg, cardea_sink sink, const struct cardea_sink_state *state), void *arg)
{
    struct gw_link *l = gw_api_link(plugins.api, h);
    struct gw_states_ask ask = {tell, arg};

    return l ? gw_link_states(l, &ask) : GW_ENOENT;
}

static int sending(struct cardea_handle *h, const struct cardea_sending *how)
{
    return gw_api_sending(plugins.api, h, how);
}

static int loudness(cardea_source source, unsigned packets)
{
    return gw_link_source_order(links(), source, GW_ORDER_LOUDNESS, packets);
}

static int hush(cardea_source source, bool on)
{
    return gw_link_source_order(links(), source, GW_ORDER_HUSH, on);
}

static int fast_start(cardea_source source, bool on)
{
    return gw_link_source_order(links(), source, GW_ORDER_FAST_START, on);
}

static int top_layer(cardea_source source, int layer)
{
    if (layer < -1 || layer > 2)
        return CARDEA_EINVAL;
    return gw_link_source_order(links(), source, GW_ORDER_TOP_LAYER, layer);
}

static int expect(uint64_t g, unsigned peers)
{
    gw_links_expect(links(), g, peers);
    return 0;
}

/* --- data channels ------------------------------------------------------------------------------------------------ */

static int data_tap(struct cardea_handle *h, bool on)
{
    struct gw_link *l = gw_api_link(plugins.api, h);

    return l ? gw_link_data_tap(l, on) : GW_ENOENT;
}

static int send_data(struct cardea_handle *h, const struct cardea_message *msg)
{
    struct gw_link *l = gw_api_link(plugins.api, h);

    return l ? gw_link_send_data(l, msg) : GW_ENOENT;
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

static void hangup(struct cardea_handle *h, const char *reason)
{
    gw_api_hangup(plugins.api, h, reason);
}

static void end(struct cardea_handle *h)
{
    gw_api_end(plugins.api, h);
}

static int route(const char *prefix, void (*handler)(struct cardea_http *x, const struct cardea_http_request *rq))
{
    return gw_api_route(plugins.api, prefix, handler);
}

static void http_reply(struct cardea_http *x, int status, const char *const *headers, const void *body, size_t len)
{
    gw_api_http_reply(plugins.api, x, status, headers, body, len);
}

static void http_file(struct cardea_http *x, int status, const char *const *headers, int fd, uint64_t offset,
                      size_t len)
{
    gw_api_http_file(plugins.api, x, status, headers, fd, offset, len);
}

static bool admits(const char *secret, const char *token, const char *plugin)
{
    return gw_api_admits(plugins.api, secret, token, plugin);
}

static const json_t *token_claims(const char *token)
{
    return gw_api_token_claims(plugins.api, token);
}

static const json_t *claims(const struct cardea_handle *h)
{
    return gw_api_claims(plugins.api, h);
}

static int charge(const struct cardea_handle *h, struct cardea_charge **out, char *why, size_t why_len)
{
    return gw_api_charge(plugins.api, h, out, why, why_len);
}

static void event(struct cardea_handle *h, json_t *body)
{
    gw_api_event(plugins.api, h, body);
}

/* Handles may be looked up on the control thread alone: elsewhere a line has no ids. */
static void log_line(enum cardea_log_level level, const struct cardea_handle *h, const char *fmt, ...)
{
    uint64_t session = 0, handle = 0;
    va_list ap;

    if ((int)level > atomic_load(&gw_log_threshold))
        return;
    if (h)
        gw_api_ids(plugins.api, h, &session, &handle);
    va_start(ap, fmt);
    gw_log_vline("plugin", level, session, handle, fmt, ap);
    va_end(ap);
}

static void string_ids(bool on)
{
    gw_api_string_ids(plugins.api, on);
}

static bool signed_token(const char *token, const char *realm, const char *descriptor)
{
    return gw_api_signed_token(plugins.api, token, realm, descriptor);
}

static bool signed_tokens_enabled(void)
{
    return gw_api_signed_tokens_enabled(plugins.api);
}

static const char *state_folder(const struct cardea_config *config)
{
    const char *path = g_hash_table_lookup(plugins.folders, config);

    if (path && g_mkdir_with_parents(path, 0750)) {
        gw_error("the folder %s cannot be made: set general.state_folder", path);
        return NULL;
    }
    return path;
}

static bool check(struct cardea_request *rq, const json_t *object, const struct cardea_param *params)
{
    return gw_api_check(plugins.api, rq, object, params);
}

static int provide(const char *service, const void *functions)
{
    const void *present = g_hash_table_lookup(plugins.services, service);

    if (present && functions)
        return present == functions ? 0 : GW_EPROTO;
    if (functions)
        g_hash_table_insert(plugins.services, g_strdup(service), (gpointer)functions);
    else
        g_hash_table_remove(plugins.services, service);
    return 0;
}

static const void *find_service(const char *name)
{
    return g_hash_table_lookup(plugins.services, name);
}

static struct cardea_guest *guest(const char *plugin, const char *opaque_id,
                                  void (*hear)(void *, const struct cardea_heard *), void *arg)
{
    return gw_api_guest(plugins.api, plugin, opaque_id, hear, arg);
}

static int guest_message(struct cardea_guest *g, uint64_t tag, json_t *body, const char *type, const char *sdp,
                         size_t len)
{
    return gw_api_guest_message(plugins.api, g, tag, body, type, sdp, len);
}

static int guest_trickle(struct cardea_guest *g, const char *fragment, size_t len)
{
    return gw_api_guest_trickle(plugins.api, g, fragment, len);
}

static void guest_end(struct cardea_guest *g)
{
    gw_api_guest_end(plugins.api, g);
}

/* --- the operator's figures --------------------------------------------------------------------------------------- */

static json_t *drain_status(void)
{
    return gw_drain_json(plugins.api);
}

static struct cardea_metric *metric(const struct cardea_metric_conf *c)
{
    struct gw_metric *m = NULL;

    switch (c->kind) {
    case CARDEA_COUNTER:
        m = gw_metric_counter(c->name, c->labels, c->help);
        break;
    case CARDEA_GAUGE:
        m = gw_metric_gauge(c->name, c->labels, c->help);
        break;
    case CARDEA_RATIO:
        m = gw_metric_in_micros(gw_metric_gauge(c->name, c->labels, c->help));
        break;
    case CARDEA_HISTOGRAM:
        m = gw_metric_histogram(c->name, c->labels, c->help, c->bounds, c->n);
        break;
    }
    return (struct cardea_metric *)m;
}

static void metric_add(struct cardea_metric *m, int64_t n)
{
    gw_metric_add((struct gw_metric *)m, n);
}

static void metric_set(struct cardea_metric *m, int64_t v)
{
    gw_metric_set((struct gw_metric *)m, v);
}

static void metric_observe(struct cardea_metric *m, double v)
{
    gw_metric_observe((struct gw_metric *)m, v);
}

static int web_post(const struct cardea_web_post *p)
{
    const struct gw_web_post post = {.url = p->url,
                                     .content_type = p->content_type,
                                     .headers = p->headers,
                                     .body = p->body,
                                     .len = p->len,
                                     .timeout_ms = p->timeout_ms,
                                     .tries = p->tries,
                                     .done = p->done,
                                     .arg = p->arg};

    return gw_web_send(gw_control_web(), &post);
}

static void admit(const char *plugin, bool yes, const char *why)
{
    gw_api_admit(plugins.api, plugin, yes, why);
}

static json_t *worst_connections(unsigned most)
{
    return gw_api_worst(plugins.api, most);
}

static const struct cardea_host table = {
    .abi_major = CARDEA_ABI_MAJOR,
    .abi_minor = CARDEA_ABI_MINOR,
    .size = sizeof(table),
    .info = info,
    .reply = reply,
    .fail = fail,
    .notify = notify,
    .notify_all = notify_all,
    .progress = progress,
    .answer = answer,
    .place = place,
    .offer = offer,
    .streams = streams,
    .is_up = is_up,
    .link = link_to,
    .unlink = unlink_sink,
    .adjust = adjust,
    .limits = gw_link_limits_read,
    .sink_state = sink_state,
    .mute = mute,
    .keyframe = keyframe,
    .keyframe_every = keyframe_every,
    .bitrate = bitrate,
    .talk = talk,
    .playout_delay = playout_delay,
    .tap = tap,
    .untap = untap,
    .group = group,
    .data_tap = data_tap,
    .send_data = send_data,
    .hangup = hangup,
    .end = end,
    .post = gw_control_post,
    .job = gw_control_job,
    .timer = gw_control_timer,
    .timer_stop = gw_control_timer_stop,
    .now_us = gw_now_us,
    .route = route,
    .http_reply = http_reply,
    .event = event,
    .log = log_line,
    .string_ids = string_ids,
    .random_id = gw_api_random_id,
    .signed_token = signed_token,
    .signed_tokens_enabled = signed_tokens_enabled,
    .option_string = gw_config_string,
    .option_int = gw_config_int,
    .option_bool = gw_config_bool,
    .config_groups = gw_config_groups,
    .state_folder = state_folder,
    .check = check,
    .provide = provide,
    .service = find_service,
    .stats = gw_host_stats,
    .worker_stats = gw_host_worker_stats,
    .drain_status = drain_status,
    .metric = metric,
    .metric_add = metric_add,
    .metric_set = metric_set,
    .metric_observe = metric_observe,
    .admit = admit,
    .web_post = web_post,
    .inlet = inlet,
    .inject = gw_inlet_inject,
    .inject_data = gw_inlet_inject_data,
    .inlet_port = gw_inlet_port,
    .inlet_close = gw_inlet_close,
    .offered = offered,
    .guest = guest,
    .guest_message = guest_message,
    .guest_trickle = guest_trickle,
    .guest_end = guest_end,
    .unlink_from = unlink_from,
    .sink_states = sink_states,
    .sending = sending,
    .loudness = loudness,
    .hush = hush,
    .expect = expect,
    .forward = forward,
    .forward_stop = forward_stop,
    .forward_state = forward_state,
    .http_file = http_file,
    .admits = admits,
    .token_claims = token_claims,
    .grants = gw_jwt_grants,
    .waits = waits,
    .claims = claims,
    .listen = gw_listener_new,
    .listen_port = gw_listener_port,
    .listen_end = gw_listener_end,
    .worst_connections = worst_connections,
    .fast_start = fast_start,
    .top_layer = top_layer,
    .charge = charge,
    .refund = gw_api_refund,
};

const struct cardea_host *gw_plugin_host(struct gw_api *api, const char *folder)
{
    gw_plugin_host_free();
    plugins.api = api;
    plugins.state_folder = g_strdup(folder);
    plugins.folders = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    plugins.services = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return &table;
}

void gw_plugin_host_name(const struct cardea_config *config, const char *name)
{
    g_hash_table_insert(plugins.folders, (gpointer)config, g_build_filename(plugins.state_folder, name, NULL));
}

void gw_plugin_host_free(void)
{
    g_clear_pointer(&plugins.folders, g_hash_table_destroy);
    g_clear_pointer(&plugins.services, g_hash_table_destroy);
    g_clear_pointer(&plugins.state_folder, g_free);
    plugins.api = NULL;
}
