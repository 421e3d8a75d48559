/* SPDX-License-Identifier: Apache-2.0 */
/* What a handle is: nothing yet, a publisher, or a subscriber. It never changes once it is something. */
#include "videoroom.h"

struct seat *seat_of(struct cardea_request *rq)
{
    return vr.host->info(rq)->user;
}

struct publisher *seat_publisher(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);

    if (seat->kind == SEAT_NONE)
        vr.host->fail(rq, E_NOT_JOINED, "Join a room first");
    else if (seat->kind == SEAT_SUBSCRIBER)
        vr.host->fail(rq, E_UNKNOWN, "This handle is a subscriber: only publishers can do this");
    else if (!seat->publisher->room && seat->publisher->kicked)
        vr.host->fail(rq, E_UNAUTHORIZED, "This participant was kicked: use a new handle");
    else if (!seat->publisher->room)
        vr.host->fail(rq, E_NO_ROOM, "This participant is no longer in a room: use a new handle");
    else
        return seat->publisher;
    return NULL;
}

struct subscriber *seat_subscriber(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);

    if (seat->kind == SEAT_SUBSCRIBER)
        return seat->subscriber;
    if (seat->kind == SEAT_NONE)
        vr.host->fail(rq, E_NOT_JOINED, "Join a room first");
    else if (!seat->publisher->room)
        vr.host->fail(rq, E_NO_ROOM, "This participant is no longer in a room: use a new handle");
    else
        vr.host->fail(rq, E_UNKNOWN, "This handle is a publisher: only subscribers can do this");
    return NULL;
}
