/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a reader (reader.h), shared by the readers of media files and of .mjr files. */
#ifndef RECORDER_READFILE_H
#define RECORDER_READFILE_H

#include <glib.h>

#include "reader.h"
#include "stretch.h"

struct rec_reader {
    struct rec_playable what;
    bool red;         /* the receiver takes RED */
    GQueue waiting;   /* struct rec_read */
    uint16_t made[2]; /* the last sequence number given to a packet */
    uint16_t sent[2]; /* and of those that were taken out */
    /* how the recording's time becomes the receiver's */
    unsigned percent;
    int64_t from_us, play_us;    /* the first was sent at the second */
    struct rec_stretch *stretch; /* owned; NULL: sound is sent as it is, or (percent is not 100) not at all */
    /* of the kind of file */
    void *file;
    bool (*more)(struct rec_reader *r); /* adds to what waits; false: the end */
    int64_t (*seek)(struct rec_reader *r, int64_t to_us);
    void (*close)(struct rec_reader *r);
};

/* A packet of len bytes, for the caller to fill. label: of DATA, copied; or NULL. */
struct rec_read *rec_read_new(enum rec_read_kind kind, int64_t time_us, size_t len, const char *label);
void rec_read_push(struct rec_reader *r, struct rec_read *packet); /* takes it */
/* Payload type, number and SSRC into an RTP header. */
void rec_read_head(struct rec_reader *r, struct rec_read *packet, bool marker, uint16_t seq);
/* Is sound sent otherwise than as it was recorded? Then it goes through rec_read_stretch(). */
bool rec_read_is_stretched(const struct rec_reader *r);
void rec_read_stretch(struct rec_reader *r, const uint8_t *frame, size_t len, int64_t time_us);
/*
 * A packet with the next number. rotation: degrees; sent along with the frame's last packet where the receiver knows
 * of it. Its timestamp comes when it is taken out.
 */
struct rec_read *rec_read_rtp(struct rec_reader *r, enum rec_read_kind kind, int64_t time_us, const uint8_t *payload,
                              size_t len, bool marker, int rotation);
int rec_read_media_open(struct rec_reader *r, const struct rec_item *item);
int rec_read_mjr_open(struct rec_reader *r, const struct rec_item *item);

#endif
