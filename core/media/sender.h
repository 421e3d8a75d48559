/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one connection's packets leave: queued by its sinks during the turn, and at its end written into send slots,
 * sealed, and committed, in the order the pacer gives. Worker thread.
 * What leaves together is arranged for long UDP_SEGMENT runs: media/batch.h.
 */
#ifndef GW_MEDIA_SENDER_H
#define GW_MEDIA_SENDER_H

#include "bwe/bwe.h"
#include "ice/ice.h"
#include "media/counters.h"
#include "media/pacer.h"
#include "media/sink.h"
#include "srtp/srtp.h"

struct gw_sender;

struct gw_dirty { /* one a worker: senders with something to send */
    struct gw_sender *first;
};

struct gw_sender {
    /* borrowed */
    struct gw_dirty *dirty;
    struct gw_ice *ice;
    struct gw_srtp *srtp; /* NULL until the handshake is done */
    struct gw_sealer *sealer;
    struct gw_timers *timers;
    struct gw_counters *counters;
    struct gw_sink *prober; /* the last sink of ours that sent video with RTX; probes are its repetitions */
    /* state */
    struct gw_sender *next; /* in the dirty list, */
    bool queued;            /* if it is */
    bool pad_runs;
    bool forget_at_keyframe; /* nothing older than the last keyframe sent is repeated */
    bool lossy;              /* the way loses packets at any rate: repetitions may be lost as well */
    uint16_t twcc_seq;       /* last used */
    int64_t history_us;      /* how long a packet may be asked back: clamp(RTT + 100 ms, min_nack_queue, 1 s) */
    struct gw_timer wake;    /* the pacer holds something back, or a probe is not complete */
    void (*watch)(void *arg, const uint8_t *data, size_t len); /* each packet before it is sealed; NULL: nobody */
    void *watch_arg;
    /* owned */
    struct gw_pacer pacer;
    struct gw_bwe bwe;
};

void gw_sender_init(struct gw_sender *s, struct gw_dirty *dirty, struct gw_timers *timers,
                    struct gw_counters *counters);
void gw_sender_end(struct gw_sender *s); /* leaves the dirty list, frees the queues */
bool gw_sender_ready(const struct gw_sender *s);
void gw_sender_push(struct gw_sender *s, enum gw_send_class class, const struct gw_send_item *item, int64_t now_us);
/* It is needed soon: into the cache with it; and, when that is done, with what only it can tell the place of. */
void gw_sender_prefetch(const struct gw_sender *s);
void gw_sender_prefetch_rest(const struct gw_sender *s);
void gw_sender_flush(struct gw_sender *s, int64_t now_us);
void gw_sender_kick(struct gw_sender *s); /* there may be something to send: a flush at the end of this turn */
void gw_sender_forget(struct gw_sender *s, const struct gw_sink *k); /* it goes: nothing of it is sent any more */
void gw_dirty_flush(struct gw_dirty *d, int64_t now_us);

#endif
