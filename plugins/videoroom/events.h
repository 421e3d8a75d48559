/* SPDX-License-Identifier: Apache-2.0 */
/* JSON about publishers, and telling it to a room. An event is built once and sent to all. */
#ifndef VIDEOROOM_EVENTS_H
#define VIDEOROOM_EVENTS_H

#include "videoroom.h"

extern const char *const kind_names[]; /* by enum cardea_kind */

json_t *event_room(const struct room *room);               /* {"videoroom":"event","room":…} */
json_t *who_json(const struct publisher *p, json_t *into); /* adds display, metadata; returns into */
json_t *publisher_json(struct publisher *p, bool joined);  /* element of `publishers` */
json_t *streams_json(struct publisher *p, bool own, bool joined);
void tell_published(struct publisher *p);             /* to the others: it, and all its streams */
void tell_gone(struct publisher *p, const char *key); /* to the others: "leaving", "unpublished", "kicked" */

#endif
