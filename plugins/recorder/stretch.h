/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sound at another pace and the same pitch: frames of a codec go in, frames of the same codec come out, shorter or
 * longer in time. Decoded, stretched (libavfilter's atempo) and encoded again: the one place of the plugin where
 * something is, and only while somebody listens at another pace than it was spoken.
 *
 * One thread at a time; does not block. What comes out lies up to some 60 ms behind what went in.
 */
#ifndef RECORDER_STRETCH_H
#define RECORDER_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "depacketize/depacketize.h"

#define REC_SLOWEST 50 /* percent */
#define REC_FASTEST 200

struct rec_stretch;

/* A frame, borrowed; time_us: on the timeline of what went in. */
typedef void rec_stretch_fn(void *arg, const uint8_t *frame, size_t len, int64_t time_us);

/* NULL: this codec cannot be (there is no decoder or no encoder for it), or percent is out of bounds. */
struct rec_stretch *rec_stretch_new(enum rec_codec codec, unsigned percent);
void rec_stretch_free(struct rec_stretch *s); /* NULL is fine */
/* emit() for each frame that is ready. After a hole in time it begins anew, behind the hole. */
void rec_stretch_push(struct rec_stretch *s, const uint8_t *frame, size_t len, int64_t time_us, rec_stretch_fn *emit,
                      void *arg);

#endif
