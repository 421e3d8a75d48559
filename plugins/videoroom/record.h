/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recording publishers. Whether somebody is to be recorded is decided here; the recording itself is made by the plugin
 * that offers the recorder's service. Without one the state is kept, and nothing is written.
 */
#ifndef VIDEOROOM_RECORD_H
#define VIDEOROOM_RECORD_H

#include "publisher.h"

extern const struct follower recording;

/* `record`, `filename` and `secret` of a request: a locked room wants its secret for the first two. */
void record_settings(struct publisher *p, const json_t *body);
void record_set(struct publisher *p, bool on);
void record_data(struct publisher *p, const struct cardea_message *msg);
void record_note(struct publisher *p, const char *what, json_t *about); /* into the timeline; about is taken */
void record_stop(void); /* the plugin stops: what is still being written ends without us */
const char *record_path(const struct publisher *p);                     /* NULL: not recorded; borrowed */

#endif
