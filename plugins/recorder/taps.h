/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources that a recording taps, as they come and go: workers put their packets into tracks, which belong to the
 * output once they have gone. Control thread.
 */
#ifndef RECORDER_TAPS_H
#define RECORDER_TAPS_H

#include <cardea/plugin.h>
#include <glib.h>

struct rec_output;

struct rec_taps {
    /* given at creation */
    struct rec_output *out;     /* borrowed */
    void (*empty)(void *owner); /* the last one has gone; nothing is touched behind it */
    void *owner;
    /* owned */
    GPtrArray *tracks; /* tapped; struct rec_track, the writer's once they have gone */
};

void rec_taps_init(struct rec_taps *taps, struct rec_output *out, void (*empty)(void *owner), void *owner);
void rec_taps_clear(struct rec_taps *taps);
/* These are there now: new ones are tapped, others let go. descriptions: one a stream, or NULL. */
void rec_taps_set(struct rec_taps *taps, const struct cardea_stream *streams, size_t n,
                  const char *const *descriptions);
/* All are let go; empty() follows, at once when there are none. */
void rec_taps_end(struct rec_taps *taps);

#endif
