/* SPDX-License-Identifier: Apache-2.0 */
/* Our codecs in libavformat's words, for those who write files and those who read them. Pure; any thread. */
#ifndef RECORDER_AVPARAMS_H
#define RECORDER_AVPARAMS_H

#include <libavcodec/codec_id.h>
#include <libavcodec/codec_par.h>

#include "depacketize/depacketize.h"

/* AV_CODEC_ID_NONE, REC_CODEC_NONE: unknown. Of codecs that share an id (Opus, L16) the first. */
enum AVCodecID rec_codec_to_av(enum rec_codec codec);
enum rec_codec rec_codec_from_av(enum AVCodecID id);
/* WebM takes it; Matroska takes all of them. */
bool rec_codec_is_webm(enum rec_codec codec);

/*
 * Whether the parameter sets that a hvcC counts (ISO/IEC 14496-15 §8.3.3.1) are there; bytes with a start code are
 * none. libavcodec takes 65535 units of nothing one by one for true.
 */
bool rec_hvcc_is_whole(const uint8_t *config, size_t len);

/* A track as its first frames describe it. */
struct rec_params {
    enum rec_codec codec;
    const uint8_t *config; /* as rec_frame.config; borrowed */
    size_t config_len;
    uint16_t width, height; /* video */
    uint8_t channels;       /* audio; 0: 1 */
};

/* 0, AVERROR(ENOMEM), or AVERROR(EINVAL) for an unknown codec. Opus without a config gets an OpusHead. */
int rec_params_fill(AVCodecParameters *out, const struct rec_params *params);

#endif
