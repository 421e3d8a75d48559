/* SPDX-License-Identifier: Apache-2.0 */
/* The peer's candidates: for the worker at once, or kept until there is a description they belong to. */
#include <string.h>

#include "peer/link_state.h"

static void free_trickle(void *trickle)
{
    struct gw_trickle *t = trickle;

    g_free(t->mid);
    g_free(t->candidate);
    g_free(t);
}

void gw_link_drop_trickles(struct gw_link *l)
{
    g_queue_clear_full(&l->trickles, free_trickle);
}

/* Browsers say so with an empty text, which tells us nothing. */
static bool says_nothing(const char *candidate)
{
    return candidate && (!*candidate || strstr(candidate, "end-of-candidates"));
}

static void trickle(struct gw_link *l, const char *mid, int mindex, const char *candidate)
{
    if (!candidate || gw_plan_is_transport(l->plan, mid, mindex))
        gw_link_post_candidate(l, candidate);
}

void gw_link_post_trickles(struct gw_link *l)
{
    int64_t oldest = l->ls->conf.now_us() - (int64_t)l->ls->conf.candidates_timeout_s * 1000000;
    struct gw_trickle *t;

    while ((t = g_queue_pop_head(&l->trickles))) {
        if (t->at_us >= oldest)
            trickle(l, t->mid, t->mindex, t->candidate);
        free_trickle(t);
    }
}

enum gw_trickle_result gw_link_trickle(struct gw_link *l, const char *mid, int mindex, const char *candidate)
{
    bool ready = gw_plan_is_negotiated(l->plan) && gw_plan_get_state(l->plan) == GW_PLAN_STABLE;
    bool useless = says_nothing(candidate) || (candidate && strlen(candidate) > GW_LINK_MAX_CANDIDATE) ||
                   (mid && strlen(mid) > 16);
    struct gw_trickle *t;

    if (l->closing)
        return GW_TRICKLE_CLOSING;
    l->no_trickle = false;
    if (ready && gw_link_on_worker(l)) {
        if (!useless)
            trickle(l, mid, mindex, candidate);
        return GW_TRICKLE_OK;
    }
    if (useless || l->trickles.length >= GW_LINK_MAX_TRICKLES)
        return GW_TRICKLE_QUEUED;
    t = g_new0(struct gw_trickle, 1);
    t->at_us = l->ls->conf.now_us();
    t->mindex = mindex;
    t->mid = g_strdup(mid);
    t->candidate = g_strdup(candidate);
    g_queue_push_tail(&l->trickles, t);
    return GW_TRICKLE_QUEUED;
}
