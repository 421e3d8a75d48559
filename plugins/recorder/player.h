/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Playing a recording to one receiver. Files are read, and packets paced, on one thread for all playouts; they enter
 * the media graph by inlets. Control thread, all of it.
 *
 * Steps: open (reads the file's head on a helper thread), then opened() comes; connect the sources; begin when the
 * receiver is up; end. ended() comes when the file is over. After rec_playout_close() nothing comes any more.
 */
#ifndef RECORDER_PLAYER_H
#define RECORDER_PLAYER_H

#include <cardea/plugin.h>

#include "catalog.h"
#include "depacketize/depacketize.h"

struct rec_playout;

/* What is in it. */
struct rec_playable {
    enum rec_codec audio, video; /* REC_CODEC_NONE: none */
    bool data;
    int red_payload_type;                  /* of the audio; -1: none */
    const char *fmtp;                      /* of the audio, or NULL; borrowed */
    uint8_t audiolevel_id, orientation_id; /* as recorded, 0: none */
    int64_t duration_ms;                   /* 0: not known */
    bool e2ee;                             /* only the receiver can look inside */
    bool audio_unusable, video_unusable;   /* the recording has it, but its file cannot be read */
};

struct rec_playout_events {
    /* what NULL: none of the files can be played; close it. */
    void (*opened)(void *user, const struct rec_playable *what);
    void (*ended)(void *user);
};

void rec_player_start(void);
void rec_player_stop(void); /* all playouts are closed */

struct rec_playout *rec_playout_open(const struct rec_item *item, const struct rec_playout_events *events, void *user);
/* Makes the sources: 0 where there is nothing. After opened(). 0 or CARDEA_E…. red: the receiver takes RED. */
int rec_playout_sources(struct rec_playout *p, cardea_source *audio, cardea_source *video, cardea_source *data);
void rec_playout_red(struct rec_playout *p, bool accepted);
void rec_playout_begin(struct rec_playout *p);
void rec_playout_pause(struct rec_playout *p, bool paused);
void rec_playout_seek(struct rec_playout *p, int64_t ms); /* to the keyframe at or before it */
/* percent of the pace of the recording, 50…200; the sound keeps its pitch. */
void rec_playout_speed(struct rec_playout *p, unsigned percent);
int64_t rec_playout_position_ms(const struct rec_playout *p);
void rec_playout_close(struct rec_playout *p); /* NULL is fine */
unsigned rec_playouts(void);                   /* how many there are, those that are closing included */

#endif
