/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections that fare worst, for operators. While somebody asks, workers are asked what the sinks of each
 * PeerConnection do: some connections a second, so that all come round in ten seconds, or a little later where there
 * are very many. Nobody has asked for a minute: nothing is done.
 */
#include "api/inside.h"

#include <stdlib.h>

#define ROUND_S    10
#define MOST_A_S   200 /* questions */
#define ASKED_US   INT64_C(60000000)
#define FRESH_US   INT64_C(60000000) /* older answers are not shown */
#define MOST_SHOWN 50

/* One question; owned by itself until the last word. */
struct question {
    struct gw_api *api;
    struct cardea_handle *ticket;
    struct gw_quality q;
};

static void tell(void *arg, uint64_t sink, const struct cardea_sink_state *state)
{
    struct question *ask = arg;
    struct gw_handle *h;

    if (sink) {
        ask->q.sinks++;
        ask->q.waiting += state->cause == CARDEA_CAUSE_HELD || state->cause == CARDEA_CAUSE_KEYFRAME ||
                          state->cause == CARDEA_CAUSE_SILENT;
        ask->q.loss = MAX(ask->q.loss, state->loss);
        ask->q.rtt_ms = MAX(ask->q.rtt_ms, state->rtt_ms);
        ask->q.estimate_bps = state->estimate_bps;
        ask->q.sent_bps += state->bitrate_bps;
        return;
    }
    h = gw_handle_of(ask->api, ask->ticket);
    if (h && ask->q.sinks) {
        ask->q.at_us = ask->api->conf.now_us();
        h->quality = ask->q;
    }
    g_free(ask);
}

static void ask_worker(struct gw_handle *h)
{
    struct question *ask = g_new0(struct question, 1);
    const struct gw_states_ask how = {tell, ask};

    ask->api = h->api;
    ask->ticket = h->ticket;
    if (gw_link_states(h->link, &how))
        g_free(ask);
}

/* Those that were not asked in this round yet, at most so many; gives how many there were. */
static unsigned ask_some(struct gw_api *a, unsigned most)
{
    unsigned n = 0;
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, a->handles.objects);
    while (n < most && g_hash_table_iter_next(&it, NULL, &value)) {
        struct gw_handle *h = value;

        if (!h->up || h->state != GW_HANDLE_LIVE || h->asked_in_round == a->worst.round)
            continue;
        h->asked_in_round = a->worst.round;
        ask_worker(h);
        n++;
    }
    return n;
}

/* Each second. The next round begins when all have been asked, and not before its time. */
static void look(void *arg, int64_t now_us)
{
    struct gw_api *a = arg;
    int64_t now = a->conf.now_us();
    unsigned share = MIN(a->n_handles / ROUND_S + 1, MOST_A_S);

    if (now - a->worst.asked_us > ASKED_US) {
        a->worst.on = false;
        return;
    }
    if (ask_some(a, share) < share && now - a->worst.began_us >= ROUND_S * INT64_C(1000000)) {
        a->worst.round++;
        a->worst.began_us = now;
    }
    gw_timer_start(a->conf.timers, &a->worst.timer, now + 1000000);
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

/* How much somebody there suffers: a tenth lost, a second of round trip, or half of what should come does not. */
static double badness(const struct gw_quality *q)
{
    return q->loss * 10 + q->rtt_ms / 1000.0 + 2.0 * q->waiting / q->sinks;
}

static int by_badness(gconstpointer a, gconstpointer b)
{
    double x = badness(&(*(struct gw_handle *const *)a)->quality),
           y = badness(&(*(struct gw_handle *const *)b)->quality);

    return x > y ? -1 : x < y;
}

static json_t *handle_json(const struct gw_handle *h, int64_t now_us)
{
    const struct gw_quality *q = &h->quality;

    return json_pack("{sI sI ss sf sI sI sI sI sI sI}", "session_id", (json_int_t)h->session->id, "handle_id",
                     (json_int_t)h->id, "plugin", h->plugin->shown, "loss", (double)(int)(q->loss * 1000 + 0.5) / 1000,
                     "rtt_ms", (json_int_t)q->rtt_ms, "tracks", (json_int_t)q->sinks, "tracks_waiting",
                     (json_int_t)q->waiting, "sent_bps", (json_int_t)q->sent_bps, "estimate_bps",
                     (json_int_t)q->estimate_bps, "age_s", (json_int_t)((now_us - q->at_us) / 1000000));
}

json_t *gw_api_worst(struct gw_api *a, unsigned most)
{
    GPtrArray *all = g_ptr_array_new();
    json_t *list = json_array();
    GHashTableIter it;
    gpointer value;
    int64_t now_us = a->conf.now_us();

    a->worst.asked_us = now_us;
    if (!a->worst.on) {
        a->worst.on = true;
        a->worst.round++;
        a->worst.began_us = now_us;
        a->worst.timer.fire = look;
        a->worst.timer.arg = a;
        gw_timer_start(a->conf.timers, &a->worst.timer, now_us + 1);
    }
    g_hash_table_iter_init(&it, a->handles.objects);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct gw_handle *h = value;

        if (h->up && h->quality.at_us && now_us - h->quality.at_us < FRESH_US)
            g_ptr_array_add(all, value);
    }
    g_ptr_array_sort(all, by_badness);
    for (guint i = 0; i < all->len && i < MIN(most, MOST_SHOWN); i++)
        json_array_append_new(list, handle_json(all->pdata[i], now_us));
    g_ptr_array_free(all, TRUE);
    return list;
}
