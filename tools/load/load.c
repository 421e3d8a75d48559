/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-load: sets up rooms on any server of this API, sends media through them, and says what it cost. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define EVENTS  4096
#define TICK_US 5000
#define TURN_US 500 /* how often sockets are looked at */

struct world world;
volatile sig_atomic_t stopped;

int64_t real_ahead_us;

static void on_signal(int number)
{
    stopped = 1;
}

int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int64_t real_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

bool watch_add(struct watch *w, int fd, bool writable)
{
    struct epoll_event e = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = w};

    return !epoll_ctl(world.epoll, EPOLL_CTL_ADD, fd, &e);
}

void watch_change(struct watch *w, int fd, bool writable)
{
    struct epoll_event e = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = w};

    epoll_ctl(world.epoll, EPOLL_CTL_MOD, fd, &e);
}

/* --- who there is ------------------------------------------------------------------------------------------------- */

struct client *world_add_client(struct room *room, struct client *follows)
{
    struct client *c = calloc(1, sizeof(*c));
    int watchers = world.run.subscribers;

    c->room = room;
    c->follows = follows;
    c->ws.fd = c->peer.fd = -1;
    c->ssrc = world.ssrc += 0x100;
    if (follows) {
        c->peer.opens = option.open_every && watchers % option.open_every == 0;
        c->peer.listens = watchers % option.listen_every == 0;
        world.run.subscribers++;
    } else {
        world.run.publishers++;
    }
    g_ptr_array_add(world.clients, c);
    return c;
}

struct room *world_add_room(void)
{
    struct room *r = g_new0(struct room, 1);

    g_ptr_array_add(world.rooms, r);
    return r;
}

void world_add_rooms(void)
{
    int n = option.publishers;
    struct client *publishers[n ? n : 1];

    for (int r = 0; r < option.rooms; r++) {
        struct room *room = world_add_room();

        for (int i = 0; i < n; i++)
            publishers[i] = world_add_client(room, NULL);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < (option.all ? n - 1 : option.subscribers); k++)
                world_add_client(room, publishers[i]);
    }
}

/* --- the loop ----------------------------------------------------------------------------------------------------- */

static void start_some(int64_t now)
{
    while (world.next < world.clients->len && (int)world.joining->len < option.parallel && now >= world.start_us) {
        struct client *c = world.clients->pdata[world.next];

        if (!client_may_start(c))
            return;
        world.next++;
        if (option.rate > 0)
            world.start_us = (world.start_us && now - world.start_us < 1000000 ? world.start_us : now) +
                             (int64_t)(1e6 / option.rate);
        client_start(c, now);
        g_ptr_array_add(world.joining, c);
    }
}

static void follow_joins(int64_t now)
{
    for (guint i = world.joining->len; i-- > 0;) {
        struct client *c = world.joining->pdata[i];

        client_progress(c, now);
        if (c->state != UP && c->state != GONE)
            continue;
        g_ptr_array_remove_index_fast(world.joining, i);
        if (c->state == GONE) {
            world.failed++;
            client_leave(c);
            continue;
        }
        if (c->follows) {
            double ms = (double)(c->up_us - c->begun_us) / 1000;

            g_array_append_val(world.run.join_ms, ms);
        }
    }
}

static void tick(int64_t now)
{
    for (guint i = 0; i < world.next; i++) {
        struct client *c = world.clients->pdata[i];

        if (c->state != UP)
            continue;
        client_progress(c, now);
        peer_tick(&c->peer, now);
        if (c->state == GONE) {
            world.failed++;
            client_leave(c);
        } else if (!c->counted && c->follows && c->peer.first_frame_us) {
            double ms = (double)(c->peer.first_frame_us - c->begun_us) / 1000;

            c->counted = true;
            g_array_append_val(world.run.frame_ms, ms);
            if (!c->peer.listens)
                peer_stop_listening(&c->peer);
        }
    }
}

/* One goes, one comes: to the same publisher, so that the load stays. */
static void churn(int64_t now)
{
    static guint at;
    struct client *c = NULL;

    if (option.churn <= 0 || now < world.churn_us || !world.measuring)
        return;
    world.churn_us = now + (int64_t)(1e6 / option.churn);
    for (guint tries = 0; tries < world.next && (!c || !c->follows || c->state != UP); tries++)
        c = world.clients->pdata[at++ % world.next];
    if (!c || !c->follows || c->state != UP)
        return;
    client_leave(c);
    world.run.left++;
    world.run.subscribers--;
    world_add_client(c->room, c->follows);
}

/*
 * By the clock, not by what arrives: a generator that sleeps until the next datagram is woken by the server, on the
 * server's time, some thousand times a second, as no network card does. What arrives is stamped by the kernel.
 */
static void sleep_until_turn(void)
{
    static int64_t next;
    int64_t now = now_us();
    struct timespec t;

    next += TURN_US;
    if (next <= now) {
        next = now;
        return;
    }
    t = (struct timespec){.tv_sec = next / 1000000, .tv_nsec = next % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

void world_turn(void)
{
    static struct epoll_event events[EVENTS];
    int64_t now;
    int n;

    sleep_until_turn();
    now = now_us();
    real_ahead_us = real_us() - now;

    for (guint i = 0; i < world.next; i++) {
        struct client *c = world.clients->pdata[i];

        if (!c->peer.publisher || c->state != UP)
            continue;
        if (!option.no_media)
            media_send(&c->peer, now);
        if (option.messages > 0)
            data_send(&c->peer, now);
    }
    start_some(now);
    n = epoll_wait(world.epoll, events, EVENTS, 0);
    now = now_us();
    for (int i = 0; i < n; i++) {
        struct watch *w = events[i].data.ptr;

        w->ready(w->arg, now);
    }
    follow_joins(now);
    if (now < world.tick_us)
        return;
    world.tick_us = now + TICK_US;
    if (option.messages > 0)
        gw_sctp_tick(now);
    tick(now);
    churn(now);
    measure_sample(now);
}

void world_run(double seconds)
{
    int64_t until = now_us() + (int64_t)(seconds * 1e6);

    while (now_us() < until && !stopped)
        world_turn();
}

void world_join_all(void)
{
    while ((world.next < world.clients->len || world.joining->len) && !stopped)
        world_turn();
}

static void leave_all(void)
{
    for (guint i = 0; i < world.clients->len; i++) {
        client_leave(world.clients->pdata[i]);
        free(world.clients->pdata[i]);
    }
    idle_stop();
    g_ptr_array_unref(world.clients);
    g_ptr_array_unref(world.joining);
    g_array_unref(world.run.join_ms);
    g_array_unref(world.run.frame_ms);
    g_array_unref(world.run.samples);
    g_ptr_array_unref(world.rooms);
    g_array_unref(world.run.join_curve);
}

int main(int argc, char **argv)
{
    struct rlimit files;
    struct gw_dtls_conf conf = {0};
    char why[200] = "";
    int result = 1;

    if (!options_read(&argc, &argv))
        return 2;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    prctl(PR_SET_TIMERSLACK, 1000ul);
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    world.epoll = epoll_create1(EPOLL_CLOEXEC);
    world.clients = g_ptr_array_new();
    world.joining = g_ptr_array_new();
    world.rooms = g_ptr_array_new_with_free_func(g_free);
    world.run.join_curve = g_array_new(FALSE, FALSE, sizeof(struct join_step));
    world.run.join_ms = g_array_new(FALSE, FALSE, sizeof(double));
    world.run.frame_ms = g_array_new(FALSE, FALSE, sizeof(double));
    world.run.samples = g_array_new(FALSE, FALSE, sizeof(struct sample));
    conf.profiles = option.profile;
    gw_sctp_global_init();
    if (gw_sealer_new(&sealer, NULL) || gw_dtls_context_new(&dtls_context, &conf, why, sizeof(why)))
        fprintf(stderr, "no cryptography: %s\n", why);
    else
        result = measure_all(&world.run);
    leave_all();
    gw_sctp_global_end();
    gw_dtls_context_free(dtls_context);
    gw_sealer_free(sealer);
    return result;
}
