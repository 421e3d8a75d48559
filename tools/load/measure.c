/* SPDX-License-Identifier: Apache-2.0 */
/* A run from its first join to its last leave: what is read when, steps of a ramp, a sample a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define SETTLE_S   2
#define JOIN_STEPS 10

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
        if (c->state == UP && c->follows && p->listens)
            t.due += c->follows->publisher.packets;
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
            if (!s->video && !s->rtx) {
                t.sound += s->packets;
                t.sound_lost += s->lost;
            }
            t.late += s->late;
            t.duplicates += s->duplicates;
            t.jumps += s->jumps;
            t.pauses += s->pauses;
        }
    }
    return t;
}

void measure_sample(int64_t now)
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

/* What a join costs the server, by how many are there already: in ten steps. */
static void join_in_steps(void)
{
    guint all = world.clients->len, done = 0;
    struct usage was = world.run.idle, u = was;

    for (guint step = 1; step <= JOIN_STEPS && all >= JOIN_STEPS; step++) {
        struct join_step s = {.first = done, .last = all * step / JOIN_STEPS};

        while (world.next - world.joining->len < s.last && !stopped)
            world_turn();
        usage_read(option.pid, &u);
        s.cpu_ms = (u.user_s + u.system_s - was.user_s - was.system_s) * 1e3 / (s.last - s.first);
        g_array_append_val(world.run.join_curve, s);
        done = s.last;
        was = u;
    }
    world_join_all();
}

/* All go. What that costs the server, and what it holds afterwards. */
static void part(struct run *r)
{
    usage_read(option.pid, &r->full);
    for (guint i = 0; i < world.next; i++)
        client_leave(world.clients->pdata[i]);
    world_run(1);
    usage_read(option.pid, &r->empty);
}

static bool open_idle(void)
{
    int64_t begin = now_us();

    usage_read(option.pid, &world.run.idle_before);
    if (!idle_start())
        return false;
    while (idle_wait(begin, now_us()) && !stopped)
        world_turn();
    world_run(1);
    usage_read(option.pid, &world.run.idle_after);
    world.run.idle_sessions = idle_count();
    return !idle_lost();
}

static void measure(struct run *r)
{
    world.measuring = true;
    memset(&latency, 0, sizeof(latency));
    memset(&data_latency, 0, sizeof(data_latency));
    r->before = total();
    r->own_s = own_cpu_s();
    usage_read(option.pid, &r->begin);
    r->begin.wall_s = (double)now_us() / 1e6;
    world_run(option.seconds);
    usage_read(option.pid, &r->end);
    r->end.wall_s = (double)now_us() / 1e6;
    r->own_s = own_cpu_s() - r->own_s;
    r->after = total();
    world.measuring = false;
}

/* A step: that many subscribers, in the first room, or in one of their own with a publisher. */
static void grow(struct client *first)
{
    struct client *to = option.ramp_rooms ? world_add_client(world_add_room(), NULL) : first;

    for (int i = 0; i < option.ramp; i++)
        world_add_client(to->room, to);
}

/* A server without time may send less, so that what it sends is neither lost nor late. What is under way at both ends
 * of a measurement is not alike to the packet. */
static bool holds_back(const json_t *figures)
{
    const json_t *passed = json_object_get(figures, "passed_on_percent");

    return passed && json_real_value(passed) < 98;
}

/* Adds subscribers until too much is lost, late, or held back. Every step is a row of the report; what the last good
 * one had is a figure of it. */
static json_t *ramp(struct run *r)
{
    json_t *steps = json_array();
    struct client *first = world.clients->len ? world.clients->pdata[0] : NULL;

    while (first && first->state == UP && r->subscribers < option.ramp_most && !stopped) {
        json_t *f;

        grow(first);
        world_join_all();
        world_run(SETTLE_S);
        measure(r);
        f = report_figures(r);
        json_array_append_new(steps, f);
        if (!option.quiet)
            fprintf(stderr, "\n%d subscribers: %.3f %% lost, p99 %.2f ms\n", r->subscribers,
                    json_real_value(json_object_get(f, "lost_percent")),
                    json_real_value(json_object_get(f, "latency_p99_ms")));
        if (json_real_value(json_object_get(f, "lost_percent")) > option.ramp_loss ||
            json_real_value(json_object_get(f, "latency_p99_ms")) > option.ramp_p99 || holds_back(f) || world.failed)
            break;
        r->ramp_held = r->subscribers;
    }
    return steps;
}

int measure_all(struct run *r)
{
    json_t *report, *steps = NULL, *figures;

    if (option.idle && !open_idle())
        return 1;
    usage_read(option.pid, &r->idle);
    r->idle.wall_s = (double)now_us() / 1e6;
    world_add_rooms();
    join_in_steps();
    usage_read(option.pid, &r->ready);
    r->ready_wall_s = (double)now_us() / 1e6;
    if (world.failed)
        fprintf(stderr, "\n%d clients failed, the first one: %s\n", world.failed, first_failure);
    if (r->publishers && world.failed == r->publishers + r->subscribers)
        return 1;
    world_run(option.warm_up);
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
