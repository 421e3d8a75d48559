/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what: rooms that a request names, their secret and pin, the admin key, tokens. */
#ifndef VIDEOROOM_ACCESS_H
#define VIDEOROOM_ACCESS_H

#include "videoroom.h"

/* The room a request names. key: "secret" or "pin" is checked as well, NULL: nothing. NULL: rq has been failed. */
struct room *access_room(struct cardea_request *rq, const char *key);
/* The participant that member `name` of the request names. NULL: rq has been failed. */
struct publisher *access_participant(struct cardea_request *rq, const struct room *room, const char *name);
/* Has the request the room's secret (which there must be)? Fails nothing. */
bool access_moderates(const struct cardea_request *rq, const struct room *room);
bool access_admin(struct cardea_request *rq);   /* if there is an admin key; false: rq has been failed */
bool access_forward(struct cardea_request *rq); /* the same, only when RTP forwarders are locked */

#endif
