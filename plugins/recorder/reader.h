/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording read as the RTP packets it is to be sent as, in order of time: out of media files (frames are packetized)
 * or out of .mjr files (packets are as stored, but for payload type and continuity). Reads and blocks on the disk; one
 * thread at a time.
 *
 * Times are µs of the recording's own timeline. RTP timestamps go on over seeks, as if what was left out had not been.
 */
#ifndef RECORDER_READER_H
#define RECORDER_READER_H

#include "catalog.h"
#include "player.h"

#define REC_READ_AUDIO_PT 111
#define REC_READ_VIDEO_PT 100
#define REC_READ_RED_PT   112

#define REC_READ_ORIENTATION 1 /* extension id, of packets made of frames */

enum rec_read_kind { REC_READ_AUDIO, REC_READ_VIDEO, REC_READ_DATA };

struct rec_read {
    enum rec_read_kind kind;
    int64_t time_us;
    bool binary;       /* DATA */
    const char *label; /* DATA */
    size_t len;
    uint8_t bytes[]; /* an RTP packet, or a message */
};

struct rec_reader;

/* 0, or -3 (EPARSE): nothing in it can be played. */
int rec_reader_open(struct rec_reader **out, const struct rec_item *item);
void rec_reader_free(struct rec_reader *r); /* NULL is fine */
const struct rec_playable *rec_reader_what(const struct rec_reader *r);
/* RED packets are sent as they are, or only what is new in them. */
void rec_reader_red(struct rec_reader *r, bool accepted);
/* The next packet, until rec_reader_pop(); NULL: the end. */
const struct rec_read *rec_reader_peek(struct rec_reader *r);
void rec_reader_pop(struct rec_reader *r);
/* To the keyframe at or before `to`, having played up to `from`. Returns where it is now. */
int64_t rec_reader_seek(struct rec_reader *r, int64_t from_us, int64_t to_us);
/* From the time at_us of the recording on it is played at percent of its pace; timestamps follow. 50…200. */
void rec_reader_speed(struct rec_reader *r, int64_t at_us, unsigned percent);
/* RTP timestamp of a time of the recording, for sender reports; kind: AUDIO or VIDEO. */
uint32_t rec_reader_rtp(const struct rec_reader *r, enum rec_read_kind kind, int64_t time_us);
uint32_t rec_reader_ssrc(const struct rec_reader *r, enum rec_read_kind kind);

#endif
