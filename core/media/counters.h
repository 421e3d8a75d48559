/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of one worker. Written by that worker alone, read by any thread: relaxed atomics, no locked instruction.
 */
#ifndef GW_MEDIA_COUNTERS_H
#define GW_MEDIA_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

struct gw_counters {
    _Atomic uint64_t peers, sources, sinks, packets_in, bytes_in, packets_forwarded, bytes_out, retransmitted, nacks_in,
        nacks_out, plis_in, plis_out, handshakes, probes, feedbacks, overuses, limited_sinks, held_sinks;
    _Atomic uint64_t drops_srtp, drops_rtp, drops_rtcp, drops_unknown_ssrc, drops_muted, drops_queue, drops_duplicate,
        drops_not_receiving, drops_payload_type, drops_too_large, drops_not_ready, drops_history, drops_feedback;
};

static inline void gw_count_add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline void gw_count(_Atomic uint64_t *counter)
{
    gw_count_add(counter, 1);
}

#endif
