/* SPDX-License-Identifier: Apache-2.0 */
#include "support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/plugin_host.h"

struct world world;
const char *world_state = "/nowhere";

static const struct cardea_host *host;

/* --- the plugin --------------------------------------------------------------------------------------------------- */

/* What a plugin is promised: never inside one of its own callbacks. */
static void enter(void)
{
    if (world.depth++)
        world.posts_nested++;
}

static void leave(void)
{
    world.depth--;
}

static json_t *fine(const char *what)
{
    return json_pack("{ss ss}", "fake", "event", "result", what);
}

static void run_sync(struct cardea_request *rq)
{
    enter();
    host->reply(rq, json_pack("{ss sO}", "fake", "success", "body", host->info(rq)->body));
    leave();
}

static void run_async(struct cardea_request *rq)
{
    enter();
    world.runs++;
    host->reply(rq, fine("ok"));
    leave();
}

static void run_mute(struct cardea_request *rq)
{
    world.kept = rq;
}

static void run_list(struct cardea_request *rq)
{
    host->reply(rq, json_array());
}

static void run_twice(struct cardea_request *rq)
{
    enter();
    host->reply(rq, fine("first"));
    host->reply(rq, fine("second"));
    host->fail(rq, 400, "third");
    host->info(rq);
    leave();
}

static void run_late(struct cardea_request *rq)
{
    world.kept = rq;
}

static void run_answer(struct cardea_request *rq)
{
    const struct cardea_answer policy = {.title = "fake"};

    enter();
    world.last_result = host->answer(rq, &policy);
    if (world.last_result)
        host->fail(rq, 414, "no answer: %d", world.last_result);
    else
        host->reply(rq, fine("answered"));
    leave();
}

static void place_audio(struct cardea_handle *h)
{
    const struct cardea_place place = {.kind = CARDEA_AUDIO, .codec = "opus", .payload_type = -1};
    cardea_sink sink;
    int mindex = -1;

    host->place(h, &mindex, &place, &sink);
}

static void run_offer(struct cardea_request *rq)
{
    const struct cardea_offer offer = {.title = "fake"};
    struct cardea_handle *h = host->info(rq)->handle;

    enter();
    place_audio(h);
    world.last_result = host->offer(h, rq, &offer);
    host->notify(h, fine("before the reply"));
    host->reply(rq, fine("offered"));
    host->notify(h, fine("after the reply"));
    leave();
}

static void run_end(struct cardea_request *rq)
{
    struct cardea_handle *h = host->info(rq)->handle;

    enter();
    host->end(h);
    host->end(h);
    host->reply(rq, fine("ending"));
    leave();
}

static void run_hangup(struct cardea_request *rq)
{
    enter();
    host->hangup(host->info(rq)->handle, NULL);
    host->reply(rq, fine("hanging up"));
    leave();
}

static int attach(struct cardea_handle *h, void **user)
{
    enter();
    world.handle = h;
    if (world.end_in_attach)
        host->end(h);
    world.attached += !world.refuse_attach;
    *user = &world;
    leave();
    return world.refuse_attach ? -1 : 0;
}

static void detach(struct cardea_handle *h, void *user)
{
    enter();
    world.detached++;
    host->notify(h, fine("bye"));
    leave();
}

static void up(struct cardea_handle *h, void *user)
{
    enter();
    world.ups++;
    host->notify(h, fine("up"));
    leave();
}

static void down(struct cardea_handle *h, void *user, const char *reason)
{
    enter();
    world.downs++;
    host->notify(h, fine("down"));
    leave();
}

static void source_added(struct cardea_handle *h, void *user, const struct cardea_stream *stream)
{
    enter();
    world.sources++;
    leave();
}

static void source_gone(struct cardea_handle *h, void *user, cardea_source source)
{
    enter();
    world.sources_gone++;
    leave();
}

static void told_to_drain(bool draining)
{
    world.drains += draining ? 1 : 100;
}

static bool welcomes(const json_t *purpose)
{
    return json_integer_value(json_object_get(purpose, "room")) == 1234;
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    return json_pack("{ss}", "plugin", "fake");
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    host = h;
    return 0;
}

static void stop(void)
{
}

static const struct cardea_param params[] = {
    {"n", CARDEA_UINT, CARDEA_REQUIRED, .max = 10},
    {"word", CARDEA_STRING, CARDEA_NONEMPTY},
    {0},
};
static const struct cardea_verb verbs[] = {
    {"sync", CARDEA_SYNC, NULL, run_sync},
    {"checked", CARDEA_SYNC, params, run_sync},
    {"async", CARDEA_ASYNC, NULL, run_async},
    {"strict", CARDEA_ASYNC, params, run_async},
    {"manage", CARDEA_SYNC, NULL, run_sync, "admin"},
    {"mute", CARDEA_SYNC, NULL, run_mute},
    {"list", CARDEA_SYNC, NULL, run_list},
    {"twice", CARDEA_ASYNC, NULL, run_twice},
    {"late", CARDEA_ASYNC, NULL, run_late},
    {"answer", CARDEA_ASYNC, NULL, run_answer},
    {"offer", CARDEA_ASYNC, NULL, run_offer},
    {"end", CARDEA_ASYNC, NULL, run_end},
    {"hangup", CARDEA_ASYNC, NULL, run_hangup},
    {0},
};
static const char *const aliases[] = {"janus.plugin.fake", NULL};

static const struct cardea_plugin plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = "cardea.plugin.fake",
    .aliases = aliases,
    .title = "Fake",
    .version_string = "1",
    .version = 1,
    .key = "fake",
    .errors = {.no_message = 421, .not_object = 422, .unknown = 423, .missing = 429, .invalid = 430},
    .verbs = verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
    .up = up,
    .down = down,
    .source_added = source_added,
    .source_gone = source_gone,
    .drain = told_to_drain,
    .describe = describe,
    .welcomes = welcomes,
};

/* --- the transport ------------------------------------------------------------------------------------------------ */

static void send_text(cardea_connection c, const char *text, size_t len)
{
    struct world_sent *s = g_new0(struct world_sent, 1);
    json_error_t error;

    s->to = c;
    s->json = json_loadb(text, len, 0, &error);
    if (!s->json) { /* whatever we send is JSON */
        fprintf(stderr, "sent: %.*s\n%s\n", (int)len, text, error.text);
        abort();
    }
    g_queue_push_tail(&world.sent, s);
}

static void respond(uint64_t tag, const struct cardea_response *response)
{
    struct world_response *r = g_new0(struct world_response, 1);

    r->tag = tag;
    r->status = response->status;
    r->body = g_strndup(response->body ? response->body : "", response->len);
    for (const char *const *h = response->headers; h && h[0]; h += 2)
        if (!strcmp(h[0], "Location"))
            r->location = g_strdup(h[1]);
    g_queue_push_tail(&world.responses, r);
}

static bool offers(enum cardea_door door)
{
    return true;
}

static json_t *query(json_t *request)
{
    return json_pack("{si}", "members", (int)json_object_size(request));
}

static const char *const transport_aliases[] = {"janus.transport.fake", NULL};

const struct cardea_transport world_transport = {
    CARDEA_TRANSPORT_HEAD,
    .name = "cardea.transport.fake",
    .aliases = transport_aliases,
    .offers = offers,
    .send = send_text,
    .respond = respond,
    .query = query,
};

/* --- the worker --------------------------------------------------------------------------------------------------- */

static void tell(gw_peer_id peer, enum gw_news_tag tag, const char *text)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = tag;
    n->peer = peer;
    if (text)
        n->u.text = strdup(text);
    g_queue_push_tail(&world.news, n);
}

static void gathered(gw_peer_id peer)
{
    struct gw_described *d = calloc(1, sizeof(*d) + sizeof(char *));
    struct gw_news *n = g_new0(struct gw_news, 1);

    strcpy(d->ufrag, "abcd");
    strcpy(d->pwd, "0123456789012345678901");
    d->lite = true;
    d->n_candidates = 1;
    d->candidates[0] = strdup("1 1 udp 2015363327 127.0.0.1 10000 typ host");
    n->tag = GW_NEWS_GATHERED;
    n->peer = peer;
    n->u.described = d;
    g_queue_push_tail(&world.news, n);
}

static void answer_query(const struct gw_order *o)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = GW_NEWS_QUERY;
    n->peer = o->peer;
    n->u.query.ticket = o->u.number;
    n->u.query.json = strdup("{\"agent\":{\"agent-created\":5,\"ice-mode\":\"lite\",\"ice-role\":\"controlled\"},"
                             "\"ice\":{},\"media\":{\"0\":{},\"1\":{}}}");
    g_queue_push_tail(&world.news, n);
}

/* No sink does anything here: asked what they do, there is nothing to tell. */
static void answer_states(const struct gw_order *o)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = GW_NEWS_STATES;
    n->peer = o->peer;
    n->u.states.ask = o->u.states;
    g_queue_push_tail(&world.news, n);
}

/* Who listens to a source (and with this tap, if one is named), or to anything of a peer, does not any more. */
static void let_go(gw_track_id source, gw_peer_id peer, const struct gw_tap *tap)
{
    for (guint i = world.taps->len; i-- > 0;) {
        const struct world_tap *t = &g_array_index(world.taps, struct world_tap, i);
        struct gw_news *n;

        if ((source && t->source != source) || (peer && gw_track_peer(t->source) != peer) ||
            (tap && (t->tap.events != tap->events || t->tap.arg != tap->arg)))
            continue;
        n = g_new0(struct gw_news, 1);
        n->tag = GW_NEWS_TAP_GONE;
        n->track = t->source;
        n->u.tap = t->tap;
        g_queue_push_tail(&world.news, n);
        g_array_remove_index(world.taps, i);
    }
}

static void follow_taps(const struct gw_order *o)
{
    const struct world_tap t = {o->track, o->u.tap};

    if (o->tag == GW_ORDER_TAP)
        g_array_append_val(world.taps, t);
    else if (o->tag == GW_ORDER_UNTAP)
        let_go(o->track, 0, &o->u.tap);
    else if (o->tag == GW_ORDER_PEER_CLOSE)
        let_go(0, o->peer, NULL);
    else if (o->tag == GW_ORDER_INLET_CLOSE)
        let_go(o->track, 0, NULL);
}

static void close_inlet(gw_track_id source)
{
    struct gw_news *n = g_new0(struct gw_news, 1);

    n->tag = GW_NEWS_INLET_GONE;
    n->track = source;
    g_queue_push_tail(&world.news, n);
}

bool (*world_worker)(unsigned worker, const struct gw_order *order);
unsigned world_workers = 1;
const char *world_fingerprint = "AA:BB";

static bool post(void *arg, unsigned worker, const struct gw_order *order)
{
    struct gw_order o = *order;

    if (world.watch)
        world.watch(order);
    if (world_worker)
        return world_worker(worker, order);
    follow_taps(&o);
    if (o.tag == GW_ORDER_STATES)
        answer_states(&o);
    if (o.tag == GW_ORDER_INLET_CLOSE)
        close_inlet(o.track);
    if (o.tag == GW_ORDER_PEER_NEW) {
        world.peer = o.peer;
        gathered(o.peer);
    } else if (o.tag == GW_ORDER_PEER_RESTART)
        gathered(o.peer);
    else if (o.tag == GW_ORDER_QUERY && !world.silent_worker)
        answer_query(&o);
    else if (o.tag == GW_ORDER_PEER_CLOSE && !world.silent_worker) {
        if (o.u.text)
            tell(o.peer, GW_NEWS_DOWN, o.u.text);
        tell(o.peer, GW_NEWS_CLOSED, NULL);
    }
    gw_order_drop(&o);
    return true;
}

void world_news(enum gw_news_tag tag, const char *text)
{
    tell(world.peer, tag, text);
    world_turn();
}

void world_tell(const struct gw_news *n)
{
    g_queue_push_tail(&world.news, g_memdup2(n, sizeof(*n)));
    world_turn();
}

/* --- plugins under test ------------------------------------------------------------------------------------------- */

struct ticking {
    struct gw_timer timer;
    int64_t every_us; /* 0: once */
    void (*fire)(void *arg);
    void *arg;
};

static void stop_ticking(struct ticking *t)
{
    gw_timer_stop(world.timers, &t->timer);
    world.ticking = g_slist_remove(world.ticking, t);
    g_free(t);
}

static void tick(void *arg, int64_t now_us)
{
    struct ticking *t = arg;
    void (*fire)(void *) = t->fire;
    void *its = t->arg;

    if (t->every_us)
        gw_timer_start(world.timers, &t->timer, now_us + t->every_us);
    else
        stop_ticking(t);
    fire(its);
}

static uint64_t timer(unsigned ms, bool repeat, void (*fire)(void *arg), void *arg)
{
    struct ticking *t = g_new0(struct ticking, 1);

    *t = (struct ticking){
        .timer = {.fire = tick, .arg = t}, .every_us = repeat ? ms * 1000ll : 0, .fire = fire, .arg = arg};
    world.ticking = g_slist_prepend(world.ticking, t);
    gw_timer_start(world.timers, &t->timer, world.now_us + ms * 1000ll);
    return (uint64_t)(uintptr_t)t;
}

static void timer_stop(uint64_t id)
{
    stop_ticking((struct ticking *)(uintptr_t)id);
}

static int64_t plugin_now(void)
{
    return world.now_us;
}

/* What threads of a plugin post, and its jobs, which the world does itself. */
struct errand {
    void (*work)(void *arg), (*done)(void *arg);
    void *arg;
};

static int job(void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
    struct errand *e = g_new(struct errand, 1);

    *e = (struct errand){work, done, arg};
    g_async_queue_push(world.errands, e);
    return 0;
}

static int plugin_post(void (*run)(void *arg), void *arg)
{
    return job(run, NULL, arg);
}

static bool run_errand(void)
{
    struct errand *e = g_async_queue_try_pop(world.errands);

    if (!e)
        return false;
    e->work(e->arg);
    if (e->done)
        e->done(e->arg);
    g_free(e);
    return true;
}

static int inject(struct cardea_inlet *inlet, const void *packet, size_t len)
{
    g_atomic_int_inc(&world.injected);
    return 0;
}

static int inject_data(struct cardea_inlet *inlet, const struct cardea_message *msg)
{
    g_atomic_int_inc(&world.injected_data);
    return 0;
}

static int web_post(const struct cardea_web_post *p)
{
    g_queue_push_tail(&world.web_posts, g_strndup(p->body, p->len));
    return 0;
}

void world_plugin(const struct cardea_plugin *table, const char *name, const char *text)
{
    static struct cardea_host own;
    struct cardea_config *config;
    char why[300] = "";

    own = *host;
    own.timer = timer;
    own.timer_stop = timer_stop;
    own.now_us = plugin_now;
    own.post = plugin_post;
    own.job = job;
    if (!world_worker) {
        own.inject = inject;
        own.inject_data = inject_data;
    }
    own.web_post = web_post;
    if (gw_config_new(&config, table->options, true) ||
        gw_config_parse(config, text, strlen(text), "/test.jcfg", false, gw_complain_to_stderr, NULL))
        abort();
    g_ptr_array_add(world.configs, config);
    gw_plugin_host_name(config, name);
    if (gw_api_add_plugin(world.api, table, &own, config, why, sizeof(why))) {
        fprintf(stderr, "%s: %s\n", name, why);
        abort();
    }
}

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
                                  .peers_per_worker = 100,
                                  .plain_most = 8,
                                  .post = post,
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
    if (gw_api_add_plugin(world.api, &plugin, gw_plugin_host(world.api, world_state), NULL, why, sizeof(why)) ||
        gw_api_add_transport(world.api, &world_transport, NULL, NULL, why, sizeof(why)))
        abort();
    gw_api_opened(world.api, &world_transport, WORLD_WS, CARDEA_DOOR_CLIENT, "192.0.2.1");
    gw_api_opened(world.api, &world_transport, WORLD_OTHER, CARDEA_DOOR_CLIENT, "192.0.2.2");
    gw_api_opened(world.api, &world_transport, WORLD_ADMIN, CARDEA_DOOR_ADMIN, "192.0.2.3");
}

void world_turn(void)
{
    for (int i = 0; i < 1000; i++) {
        struct gw_news *n = g_queue_pop_head(&world.news);
        bool more = n != NULL;

        if (n)
            gw_links_news(world.links, n);
        g_free(n);
        more |= gw_api_turn_end(world.api);
        more |= gw_links_turn(world.links);
        more |= run_errand();
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
    g_free(r->location);
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
