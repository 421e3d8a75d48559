/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a reader (reader.h), shared by the readers of media files and of .mjr files. */
#ifndef RECORDER_READFILE_H
#define RECORDER_READFILE_H

#include <glib.h>

#include "reader.h"

struct rec_reader {
    struct rec_playable what;
    bool red;       /* the receiver takes RED */
    GQueue waiting; /* struct rec_read */
    int64_t shift_us;
    uint32_t ts_base[2];
    uint16_t seq[2];
    /* of the kind of file */
    void *file;
    bool (*more)(struct rec_reader *r); /* adds to what waits; false: the end */
    int64_t (*seek)(struct rec_reader *r, int64_t to_us);
    void (*close)(struct rec_reader *r);
};

void rec_read_push(struct rec_reader *r, struct rec_read *packet); /* takes it */
struct rec_read *rec_read_rtp(struct rec_reader *r, enum rec_read_kind kind, int64_t time_us, const uint8_t *payload,
                              size_t len, bool marker);
int rec_read_media_open(struct rec_reader *r, const struct rec_item *item);
int rec_read_mjr_open(struct rec_reader *r, const struct rec_item *item);

#endif
