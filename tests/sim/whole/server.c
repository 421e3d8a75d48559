/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "api/inside.h"
#include "base/str.h"
#include "ice/ice.h"
#include "log/log.h"
#include "peer/state.h"
#include "sim/whole/whole.h"

#define SECOND  1000000
#define LOST_US (7 * SECOND) /* reclaim_session_timeout, and the watchdog's two seconds */

struct whole_mail {
    int64_t due_us;
    unsigned worker;
    union {
        struct gw_order order;
        struct gw_news news;
    };
};

static struct whole *whole; /* one at a time, as world.h has it */

/* --- chance ------------------------------------------------------------------------------------------------------- */

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*state >> 33);
}

uint32_t whole_random(struct whole *w, uint32_t below)
{
    return next_random(&w->random) % below;
}

bool whole_chance(struct whole *w, unsigned percent)
{
    return whole_random(w, 100) < percent;
}

/* Ids and credentials are decided by the seed, too: this takes the place of the C library's. */
ssize_t getrandom(void *buf, size_t len, unsigned flags)
{
    static uint64_t early = 1;
    uint8_t *p = buf;

    for (size_t i = 0; i < len; i++)
        p[i] = (uint8_t)next_random(whole ? &whole->random : &early);
    return (ssize_t)len;
}

int64_t whole_now(const struct whole *w)
{
    return w->sim->now_us;
}

void whole_say(struct whole *w, const char *fmt, ...)
{
    va_list ap;

    if (!w->conf.loud)
        return;
    printf("%9.3f ", (double)(whole_now(w) % (1000 * SECOND)) / SECOND);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

void whole_wrong(struct whole *w, const char *fmt, ...)
{
    va_list ap;

    fflush(stdout);
    fprintf(stderr, "seed %llu, at %.3f s: ", (unsigned long long)w->conf.seed,
            (double)(whole_now(w) % (1000 * SECOND)) / SECOND);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\nonce more, with all that was said: tests/sim/whole/whole -v %llu\n",
            (unsigned long long)w->conf.seed);
    abort();
}

/* --- between the control thread and its workers ------------------------------------------------------------------- */

/* When it arrives: a player's thread of its own gives orders, too, and must not draw from what the seed decides. */
static int64_t arrival(void)
{
    if (g_thread_self() != whole->thread)
        return 0;
    return whole_now(whole) + whole_random(whole, whole_chance(whole, 10) ? 20000 : 500);
}

static void put(GQueue *queue, const struct whole_mail *mail)
{
    const struct whole_mail *last = queue->tail ? queue->tail->data : NULL;
    struct whole_mail *m = g_memdup2(mail, sizeof(*mail));

    m->due_us = arrival();
    if (last && last->due_us > m->due_us) /* a mailbox keeps the order */
        m->due_us = last->due_us;
    g_queue_push_tail(queue, m);
}

static bool take_order(unsigned worker, const struct gw_order *order)
{
    struct whole_mail m = {.worker = worker, .order = *order};

    if (g_thread_self() == whole->thread && whole_now(whole) < whole->full_until_us[worker])
        return false;
    g_mutex_lock(&whole->lock);
    if (order->tag == GW_ORDER_PEER_NEW)
        g_array_append_val(whole->peers, order->peer);
    put(&whole->orders, &m);
    g_mutex_unlock(&whole->lock);
    return true;
}

static struct whole_mail *due(GQueue *queue)
{
    struct whole_mail *m;

    g_mutex_lock(&whole->lock);
    m = g_queue_peek_head(queue);
    m = m && m->due_us <= whole_now(whole) ? g_queue_pop_head(queue) : NULL;
    g_mutex_unlock(&whole->lock);
    return m;
}

static void carry(struct whole *w)
{
    struct gw_news *n;
    struct whole_mail *m;

    while ((m = due(&w->orders))) {
        sim_order(w->sim, m->worker, &m->order);
        g_free(m);
    }
    while ((n = g_queue_pop_head(&w->sim->news))) {
        struct whole_mail mail = {.news = *n};

        put(&w->news, &mail);
        g_free(n);
    }
    while ((m = due(&w->news))) {
        g_queue_push_tail(&world.news, g_memdup2(&m->news, sizeof(m->news)));
        g_free(m);
    }
}

gw_peer_id whole_peer_of(struct whole *w, const char *ufrag)
{
    for (guint i = w->peers->len; i-- > 0;) {
        gw_peer_id id = g_array_index(w->peers, gw_peer_id, i);
        struct gw_peer *p = gw_engine_find(w->sim->worker[gw_peer_worker(id)].engine, id);

        if (p && p->ice && !strcmp(gw_ice_ufrag(p->ice), ufrag))
            return id;
    }
    return 0;
}

/* --- begin and end ------------------------------------------------------------------------------------------------ */

/* From wherever it is started: the plugins lie beside this program, three folders up. */
static char *module_path(const char *name)
{
    char *self = g_file_read_link("/proc/self/exe", NULL), *folder = self ? g_path_get_dirname(self) : NULL;
    char *path = g_strdup_printf("%s/../../../plugins/%s.so", folder ? folder : ".", name);

    g_free(folder);
    g_free(self);
    return path;
}

static void add_plugin(const char *name, const char *settings)
{
    char *path = module_path(name);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL); /* never closed: the next seed wants it again */
    const struct cardea_plugin *table = module ? dlsym(module, "cardea_plugin") : NULL;

    if (!table) {
        fprintf(stderr, "%s: %s\n", path, dlerror());
        abort();
    }
    g_free(path);
    world_plugin(table, name, settings);
}

static void add_plugins(const struct whole_conf *conf, const char *folder)
{
    char *recorder = g_strdup_printf("general: { path = \"%s/recordings\" }", folder);

    add_plugin("echotest", "");
    if (conf->recorder)
        add_plugin("recorder", recorder);
    add_plugin("videoroom", "");
    g_free(recorder);
}

void whole_begin(struct whole *w)
{
    static const char *const settings[] = {"limits.requests_per_session",
                                           "0",
                                           "limits.requests_per_address",
                                           "0",
                                           "general.session_timeout",
                                           "15",
                                           "general.reclaim_session_timeout",
                                           "4",
                                           NULL};

    whole = w;
    gw_log_set_level(0);
    w->folder = g_dir_make_tmp("cardea-whole-XXXXXX", NULL);
    if (!w->folder)
        abort();
    w->thread = g_thread_self();
    g_mutex_init(&w->lock);
    w->sim = sim_world_new(w->conf.seed);
    w->random = w->conf.seed * 2654435761u + 99;
    g_random_set_seed((guint32)w->conf.seed);
    w->asks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, ask_free);
    w->publisher = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    w->fading = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    w->joined = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    w->peers = g_array_new(FALSE, FALSE, sizeof(gw_peer_id));
    w->lost = g_array_new(FALSE, FALSE, sizeof(struct lost_session));
    g_queue_init(&w->orders);
    g_queue_init(&w->news);
    w->next_connection = 10;
    world_worker = take_order;
    world_workers = SIM_WORKERS;
    world_fingerprint = gw_dtls_fingerprint(w->sim->dtls);
    world_state = w->folder;
    world_begin(settings);
    add_plugins(&w->conf, w->folder);
    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        person_begin(&w->person[i], w, i);
    whole_turn(w); /* the two worlds have one clock from now on */
}

static void check_worker(struct whole *w, unsigned i)
{
    struct gw_engine *e = w->sim->worker[i].engine;

    if (g_hash_table_size(e->peers))
        whole_wrong(w, "%u peers are left on worker %u", g_hash_table_size(e->peers), i);
    if (g_hash_table_size(e->mirrors) || g_hash_table_size(e->wishes) || g_hash_table_size(e->listeners))
        whole_wrong(w, "mirrors, wishes or listeners are left on worker %u", i);
    if (e->waiting->len)
        whole_wrong(w, "%u sinks wait for a source on worker %u", e->waiting->len, i);
    if (gw_packet_pool_used(e->pool))
        whole_wrong(w, "%zu packets are still out on worker %u", gw_packet_pool_used(e->pool), i);
}

/* An operator's request to the rooms; body is taken. */
static json_t *ask_rooms(struct whole *w, json_t *body)
{
    json_t *m = json_pack("{ss ss ss so}", "janus", "message_plugin", "transaction", "o", "plugin",
                          "janus.plugin.videoroom", "request", body);
    char *text = json_dumps(m, 0);

    whole_unheard(w, WORLD_ADMIN);
    world_say(WORLD_ADMIN, text);
    json_decref(m);
    free(text);
    return world_heard(WORLD_ADMIN);
}

/* Who was in a room and has gone cannot be found there: nobody is left to be kicked. */
static void check_gone(struct whole *w, const char *who)
{
    unsigned long long room = 0, id = 0;
    json_t *answer;

    sscanf(who, "%llu %llu", &room, &id);
    answer = ask_rooms(w, json_pack("{ss sI sI}", "request", "kick", "room", (json_int_t)room, "id", (json_int_t)id));
    if (!json_object_get(json_object_get(answer, "response"), "error_code"))
        whole_wrong(w, "%llu is still to be found in room %llu", id, room);
    json_decref(answer);
}

/* Nobody is in a room any more. */
static void check_room(struct whole *w, unsigned room)
{
    json_t *answer = ask_rooms(w, json_pack("{ss si}", "request", "listparticipants", "room", (int)room));

    if (json_array_size(json_object_get(json_object_get(answer, "response"), "participants")))
        whole_wrong(w, "participants are left in room %u", room);
    if (!json_object_get(answer, "response"))
        whole_wrong(w, "the rooms do not answer any more");
    json_decref(answer);
}

static unsigned count_rooms(struct whole *w)
{
    unsigned n = 0;

    for (unsigned i = 1; i <= WHOLE_ROOMS; i++) {
        json_t *answer = ask_rooms(w, json_pack("{ss si}", "request", "exists", "room", (int)i));

        n += json_is_true(json_object_get(json_object_get(answer, "response"), "exists"));
        json_decref(answer);
    }
    return n;
}

/* Nobody is charged for what has gone; the rooms that are left are still somebody's. */
static void check_quota(struct whole *w)
{
    const struct gw_quota_place *p = gw_quota_address(&world.api->quota, WHOLE_ADDRESS);

    if (p->connections || p->sessions || p->handles)
        whole_wrong(w, "charged are %u connections, %u sessions, %u handles", p->connections, p->sessions, p->handles);
    if (p->rooms != count_rooms(w))
        whole_wrong(w, "there are %u rooms, and charged are %u", count_rooms(w), p->rooms);
}

static void check_end(struct whole *w)
{
    GHashTableIter it;
    gpointer who;
    struct ask *a;

    if (gw_api_sessions(world.api) || gw_api_handles(world.api))
        whole_wrong(w, "%zu sessions and %zu handles are left", gw_api_sessions(world.api), gw_api_handles(world.api));
    if (gw_links_count(world.links))
        whole_wrong(w, "%zu PeerConnections are left", gw_links_count(world.links));
    for (unsigned i = 0; i < SIM_WORKERS; i++)
        check_worker(w, i);
    for (unsigned i = 1; i <= WHOLE_ROOMS; i++)
        check_room(w, i);
    check_quota(w);
    g_hash_table_iter_init(&it, w->joined);
    while (g_hash_table_iter_next(&it, &who, NULL))
        check_gone(w, who);
    g_hash_table_iter_init(&it, w->asks);
    while (g_hash_table_iter_next(&it, NULL, (gpointer *)&a))
        if (!a->over)
            whole_wrong(w, "never answered: %s", a->text);
}

static void remove_tree(const char *folder)
{
    char *command[] = {"rm", "-rf", (char *)folder, NULL};

    g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

static void end(struct whole *w)
{
    world_end();
    world_worker = NULL;
    for (struct whole_mail *m; (m = g_queue_pop_head(&w->orders)); g_free(m))
        gw_order_drop(&m->order);
    for (struct whole_mail *m; (m = g_queue_pop_head(&w->news)); g_free(m))
        gw_news_drop(&m->news);
    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        for (unsigned k = 0; k < WHOLE_SEATS; k++)
            g_free(w->person[i].seat[k].offer);
    g_hash_table_destroy(w->asks);
    g_hash_table_destroy(w->publisher);
    g_hash_table_destroy(w->fading);
    g_hash_table_destroy(w->joined);
    g_array_unref(w->peers);
    g_array_unref(w->lost);
    sim_world_free(w->sim);
    g_mutex_clear(&w->lock);
    remove_tree(w->folder);
    g_free(w->folder);
    whole = NULL;
}

/* --- a turn ------------------------------------------------------------------------------------------------------- */

static int64_t first_due(GQueue *queue)
{
    const struct whole_mail *m;
    int64_t due_us;

    g_mutex_lock(&whole->lock);
    m = g_queue_peek_head(queue);
    due_us = m ? m->due_us : INT64_MAX;
    g_mutex_unlock(&whole->lock);
    return due_us;
}

static int64_t next_event(struct whole *w)
{
    int64_t next = MIN(sim_next(w->sim), gw_timers_next(world.timers));

    next = MIN(next, MIN(first_due(&w->orders), first_due(&w->news)));
    return MIN(next, whole_now(w) + 20000); /* people look at their clocks now and then */
}

static struct person *at(struct whole *w, cardea_connection c)
{
    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        if (w->person[i].connection == c)
            return &w->person[i];
    return NULL;
}

void whole_unheard(struct whole *w, cardea_connection c)
{
    for (GList *l = world.sent.head, *next; l; l = next) {
        struct world_sent *s = l->data;

        next = l->next;
        if (s->to != c)
            continue;
        json_decref(s->json);
        g_free(s);
        g_queue_delete_link(&world.sent, l);
    }
}

static void hear(struct whole *w)
{
    struct world_sent *s;

    while ((s = g_queue_pop_head(&world.sent))) {
        struct person *p = at(w, s->to);

        if (p)
            person_hears(p, s->json);
        else if (s->to != WORLD_ADMIN)
            whole_wrong(w, "something was said to connection %llu, which is closed", (unsigned long long)s->to);
        json_decref(s->json);
        g_free(s);
    }
}

/* PeerConnections on a worker; the others are inlets. */
static size_t count_peers(struct gw_engine *e)
{
    GHashTableIter it;
    struct gw_peer *p;
    size_t n = 0;

    g_hash_table_iter_init(&it, e->peers);
    while (g_hash_table_iter_next(&it, NULL, (gpointer *)&p))
        n += !p->fed;
    return n;
}

void whole_lost(struct whole *w, uint64_t session)
{
    struct lost_session l = {session, whole_now(w)};

    g_array_append_val(w->lost, l);
}

void whole_claimed(struct whole *w, uint64_t session)
{
    for (guint i = w->lost->len; i-- > 0;)
        if (g_array_index(w->lost, struct lost_session, i).id == session)
            g_array_remove_index_fast(w->lost, i);
}

/* Nobody came for a session in time: it has ended. */
static void check_lost(struct whole *w)
{
    for (guint i = w->lost->len; i-- > 0;) {
        const struct lost_session l = g_array_index(w->lost, struct lost_session, i);

        if (whole_now(w) - l.since_us < LOST_US)
            continue;
        if (g_hash_table_contains(world.api->sessions, &l.id))
            whole_wrong(w, "session %llu, which nobody claimed, has not ended", (unsigned long long)l.id);
        g_array_remove_index_fast(w->lost, i);
    }
}

/* What a sink gets is what it was linked to. */
static void check_sinks(struct whole *w, struct gw_engine *e)
{
    GHashTableIter it;
    struct gw_peer *p;

    g_hash_table_iter_init(&it, e->peers);
    while (g_hash_table_iter_next(&it, NULL, (gpointer *)&p))
        for (unsigned i = 0; i < p->n_tracks; i++) {
            const struct gw_track *t = p->tracks[i];

            if (t && t->sink && t->sink->source && t->sink->source->id != t->wanted)
                whole_wrong(w, "a sink that is to get source %llx gets %llx", (unsigned long long)t->wanted,
                            (unsigned long long)t->sink->source->id);
        }
}

/* What must hold after each turn. */
static void check_turn(struct whole *w)
{
    size_t peers = 0;

    for (unsigned i = 0; i < SIM_WORKERS; i++) {
        peers += count_peers(w->sim->worker[i].engine);
        check_sinks(w, w->sim->worker[i].engine);
    }
    if (peers > gw_links_count(world.links))
        whole_wrong(w, "%zu peers on workers, %zu PeerConnections that the control thread knows", peers,
                    gw_links_count(world.links));
    check_lost(w);
}

void whole_turn(struct whole *w)
{
    int64_t next = next_event(w);

    if (next > w->sim->now_us)
        w->sim->now_us = next;
    world.now_us = w->sim->now_us;
    sim_turn(w->sim);
    carry(w);
    gw_timers_run(world.timers, world.now_us);
    world_turn();
    hear(w);
    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        person_turn(&w->person[i]);
    check_turn(w);
}

static void live(struct whole *w)
{
    int64_t until = whole_now(w) + w->conf.length_us;

    while (whole_now(w) < until) {
        whole_turn(w);
        if (whole_now(w) < w->next_move_us)
            continue;
        w->next_move_us = whole_now(w) + 1000 + whole_random(w, whole_chance(w, 50) ? 2000 : 80000);
        whole_move(w);
        hear(w);
    }
}

static bool is_anybody_left(struct whole *w)
{
    unsigned n = 0;

    for (unsigned i = 0; i < SIM_WORKERS; i++)
        n += g_hash_table_size(w->sim->worker[i].engine->peers);
    return n || gw_api_handles(world.api);
}

/* All go, each in its own way; then nothing may be left of them. */
static void leave(struct whole *w)
{
    int64_t until = whole_now(w) + 30 * SECOND;

    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        if (whole_chance(w, 50))
            person_drop(&w->person[i]);
        else
            w->person[i].frozen = true;
    while (whole_now(w) < until)
        whole_turn(w);
    for (int i = 0; w->conf.recorder && is_anybody_left(w) && i < 5000; i++) { /* its threads' clock is real */
        usleep(1000);
        whole_turn(w);
    }
    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        person_drop(&w->person[i]);
    whole_turn(w);
}

void whole_end(struct whole *w)
{
    leave(w);
    check_end(w);
    end(w);
}

static gboolean is_over(gpointer transaction, gpointer ask, gpointer unused)
{
    return ((struct ask *)ask)->over;
}

static gboolean has_ended(gpointer ssrc, gpointer sender, gpointer unused)
{
    return !((struct sender_of *)sender)->phone;
}

void whole_forget(struct whole *w)
{
    for (guint i = w->sim->clients->len; i-- > 0;) {
        struct sim_client *c = w->sim->clients->pdata[i];

        if (!c->deaf)
            continue;
        g_ptr_array_remove_index(w->sim->clients, i);
        sim_client_free(c);
    }
    g_hash_table_foreach_remove(w->asks, is_over, NULL);
    g_hash_table_remove_all(w->joined);
    g_hash_table_foreach_remove(w->publisher, has_ended, NULL);
    g_array_set_size(w->peers, 0);
}

void whole_run(const struct whole_conf *conf)
{
    struct whole w = {.conf = *conf};

    whole_begin(&w);
    live(&w);
    whole_end(&w);
    printf("seed %llu: %u moves, %u calls, %llu packets, %u messages\n", (unsigned long long)conf->seed, w.moves,
           w.calls, (unsigned long long)w.packets, w.messages);
}
