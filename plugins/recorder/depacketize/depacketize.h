/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTP packets in order go in, whole frames ready for a muxer come out: VP8, VP9 (all spatial layers of a picture as one
 * superframe, of
 * which only the highest is shown), H.264 and H.265 (Annex B), AV1 (OBUs with sizes, no temporal delimiters), Opus
 * (also out of RED), G.711, G.722, L16.
 *
 * What it is not: a jitter buffer. Packets are expected in the order of their sequence numbers, each once; a number
 * that is left out is a loss, and frames that miss a part of themselves never come out. No clock, no file, no log.
 *
 * Pure and bounded: nothing is allocated; a frame is put together in the buffer given at the start, and a frame that
 * does not fit is dropped and counted. Any bytes may be pushed: what is not a payload of the codec is a counter.
 * A depacketizer is a plain value of one thread; any thread.
 */
#ifndef RECORDER_DEPACKETIZE_H
#define RECORDER_DEPACKETIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vp9_hide.h"

enum rec_codec {
    REC_CODEC_NONE,
    /* audio */
    REC_OPUS,
    REC_MULTIOPUS,
    REC_PCMU,
    REC_PCMA,
    REC_G722,
    REC_L16,    /* 16 kHz mono */
    REC_L16_48, /* 48 kHz mono */
    /* video */
    REC_VP8,
    REC_VP9,
    REC_H264,
    REC_H265,
    REC_AV1,
    REC_CODEC_COUNT,
};

/* By its lower-case name in SDP and in the gateway's JSON ("opus", "vp8", "l16-48"…); REC_CODEC_NONE: unknown. */
enum rec_codec rec_codec_named(const char *name);
/* Never NULL; "none" for REC_CODEC_NONE. */
const char *rec_codec_name(enum rec_codec codec);
bool rec_codec_is_video(enum rec_codec codec);
/* Ticks a second of the RTP timestamps: 90000 for video, 48000 for Opus, 8000 for G.711 and G.722; 0: unknown codec. */
uint32_t rec_codec_clock_rate(enum rec_codec codec);
/* Samples a second: as above, but 16000 for G.722. 0 for video. */
uint32_t rec_codec_sample_rate(enum rec_codec codec);

/* --- a frame ------------------------------------------------------------------------------------------------------ */

struct rec_frame {
    const uint8_t *data;          /* borrowed until the callback returns */
    size_t len;                   /* > 0 */
    uint64_t first_seq, last_seq; /* extended sequence numbers of its first and last packet */
    uint32_t timestamp;           /* RTP, of the frame */
    int64_t arrival_us;           /* as given with its first packet */

    bool keyframe;    /* video: decodable without what was before. Audio: always */
    bool lost;        /* at least one packet between the frame that came out before and this one is missing */
    bool undecodable; /* video: something is missing since the last keyframe, or there was none: a decoder that is
                         given this frame may show rubbish. Ends with the next keyframe. Audio: never */
    bool recovered;   /* audio: out of the redundancy of a later packet */

    /* video */
    uint16_t width, height; /* the last known size, 0: not known yet. Changes with keyframes only */
    uint16_t rotation;      /* degrees clockwise to turn the picture by before it is shown: 0, 90, 180, 270 */
    bool flipped;           /* mirrored, too */

    /* audio */
    uint32_t duration; /* in ticks of the RTP clock; 0: not known */
    uint8_t channels;  /* of this frame */

    /*
     * What a muxer wants to know before the first frame (libavformat: extradata): H.264 SPS and PPS, H.265 VPS, SPS and
     * PPS, all in Annex B; AV1 sequence header OBU; Opus: an OpusHead. NULL: nothing needed (VP8, VP9, G.711, G.722,
     * L16), or not seen yet. Borrowed like data.
     */
    const uint8_t *config;
    size_t config_len;
    bool config_changed; /* config is not what it was with the frame before */
};

/* Takes a frame. Must not push into the same depacketizer. */
typedef void rec_frame_fn(void *arg, const struct rec_frame *frame);

/* --- the depacketizer --------------------------------------------------------------------------------------------- */

#define REC_CONFIG_MAX 1024 /* bytes of parameter sets; larger ones are no config */
#define REC_LAYERS_MAX 8    /* frames of one VP9 picture */

struct rec_depacketizer_conf {
    enum rec_codec codec;
    int payload_type;       /* others are ignored; -1: any, but red_payload_type */
    int red_payload_type;   /* Opus in RED (RFC 2198); -1: none */
    uint8_t orientation_id; /* header extension of the video orientation; 0: none */
    uint8_t channels;       /* Opus: as negotiated, 1 or 2; 0: as the first packet says */
    uint8_t *buffer;        /* borrowed: must outlive the depacketizer. Video: largest frame; audio: 2000 is plenty */
    size_t buffer_size;     /* bytes */
    rec_frame_fn *emit;
    void *arg;
};

/* All grow only. */
struct rec_depacketizer_counters {
    uint64_t packets; /* pushed */
    uint64_t frames;  /* came out */
    uint64_t lost;    /* sequence numbers that were left out */
    uint64_t ignored; /* another payload type, nothing but padding, older than what was seen */
    uint64_t broken;  /* not RTP, or not a payload of the codec */
    uint64_t dropped; /* frames given up: a part is missing */
    uint64_t too_big; /* frames given up: larger than the buffer */
};

/* Members are the depacketizer's own, but for `counters`. */
struct rec_depacketizer {
    struct rec_depacketizer_conf conf;
    struct rec_depacketizer_counters counters;

    /* the frame under construction */
    size_t fill; /* bytes in the buffer */
    uint64_t first_seq, last_seq;
    uint32_t timestamp;
    int64_t arrival_us;
    bool open;                     /* there is one */
    bool skipping;                 /* its rest is of no use */
    bool key, picture;             /* it is a keyframe; it holds (a part of) a picture, not just parameter sets */
    bool in_unit;                  /* a fragmented NAL unit or OBU is not complete yet */
    size_t unit;                   /* where it begins in the buffer */
    size_t layers[REC_LAYERS_MAX]; /* VP9: sizes of the complete frames in the picture */
    uint8_t n_layers;
    size_t layer; /* VP9: where the frame that is not complete yet begins */

    /* across frames */
    uint64_t next_seq; /* expected; 0: nothing was seen */
    bool lost, undecodable;
    uint16_t width, height, rotation;
    bool flipped;
    bool has_audio_end;
    uint32_t audio_end; /* RTP timestamp behind the last audio frame that came out */
    uint8_t config[REC_CONFIG_MAX];
    size_t config_len;
    bool config_changed;
    struct rec_vp9_size references[REC_VP9_REFERENCES]; /* VP9: sizes of what later frames refer to */
};

/* -2 (EINVAL): unknown codec, no buffer, no callback. */
int rec_depacketizer_init(struct rec_depacketizer *d, const struct rec_depacketizer_conf *conf);

/*
 * One RTP packet, whole, with its extended sequence number (> 0) and any time of arrival. emit() is called for each
 * frame that this completes, before it returns: usually none or one, more where redundancy fills a gap.
 */
void rec_depacketizer_push(struct rec_depacketizer *d, const uint8_t *packet, size_t len, uint64_t ext_seq,
                           int64_t arrival_us);

/* The stream ends, or pauses: a frame whose end was not marked comes out if it is whole, and nothing is expected next.
 */
void rec_depacketizer_flush(struct rec_depacketizer *d);

/* How long an audio frame is, in ticks of the RTP clock; negative: it is none (Opus). */
int rec_audio_ticks(enum rec_codec codec, const uint8_t *frame, size_t len);

/* Bytes of an OpusHead (RFC 7845 section 5.1, mapping family 0), always REC_OPUS_HEAD. channels: 1 or 2. */
#define REC_OPUS_HEAD 19
void rec_opus_head(uint8_t out[REC_OPUS_HEAD], uint8_t channels);

#endif
