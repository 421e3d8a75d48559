/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a run, and their table. */
#include <stdio.h>
#include <stdlib.h>

#include "load.h"

static gint compare(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double quantile(GArray *list, double q)
{
    if (!list->len)
        return 0;
    g_array_sort(list, compare);
    return g_array_index(list, double, (guint)((list->len - 1) * q));
}

static void real(json_t *o, const char *name, double value)
{
    json_object_set_new(o, name, json_real(value));
}

static void whole(json_t *o, const char *name, int64_t value)
{
    json_object_set_new(o, name, json_integer(value));
}

static void add_media(json_t *o, const struct run *r, double wall)
{
    const struct totals *a = &r->before, *b = &r->after;
    uint64_t packets = b->packets - a->packets;
    uint64_t sound = b->sound - a->sound;
    double lost = (double)b->lost - (double)a->lost, sound_lost = (double)b->sound_lost - (double)a->sound_lost;

    real(o, "packets_per_s", (double)packets / wall);
    real(o, "mbit_per_s", (double)(b->bytes - a->bytes) * 8e-6 / wall);
    real(o, "lost", lost);
    real(o, "lost_percent", packets ? lost * 100 / ((double)packets + lost) : 0);
    if (!option.silent) {
        real(o, "sound_per_s", (double)sound / wall);
        real(o, "sound_lost_percent", sound ? sound_lost * 100 / ((double)sound + sound_lost) : 0);
    }
    if (!option.simulcast && option.churn <= 0) /* less than all: the server holds pictures back */
        real(o, "passed_on_percent", b->due > a->due ? (double)packets * 100 / (double)(b->due - a->due) : 0);
    whole(o, "repaired", (int64_t)(b->repaired - a->repaired));
    whole(o, "late", (int64_t)(b->late - a->late));
    whole(o, "duplicates", (int64_t)(b->duplicates - a->duplicates));
    whole(o, "jumps", (int64_t)(b->jumps - a->jumps));
    whole(o, "pauses", (int64_t)(b->pauses - a->pauses));
    whole(o, "unreadable", (int64_t)(b->garbage - a->garbage));
    whole(o, "keyframes_sent", (int64_t)(b->keyframes - a->keyframes));
    whole(o, "silent_subscribers", b->silent);
    real(o, "latency_p50_ms", latency_ms(&latency, 0.5));
    real(o, "latency_p90_ms", latency_ms(&latency, 0.9));
    real(o, "latency_p99_ms", latency_ms(&latency, 0.99));
    real(o, "latency_p999_ms", latency_ms(&latency, 0.999));
}

static void add_messages(json_t *o, const struct run *r, double wall)
{
    const struct totals *a = &r->before, *b = &r->after;
    double messages = (double)(b->messages - a->messages);
    double cpu = r->end.user_s + r->end.system_s - r->begin.user_s - r->begin.system_s;

    if (option.messages <= 0)
        return;
    real(o, "messages_per_s", messages / wall);
    real(o, "messages_sent_per_s", (double)(b->messages_sent - a->messages_sent) / wall);
    whole(o, "messages_lost", (int64_t)(b->messages_lost - a->messages_lost));
    real(o, "message_p50_ms", latency_ms(&data_latency, 0.5));
    real(o, "message_p99_ms", latency_ms(&data_latency, 0.99));
    if (option.pid && messages > 0) {
        real(o, "cpu_us_per_message", cpu * 1e6 / messages);
        real(o, "messages_per_core", messages / cpu);
    }
}

static void add_server(json_t *o, const struct run *r, double wall)
{
    double user = r->end.user_s - r->begin.user_s, system = r->end.system_s - r->begin.system_s;
    double packets = (double)(r->after.packets - r->before.packets);
    int clients = r->publishers + r->subscribers, n = r->subscribers ? r->subscribers : 1;

    if (!option.pid)
        return;
    if (option.listen_every == 1) { /* else most packets are not seen */
        real(o, "cpu_us_per_packet", packets > 0 ? (user + system) * 1e6 / packets : 0);
        real(o, "user_us_per_packet", packets > 0 ? user * 1e6 / packets : 0);
        real(o, "system_us_per_packet", packets > 0 ? system * 1e6 / packets : 0);
    }
    real(o, "server_cpu_percent", (user + system) * 100 / wall);
    real(o, "join_cpu_ms", /* of each client; media that flowed meanwhile is in it */
         clients ? (r->ready.user_s + r->ready.system_s - r->idle.user_s - r->idle.system_s) * 1e3 / clients : 0);
    if (r->subscribers)
        real(o, "kib_per_subscriber", (double)(r->end.rss_kib - r->idle.rss_kib) / n);
    whole(o, "server_rss_kib", r->end.rss_kib);
    whole(o, "server_idle_rss_kib", r->idle.rss_kib);
    real(o, "fds_per_subscriber", (double)(r->end.fds - r->idle.fds) / n);
    whole(o, "server_threads", r->end.threads);
    whole(o, "server_idle_threads", r->idle.threads);
    if (r->idle_sessions)
        real(o, "kib_per_idle_session",
             (double)(r->idle_after.rss_kib - r->idle_before.rss_kib) / (double)r->idle_sessions);
}

json_t *report_figures(struct run *r)
{
    double wall = r->end.wall_s - r->begin.wall_s, joining = r->ready_wall_s - r->idle.wall_s;
    json_t *o = json_object();

    whole(o, "publishers", r->publishers);
    whole(o, "subscribers", r->subscribers);
    whole(o, "idle_sessions", r->idle_sessions);
    whole(o, "failed_clients", r->after.failed);
    if (option.churn > 0)
        whole(o, "left", r->left);
    real(o, "seconds", wall);
    real(o, "joins_per_s", joining > 0 ? (r->publishers + r->subscribers) / joining : 0);
    real(o, "join_p50_ms", quantile(r->join_ms, 0.5));
    real(o, "join_p99_ms", quantile(r->join_ms, 0.99));
    real(o, "first_frame_p50_ms", quantile(r->frame_ms, 0.5));
    real(o, "first_frame_p99_ms", quantile(r->frame_ms, 0.99));
    add_media(o, r, wall);
    add_messages(o, r, wall);
    add_server(o, r, wall);
    real(o, "generator_cpu_percent", r->own_s * 100 / wall);
    return o;
}

void report_ends(json_t *o, const struct run *r)
{
    int clients = r->publishers + r->subscribers;

    if (option.ramp)
        whole(o, "ramp_held", r->ramp_held);
    if (!option.pid || !clients)
        return;
    real(o, "leave_cpu_ms", (r->empty.user_s + r->empty.system_s - r->full.user_s - r->full.system_s) * 1e3 / clients);
    real(o, "kib_left_per_client", (double)(r->empty.rss_kib - r->idle.rss_kib) / clients);
}

json_t *report_joins(const struct run *r)
{
    json_t *list = json_array();

    for (guint i = 0; option.pid && i < r->join_curve->len; i++) {
        const struct join_step *s = &g_array_index(r->join_curve, struct join_step, i);

        json_array_append_new(list, json_pack("[i i f]", (int)s->first, (int)s->last, s->cpu_ms));
    }
    return list;
}

void report_print(const json_t *figures)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)figures, name, value) printf("%-26s %.8g\n", name, json_number_value(value));
    if (json_number_value(json_object_get(figures, "generator_cpu_percent")) > 85)
        printf("The generator was busy: these are figures of it, not of the server.\n");
}
