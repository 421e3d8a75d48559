/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links without workers: orders are recorded, news are fed by hand, events are noted as words in one line of text.
 * Owners are small integers, cast to pointers.
 */
#ifndef TESTS_UNIT_PEER_FAKE_WORKER_H
#define TESTS_UNIT_PEER_FAKE_WORKER_H

#include "peer/link.h"
#include "planning.h"

#define MAX_ORDERS 4096

static struct {
    struct gw_links *ls;
    struct gw_order orders[MAX_ORDERS]; /* not yet looked at, [0] is the oldest */
    unsigned worker[MAX_ORDERS];
    unsigned n;
    bool full; /* mailboxes refuse */
    bool seeks; /* there are TURN servers to be found elsewhere */
    int64_t now_us;
    char events[4096];
    char *sdp;               /* last described */
    struct gw_link *free_at; /* freed by the next event */
    bool nested;             /* inside a gw_link_ call: an event now is a mistake */
} fake;

static inline void note(void *owner, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline void note(void *owner, const char *fmt, ...)
{
    size_t len = strlen(fake.events);
    struct gw_link *dead = fake.free_at;
    va_list args;

    assert_false(fake.nested);
    len +=
        (size_t)snprintf(fake.events + len, sizeof(fake.events) - len, "%s%d:", len ? " " : "", (int)(intptr_t)owner);
    va_start(args, fmt);
    vsnprintf(fake.events + len, sizeof(fake.events) - len, fmt, args);
    va_end(args);
    fake.free_at = NULL;
    gw_link_free(dead);
}

static void on_described(void *owner, const char *type, char *sdp)
{
    free(fake.sdp);
    fake.sdp = sdp;
    note(owner, "%s", type);
}

static void on_trickle(void *owner, const char *mid, const char *candidate)
{
    note(owner, "trickle(%s,%.3s)", mid, candidate ? candidate : "end");
}

static void on_ice(void *owner, enum gw_ice_state state)
{
    note(owner, "ice(%d)", state);
}

static void on_up(void *owner)
{
    note(owner, "up");
}

static void on_down(void *owner, const char *reason)
{
    note(owner, "down(%s)", reason);
}

static void on_closed(void *owner)
{
    note(owner, "closed");
}

static void on_media(void *owner, const struct cardea_stream *s, bool receiving, int substream, unsigned seconds)
{
    note(owner, "media(%s,%d,%d,%u)", s->mid, receiving, substream, seconds);
}

static void on_slow_link(void *owner, const struct cardea_stream *s, bool uplink, unsigned lost)
{
    note(owner, "slow(%s,%d,%u)", s->mid, uplink, lost);
}

static void on_layer(void *owner, cardea_sink sink, const struct cardea_sink_state *state)
{
    note(owner, "layer(%u,%d)", gw_track_mindex(sink), state->substream);
}

static void on_talking(void *owner, cardea_source source, bool talking, double level)
{
    note(owner, "talking(%u,%d,%.0f)", gw_track_mindex(source), talking, level);
}

static void on_loudness(void *owner, cardea_source source, double level)
{
    note(owner, "loudness(%.0f)", level);
}

static void on_data(void *owner, const struct cardea_message *msg)
{
    note(owner, "data(%s,%s,%d,%.*s)", msg->label, msg->protocol, msg->binary, (int)msg->len, (const char *)msg->data);
}

static void on_query(void *owner, int64_t ticket, const char *json)
{
    note(owner, "query(%d,%s)", (int)ticket, json);
}

static const struct gw_link_events fake_events = {
    .described = on_described,
    .trickle = on_trickle,
    .ice = on_ice,
    .up = on_up,
    .down = on_down,
    .closed = on_closed,
    .media = on_media,
    .slow_link = on_slow_link,
    .layer = on_layer,
    .talking = on_talking,
    .loudness = on_loudness,
    .data = on_data,
    .query = on_query,
};

static bool fake_post(void *arg, unsigned worker, const struct gw_order *order)
{
    if (fake.full || fake.n == MAX_ORDERS)
        return false;
    fake.worker[fake.n] = worker;
    fake.orders[fake.n++] = *order;
    return true;
}

static int64_t fake_now(void)
{
    return fake.now_us;
}

static bool fake_seek(void *owner, gw_peer_id peer)
{
    return fake.seeks;
}

static inline void fake_start(unsigned workers, unsigned peers_per_worker, bool full_trickle)
{
    struct gw_links_conf conf = {
        .workers = workers,
        .full_trickle = full_trickle,
        .fingerprint = "0A:1B",
        .address = "203.0.113.9",
        .peers_per_worker = peers_per_worker,
        .post = fake_post,
        .events = &fake_events,
        .now_us = fake_now,
        .plain_most = 8,
        .seek_relays = fake_seek,
    };

    memset(&fake, 0, sizeof(fake));
    fake.now_us = 1000000000;
    assert_int_equal(gw_links_new(&fake.ls, &conf), 0);
}

/* Takes the oldest order, which must be this one. What it owns is freed by the caller, or by order_done(). */
static inline struct gw_order order_take(enum gw_order_tag tag)
{
    struct gw_order o;

    if (!fake.n)
        fail_msg("no order, wanted %d", tag);
    o = fake.orders[0];
    if (o.tag != tag)
        fail_msg("order %d, wanted %d", o.tag, tag);
    fake.n--;
    memmove(&fake.orders[0], &fake.orders[1], fake.n * sizeof(fake.orders[0]));
    memmove(&fake.worker[0], &fake.worker[1], fake.n * sizeof(fake.worker[0]));
    return o;
}

static inline void order_done(enum gw_order_tag tag)
{
    struct gw_order o = order_take(tag);

    gw_order_drop(&o);
}

/* Forgets all orders. */
static inline void orders_clear(void)
{
    for (unsigned i = 0; i < fake.n; i++)
        gw_order_drop(&fake.orders[i]);
    fake.n = 0;
}

static inline void fake_stop(void)
{
    orders_clear();
    gw_links_free(fake.ls);
    orders_clear();
    free(fake.sdp);
}

static inline void news(const struct gw_news *n)
{
    gw_links_news(fake.ls, n);
}

static inline void news_simple(enum gw_news_tag tag, gw_peer_id peer)
{
    news(&(struct gw_news){.tag = tag, .peer = peer});
}

static inline void news_text(enum gw_news_tag tag, gw_peer_id peer, const char *text)
{
    struct gw_news n = {.tag = tag, .peer = peer};

    n.u.text = strdup(text);
    news(&n);
}

static inline void news_gathered(gw_peer_id peer, const char *ufrag)
{
    struct gw_described *d = calloc(1, sizeof(*d) + sizeof(char *));
    struct gw_news n = {.tag = GW_NEWS_GATHERED, .peer = peer};

    strcpy(d->ufrag, ufrag);
    strcpy(d->pwd, "0123456789abcdefghijkl");
    d->n_candidates = 1;
    d->candidates[0] = strdup("1 1 udp 2015363327 203.0.113.9 40180 typ host");
    n.u.described = d;
    news(&n);
}

/* What has been told since the last call; turn: first let the end of the turn come. */
static inline void assert_events(const char *wanted)
{
    assert_string_equal(fake.events, wanted);
    fake.events[0] = '\0';
}

static inline struct gw_link *link_make(int owner)
{
    struct gw_link *l;

    assert_int_equal(gw_link_new(&l, fake.ls, (void *)(intptr_t)owner), 0);
    return l;
}

static inline enum gw_jsep_result jsep(struct gw_link *l, const char *type, const char *sdp)
{
    struct gw_jsep j = {.type = type, .sdp = sdp};
    enum gw_jsep_result r;
    char why[128] = "";
    bool update;

    fake.nested = true;
    r = gw_link_jsep(l, &j, &update, why, sizeof(why));
    fake.nested = false;
    assert_int_equal(r != GW_JSEP_OK, why[0] != 0);
    return r;
}

static inline int answer(struct gw_link *l)
{
    struct cardea_answer policy = {.opus_fec = true};
    int err;

    fake.nested = true;
    err = gw_link_answer(l, &policy);
    fake.nested = false;
    return err;
}

static inline int place(struct gw_link *l, const char *codec, cardea_sink *sink)
{
    struct cardea_place w = {.kind = CARDEA_VIDEO, .codec = codec, .payload_type = -1};
    int mindex = -1, err;

    err = gw_link_place(l, &mindex, &w, sink);
    return err ? err : mindex;
}

static inline int offer(struct gw_link *l, bool restart)
{
    struct cardea_offer o = {.title = "x", .restart = restart};
    int err;

    fake.nested = true;
    err = gw_link_offer(l, &o);
    fake.nested = false;
    return err;
}

static inline gw_peer_id peer_of(struct gw_link *l)
{
    size_t n;
    const struct cardea_stream *s = gw_link_streams(l, &n);

    for (size_t i = 0; i < n; i++)
        if (s[i].source || s[i].sink)
            return gw_track_peer(s[i].source ? s[i].source : s[i].sink);
    fail_msg("the link has no source and no sink");
    return 0;
}

/* A publisher that is up: sendonly VP8 with this mid, on m-line 0. */
#define PUBLISH                                                                                                        \
    HEAD "a=setup:actpass\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n"

static inline struct gw_link *publisher_make(int owner, uint64_t group)
{
    struct gw_link *l = link_make(owner);

    gw_link_group(l, group);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    news_gathered(peer_of(l), "x4Qd");
    news_simple(GW_NEWS_UP, peer_of(l));
    orders_clear();
    fake.events[0] = '\0';
    return l;
}

#define SUBSCRIBE                                                                                                      \
    HEAD "a=setup:active\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=recvonly\r\na=rtpmap:96 VP8/90000\r\n"

#endif
