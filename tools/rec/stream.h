/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of one .mjr file, with their times: packets through a depacketizer, step by step. */
#ifndef CARDEA_REC_STREAM_H
#define CARDEA_REC_STREAM_H

#include <libavcodec/codec_par.h>

#include "packets.h"

/* A frame with its time; frame is borrowed for the call. Result: 0, or not to stop. */
typedef int stream_frame_fn(void *arg, const struct rec_frame *frame, int64_t time_us, int64_t duration_us);

struct stream_conf {
    uint8_t orientation_id; /* 0: as the file says */
    bool drop_broken;       /* leave out frames that refer to something lost */
};

struct stream {
    /* owned */
    struct packets packets;
    AVCodecParameters *params;
    uint8_t *buffer;
    /* given */
    struct stream_conf conf;
    int64_t offset_us; /* of its first packet from the beginning of the output */
    unsigned track;
    /* found by stream_probe() */
    uint16_t rotation;
    bool has_frames;
    /* state */
    struct rec_depacketizer depacketizer;
    size_t next;   /* packet to be pushed */
    size_t cursor; /* packet of the frame that came out last */
    bool writing;  /* the first keyframe was there */
    int result;
    stream_frame_fn *emit;
    void *arg;
    uint64_t left_out; /* frames before the first keyframe, and (drop_broken) broken ones */
};

/* Goes through the file once, for what a container wants to know. false after a message. path: for messages. */
bool stream_probe(struct stream *s, const char *path);
/* Begins to give out frames. */
void stream_start(struct stream *s, stream_frame_fn *emit, void *arg);
/* Time of the packet that is next, µs in the output; INT64_MAX: no more. */
int64_t stream_next_us(const struct stream *s);
/* Pushes it. The result of emit(), if that was not 0. */
int stream_step(struct stream *s);
void stream_free(struct stream *s);

#endif
