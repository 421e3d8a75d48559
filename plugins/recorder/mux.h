/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One Matroska or WebM file, written as its frames come (libavformat; nothing is encoded). Clusters are short and go
 * out whole, so a file that was never finished plays up to its last one; finishing adds the index and the duration.
 *
 * The door to libavformat's writing half. It prints nothing of its own: the plugin turns that off for the process. A
 * mux belongs to one thread. Errors: negative errno values; after ENOSPC or EIO the file can only be closed.
 */
#ifndef RECORDER_MUX_H
#define RECORDER_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "depacketize/depacketize.h"

#define REC_MUX_TRACKS 8

struct rec_mux_track {
    enum rec_codec codec;  /* REC_CODEC_NONE: timed text */
    const uint8_t *config; /* as rec_frame.config; borrowed until rec_mux_open returns */
    size_t config_len;
    uint16_t width, height, rotation; /* video */
    uint8_t channels;                 /* audio */
    const char *title;                /* or NULL */
};

struct rec_mux_conf {
    unsigned cluster_ms; /* longest cluster */
    mode_t mode;
    const char *title; /* or NULL */
    int64_t wall_us;   /* when it begins, since the epoch; 0: not said */
};

#define REC_MUX_PADDING 64

struct rec_mux;

/* "webm" when all tracks are allowed there, else "mkv". */
const char *rec_mux_extension(const struct rec_mux_track *tracks, unsigned n);
/* Makes the file anew (an existing one is replaced). Its header is written at once. */
int rec_mux_open(struct rec_mux **out, const char *path, const struct rec_mux_conf *conf,
                 const struct rec_mux_track *tracks, unsigned n);
/*
 * Times are µs from the beginning of the file; a time before that of the track's last frame is moved behind it. Data is
 * read in place, by word readers too: REC_MUX_PADDING bytes behind it must be there, whatever they hold.
 */
int rec_mux_write(struct rec_mux *m, unsigned track, const uint8_t *data, size_t len, int64_t time_us,
                  int64_t duration_us, bool keyframe);
/* What has been written is on the disk when this returns. */
int rec_mux_sync(struct rec_mux *m);
uint64_t rec_mux_bytes(const struct rec_mux *m); /* in the file so far */
int64_t rec_mux_end_us(const struct rec_mux *m); /* end of the last frame */
/* The file has been removed by somebody else. */
bool rec_mux_is_gone(const struct rec_mux *m);
/* Writes index and duration, unless the disk failed; frees m, always. The first error of the file, or 0. */
int rec_mux_close(struct rec_mux *m);

#endif
