/* SPDX-License-Identifier: Apache-2.0 */
/* What control tells the writer about an output: each is done on the writer thread, in order. Control thread. */
#ifndef RECORDER_ORDERS_H
#define RECORDER_ORDERS_H

#include "output.h"
#include "text.h"

/* As the functions of output.h, preroll.h and text.h; what they take is taken. */
void rec_order_begin(struct rec_output *out, bool armed);
void rec_order_start(struct rec_output *out, const char *folder, const char *base); /* copied */
void rec_order_add(struct rec_output *out, struct rec_track *track);
void rec_order_gone(struct rec_output *out, struct rec_track *track);
void rec_order_pause(struct rec_output *out, bool paused);
void rec_order_note(struct rec_output *out, const char *what, json_t *about);   /* what: any text */
void rec_order_expect(struct rec_output *out);                                  /* messages */
void rec_order_message(struct rec_output *out, const struct cardea_message *m); /* copied; it came now */
void rec_order_end(struct rec_output *out, const char *cause);                  /* cause: a constant */

#endif
