/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters of one worker's media (base/count.h).
 */
#ifndef GW_MEDIA_COUNTERS_H
#define GW_MEDIA_COUNTERS_H

#include "base/count.h"

struct gw_counters {
    _Atomic uint64_t peers, sources, sinks, packets_in, bytes_in, packets_forwarded, bytes_out, retransmitted, nacks_in,
        nacks_out, plis_in, plis_out, handshakes, probes, feedbacks, overuses, freezes, limited_sinks, held_sinks,
        overloads, shed_ppm;
    _Atomic uint64_t drops_srtp, drops_rtp, drops_rtcp, drops_unknown_ssrc, drops_muted, drops_queue, drops_duplicate,
        drops_not_receiving, drops_payload_type, drops_too_large, drops_not_ready, drops_history, drops_feedback;
};

#endif
