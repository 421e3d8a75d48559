/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording that is armed: it looks back for some seconds, in memory, and becomes an ordinary one when the button is
 * pressed. Pictures can only be shown from a keyframe on, so it asks for one now and then, and keeps what the oldest
 * wanted moment stands on: up to half as much again (or two seconds) more than it was asked to. Writer thread.
 */
#ifndef RECORDER_PREROLL_H
#define RECORDER_PREROLL_H

#include "output.h"

/* Forgets what is too old, and asks for keyframes. */
void rec_preroll_turn(struct rec_output *out, int64_t now_us);
/* The button was pressed: files lie in folder and are called base, both taken. It begins with what was kept. */
void rec_preroll_end(struct rec_output *out, char *folder, char *base);

#endif
