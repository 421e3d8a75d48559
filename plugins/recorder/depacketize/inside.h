/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: one table line a codec, and the frame buffer. Not for others. */
#ifndef RECORDER_DEPACKETIZE_INSIDE_H
#define RECORDER_DEPACKETIZE_INSIDE_H

#include "base/err.h"
#include "depacketize.h"
#include "rtp/payload.h"

/* One packet, parsed. */
struct rec_payload {
    const uint8_t *data; /* of the payload, without padding; borrowed */
    size_t len;          /* > 0 */
    uint64_t seq;
    int64_t arrival_us;
    struct gw_rtp_facts facts;
};

/* How a video codec puts its frames together. */
struct rec_video_ops {
    /*
     * Appends a payload to the frame in the buffer. GW_EPARSE: not a payload of the codec, GW_EPROTO: a piece without
     * its beginning, or a beginning without an end; GW_ELIMIT: the buffer is full. After an error the frame is given
     * up.
     */
    int (*add)(struct rec_depacketizer *d, const struct rec_payload *p);
    /* All payloads are there: last touches, config. As above. May be NULL. */
    int (*end)(struct rec_depacketizer *d);
    bool needs_start; /* every frame begins with a packet that says so */
};

extern const struct rec_video_ops rec_vp8_ops, rec_vp9_ops, rec_h264_ops, rec_h265_ops, rec_av1_ops;

/* Only set for video. */
const struct rec_video_ops *rec_codec_video_ops(enum rec_codec codec);
enum gw_codec rec_codec_gw(enum rec_codec codec);

void rec_video_push(struct rec_depacketizer *d, const struct rec_payload *p);
void rec_video_flush(struct rec_depacketizer *d);
/* Gives up the frame under construction, if any, and waits for the beginning of another. */
void rec_video_drop(struct rec_depacketizer *d);
void rec_audio_push(struct rec_depacketizer *d, const struct rec_payload *p);
/* Completes the frame with what is known about the stream, and calls emit(). */
void rec_emit(struct rec_depacketizer *d, struct rec_frame *frame);

/* Appends bytes to the frame. GW_ELIMIT: nothing was appended. */
int rec_put(struct rec_depacketizer *d, const void *data, size_t len);
/* Replaces the config, when it differs. A config that is too large is none. */
void rec_config_set(struct rec_depacketizer *d, const uint8_t *data, size_t len);

/* --- Annex B, for H.264 and H.265 --------------------------------------------------------------------------------- */

/* Appends a start code. */
int rec_put_start_code(struct rec_depacketizer *d);
/* A whole NAL unit, with its start code. GW_EPROTO: another one is not complete. */
int rec_put_nal(struct rec_depacketizer *d, const uint8_t *nal, size_t len);
/*
 * A fragment. head: the NAL unit's own header, rebuilt, of head_len bytes, written before the first fragment.
 * GW_EPROTO: a middle without a beginning, or a beginning in the middle.
 */
int rec_put_fragment(struct rec_depacketizer *d, const uint8_t *head, size_t head_len, bool first, bool last,
                     const uint8_t *data, size_t len);
/* Makes config of all NAL units in the frame that is_parameter() likes; tells is_size() ones to the caller. */
struct rec_parameters {
    bool (*is_parameter)(const uint8_t *nal);                                       /* of at least one byte */
    int (*size)(const uint8_t *nal, size_t len, uint16_t *width, uint16_t *height); /* 0: it was an SPS */
};
void rec_config_from_nals(struct rec_depacketizer *d, const struct rec_parameters *p);

#endif
