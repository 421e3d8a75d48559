/* SPDX-License-Identifier: Apache-2.0 */
#include "support/world_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/plugin_host.h"
#include "support/fixture.h"

struct world world;
const char *world_state = "/dev/null/nowhere"; /* cannot be made, whoever we are */
const struct cardea_host *world_host;

/* --- begin, turn, end --------------------------------------------------------------------------------------------- */

static int64_t now(void)
{
    return world.now_us;
}

static void media_changed(void *arg, const struct gw_media_settings *settings)
{
    world.media = *settings;
}

/* The host of this world: it drains as soon as it is asked. */
static void drain(void *arg, bool on, int64_t timeout_s)
{
    const struct gw_drain_status status = {on, world.now_us,
                                           timeout_s ? world.now_us + timeout_s * 1000000 : INT64_MAX};

    gw_api_draining(world.api, &status);
}

static void configure(const char *const *settings)
{
    if (gw_config_new(&world.config, gw_options, false))
        abort();
    for (; settings && settings[0]; settings += 2) {
        char **names = g_strsplit(settings[0], ".", 2);

        if (gw_config_set(world.config, names[0], names[1], settings[1], "test", gw_complain_to_stderr, NULL))
            abort();
        g_strfreev(names);
    }
}

struct gw_jwt *world_jwt;

void world_begin(const char *const *settings)
{
    struct gw_api_conf conf = {.now_us = now, .address = "127.0.0.1", .media_changed = media_changed, .drain = drain};
    struct gw_links_conf links = {.workers = world_workers,
                                  .fingerprint = world_fingerprint,
                                  .address = "127.0.0.1",
                                  .peers_per_worker = world_peers,
                                  .plain_most = 8,
                                  .post = world_post,
                                  .events = gw_api_link_events(),
                                  .now_us = now};
    char why[300];

    memset(&world, 0, sizeof(world));
    world.now_us = 1000000;
    world.next_tag = 100;
    world.taps = g_array_new(FALSE, FALSE, sizeof(struct world_tap));
    world.errands = g_async_queue_new_full(g_free);
    world.configs = g_ptr_array_new_with_free_func((GDestroyNotify)gw_config_free);
    configure(settings);
    conf.config = world.config;
    conf.jwt = world_jwt;
    if (gw_timers_new(&world.timers))
        abort();
    conf.timers = world.timers;
    if (gw_api_new(&world.api, &conf) || gw_links_new(&world.links, &links))
        abort();
    gw_api_set_links(world.api, world.links);
    world_host = gw_plugin_host(world.api, world_state);
    if (gw_api_add_plugin(world.api, &world_own_plugin, world_host, NULL, why, sizeof(why)) ||
        gw_api_add_transport(world.api, &world_transport, NULL, NULL, why, sizeof(why)))
        abort();
    gw_api_opened(world.api, &world_transport, WORLD_WS, CARDEA_DOOR_CLIENT, "192.0.2.1");
    gw_api_opened(world.api, &world_transport, WORLD_OTHER, CARDEA_DOOR_CLIENT, "192.0.2.2");
    gw_api_opened(world.api, &world_transport, WORLD_ADMIN, CARDEA_DOOR_ADMIN, "192.0.2.3");
}

void world_turn(void)
{
    for (int i = 0; i < 100000; i++) {
        struct gw_news *n = g_queue_pop_head(&world.news);
        bool more = n != NULL;

        if (n)
            gw_links_news(world.links, n);
        g_free(n);
        more |= gw_api_turn_end(world.api);
        more |= gw_links_turn(world.links);
        more |= world_run_errand();
        if (!more && g_queue_is_empty(&world.news))
            return;
        if (world_worker && i > 8) /* its mailbox may be full until later */
            return;
    }
    abort();
}

void world_wait(int64_t us)
{
    for (int64_t until = world.now_us + us; world.now_us < until;) {
        int64_t next = gw_timers_next(world.timers);

        world.now_us = next > until ? until : next > world.now_us ? next : world.now_us + 1;
        gw_timers_run(world.timers, world.now_us);
        world_turn();
    }
}

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "at the end of the world: %s\n", what);
    abort();
}

void world_settle(bool (*is_so)(void))
{
    int64_t patience = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;

    for (world_turn(); !is_so(); world_turn()) {
        check(g_get_monotonic_time() < patience, "what a test waited for did not come");
        g_usleep(1000);
    }
}

static void free_sent(void *sent)
{
    struct world_sent *s = sent;

    json_decref(s->json);
    g_free(s);
}

void world_response_free(struct world_response *r)
{
    if (!r)
        return;
    g_free(r->body);
    g_free(r->headers);
    g_free(r);
}

static void free_response(void *response)
{
    world_response_free(response);
}

void world_end(void)
{
    gw_api_close_all(world.api);
    world_turn();
    check(!gw_api_handles(world.api), "handles are left");
    check(world.attached == world.detached, "not every attach had its detach");
    check(!world.posts_nested, "a callback was nested in another");
    gw_api_stop_transports(world.api);
    gw_api_stop_plugins(world.api);
    gw_links_free(world.links);
    gw_api_free(world.api);
    gw_plugin_host_free();
    check(!world.ticking, "timers of a plugin are left");
    g_array_free(world.taps, TRUE);
    g_async_queue_unref(world.errands); /* what plugins have posted last is not done any more */
    g_queue_clear_full(&world.web_posts, g_free);
    g_ptr_array_unref(world.configs);
    gw_timers_free(world.timers);
    gw_config_free(world.config);
    g_queue_clear_full(&world.sent, free_sent);
    g_queue_clear_full(&world.responses, free_response);
}

/* --- talking ------------------------------------------------------------------------------------------------------ */

void world_say(cardea_connection c, const char *text)
{
    gw_api_received(world.api, &world_transport, c, text, strlen(text));
    world_turn();
}

static GList *first_for(cardea_connection c)
{
    for (GList *l = world.sent.head; l; l = l->next)
        if (((struct world_sent *)l->data)->to == c)
            return l;
    return NULL;
}

json_t *world_heard(cardea_connection c)
{
    GList *l = first_for(c);
    struct world_sent *s;
    json_t *json;

    check(l, "nothing was sent where something should have been");
    s = l->data;
    json = s->json;
    g_free(s);
    g_queue_delete_link(&world.sent, l);
    return json;
}

bool world_quiet(cardea_connection c)
{
    return !first_for(c);
}

json_t *world_ask(cardea_connection c, const char *fmt, ...)
{
    char *text;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    world_say(c, text);
    g_free(text);
    return world_heard(c);
}

int world_code(json_t *reply)
{
    int code = (int)json_integer_value(json_object_get(json_object_get(reply, "error"), "code"));

    json_decref(reply);
    return code;
}

static uint64_t made(json_t *reply)
{
    uint64_t id = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));

    check(id, "no id was given");
    json_decref(reply);
    return id;
}

uint64_t world_session(cardea_connection c)
{
    return made(world_ask(c, "{\"janus\":\"create\",\"transaction\":\"c\"}"));
}

uint64_t world_attach(cardea_connection c, uint64_t session)
{
    return world_attach_to(c, session, "janus.plugin.fake");
}

uint64_t world_attach_to(cardea_connection c, uint64_t session, const char *package)
{
    return made(world_ask(c,
                          "{\"janus\":\"attach\",\"session_id\":%llu,\"transaction\":\"a\","
                          "\"plugin\":\"%s\",\"opaque_id\":\"me\"}",
                          (unsigned long long)session, package));
}

void world_jsep(uint64_t session, uint64_t handle, const char *body, const char *type, const char *fixture)
{
    char *sdp = fixture_sdp(fixture), *text;
    json_t *root = json_pack("{ss sI sI ss so s{ss ss}}", "janus", "message", "session_id", (json_int_t)session,
                             "handle_id", (json_int_t)handle, "transaction", "j", "body", json_loads(body, 0, NULL),
                             "jsep", "type", type, "sdp", sdp);

    check(root, "a body is not JSON");
    text = json_dumps(root, 0);
    world_say(WORLD_WS, text);
    free(text);
    free(sdp);
    json_decref(root);
}

uint64_t world_http(enum cardea_door door, const char *method, const char *path, const char *query_text,
                    const char *body)
{
    static const char *const headers[] = {"Accept", "text/plain", NULL};
    const struct gw_exchange_in in = {.method = method,
                                      .path = path,
                                      .query = query_text ? query_text : "",
                                      .remote = "192.0.2.9",
                                      .headers = headers,
                                      .route = gw_api_has_route(world.api, path),
                                      .body = body ? body : "",
                                      .len = body ? strlen(body) : 0};

    gw_api_exchange(world.api, &world_transport, ++world.next_tag, door, &in);
    world_turn();
    return world.next_tag;
}

struct world_response *world_response(uint64_t tag)
{
    for (GList *l = world.responses.head; l; l = l->next) {
        struct world_response *r = l->data;

        if (r->tag != tag)
            continue;
        g_queue_delete_link(&world.responses, l);
        return r;
    }
    return NULL;
}

json_t *world_http_json(enum cardea_door door, const char *method, const char *path, const char *body)
{
    struct world_response *r = world_response(world_http(door, method, path, NULL, body));
    json_t *json;

    check(r && r->status == 200, "an exchange was not answered with 200");
    json = json_loads(r->body, 0, NULL);
    check(json, "an exchange was not answered with JSON");
    world_response_free(r);
    return json;
}

int world_http_status(enum cardea_door door, const char *method, const char *path, const char *body)
{
    struct world_response *r = world_response(world_http(door, method, path, NULL, body));
    int status = r ? r->status : 0;

    world_response_free(r);
    return status;
}
