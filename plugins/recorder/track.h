/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tapped source on its way to a recording. The worker copies packets and sender reports into the track's ring; the
 * writer takes them out (output.h). When the ring is full, whole groups of frames are left out: nothing is taken until
 * the next keyframe that finds the ring half empty.
 *
 * Of a simulcast source only the best layer that comes is taken.
 */
#ifndef RECORDER_TRACK_H
#define RECORDER_TRACK_H

#include <cardea/plugin.h>

#include "depacketize/depacketize.h"
#include "ring.h"

/* What is known when it is tapped. Text is owned. */
struct rec_track_conf {
    enum cardea_kind kind;
    enum rec_codec codec;
    unsigned mindex, clock_rate;
    char *mid, *description, *fmtp;
    uint8_t orientation_id, audiolevel_id;
    uint8_t payload_type, red_payload_type; /* 0: not known; none */
    bool stereo, simulcast, e2ee;
};

struct rec_track {
    /* given at creation */
    struct rec_track_conf conf;
    cardea_source source;
    /* borrowed: control's */
    void *owner;
    /* owned */
    struct rec_ring ring;
    /* the worker's */
    uint8_t substream;
    bool begun, dropping, gap;
    int64_t substream_us; /* when the layer that is taken was seen last */
    /* told by the worker to all */
    atomic_uint_fast64_t dropped_packets, dropped_bytes;
    atomic_bool starving; /* it waits for a keyframe, after dropping */
    /* told by the writer to the worker */
    atomic_bool closed; /* nothing more is wanted */
};

/* Takes over the text of conf. capacity: of the ring, bytes. NULL: no memory. Control thread. */
struct rec_track *rec_track_new(const struct rec_track_conf *conf, cardea_source source, size_t capacity);
void rec_track_free(struct rec_track *t); /* when no worker and no writer knows it; NULL is fine */

/* On the source's worker; tap is the track. */
void rec_track_packet(void *tap, const struct cardea_packet *packet);
void rec_track_report(void *tap, const struct cardea_report *report);

#endif
