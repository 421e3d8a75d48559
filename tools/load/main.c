/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-load: sets up rooms on any server of this API, sends media through them, and says what it cost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib.h>

#include "load.h"

#define WARM_UP_US 2000000

static struct {
    char *server, *json, *profile;
    int pid, rooms, publishers, subscribers, seconds, bitrate, fps, open_every;
    gboolean all;
} option = {
    .rooms = 1, .publishers = 1, .subscribers = 100, .seconds = 10, .bitrate = 1500000, .fps = 30, .open_every = 10};

static const GOptionEntry entries[] = {
    {"server", 's', 0, G_OPTION_ARG_STRING, &option.server, "API address", "http://127.0.0.1:8088/janus"},
    {"pid", 'p', 0, G_OPTION_ARG_INT, &option.pid, "Server process, for its CPU time and memory", "PID"},
    {"rooms", 'r', 0, G_OPTION_ARG_INT, &option.rooms, "Rooms", "N"},
    {"publishers", 'P', 0, G_OPTION_ARG_INT, &option.publishers, "Publishers in each room", "N"},
    {"subscribers", 'S', 0, G_OPTION_ARG_INT, &option.subscribers, "Subscribers of each publisher", "N"},
    {"all", 'a', 0, G_OPTION_ARG_NONE, &option.all, "Every publisher watches the others instead", NULL},
    {"bitrate", 'b', 0, G_OPTION_ARG_INT, &option.bitrate, "Video of each publisher, bit/s", "N"},
    {"fps", 'f', 0, G_OPTION_ARG_INT, &option.fps, "Frames a second", "N"},
    {"seconds", 't', 0, G_OPTION_ARG_INT, &option.seconds, "How long to measure", "N"},
    {"open-every", 'o', 0, G_OPTION_ARG_INT, &option.open_every, "Decrypt at every Nth subscriber", "N"},
    {"profile", 0, 0, G_OPTION_ARG_STRING, &option.profile, "SRTP profiles to offer, OpenSSL names", "LIST"},
    {"json", 'j', 0, G_OPTION_ARG_STRING, &option.json, "Write the figures to this file", "FILE"},
    {0},
};

struct world {
    struct gw_dtls_context *dtls;
    struct gw_sealer *sealer;
    struct publisher *publishers;
    struct peer *subscribers;
    struct client *clients;
    int n_publishers, n_subscribers, n_clients, epoll;
};

static bool watch(struct world *w, struct peer *p)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};

    return !epoll_ctl(w->epoll, EPOLL_CTL_ADD, p->fd, &e);
}

static bool add_publisher(struct world *w, json_int_t *room, json_int_t *feed)
{
    struct publisher *p = &w->publishers[w->n_publishers];
    struct client *c = &w->clients[w->n_clients++];

    p->audio_ssrc = 0x10000u * (uint32_t)(w->n_publishers + 1);
    p->video_ssrc = p->audio_ssrc + 0x100;
    p->video_seq = p->audio_seq = 1; /* SRTP of a new stream begins in the first cycle */
    if (!client_open(c, option.server) || peer_open(&p->peer, w->sealer))
        return false;
    if (!*room)
        *room = room_create(c, option.publishers + 1);
    if (!room_publish(c, *room, p, w->dtls, feed) || !watch(w, &p->peer))
        return false;
    w->n_publishers++;
    return true;
}

static bool add_subscriber(struct world *w, json_int_t room, json_int_t feed)
{
    struct peer *p = &w->subscribers[w->n_subscribers];
    struct client *c = &w->clients[w->n_clients++];

    p->opens = option.open_every && w->n_subscribers % option.open_every == 0;
    if (!client_open(c, option.server) || peer_open(p, w->sealer) || !room_subscribe(c, room, feed, p, w->dtls) ||
        !watch(w, p))
        return false;
    w->n_subscribers++;
    if (w->n_subscribers % 50 == 0)
        fprintf(stderr, "\r%d subscribers", w->n_subscribers);
    return true;
}

static bool fill_room(struct world *w)
{
    json_int_t room = 0, *feeds = calloc((size_t)option.publishers, sizeof(*feeds));
    bool fine = true;

    for (int i = 0; i < option.publishers && fine; i++)
        fine = add_publisher(w, &room, &feeds[i]);
    for (int i = 0; i < option.publishers && fine; i++)
        for (int k = 0; k < (option.all ? option.publishers - 1 : option.subscribers) && fine; k++)
            fine = add_subscriber(w, room, feeds[i]);
    free(feeds);
    return fine;
}

/* --- running ---------------------------------------------------------------------------------------------------------
 */

static void run(struct world *w, int64_t until)
{
    static int64_t next_tick;
    struct epoll_event events[256];

    while (now_us() < until) {
        int64_t now = now_us();
        int n;

        for (int i = 0; i < w->n_publishers; i++)
            media_send(&w->publishers[i], (unsigned)option.bitrate, (unsigned)option.fps, now);
        n = epoll_wait(w->epoll, events, 256, 1);
        now = now_us();
        for (int i = 0; i < n; i++)
            peer_receive(events[i].data.ptr, now);
        if (now < next_tick)
            continue;
        next_tick = now + 1000000;
        for (int i = 0; i < w->n_publishers; i++)
            peer_tick(&w->publishers[i].peer, now);
        for (int i = 0; i < w->n_subscribers; i++)
            peer_tick(&w->subscribers[i], now);
    }
}

struct totals {
    uint64_t packets, bytes, lost, reordered, garbage, sent;
    int silent;
};

static struct totals total(const struct world *w)
{
    struct totals t = {0};

    for (int i = 0; i < w->n_subscribers; i++) {
        const struct peer *p = &w->subscribers[i];

        t.silent += !p->first_media_us;
        t.garbage += p->garbage;
        for (int k = 0; k < 4; k++) {
            t.packets += p->in[k].packets;
            t.bytes += p->in[k].bytes;
            t.lost += p->in[k].lost;
            t.reordered += p->in[k].reordered;
        }
    }
    for (int i = 0; i < w->n_publishers; i++)
        t.sent += w->publishers[i].sent_packets;
    return t;
}

static double own_cpu(void)
{
    struct rusage r;

    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static json_t *figures(const struct world *w, const struct usage *idle, const struct usage *ready,
                       const struct usage *a, const struct usage *b, const struct totals *t0, const struct totals *t1,
                       double own)
{
    double packets = (double)(t1->packets - t0->packets), wall = b->wall_s - a->wall_s;
    int n = w->n_subscribers ? w->n_subscribers : 1;

    return json_pack(
        "{si si sf sf sf sf sf sf sI sI sI si sf sf sf sf sf si si sf}", "publishers", w->n_publishers, "subscribers",
        w->n_subscribers, "seconds", wall, "packets_per_s", packets / wall, "cpu_us_per_packet",
        packets ? (b->user_s + b->system_s - a->user_s - a->system_s) * 1e6 / packets : 0.0, "user_us_per_packet",
        packets ? (b->user_s - a->user_s) * 1e6 / packets : 0.0, "system_us_per_packet",
        packets ? (b->system_s - a->system_s) * 1e6 / packets : 0.0, "server_cpu_percent",
        (b->user_s + b->system_s - a->user_s - a->system_s) * 100 / wall, "lost", (json_int_t)(t1->lost - t0->lost),
        "reordered", (json_int_t)(t1->reordered - t0->reordered), "unreadable", (json_int_t)t1->garbage,
        "silent_subscribers", t1->silent, "latency_p50_ms", latency_ms(0.5), "latency_p99_ms", latency_ms(0.99),
        "latency_p999_ms", latency_ms(0.999), "setup_cpu_ms_per_subscriber",
        (ready->user_s + ready->system_s - idle->user_s - idle->system_s) * 1e3 / n, "kib_per_subscriber",
        (double)(b->rss_kib - idle->rss_kib) / n, "server_threads", (int)b->threads, "server_fds", (int)b->fds,
        "generator_cpu_percent", own * 100 / wall);
}

static void print(const json_t *o)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)o, name, value) printf("%-30s %.10g\n", name, json_number_value(value));
}

static int measure(struct world *w)
{
    struct usage idle = {0}, ready = {0}, a = {0}, b = {0};
    struct totals t0, t1;
    double own;
    json_t *out;

    usage_read(option.pid, &idle);
    for (int i = 0; i < option.rooms; i++)
        if (!fill_room(w))
            return 1;
    usage_read(option.pid, &ready);
    fprintf(stderr, "\r%d publishers, %d subscribers; measuring %d s\n", w->n_publishers, w->n_subscribers,
            option.seconds);
    for (int i = 0; i < w->n_publishers; i++) /* not all at the same moment */
        w->publishers[i].next_audio_us = w->publishers[i].next_video_us = now_us() + i * 997 % 33000;
    run(w, now_us() + WARM_UP_US);
    memset(&latency, 0, sizeof(latency));
    t0 = total(w);
    own = own_cpu();
    usage_read(option.pid, &a);
    run(w, now_us() + option.seconds * 1000000LL);
    usage_read(option.pid, &b);
    t1 = total(w);
    out = figures(w, &idle, &ready, &a, &b, &t0, &t1, own_cpu() - own);
    print(out);
    if (option.json && json_dump_file(out, option.json, JSON_INDENT(2)))
        fprintf(stderr, "%s could not be written\n", option.json);
    json_decref(out);
    return t1.packets == t0.packets;
}

int main(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new("- load on a server of this API");
    GError *error = NULL;
    struct world w = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct gw_dtls_conf conf = {0};
    struct rlimit files = {65536, 65536};
    char why[200] = "";
    int result = 1, subscribers;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 2;
    }
    if (!option.server)
        option.server = g_strdup("http://127.0.0.1:8088/janus");
    setrlimit(RLIMIT_NOFILE, &files);
    conf.profiles = option.profile;
    subscribers = option.rooms * option.publishers * (option.all ? option.publishers : option.subscribers);
    w.publishers = calloc((size_t)(option.rooms * option.publishers), sizeof(*w.publishers));
    w.subscribers = calloc((size_t)subscribers, sizeof(*w.subscribers));
    w.clients = calloc((size_t)(subscribers + option.rooms * option.publishers), sizeof(*w.clients));
    if (gw_sealer_new(&w.sealer, NULL) || gw_dtls_context_new(&w.dtls, &conf, why, sizeof(why)))
        fprintf(stderr, "no cryptography: %s\n", why);
    else
        result = measure(&w);
    for (int i = 0; i < w.n_clients; i++)
        client_close(&w.clients[i]);
    for (int i = 0; i < w.n_publishers; i++)
        peer_close(&w.publishers[i].peer);
    for (int i = 0; i < w.n_subscribers; i++)
        peer_close(&w.subscribers[i]);
    gw_dtls_context_free(w.dtls);
    gw_sealer_free(w.sealer);
    free(w.publishers);
    free(w.subscribers);
    free(w.clients);
    g_option_context_free(context);
    return result;
}
