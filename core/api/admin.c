/* SPDX-License-Identifier: Apache-2.0 */
/* What operators ask: settings, tokens, sessions, handles, messages to modules. One line in a table each. */
#include "api/inside.h"

#include <string.h>
#include <strings.h>

#include "api/events.h"
#include "log/log.h"

void gw_admin_reply_with(struct gw_request *rq, const char *name, json_t *value)
{
    json_t *o = json_pack("{ss}", "janus", "success");

    json_object_set_new(o, name, value);
    gw_request_reply(rq, o);
}

const json_t *gw_admin_member(const struct gw_request *rq, const char *name)
{
    return json_object_get(rq->root, name);
}

/* --- information -------------------------------------------------------------------------------------------------- */

static void run_status(struct gw_request *rq)
{
    const struct gw_api *a = rq->api;
    const struct gw_settings_live *l = &a->live;
    const char *rotate = gw_option_text(a, "general", "log_rotate_sig");
    json_t *status =
        json_pack("{sb sI sI sI si sb sb sb sb sI sb sI sI}", "token_auth", gw_option_true(a, "general", "token_auth"),
                  "session_timeout", (json_int_t)l->session_timeout_s, "reclaim_session_timeout",
                  (json_int_t)gw_option_number(a, "general", "reclaim_session_timeout"), "candidates_timeout",
                  (json_int_t)gw_option_number(a, "general", "candidates_timeout"), "log_level", gw_log_level(),
                  "log_timestamps", l->timestamps, "log_colors", l->colors, "locking_debug", l->locking_debug,
                  "refcount_debug", l->refcount_debug, "min_nack_queue", (json_int_t)l->media.min_nack_queue_ms,
                  "nack-optimizations", l->media.nack_optimizations, "no_media_timer", (json_int_t)l->media.no_media_s,
                  "slowlink_threshold", (json_int_t)l->media.slowlink_threshold);

    if (rotate)
        json_object_set_new(status, "log_rotate_sig", json_string(rotate));
    gw_admin_reply_with(rq, "status", status);
}

/* --- settings ----------------------------------------------------------------------------------------------------- */

void gw_admin_settings_load(struct gw_api *a)
{
    a->live = (struct gw_settings_live){
        .session_timeout_s = gw_option_number(a, "general", "session_timeout"),
        .media = {.min_nack_queue_ms = (uint32_t)gw_option_number(a, "media", "min_nack_queue"),
                  .no_media_s = (uint32_t)gw_option_number(a, "media", "no_media_timer"),
                  .slowlink_threshold = (uint32_t)gw_option_number(a, "media", "slowlink_threshold"),
                  .twcc_period_ms = (uint32_t)gw_option_number(a, "media", "twcc_period"),
                  .keyframe_cache_ms = (uint32_t)gw_option_number(a, "media", "keyframe_cache"),
                  .nack_optimizations = gw_option_true(a, "media", "nack_optimizations"),
                  .sending = {.start_bps = (uint32_t)gw_option_number(a, "media", "start_bitrate"),
                              .min_bps = (uint32_t)gw_option_number(a, "media", "min_bitrate"),
                              .max_bps = (uint32_t)gw_option_number(a, "media", "max_bitrate"),
                              .no_probing = !gw_option_true(a, "media", "probing"),
                              .no_pacing = !gw_option_true(a, "media", "pacing")}},
        .timestamps = gw_option_true(a, "general", "debug_timestamps"),
        .colors = gw_option_true(a, "general", "debug_colors"),
    };
}

static void tell_media(struct gw_api *a)
{
    if (a->conf.media_changed)
        a->conf.media_changed(a->conf.arg, &a->live.media);
}

void gw_admin_last_figures(struct gw_api *a, bool wanted)
{
    if (a->live.media.last_figures == wanted)
        return;
    a->live.media.last_figures = wanted;
    tell_media(a);
}

/* For one session -1 is "as all others". */
static void run_session_timeout(struct gw_request *rq)
{
    json_int_t s = json_integer_value(gw_admin_member(rq, "timeout"));

    if (s < (rq->session ? -1 : 0)) {
        gw_request_fail(rq, GW_API_INVALID, "timeout must not be negative");
        return;
    }
    if (rq->session)
        rq->session->timeout_s = s;
    else
        rq->api->live.session_timeout_s = s;
    gw_admin_reply_with(rq, "timeout", json_integer(s));
}

/* Ours: with `modules`, levels of single modules besides; "" forgets them. */
static void run_log_level(struct gw_request *rq)
{
    const char *modules = gw_json_string(rq->root, "modules");

    if (modules && gw_log_set_modules(modules)) {
        gw_request_fail(rq, GW_API_INVALID, "modules is not a list such as \"ice=6, api=5\"");
        return;
    }
    gw_log_set_level((int)json_integer_value(gw_admin_member(rq, "level")));
    gw_admin_reply_with(rq, "level", json_integer(gw_log_level()));
}

/* What is larger than `most` becomes that, as the reply shows. */
static uint32_t number_of(const struct gw_request *rq, const char *name, uint32_t most)
{
    json_int_t n = json_integer_value(gw_admin_member(rq, name));

    return n > most ? most : (uint32_t)n;
}

static void run_min_nack_queue(struct gw_request *rq)
{
    rq->api->live.media.min_nack_queue_ms = number_of(rq, "min_nack_queue", 1000);
    tell_media(rq->api);
    gw_admin_reply_with(rq, "min_nack_queue", json_integer(rq->api->live.media.min_nack_queue_ms));
}

static void run_nack_optimizations(struct gw_request *rq)
{
    rq->api->live.media.nack_optimizations = json_is_true(gw_admin_member(rq, "nack_optimizations"));
    tell_media(rq->api);
    gw_admin_reply_with(rq, "nack-optimizations", json_boolean(rq->api->live.media.nack_optimizations));
}

static void run_no_media_timer(struct gw_request *rq)
{
    rq->api->live.media.no_media_s = number_of(rq, "no_media_timer", UINT32_MAX);
    tell_media(rq->api);
    gw_admin_reply_with(rq, "no_media_timer", json_integer(rq->api->live.media.no_media_s));
}

static void run_slowlink_threshold(struct gw_request *rq)
{
    rq->api->live.media.slowlink_threshold = number_of(rq, "slowlink_threshold", UINT32_MAX);
    tell_media(rq->api);
    gw_admin_reply_with(rq, "slowlink_threshold", json_integer(rq->api->live.media.slowlink_threshold));
}

/* These are remembered and told by get_status; there is nothing behind them here that could be switched. */
static void run_locking_debug(struct gw_request *rq)
{
    rq->api->live.locking_debug = json_is_true(gw_admin_member(rq, "debug"));
    gw_admin_reply_with(rq, "locking_debug", json_boolean(rq->api->live.locking_debug));
}

static void run_refcount_debug(struct gw_request *rq)
{
    rq->api->live.refcount_debug = json_is_true(gw_admin_member(rq, "debug"));
    gw_admin_reply_with(rq, "refcount_debug", json_boolean(rq->api->live.refcount_debug));
}

static void run_log_timestamps(struct gw_request *rq)
{
    rq->api->live.timestamps = json_is_true(gw_admin_member(rq, "timestamps"));
    gw_log_set_timestamps(rq->api->live.timestamps);
    gw_admin_reply_with(rq, "log_timestamps", json_boolean(rq->api->live.timestamps));
}

static void run_log_colors(struct gw_request *rq)
{
    rq->api->live.colors = json_is_true(gw_admin_member(rq, "colors"));
    gw_log_set_colors(rq->api->live.colors);
    gw_admin_reply_with(rq, "log_colors", json_boolean(rq->api->live.colors));
}

static void run_accept(struct gw_request *rq)
{
    bool on = json_is_true(gw_admin_member(rq, "accept"));

    gw_api_accept(rq->api, on);
    gw_admin_reply_with(rq, "accept", json_boolean(on));
}

/* --- sessions, handles, modules ----------------------------------------------------------------------------------- */

static json_t *keys_json(GHashTable *by_id)
{
    json_t *list = json_array();
    GHashTableIter it;
    gpointer key;

    g_hash_table_iter_init(&it, by_id);
    while (g_hash_table_iter_next(&it, &key, NULL))
        json_array_append_new(list, json_integer(*(const gint64 *)key));
    return list;
}

static void run_list_sessions(struct gw_request *rq)
{
    gw_admin_reply_with(rq, "sessions", keys_json(rq->api->sessions));
}

static void run_list_handles(struct gw_request *rq)
{
    gw_admin_reply_with(rq, "handles", keys_json(rq->session->handles));
}

/* Our loops are the workers; a handle is on one from its first negotiation on. */
static void run_loops_info(struct gw_request *rq)
{
    unsigned counts[GW_MAX_WORKERS], n = gw_links_by_worker(rq->api->links, counts, GW_MAX_WORKERS);
    json_t *loops = json_array();

    for (unsigned i = 0; i < n; i++)
        json_array_append_new(loops, json_pack("{si si}", "id", (int)i, "handles", (int)counts[i]));
    gw_admin_reply_with(rq, "loops", loops);
}

static void run_hangup(struct gw_request *rq)
{
    gw_request_ok(rq, "success");
    gw_handle_hangup(rq->handle, "Admin API");
}

static bool answers_to(const struct gw_transport *t, const char *name)
{
    if (!strcmp(t->table.name, name))
        return true;
    for (const char *const *alias = t->table.aliases; alias && *alias; alias++)
        if (!strcmp(*alias, name))
            return true;
    return false;
}

static void run_query_transport(struct gw_request *rq)
{
    const char *name = gw_json_string(rq->root, "transport");

    for (guint i = 0; i < rq->api->transports->len; i++) {
        const struct gw_transport *t = rq->api->transports->pdata[i];
        json_t *request, *response;

        if (!answers_to(t, name))
            continue;
        if (!t->table.query) {
            gw_request_fail(rq, GW_API_UNKNOWN, "%s takes no queries", name);
            return;
        }
        request =
            gw_admin_member(rq, "request") ? json_incref((json_t *)gw_admin_member(rq, "request")) : json_object();
        response = t->table.query(request);
        json_decref(request);
        gw_admin_reply_with(rq, "response", response ? response : json_object());
        return;
    }
    gw_request_fail(rq, GW_API_NO_PLUGIN, "No such transport: %s", name);
}

static void run_query_handler(struct gw_request *rq)
{
    const struct gw_event_handler *h = gw_events_find(rq->api, gw_json_string(rq->root, "handler"));
    json_t *request, *response;

    if (!h) {
        gw_request_fail(rq, GW_API_NO_PLUGIN, "No such event handler: %.100s", gw_json_string(rq->root, "handler"));
        return;
    }
    request = gw_admin_member(rq, "request") ? json_incref((json_t *)gw_admin_member(rq, "request")) : json_object();
    response = h->query(h->arg, request);
    json_decref(request);
    gw_admin_reply_with(rq, "response", response ? response : json_object());
}

/* There are no loggers: the log is the gateway's own. */
static void run_query_nobody(struct gw_request *rq)
{
    gw_request_fail(rq, GW_API_NO_PLUGIN, "No such module");
}

static void run_custom_event(struct gw_request *rq)
{
    gw_event_external(rq->api, gw_json_string(rq->root, "schema"), gw_admin_member(rq, "data"));
    gw_request_ok(rq, "success");
}

static void run_logline(struct gw_request *rq)
{
    const json_t *level = gw_admin_member(rq, "level");
    int l = json_is_integer(level) ? (int)json_integer_value(level) : CARDEA_LOG_INFO;

    gw_log_line("operator", l >= CARDEA_LOG_FATAL && l <= CARDEA_LOG_TRACE ? (enum cardea_log_level)l : CARDEA_LOG_INFO,
                0, 0, "%s", gw_json_string(rq->root, "line"));
    gw_request_ok(rq, "success");
}

/* --- tables ------------------------------------------------------------------------------------------------------- */

#define WANTS(name, type, most)                                                                                        \
    {                                                                                                                  \
        name, type, CARDEA_REQUIRED, .max = most                                                                       \
    }
static const struct cardea_param p_timeout[] = {WANTS("timeout", CARDEA_INT, 0), {0}};
static const struct cardea_param p_level[] = {WANTS("level", CARDEA_UINT, 7), {"modules", CARDEA_STRING}, {0}};
static const struct cardea_param p_debug[] = {WANTS("debug", CARDEA_BOOL, 0), {0}};
static const struct cardea_param p_nack[] = {WANTS("min_nack_queue", CARDEA_UINT, 0), {0}};
static const struct cardea_param p_optimize[] = {WANTS("nack_optimizations", CARDEA_BOOL, 0), {0}};
static const struct cardea_param p_no_media[] = {WANTS("no_media_timer", CARDEA_UINT, 0), {0}};
static const struct cardea_param p_slowlink[] = {WANTS("slowlink_threshold", CARDEA_UINT, 0), {0}};
static const struct cardea_param p_accept[] = {WANTS("accept", CARDEA_BOOL, 0), {0}};
static const struct cardea_param p_token[] = {WANTS("token", CARDEA_STRING, 0), {0}};
static const struct cardea_param p_add_token[] = {WANTS("token", CARDEA_STRING, 0), {"plugins", CARDEA_ARRAY}, {0}};
static const struct cardea_param p_token_plugins[] = {
    WANTS("token", CARDEA_STRING, 0), {"plugins", CARDEA_ARRAY, CARDEA_REQUIRED | CARDEA_NONEMPTY}, {0}};
static const struct cardea_param p_plugin[] = {WANTS("plugin", CARDEA_STRING, 0), {"request", CARDEA_OBJECT}, {0}};
static const struct cardea_param p_transport[] = {
    WANTS("transport", CARDEA_STRING, 0), {"request", CARDEA_OBJECT}, {0}};
static const struct cardea_param p_handler[] = {WANTS("handler", CARDEA_STRING, 0), {"request", CARDEA_OBJECT}, {0}};
static const struct cardea_param p_logger[] = {WANTS("logger", CARDEA_STRING, 0), {"request", CARDEA_OBJECT}, {0}};
static const struct cardea_param p_event[] = {WANTS("schema", CARDEA_STRING, 0), WANTS("data", CARDEA_OBJECT, 0), {0}};
static const struct cardea_param p_timestamps[] = {WANTS("timestamps", CARDEA_BOOL, 0), {0}};
static const struct cardea_param p_colors[] = {WANTS("colors", CARDEA_BOOL, 0), {0}};
static const struct cardea_param p_drain[] = {{"on", CARDEA_BOOL}, {"timeout", CARDEA_UINT, 0, 604800}, {0}};
static const struct cardea_param p_line[] = {WANTS("line", CARDEA_STRING, 0), {0}};
static const struct cardea_param p_address[] = {{"address", CARDEA_STRING, CARDEA_REQUIRED | CARDEA_NONEMPTY}, {0}};
static const struct cardea_param p_stun[] = {{"address", CARDEA_STRING, CARDEA_REQUIRED | CARDEA_NONEMPTY},
                                             {"port", CARDEA_UINT, CARDEA_REQUIRED, .max = 65535},
                                             {"localport", CARDEA_UINT, .max = 65535},
                                             {0}};
static const struct cardea_param p_file[] = {WANTS("file", CARDEA_STRING, 0), {0}};
static const struct cardea_param p_unload[] = {WANTS("plugin", CARDEA_STRING, 0), {0}};
static const struct cardea_param p_capture[] = {
    {"folder", CARDEA_STRING}, {"filename", CARDEA_STRING}, {"truncate", CARDEA_UINT}, {0}};
static const struct cardea_param p_handle_info[] = {{"plugin_only", CARDEA_BOOL}, {0}};

static const struct verb {
    const char *name;
    unsigned level;
    const struct cardea_param *params;
    void (*run)(struct gw_request *rq);
    bool open; /* needs no secret */
} verbs[] = {
    {"info", GW_LEVEL_SERVER, NULL, gw_verb_info, true},
    {"ping", GW_LEVEL_SERVER, NULL, gw_verb_ping, true},
    {"get_status", GW_LEVEL_SERVER, NULL, run_status},
    {"set_session_timeout", GW_LEVEL_SERVER, p_timeout, run_session_timeout},
    {"set_session_timeout", GW_LEVEL_SESSION, p_timeout, run_session_timeout},
    {"set_log_level", GW_LEVEL_SERVER, p_level, run_log_level},
    {"set_locking_debug", GW_LEVEL_SERVER, p_debug, run_locking_debug},
    {"set_refcount_debug", GW_LEVEL_SERVER, p_debug, run_refcount_debug},
    {"set_log_timestamps", GW_LEVEL_SERVER, p_timestamps, run_log_timestamps},
    {"set_log_colors", GW_LEVEL_SERVER, p_colors, run_log_colors},
    {"set_min_nack_queue", GW_LEVEL_SERVER, p_nack, run_min_nack_queue},
    {"set_nack_optimizations", GW_LEVEL_SERVER, p_optimize, run_nack_optimizations},
    {"set_no_media_timer", GW_LEVEL_SERVER, p_no_media, run_no_media_timer},
    {"set_slowlink_threshold", GW_LEVEL_SERVER, p_slowlink, run_slowlink_threshold},
    {"accept_new_sessions", GW_LEVEL_SERVER, p_accept, run_accept},
    {"drain", GW_LEVEL_SERVER, p_drain, gw_admin_drain},
    {"undrain", GW_LEVEL_SERVER, NULL, gw_admin_undrain},
    {"drain_status", GW_LEVEL_SERVER, NULL, gw_admin_drain_status},
    {"add_token", GW_LEVEL_SERVER, p_add_token, gw_admin_add_token},
    {"allow_token", GW_LEVEL_SERVER, p_token_plugins, gw_admin_allow_token},
    {"disallow_token", GW_LEVEL_SERVER, p_token_plugins, gw_admin_disallow_token},
    {"list_tokens", GW_LEVEL_SERVER, NULL, gw_admin_list_tokens},
    {"remove_token", GW_LEVEL_SERVER, p_token, gw_admin_remove_token},
    {"list_sessions", GW_LEVEL_SERVER, NULL, run_list_sessions},
    {"loops_info", GW_LEVEL_SERVER, NULL, run_loops_info},
    {"message_plugin", GW_LEVEL_SERVER, p_plugin, gw_message_plugin},
    {"query_transport", GW_LEVEL_SERVER, p_transport, run_query_transport},
    {"query_eventhandler", GW_LEVEL_SERVER, p_handler, run_query_handler},
    {"query_logger", GW_LEVEL_SERVER, p_logger, run_query_nobody},
    {"custom_event", GW_LEVEL_SERVER, p_event, run_custom_event},
    {"custom_logline", GW_LEVEL_SERVER, p_line, run_logline},
    {"resolve_address", GW_LEVEL_SERVER, p_address, gw_admin_operate},
    {"test_stun", GW_LEVEL_SERVER, p_stun, gw_admin_operate},
    {"reload", GW_LEVEL_SERVER, NULL, gw_admin_operate},
    {"load_plugin", GW_LEVEL_SERVER, p_file, gw_admin_operate},
    {"unload_plugin", GW_LEVEL_SERVER, p_unload, gw_admin_operate},
    {"list_handles", GW_LEVEL_SESSION, NULL, run_list_handles},
    {"destroy_session", GW_LEVEL_SESSION, NULL, gw_verb_destroy},
    {"handle_info", GW_LEVEL_HANDLE, p_handle_info, gw_admin_handle_info},
    {"start_pcap", GW_LEVEL_HANDLE, p_capture, gw_captures_start_pcap},
    {"start_text2pcap", GW_LEVEL_HANDLE, p_capture, gw_captures_start_text},
    {"stop_pcap", GW_LEVEL_HANDLE, NULL, gw_captures_stop},
    {"stop_text2pcap", GW_LEVEL_HANDLE, NULL, gw_captures_stop},
    {"detach_handle", GW_LEVEL_HANDLE, NULL, gw_verb_detach},
    {"hangup_webrtc", GW_LEVEL_HANDLE, NULL, run_hangup},
};

static const struct verb *find_verb(const char *name, unsigned level)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (verbs[i].level == level && !strcasecmp(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

static bool passes(const struct gw_request *rq)
{
    const char *secret = gw_option_text(rq->api, "general", "admin_secret");

    if (!secret || gw_token_same(secret, gw_json_string(rq->root, "admin_secret")))
        return true;
    gw_request_fail(rq, GW_API_UNAUTHORIZED, "%s", gw_api_error_text(GW_API_UNAUTHORIZED));
    return false;
}

static bool find_addressed(struct gw_request *rq)
{
    gint64 key = (gint64)rq->handle_id;

    rq->session = gw_session_find_for(rq->api, rq->session_id, rq->origin.transport);
    if (!rq->session) {
        if (!gw_elsewhere_request(rq))
            gw_request_fail(rq, GW_API_NO_SESSION, "No such session: %llu", (unsigned long long)rq->session_id);
        return false;
    }
    rq->handle = rq->has_handle ? g_hash_table_lookup(rq->session->handles, &key) : NULL;
    if (rq->handle && rq->handle->away.there) {
        gw_away_request(rq);
        return false;
    }
    if (rq->handle || !rq->has_handle)
        return true;
    gw_request_fail(rq, GW_API_NO_HANDLE, "No such handle: %llu", (unsigned long long)rq->handle_id);
    return false;
}

void gw_admin_take(struct gw_request *rq)
{
    bool server = !rq->session_id && !rq->has_handle;
    const struct verb *v = server ? find_verb(rq->name, GW_LEVEL_SERVER) : NULL;

    if (v && v->open) {
        v->run(rq);
        return;
    }
    if (!server && (!rq->session_id || (rq->has_handle && !rq->handle_id))) {
        gw_request_fail(rq, GW_API_NO_SESSION, "session_id and handle_id must be positive");
        return;
    }
    if (!passes(rq) || (!server && !find_addressed(rq)))
        return;
    if (!server)
        v = find_verb(rq->name, rq->handle ? GW_LEVEL_HANDLE : GW_LEVEL_SESSION);
    if (!v)
        gw_request_fail(rq, GW_API_WRONG_PATH, "\"%.60s\" is not a request for this level", rq->name);
    else if (gw_request_check(rq, v->params, rq->root))
        v->run(rq);
}
