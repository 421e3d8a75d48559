/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A media file being written: any container that libavformat has for our codecs. It appears under its name when it is
 * finished, and not before. Results: 0, or -1 after a message to stderr.
 */
#ifndef CARDEA_REC_OUTPUT_H
#define CARDEA_REC_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libavcodec/codec_par.h>

#define OUTPUT_TRACKS 16

struct output_track {
    const AVCodecParameters *params; /* borrowed until output_open() returns */
    uint16_t rotation;               /* degrees clockwise */
    const char *title, *language;    /* or NULL */
};

struct output_conf {
    const char *path;
    const char *format;  /* an ending, without dot; NULL: as path says */
    const char *comment; /* metadata, or NULL */
    int64_t wall_us;     /* when it was recorded; 0: not known */
    bool faststart;      /* MP4: index first */
};

struct output;

/* Ending of a path, without dot, lower case; "" for none. Free it. */
char *output_ending(const char *path);
/* libavformat's name for an ending, or NULL. */
const char *output_muxer(const char *ending);
/* Whether a file with this ending takes this codec. */
bool output_takes(const char *ending, enum AVCodecID codec);

int output_open(struct output **out, const struct output_conf *conf, const struct output_track *tracks, unsigned n);
/*
 * Times in µs from the beginning of the file; a frame that is not after the last one of its track is moved behind it.
 * WAV: what is missing between two frames becomes silence.
 */
int output_write(struct output *o, unsigned track, const uint8_t *data, size_t len, int64_t time_us,
                 int64_t duration_us, bool keyframe);
/* Finishes the file and gives it its name, or (finish: false, or something went wrong) leaves nothing behind. */
int output_close(struct output *o, bool finish);

#endif
