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

#define EVENTS     4096
#define TICK_US    5000
#define TURN_US    500 /* how often sockets are looked at */
#define SETTLE_S   2
#define JOIN_STEPS 10

static struct world {
    GPtrArray *clients; /* in the order in which they join */
    GPtrArray *joining;
    GPtrArray *rooms; /* struct room */
    guint next;       /* the first that has not begun */
    int epoll, failed;
    uint32_t ssrc;
    int64_t start_us; /* when the next may begin, by --rate */
    int64_t churn_us, tick_us, sample_us;
    struct run run;
    struct totals last; /* of the last sample */
    struct usage last_usage;
    double last_own;
    bool measuring;
} world;

static volatile sig_atomic_t stopped;

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

static struct client *add_client(struct room *room, struct client *follows)
{
    struct client *c = calloc(1, sizeof(*c));
    int watchers = world.run.subscribers;

    c->room = room;
    c->follows = follows;
    c->ws.fd = c->peer.fd = -1;
    c->ssrc = world.ssrc += 0x100;
    if (follows) {
        c->peer.opens = option.open_every && watchers % option.open_every == 0;
        world.run.subscribers++;
    } else {
        world.run.publishers++;
    }
    g_ptr_array_add(world.clients, c);
    return c;
}

static struct room *add_room(void)
{
    struct room *r = g_new0(struct room, 1);

    g_ptr_array_add(world.rooms, r);
    return r;
}

static void add_rooms(void)
{
    int n = option.publishers;
    struct client *publishers[n ? n : 1];

    for (int r = 0; r < option.rooms; r++) {
        struct room *room = add_room();

        for (int i = 0; i < n; i++)
            publishers[i] = add_client(room, NULL);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < (option.all ? n - 1 : option.subscribers); k++)
                add_client(room, publishers[i]);
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
    add_client(c->room, c->follows);
}

static struct totals total(void)
{
    struct totals t = {.failed = world.failed};

    for (guint i = 0; i < world.next; i++) {
        const struct client *c = world.clients->pdata[i];
        const struct peer *p = &c->peer;

        t.up += c->state == UP;
        t.silent += c->state == UP && c->follows && !option.no_media && !p->first_packet_us;
        t.garbage += p->garbage;
        t.nacks += p->nacks;
        t.plis += p->plis;
        t.repaired += p->repaired;
        t.sent += c->publisher.packets;
        t.keyframes += c->publisher.keyframes;
        t.messages_sent += p->data.sent;
        t.messages += p->data.received;
        t.messages_lost += p->data.lost;
        t.message_bytes += p->data.bytes;
        for (int k = 0; k < STREAMS && !p->publisher; k++) {
            const struct stream *s = &p->in[k];

            t.packets += s->packets;
            t.bytes += s->bytes;
            t.lost += s->lost;
            t.late += s->late;
            t.duplicates += s->duplicates;
            t.jumps += s->jumps;
        }
    }
    return t;
}

static void take_sample(int64_t now)
{
    struct totals t;
    struct usage u = {.wall_s = (double)now / 1e6};
    struct sample s;
    double own = own_cpu_s(), wall;

    if (now < world.sample_us)
        return;
    world.sample_us = now + 1000000;
    t = total();
    usage_read(option.pid, &u);
    wall = u.wall_s - world.last_usage.wall_s;
    s = (struct sample){.second = (double)now / 1e6,
                        .packets = (double)(t.packets - world.last.packets) / wall,
                        .lost = (double)t.lost - (double)world.last.lost,
                        .cpu_percent =
                            (u.user_s + u.system_s - world.last_usage.user_s - world.last_usage.system_s) * 100 / wall,
                        .generator_percent = (own - world.last_own) * 100 / wall,
                        .p50 = latency_ms(&latency, 0.5),
                        .p99 = latency_ms(&latency, 0.99),
                        .up = t.up};
    world.last = t;
    world.last_usage = u;
    world.last_own = own;
    if (s.packets < 0 || wall > 5)
        return; /* the first, or clients went */
    g_array_append_val(world.run.samples, s);
    if (!option.quiet)
        fprintf(stderr,
                "\r%d up, %d joining, %d failed; %.0f packets/s, %.0f lost; server %.0f %%, generator %.0f %%   ", t.up,
                (int)world.joining->len, t.failed, s.packets, s.lost, s.cpu_percent, s.generator_percent);
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

static void turn(void)
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
    take_sample(now);
}

static void run_for(double seconds)
{
    int64_t until = now_us() + (int64_t)(seconds * 1e6);

    while (now_us() < until && !stopped)
        turn();
}

static void join_all(void)
{
    while ((world.next < world.clients->len || world.joining->len) && !stopped)
        turn();
}

/* What a join costs the server, by how many are there already: in ten steps. */
static void join_in_steps(void)
{
    guint all = world.clients->len, done = 0;
    struct usage was = world.run.idle, u = was;

    for (guint step = 1; step <= JOIN_STEPS && all >= JOIN_STEPS; step++) {
        struct join_step s = {.first = done, .last = all * step / JOIN_STEPS};

        while (world.next - world.joining->len < s.last && !stopped)
            turn();
        usage_read(option.pid, &u);
        s.cpu_ms = (u.user_s + u.system_s - was.user_s - was.system_s) * 1e3 / (s.last - s.first);
        g_array_append_val(world.run.join_curve, s);
        done = s.last;
        was = u;
    }
    join_all();
}

/* All go. What that costs the server, and what it holds afterwards. */
static void part(struct run *r)
{
    usage_read(option.pid, &r->full);
    for (guint i = 0; i < world.next; i++)
        client_leave(world.clients->pdata[i]);
    run_for(1);
    usage_read(option.pid, &r->empty);
}

static bool open_idle(void)
{
    int64_t begin = now_us();

    usage_read(option.pid, &world.run.idle_before);
    if (!idle_start())
        return false;
    while (idle_wait(begin, now_us()) && !stopped)
        turn();
    run_for(1);
    usage_read(option.pid, &world.run.idle_after);
    world.run.idle_sessions = idle_count();
    return !idle_lost();
}

/* --- measuring ---------------------------------------------------------------------------------------------------- */

static void measure(struct run *r)
{
    world.measuring = true;
    memset(&latency, 0, sizeof(latency));
    memset(&data_latency, 0, sizeof(data_latency));
    r->before = total();
    r->own_s = own_cpu_s();
    usage_read(option.pid, &r->begin);
    r->begin.wall_s = (double)now_us() / 1e6;
    run_for(option.seconds);
    usage_read(option.pid, &r->end);
    r->end.wall_s = (double)now_us() / 1e6;
    r->own_s = own_cpu_s() - r->own_s;
    r->after = total();
    world.measuring = false;
}

/* A step: that many subscribers, in the first room, or in one of their own with a publisher. */
static void grow(struct client *first)
{
    struct client *to = option.ramp_rooms ? add_client(add_room(), NULL) : first;

    for (int i = 0; i < option.ramp; i++)
        add_client(to->room, to);
}

/* Adds subscribers until too much is lost or late. Every step is a row of the report; what the last good one had is a
 * figure of it. */
static json_t *ramp(struct run *r)
{
    json_t *steps = json_array();
    struct client *first = world.clients->len ? world.clients->pdata[0] : NULL;

    while (first && first->state == UP && r->subscribers < option.ramp_most && !stopped) {
        json_t *f;

        grow(first);
        join_all();
        run_for(SETTLE_S);
        measure(r);
        f = report_figures(r);
        json_array_append_new(steps, f);
        if (!option.quiet)
            fprintf(stderr, "\n%d subscribers: %.3f %% lost, p99 %.2f ms\n", r->subscribers,
                    json_real_value(json_object_get(f, "lost_percent")),
                    json_real_value(json_object_get(f, "latency_p99_ms")));
        if (json_real_value(json_object_get(f, "lost_percent")) > option.ramp_loss ||
            json_real_value(json_object_get(f, "latency_p99_ms")) > option.ramp_p99 || world.failed)
            break;
        r->ramp_held = r->subscribers;
    }
    return steps;
}

static int work(struct run *r)
{
    json_t *report, *steps = NULL, *figures;

    if (option.idle && !open_idle())
        return 1;
    usage_read(option.pid, &r->idle);
    r->idle.wall_s = (double)now_us() / 1e6;
    add_rooms();
    join_in_steps();
    usage_read(option.pid, &r->ready);
    r->ready_wall_s = (double)now_us() / 1e6;
    if (world.failed)
        fprintf(stderr, "\n%d clients failed, the first one: %s\n", world.failed, first_failure);
    if (r->publishers && world.failed == r->publishers + r->subscribers)
        return 1;
    run_for(option.warm_up);
    measure(r);
    figures = report_figures(r);
    if (option.ramp)
        steps = ramp(r);
    part(r);
    report_ends(figures, r);
    if (!option.quiet)
        fprintf(stderr, "\n");
    report_print(figures);
    report = json_pack("{ss? so so}", "name", option.name, "options", options_json(), "figures", figures);
    if (steps)
        json_object_set_new(report, "ramp", steps);
    json_object_set_new(report, "join_curve", report_joins(r));
    json_object_set_new(report, "samples", json_array());
    for (guint i = 0; i < r->samples->len; i++) {
        const struct sample *s = &g_array_index(r->samples, struct sample, i);

        json_array_append_new(json_object_get(report, "samples"),
                              json_pack("[f f f f f i]", s->second - r->begin.wall_s, s->packets, s->lost,
                                        s->cpu_percent, s->generator_percent, s->up));
    }
    if (option.json && json_dump_file(report, option.json, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
        fprintf(stderr, "%s could not be written\n", option.json);
    if (option.html && !page_write(option.html, report))
        fprintf(stderr, "%s could not be written\n", option.html);
    json_decref(report);
    return option.rooms && r->after.packets == r->before.packets && r->after.messages == r->before.messages;
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
        result = work(&world.run);
    leave_all();
    gw_sctp_global_end();
    gw_dtls_context_free(dtls_context);
    gw_sealer_free(sealer);
    return result;
}
