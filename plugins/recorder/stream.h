/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's half of a track: packets out of its ring, into order, into frames, onto our clock. It belongs to an
 * output, which gets the frames. Writer thread.
 */
#ifndef RECORDER_STREAM_H
#define RECORDER_STREAM_H

#include "clock.h"
#include "depacketize/depacketize.h"
#include "jitter.h"
#include "track.h"

#define REC_LAYERS 3 /* simulcast */

struct rec_mjr_file;
struct rec_output;

struct rec_stream {
    /* given at creation */
    struct rec_output *out; /* borrowed */
    unsigned number;        /* in the manifest */
    bool video;
    struct rec_mjr_file *mjr; /* borrowed from the output, or NULL */
    /* owned */
    struct rec_track *track;
    uint8_t *buffer;
    uint8_t config[REC_CONFIG_MAX];
    /* state */
    struct rec_jitter jitter;
    struct rec_clock clock[REC_LAYERS];
    struct rec_depacketizer depacketizer;
    uint8_t substream;
    bool begun;    /* a packet has come */
    bool ending;   /* the source has gone: what is left in the ring is all there is */
    bool overload; /* packets were dropped before the next frame */
    bool lost;     /* frames before the next one are missing, or could not be used */
    /* what the output keeps about it */
    bool known;     /* it can be a track of a file */
    bool need_key;  /* frames are of no use until a keyframe */
    int in_segment; /* number of its track in the file; -1: none */
    uint16_t width, height, rotation;
    uint8_t channels;
    size_t config_len;
    int64_t end_us;   /* of its last frame, on our clock; 0: none */
    int64_t key_us;   /* of its last keyframe, on our clock; 0: none */
    int64_t asked_us; /* when a keyframe was asked for */
    /* counters */
    uint64_t packets, bytes, late, frames;
};

struct rec_stream_conf {
    int64_t delay_us, most_us; /* see jitter.h */
    size_t largest_frame;      /* bytes */
};

/* Takes the track. NULL: no memory, or a codec that has no depacketizer (the track is the caller's then). */
struct rec_stream *rec_stream_new(struct rec_output *out, struct rec_track *track, unsigned number,
                                  const struct rec_stream_conf *conf);
void rec_stream_free(struct rec_stream *s); /* and the track */
/* Takes what has come; frames whose time has come go to rec_output_frame(). */
void rec_stream_turn(struct rec_stream *s, int64_t now_us);
/* Everything that is left, at once. */
void rec_stream_flush(struct rec_stream *s);
/* Nothing waits in the ring or for its time. */
bool rec_stream_is_empty(const struct rec_stream *s);

#endif
