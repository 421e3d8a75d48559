/* SPDX-License-Identifier: Apache-2.0 */
/* One PeerConnection: the plan decides, this sends what it decided to the worker and tells the owner. */
#include "peer/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "capture/capture.h"
#include "base/str.h"
#include "peer/link_state.h"

/* --- making ------------------------------------------------------------------------------------------------------- */

static uint32_t random_number(void *arg)
{
    return g_random_int();
}

static struct gw_plan *new_plan(const struct gw_links *ls)
{
    struct gw_plan_conf conf = {.session_id = (uint64_t)g_get_real_time(), .random = random_number};
    struct gw_plan *p;

    gw_plan_new(&p, &conf);
    return p;
}

int gw_link_new(struct gw_link **out, struct gw_links *ls, void *owner)
{
    struct gw_link *l = g_new0(struct gw_link, 1);

    l->ls = ls;
    l->owner = owner;
    l->worker = -1;
    l->plan = new_plan(ls);
    l->full_trickle = ls->conf.full_trickle;
    l->sinks = g_ptr_array_new_with_free_func(gw_sink_mirror_free);
    *out = l;
    return 0;
}

static void free_due(void *due)
{
    struct gw_due *d = due;

    g_free(d->sdp);
    g_free(d);
}

static void free_local(struct gw_link *l)
{
    if (l->local)
        gw_news_drop(&(struct gw_news){.tag = GW_NEWS_GATHERED, .u.described = l->local});
    l->local = NULL;
}

/* Everything that belongs to one PeerConnection. */
static void clear(struct gw_link *l)
{
    free_local(l);
    gw_plan_free(l->plan);
    l->plan = NULL;
    g_clear_pointer(&l->local_sdp, g_free);
    g_clear_pointer(&l->remote_sdp, g_free);
    g_clear_pointer(&l->new_remote_sdp, g_free);
    gw_link_drop_trickles(l);
    g_queue_clear_full(&l->due, free_due);
    gw_capture_close(l->capture);
    l->capture = NULL;
    l->closing = l->up = l->awaiting = l->no_trickle = l->relay_only = l->data_tap = l->bitrate_set = false;
    l->sending_set = l->all_trickles = l->restarting = l->seeking = false;
}

void gw_link_reset(struct gw_link *l)
{
    if (l->entry) {
        gw_graph_peer_gone(l);
        gw_links_leave(l->ls, l->entry);
    }
    clear(l);
    l->plan = new_plan(l->ls);
}

void gw_link_over(struct gw_link *l)
{
    gw_graph_peer_gone(l);
    l->closing = true;
    l->up = l->awaiting = false;
    g_queue_clear_full(&l->due, free_due);
}

static void begin(struct gw_link *l, struct gw_relays *relays);

/* Asks the worker to close. */
static void post_close(struct gw_link *l, const char *reason)
{
    struct gw_order order = {.tag = GW_ORDER_PEER_CLOSE, .u.text = g_strdup(reason)};

    gw_link_over(l);
    gw_link_post(l, &order);
}

void gw_link_free(struct gw_link *l)
{
    if (!l)
        return;
    if (l->entry && l->entry->started) {
        if (!l->closing)
            post_close(l, NULL);
        l->entry->link = NULL; /* counted until CLOSED news come */
    } else if (l->entry) {
        gw_graph_peer_gone(l);
        gw_links_leave(l->ls, l->entry);
    }
    clear(l);
    if (l->queued)
        g_queue_remove(&l->ls->due, l);
    g_ptr_array_unref(l->sinks);
    g_free(l);
}

void gw_link_close(struct gw_link *l, const char *reason)
{
    if (l->closing)
        return;
    if (!gw_link_exists(l)) {
        gw_link_reset(l);
        return;
    }
    if (l->seeking) /* it is born to die, so that there is one way to close */
        begin(l, NULL);
    post_close(l, reason);
}

void gw_link_group(struct gw_link *l, uint64_t group)
{
    if (!l->entry)
        l->group = group;
}

void gw_link_worker(struct gw_link *l, unsigned worker)
{
    l->worker = worker < GW_MAX_WORKERS ? (int)worker : -1;
}

void gw_link_untrickled(struct gw_link *l)
{
    l->full_trickle = false;
}

/* --- small questions ---------------------------------------------------------------------------------------------- */

bool gw_link_offer_outstanding(const struct gw_link *l)
{
    return gw_plan_get_state(l->plan) == GW_PLAN_LOCAL_OFFER;
}

const struct cardea_stream *gw_link_streams(struct gw_link *l, size_t *n)
{
    return gw_plan_streams(l->plan, n);
}

bool gw_link_is_up(const struct gw_link *l)
{
    return l->up;
}

bool gw_link_on_worker(const struct gw_link *l)
{
    return l->entry && l->entry->started;
}

bool gw_link_exists(const struct gw_link *l)
{
    return l->seeking || gw_link_on_worker(l);
}

bool gw_link_e2ee(const struct gw_link *l)
{
    return gw_plan_is_e2ee(l->plan);
}

const char *gw_link_local_sdp(const struct gw_link *l)
{
    return l->local_sdp;
}

const char *gw_link_remote_sdp(const struct gw_link *l)
{
    return l->remote_sdp;
}

/* --- orders ------------------------------------------------------------------------------------------------------- */

bool gw_link_post(struct gw_link *l, struct gw_order *order)
{
    order->peer = l->entry->id;
    return gw_links_post(l->ls, gw_peer_worker(l->entry->id), order);
}

static void need_id(struct gw_link *l)
{
    if (l->entry)
        return;
    l->entry = gw_links_enter(l->ls, l->group, l->worker);
    l->entry->link = l;
    gw_plan_set_peer(l->plan, l->entry->id);
}

void gw_link_post_number(struct gw_link *l, enum gw_order_tag tag, int64_t number)
{
    struct gw_order order = {.tag = tag, .u.number = number};

    gw_link_post(l, &order);
}

void gw_link_capture(struct gw_link *l, struct gw_capture *c)
{
    struct gw_order order = {.tag = GW_ORDER_CAPTURE, .u.capture = c};

    if (gw_link_on_worker(l) && !l->closing) {
        gw_link_post(l, &order);
        return;
    }
    gw_capture_close(l->capture);
    l->capture = c;
}

/* The peer comes to life on its worker, which gathers. */
static void start(struct gw_link *l, bool controlling, struct gw_relays *relays)
{
    struct gw_order order = {.tag = GW_ORDER_PEER_NEW};

    order.u.peer_new.controlling = controlling;
    order.u.peer_new.full_trickle = l->full_trickle;
    order.u.peer_new.relay_only = l->relay_only;
    order.u.peer_new.relays = relays;
    l->entry->started = true;
    gw_link_post(l, &order);
    if (l->bitrate_set)
        gw_link_post_number(l, GW_ORDER_BITRATE, l->bitrate);
    if (l->capture)
        gw_link_capture(l, g_steal_pointer(&l->capture));
    if (l->data_tap)
        gw_link_post_number(l, GW_ORDER_DATA_TAP, 1);
    if (l->sending_set)
        gw_link_sending(l, &l->sending);
    gw_graph_post_links(l);
}

static void post_media(struct gw_link *l)
{
    struct gw_order order = {.tag = GW_ORDER_PEER_MEDIA, .u.media = gw_plan_media(l->plan)};

    gw_link_post(l, &order);
}

void gw_link_post_candidate(struct gw_link *l, const char *candidate)
{
    struct gw_order order = {.tag = GW_ORDER_PEER_CANDIDATE, .u.text = g_strdup(candidate)};

    l->all_trickles |= !candidate;
    gw_link_post(l, &order);
}

/* Credentials and the candidates of the description; again only when they changed. */
static void post_remote(struct gw_link *l, bool first)
{
    struct gw_order order = {.tag = GW_ORDER_PEER_REMOTE};

    if (!first && !gw_plan_remote_restarted(l->plan))
        return;
    order.u.remote = gw_plan_remote(l->plan);
    gw_link_post(l, &order);
    if (gw_plan_remote_has_end(l->plan) || l->no_trickle)
        gw_link_post_candidate(l, NULL);
}

/* After the first description: the peer comes to life, and hears of the other side when that has described itself. */
static void begin(struct gw_link *l, struct gw_relays *relays)
{
    bool offered = gw_link_offer_outstanding(l);

    l->seeking = false;
    start(l, offered, relays);
    if (offered)
        return;
    post_media(l);
    post_remote(l, true);
    gw_link_post_trickles(l);
}

static void seek_and_begin(struct gw_link *l)
{
    const struct gw_links_conf *c = &l->ls->conf;

    l->seeking = c->seek_relays && c->seek_relays(l->owner, l->entry->id);
    if (!l->seeking)
        begin(l, NULL);
}

void gw_links_relays(struct gw_links *ls, gw_peer_id peer, struct gw_relays *relays)
{
    struct gw_link *l = gw_links_find(ls, peer);

    if (l && l->seeking)
        begin(l, relays);
    else
        free(relays);
}

/* --- our description ---------------------------------------------------------------------------------------------- */

static char *compose(struct gw_link *l)
{
    struct gw_plan_transport t = {
        .local = l->local,
        .fingerprint = l->ls->fingerprint,
        .address = l->ls->address,
        .candidates = !l->full_trickle,
    };

    g_free(l->local_sdp);
    l->local_sdp = gw_plan_text(l->plan, &t);
    if (!l->local_sdp)
        g_error("no memory for a session description");
    return g_strdup(l->local_sdp);
}

static const char *type_of(const struct gw_link *l)
{
    return gw_link_offer_outstanding(l) ? "offer" : "answer";
}

/* After answer() or offer(): the text now and told at the end of the turn, or when the worker has gathered. */
static void describe(struct gw_link *l, bool restart)
{
    struct gw_due *due;

    l->restarting = restart;
    if (!l->entry->started) {
        l->awaiting = true;
        return; /* start() follows */
    }
    if (restart) {
        struct gw_order order = {.tag = GW_ORDER_PEER_RESTART};

        free_local(l);
        l->all_trickles = false;
        gw_link_post(l, &order);
    }
    if (!l->local) {
        l->awaiting = true;
        return;
    }
    due = g_new0(struct gw_due, 1);
    due->type = type_of(l);
    due->sdp = compose(l);
    g_queue_push_tail(&l->due, due);
    gw_links_tell_later(l);
}

void gw_link_tell_due(struct gw_link *l)
{
    struct gw_due *due = g_queue_pop_head(&l->due);

    if (!due)
        return;
    if (l->due.length)
        gw_links_tell_later(l);
    l->ls->conf.events->described(l->owner, due->type, g_steal_pointer(&due->sdp));
    free_due(due);
}

void gw_link_gathered(struct gw_link *l, struct gw_described *local)
{
    struct gw_links *ls = l->ls;
    gw_peer_id peer = l->entry->id;
    bool awaited = l->awaiting, trickles = l->full_trickle;

    free_local(l);
    l->local = local;
    l->awaiting = false;
    if (l->closing || !awaited)
        return;
    ls->conf.events->described(l->owner, type_of(l), compose(l));
    if (!trickles)
        return;
    for (unsigned i = 0;; i++) { /* each event may close or free the link */
        if (gw_links_find(ls, peer) != l || l->closing || l->local != local)
            return;
        ls->conf.events->trickle(l->owner, gw_plan_transport_mid(l->plan),
                                 i < local->n_candidates ? local->candidates[i] : NULL);
        if (i == local->n_candidates)
            return;
    }
}

/* --- negotiating -------------------------------------------------------------------------------------------------- */

static enum gw_jsep_result result_of(const struct gw_link *l, int err)
{
    if (!err)
        return GW_JSEP_OK;
    return gw_plan_is_negotiated(l->plan) || err == GW_EPROTO ? GW_JSEP_UNEXPECTED : GW_JSEP_BAD_SDP;
}

static enum gw_jsep_result take_offer(struct gw_link *l, const struct gw_plan_remote *remote, char *why, size_t why_len)
{
    int err = gw_plan_take_offer(l->plan, remote, why, why_len);

    if (!err) {
        g_free(l->new_remote_sdp);
        l->new_remote_sdp = g_strdup(remote->sdp);
    }
    return result_of(l, err);
}

static enum gw_jsep_result take_answer(struct gw_link *l, const struct gw_plan_remote *remote, char *why,
                                       size_t why_len)
{
    bool first = !gw_plan_is_negotiated(l->plan);
    int err = gw_plan_take_answer(l->plan, remote, why, why_len);

    if (err)
        return result_of(l, err);
    g_free(l->remote_sdp);
    l->remote_sdp = g_strdup(remote->sdp);
    post_media(l);
    post_remote(l, first);
    gw_link_post_trickles(l);
    return GW_JSEP_OK;
}

enum gw_jsep_result gw_link_jsep(struct gw_link *l, const struct gw_jsep *jsep, bool *update, char *why, size_t why_len)
{
    struct gw_plan_remote remote = {
        .sdp = jsep->sdp,
        .e2ee = jsep->e2ee,
        .rids_low_to_high = jsep->rids_low_to_high,
        .svc = jsep->svc,
    };
    bool offer = !g_ascii_strcasecmp(jsep->type, "offer");
    enum gw_jsep_result result;

    *update = offer && gw_link_exists(l);
    if (l->closing) {
        gw_strlcpy(why, "The PeerConnection is being closed", why_len);
        return GW_JSEP_WRONG_STATE;
    }
    if (l->awaiting) {
        gw_strlcpy(why, "Our last description has not been sent yet", why_len);
        return GW_JSEP_WRONG_STATE;
    }
    if (!offer && g_ascii_strcasecmp(jsep->type, "answer") != 0) {
        gw_strlcpy(why, "Only offers and answers are known", why_len);
        return GW_JSEP_UNEXPECTED;
    }
    if (!offer && !gw_link_exists(l)) {
        gw_strlcpy(why, "There is no PeerConnection to answer for", why_len);
        return GW_JSEP_UNEXPECTED;
    }
    result = (offer ? take_offer : take_answer)(l, &remote, why, why_len);
    if (result == GW_JSEP_OK) {
        l->no_trickle = jsep->no_trickle;
        l->relay_only = jsep->relay_only;
    }
    return result;
}

void gw_link_offer_ignored(struct gw_link *l)
{
    gw_plan_forget_offer(l->plan);
    g_clear_pointer(&l->new_remote_sdp, g_free);
}

int gw_link_answer(struct gw_link *l, const struct cardea_answer *policy)
{
    bool first, restart;
    int err;

    if (l->closing)
        return GW_ESTATE;
    if (gw_plan_get_state(l->plan) != GW_PLAN_REMOTE_OFFER)
        return GW_EPROTO;
    need_id(l);
    first = !gw_plan_is_negotiated(l->plan);
    err = gw_plan_answer(l->plan, policy);
    if (err)
        return err;
    g_free(l->remote_sdp);
    l->remote_sdp = g_steal_pointer(&l->new_remote_sdp);
    restart = gw_plan_remote_restarted(l->plan);
    describe(l, restart);
    if (!l->entry->started) {
        seek_and_begin(l);
        return 0;
    }
    post_media(l);
    post_remote(l, first);
    gw_link_post_trickles(l);
    return 0;
}

const struct cardea_offered *gw_link_offered(struct gw_link *l, size_t *n)
{
    return gw_plan_offered(l->plan, n);
}

int gw_link_place(struct gw_link *l, int *mindex, const struct cardea_place *place, cardea_sink *sink)
{
    int err;

    if (l->closing)
        return GW_ESTATE;
    err = gw_plan_place(l->plan, mindex, place);
    if (err)
        return err;
    need_id(l);
    *sink = gw_track_make(l->entry->id, (unsigned)*mindex);
    return 0;
}

int gw_link_offer(struct gw_link *l, const struct cardea_offer *offer)
{
    int err;

    if (l->closing)
        return GW_ESTATE;
    if (l->awaiting)
        return GW_EPROTO;
    err = gw_plan_offer(l->plan, offer);
    if (err)
        return err;
    need_id(l);
    describe(l, offer->restart);
    if (!l->entry->started)
        seek_and_begin(l);
    return 0;
}
