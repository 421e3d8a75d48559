/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One person's files, decoded as time goes by: the picture that is to be seen now, and the sound that is to be heard
 * next. What is wrong with a file is said once, and the rest of it goes on. One thread.
 */
#ifndef CARDEA_REC_PLAYER_H
#define CARDEA_REC_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include <libavutil/frame.h>

#include "timeline.h"

#define PLAYER_RATE     48000
#define PLAYER_CHANNELS 2

struct player;

/* named: the person's name is written into the picture, where that can be done. */
struct player *player_new(const struct person *person, bool named);
/* First of all: it begins there. Files that have an index are not read from their beginning. */
void player_skip_to(struct player *p, int64_t now_us);
void player_free(struct player *p);

/* Decodes up to this moment, which never goes back. */
void player_advance(struct player *p, int64_t now_us);
/* It has nothing more, ever. */
bool player_is_over(const struct player *p);
/* End of what is known of its files so far; µs. */
int64_t player_end_us(const struct player *p);

/*
 * The picture of now in exactly this size (aspect kept, upright, the rest black), borrowed until the next call; NULL:
 * there is none, now. *changed: it is not the one of the last call.
 */
const AVFrame *player_picture(struct player *p, int width, int height, bool *changed);
/* Somebody's picture is to be seen now. */
bool player_is_visible(const struct player *p);
/* Adds the next n samples (interleaved stereo) to out. */
void player_sound(struct player *p, float *out, int n);
/* Loudness of what was heard last, mean square, 0…1. */
float player_loudness(const struct player *p);

#endif
