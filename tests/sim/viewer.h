/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody who watches a stream: frames are shown when they are whole and nothing they refer to is missing. Counts
 * what a browser's getStats would: frames, freezes, bytes; asks for a keyframe when it is stuck.
 */
#ifndef SIM_VIEWER_H
#define SIM_VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_VIEWER_RING    4096
#define SIM_VIEWER_SECONDS 256
#define SIM_VIEWER_GAPS    30 /* of which browsers take the mean, to tell a freeze from a slow stream */

struct sim_viewer {
    /* packets, by number */
    bool started;
    uint32_t next, newest; /* extended: the first not shown yet; the highest that came */
    struct {
        uint32_t seq, ts;
        bool got, marker, first, keyframe;
        uint8_t layer, asks; /* asks: not got, but asked for so often, */
        int64_t asked_us;    /* last then */
    } ring[SIM_VIEWER_RING];
    int64_t rtt_us; /* given */
    /* state */
    bool decoding; /* a keyframe was shown, and nothing is missing since */
    int64_t shown_us, stuck_us, pli_us, began_us;
    uint8_t layer;                   /* of the frame shown last */
    int64_t gap_us[SIM_VIEWER_GAPS]; /* between the last frames */
    unsigned gaps;
    /* counters since sim_viewer_measure() */
    unsigned frames, of_layer[3], freezes, skipped, plis;
    int64_t longest_us, frozen_us;
    uint64_t bytes;
    unsigned duplicates;
    /* kbit/s of each second since sim_viewer_measure() */
    uint32_t second[SIM_VIEWER_SECONDS];
};

/* A packet of the stream. true: a picture was shown. */
bool sim_viewer_packet(struct sim_viewer *v, uint16_t seq, uint32_t ts, bool marker, bool first, bool keyframe,
                       unsigned layer, size_t wire, int64_t now_us);
/* Writes the numbers to ask for (again) now, as a browser does: once in a round trip, ten times; returns how many. */
size_t sim_viewer_missing(struct sim_viewer *v, uint16_t *seqs, size_t most, int64_t rtt_us, int64_t now_us);
/* Looks at the clock. true: ask for a keyframe. */
bool sim_viewer_tick(struct sim_viewer *v, int64_t now_us);
void sim_viewer_measure(struct sim_viewer *v, int64_t now_us); /* counts anew */
/* The longest time without a new picture since then, the present one included. */
int64_t sim_viewer_longest_us(const struct sim_viewer *v, int64_t now_us);

#endif
