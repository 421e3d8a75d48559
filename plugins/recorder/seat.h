/* SPDX-License-Identifier: Apache-2.0 */
/* What a handle of the recordplay API is: nothing yet, a recorder, a player. Control thread. */
#ifndef RECORDER_SEAT_H
#define RECORDER_SEAT_H

#include <cardea/plugin.h>

#include "player.h"
#include "take.h"

enum rec_error {
    E_NO_MESSAGE = 411,
    E_NOT_OBJECT = 412,
    E_UNKNOWN = 413,
    E_INVALID = 414,
    E_MISSING = 415,
    E_NOT_FOUND = 416,
    E_UNUSABLE = 417,
    E_STATE = 418,
    E_SDP = 419,
    E_EXISTS = 420,
    E_UNAUTHORIZED = 440,
    E_INTERNAL = 499,
};

#define REC_DEFAULT_BITRATE  1048576
#define REC_DEFAULT_KEYFRAME 15000 /* ms */

/* What attach() gives. */
struct rec_seat {
    struct cardea_handle *handle;
    bool recording;              /* as take number id, which may have ended by itself */
    struct rec_playout *playout; /* plays; NULL: does not. Owned by itself */
    uint64_t id;                 /* of the recording; 0: none */
    char *name;
    bool is_private, e2ee;
    bool over; /* its end has been told, before its PeerConnection went */
    unsigned bitrate, keyframe_ms;
    /* playing */
    struct cardea_request *asked; /* play waits for its files */
    int audio_mindex, video_mindex, data_mindex;
    cardea_sink audio_sink, video_sink, data_sink;
    bool playing; /* the receiver has answered */
};

extern const struct cardea_verb rec_verbs[];

void rec_seat_event(struct rec_seat *s, json_t *result); /* unasked; result is taken */
/* Ends what goes on, says `done`, and is nothing again. */
void rec_seat_done(struct rec_seat *s, const char *cause);
void rec_seat_clear(struct rec_seat *s); /* it is nothing again, and nobody is told */
/* The recording or playout of this handle has a word for the event handlers. */
void rec_seat_tell(struct rec_seat *s, json_t *body);
struct rec_seat *rec_seat_new(struct cardea_handle *h);
void rec_seat_free(struct rec_seat *s);
bool rec_seat_exists(const struct rec_seat *s); /* any pointer */
void rec_seats_init(void);
void rec_seats_free(void);

#endif
