/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VP9 frames that are not to be shown. A sender of spatial layers marks the frame of every layer as visible, for it
 * does not know which one a receiver gets; a decoder that is given them all as one superframe would show each. So, in a
 * file, all but the highest are marked as hidden. Pure.
 */
#ifndef RECORDER_DEPACKETIZE_VP9_HIDE_H
#define RECORDER_DEPACKETIZE_VP9_HIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_VP9_REFERENCES 8

struct rec_vp9_size {
    uint16_t width, height;
};

/* What an uncompressed header says (VP9 bitstream specification 6.2), as far as we need it. */
struct rec_vp9_header {
    bool key, shown, resilient;
    bool can_hide; /* false: of a kind that we leave alone */
    size_t bits;   /* its length, without trailing bits */
    struct rec_vp9_size size;
};

/*
 * Reads the header of a frame and notes in references what the frame leaves behind. false: no header, or one that
 * repeats an old frame.
 */
bool rec_vp9_read(struct rec_vp9_header *h, struct rec_vp9_size references[REC_VP9_REFERENCES], const uint8_t *frame,
                  size_t len);
/*
 * Marks the frame as hidden, which may make it one byte longer: then what lies behind it, up to end, moves.
 * frame[0…cap) is the room. Returns the frame's new length, or 0: no room, nothing has changed.
 */
size_t rec_vp9_hide(const struct rec_vp9_header *h, uint8_t *frame, size_t len, size_t end, size_t cap);

#endif
