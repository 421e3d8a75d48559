/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media files read frame by frame: WebM, Matroska, MP4, Ogg, WAV, finished or not. The door to libavformat's reading
 * half; nothing is decoded here.
 *
 * Files are hostile: only those formats are tried, only regular files are read, nothing they refer to is opened, and
 * tracks, frames, probing and (for all of libav in the process: 128 MiB) single allocations are bounded. A demux
 * belongs to one thread. Results are 0 or negative errno values; -EINVAL: not such a file.
 */
#ifndef RECORDER_DEMUX_H
#define RECORDER_DEMUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "depacketize/depacketize.h"

#define REC_DEMUX_TRACKS    16         /* more are not shown */
#define REC_DEMUX_FRAME_MAX (16 << 20) /* larger frames are left out */

enum rec_demux_kind { REC_DEMUX_AUDIO = 1, REC_DEMUX_VIDEO = 2, REC_DEMUX_TEXT = 3, REC_DEMUX_OTHER = 4 };

struct rec_demux_track {
    enum rec_demux_kind kind;
    enum rec_codec codec;             /* REC_CODEC_NONE: one that we do not write, see codec_name */
    const char *codec_name;           /* libavcodec's, never NULL */
    const char *title, *language;     /* or NULL */
    uint16_t width, height, rotation; /* rotation: degrees clockwise, to be applied when shown */
    uint8_t channels;
    uint32_t sample_rate;
    const uint8_t *config; /* as in the file (avcC, hvcC, av1C, OpusHead), NULL: none */
    size_t config_len;
};

struct rec_demux_frame {
    unsigned track;
    const uint8_t *data; /* borrowed until the next call; H.264 and H.265 in Annex B with parameter sets, when asked */
    size_t len;          /* > 0 */
    int64_t time_us;     /* from the beginning of the file */
    int64_t duration_us; /* 0: unknown */
    bool keyframe;
};

struct rec_demux;
struct AVFormatContext;

/* annex_b: whether H.264 and H.265 leave as RTP and decoders without a config want them. */
int rec_demux_open(struct rec_demux **out, const char *path, bool annex_b);
/* The same from memory, which must outlive the demux. */
int rec_demux_open_memory(struct rec_demux **out, const void *data, size_t len, bool annex_b);
void rec_demux_close(struct rec_demux *d); /* NULL is fine */

unsigned rec_demux_tracks(const struct rec_demux *d);
/* Borrowed until close; i < rec_demux_tracks(). */
const struct rec_demux_track *rec_demux_track(const struct rec_demux *d, unsigned i);
int64_t rec_demux_duration_us(const struct rec_demux *d);     /* 0: the file does not say (it was not finished) */
bool rec_demux_is_seekable(const struct rec_demux *d);        /* it has an index */
const char *rec_demux_format_name(const struct rec_demux *d); /* "webm", "matroska", "mp4", "ogg", "wav" */

/* 1: a frame; 0: the end, or the point from where on the file is damaged; negative: an error of the disk. */
int rec_demux_next(struct rec_demux *d, struct rec_demux_frame *frame);
/* The next frame is at time_us or at the last keyframe before it. */
int rec_demux_seek(struct rec_demux *d, int64_t time_us);

/* For those who remux or decode: libavformat's own view; borrowed. */
struct AVFormatContext *rec_demux_format(struct rec_demux *d);

#endif
