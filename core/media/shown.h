/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the receiver of a video sink probably shows, guessed from transport-wide feedback: a picture is shown when all
 * its packets have arrived and so have those before it since a keyframe. A gap between two pictures that getStats()
 * would count as a freeze is counted here. What it cannot know is the receiver's jitter buffer and processor. Pure.
 *
 * Packets carry a mark until feedback tells of them; it names their picture, and is the same for a repetition.
 */
#ifndef GW_MEDIA_SHOWN_H
#define GW_MEDIA_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#define GW_SHOWN_PICTURES 32 /* that may be under way; an older one is given up */

struct gw_shown {
    struct gw_shown_picture {
        uint32_t ts;
        uint32_t at_ms; /* by the receiver's clock: its last packet so far */
        uint16_t sent, arrived;
        uint8_t mark;          /* 1…255; 0: none */
        bool closed, keyframe; /* closed: its last packet was sent */
    } ring[GW_SHOWN_PICTURES];
    uint8_t newest, next; /* marks: the picture being sent, the first that is not shown; 0: none yet */
    bool stuck;           /* one was given up: only a keyframe helps */
    uint32_t shown_ms;    /* the last picture shown; 0: none, or it stopped on purpose */
    uint32_t usual_ms;    /* between pictures, smoothed, in 1/32 ms */
    /* counters */
    uint32_t pictures, freezes, longest_ms;
    uint64_t frozen_ms;
};

/* A packet left. again: a repetition. Returns the mark to be given back; 0: none. */
uint8_t gw_shown_sent(struct gw_shown *s, uint32_t ts, bool marker, bool keyframe, bool again);
void gw_shown_arrived(struct gw_shown *s, uint8_t mark, int64_t arrival_us);
/* Pictures stop on purpose or begin anew: the gap is none of the way's. */
void gw_shown_restart(struct gw_shown *s);

#endif
