/* SPDX-License-Identifier: Apache-2.0 */
/* What a handle is: nothing yet, a publisher, or a subscriber. It never changes once it is something. */
#ifndef VIDEOROOM_SEAT_H
#define VIDEOROOM_SEAT_H

#include "videoroom.h"

enum seat_kind { SEAT_NONE, SEAT_PUBLISHER, SEAT_SUBSCRIBER };

struct seat { /* made by attach(), freed by detach() */
    struct cardea_handle *handle;
    enum seat_kind kind;
    struct publisher *publisher;   /* owned */
    struct subscriber *subscriber; /* owned */
};

struct seat *seat_of(struct cardea_request *rq);
struct publisher *seat_publisher(struct cardea_request *rq); /* or fails rq and returns NULL */
struct subscriber *seat_subscriber(struct cardea_request *rq);
json_t *seat_json(const struct seat *seat); /* handle_info.plugin_specific */

#endif
