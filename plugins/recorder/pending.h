/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames that wait for their file: until all tracks are known, or, for a recording that may begin before somebody
 * presses the button, for as long as it is asked to look back. Bounded. One thread.
 */
#ifndef RECORDER_PENDING_H
#define RECORDER_PENDING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_stream;

struct rec_pending_frame {
    struct rec_stream *stream; /* borrowed */
    int64_t time_us, duration_us;
    bool keyframe, video;
    size_t len;
    uint8_t bytes[];
};

struct rec_pending {
    GQueue frames; /* in order of arrival */
    size_t bytes;
};

void rec_pending_push(struct rec_pending *p, const struct rec_pending_frame *like, const uint8_t *bytes);
/* The oldest, the caller's to g_free(); NULL: none. */
struct rec_pending_frame *rec_pending_pop(struct rec_pending *p);
/*
 * Drops the oldest: what is not needed to show the pictures of before_us and later, which is everything in front of the
 * keyframe that the earliest of them stands on; and more, until at most `most` bytes are left.
 */
void rec_pending_trim(struct rec_pending *p, int64_t before_us, size_t most);
/* Drops video in front of its first keyframe, stream by stream. */
void rec_pending_to_keyframes(struct rec_pending *p);
/* Frames of this stream are there. */
bool rec_pending_has(const struct rec_pending *p, const struct rec_stream *stream);
/* Drops the frames of a stream. */
void rec_pending_forget(struct rec_pending *p, const struct rec_stream *stream);
void rec_pending_clear(struct rec_pending *p);
/* Time of the earliest frame; INT64_MAX: none. */
int64_t rec_pending_first_us(const struct rec_pending *p);

#endif
