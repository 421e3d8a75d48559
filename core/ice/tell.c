/* SPDX-License-Identifier: Apache-2.0 */
/* Telling peers what happened: at once where that is safe, otherwise noted and told later in the turn. */
#include <string.h>

#include "ice/inside.h"

static void defer(struct gw_ice *ice)
{
    struct gw_ice_io *io = ice->io;

    if (ice->is_deferred || ice->dead)
        return;
    ice->is_deferred = true;
    ice->next_deferred = NULL;
    if (io->deferred)
        io->deferred_last->next_deferred = ice;
    else
        io->deferred = ice;
    io->deferred_last = ice;
    if (io->loop && !gw_timer_running(&io->wake))
        gw_timer_start(gw_loop_timers(io->loop), &io->wake, gw_loop_now(io->loop));
}

void gw_ice_forget_deferred(struct gw_ice *ice)
{
    struct gw_ice_io *io = ice->io;
    struct gw_ice *before = NULL;

    if (!ice->is_deferred)
        return;
    for (struct gw_ice *i = io->deferred; i; before = i, i = i->next_deferred) {
        if (i != ice)
            continue;
        if (before)
            before->next_deferred = ice->next_deferred;
        else
            io->deferred = ice->next_deferred;
        if (io->deferred_last == ice)
            io->deferred_last = before;
        break;
    }
    ice->is_deferred = false;
}

void gw_ice_defer_state(struct gw_ice *ice, enum gw_ice_state state)
{
    if (ice->state == state || ice->dead)
        return;
    ice->state = state;
    if (ice->n_states == GW_ICE_STATES) /* a flapping library: the latest is what matters */
        ice->n_states--;
    ice->states[ice->n_states++] = state;
    defer(ice);
}

void gw_ice_defer_gathered(struct gw_ice *ice)
{
    ice->gathered_due = true;
    defer(ice);
}

void gw_ice_defer_candidates(struct gw_ice *ice)
{
    defer(ice);
}

void gw_ice_defer_packet(struct gw_ice *ice, struct gw_packet *pkt)
{
    if (ice->dead) {
        gw_packet_unref(pkt);
        return;
    }
    pkt->next = NULL;
    if (ice->packets)
        ice->packets_last->next = pkt;
    else
        ice->packets = pkt;
    ice->packets_last = pkt;
    defer(ice);
}

bool gw_ice_tell_state(struct gw_ice *ice, enum gw_ice_state state, int64_t now_us)
{
    struct gw_ice_io *io = ice->io;

    if (ice->n_states) { /* keep the order */
        gw_ice_defer_state(ice, state);
        return true;
    }
    if (ice->state == state)
        return true;
    ice->state = state;
    io->telling = ice;
    if (io->events.state)
        io->events.state(ice->peer, state, now_us);
    return io->telling == ice;
}

static bool tell_next_state(struct gw_ice *ice, int64_t now_us)
{
    struct gw_ice_io *io = ice->io;
    enum gw_ice_state state = ice->states[0];

    memmove(ice->states, ice->states + 1, --ice->n_states * sizeof(ice->states[0]));
    if (io->events.state)
        io->events.state(ice->peer, state, now_us);
    return io->telling == ice;
}

/* One note of a connection; false: nothing left, or it is gone. */
static bool tell_one(struct gw_ice *ice, int64_t now_us)
{
    struct gw_ice_io *io = ice->io;
    struct gw_packet *pkt = ice->packets;

    io->telling = ice;
    if (ice->n_states && ice->states[0] == GW_ICE_GATHERING) {
        return tell_next_state(ice, now_us);
    } else if (ice->candidates_told < ice->locals.n) {
        const char *line = ice->locals.line[ice->candidates_told++];

        if (io->events.candidate)
            io->events.candidate(ice->peer, line, now_us);
    } else if (ice->gathered_due) {
        ice->gathered_due = false;
        if (io->events.gathered)
            io->events.gathered(ice->peer, now_us);
    } else if (ice->n_states) {
        return tell_next_state(ice, now_us);
    } else if (pkt) {
        ice->packets = pkt->next;
        pkt->next = NULL;
        io->events.packet(ice->peer, pkt, now_us);
    } else {
        return false;
    }
    return io->telling == ice;
}

void gw_ice_run_deferred(struct gw_ice_io *io, int64_t now_us)
{
    struct gw_ice *last = io->deferred_last, *ice;

    io->now_us = now_us;
    if (!io->deferred)
        return;
    do { /* those added meanwhile wait for their own wake-up, except in the simulator */
        ice = io->deferred;
        io->deferred = ice->next_deferred;
        ice->is_deferred = false;
        while (tell_one(ice, now_us))
            ;
    } while (io->deferred && (ice != last || !io->loop));
}
