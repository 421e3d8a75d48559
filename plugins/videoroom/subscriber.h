/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subscriber: one receive-only PeerConnection. At most one offer is outstanding; changes that come meanwhile are
 * folded into one cumulative offer, made right after the answer. Owned by its seat.
 */
#ifndef VIDEOROOM_SUBSCRIBER_H
#define VIDEOROOM_SUBSCRIBER_H

#include "videoroom.h"

struct subscriber {
    struct cardea_handle *handle;
    struct room *room;             /* borrowed; NULL: left, or the room has gone */
    GPtrArray *slots;              /* struct slot *, owned, by mindex */
    struct cardea_sending sending; /* of its connection: the room's, with its own on top */
    uint32_t private_id;
    bool use_msid, autoupdate, paused, e2ee;
    bool watching;                 /* the client has offered (watch.c) */
    bool ends_with_feed;           /* when its last feed goes */
    bool barred;                   /* the participant it belongs to was kicked */
    bool answered;                 /* no offer is outstanding */
    bool pending, pending_restart; /* an offer is owed */
    bool changed;                  /* a feed has gone without an offer: the next request makes one */
};

void subscriber_join(struct cardea_request *rq, struct seat *seat, struct room *room);
struct subscriber *subscriber_new(struct seat *seat, struct room *room); /* in no room's list yet */
void subscriber_sits(struct subscriber *s, struct seat *seat);           /* it is: owned by its seat from here on */
/* `downlink_start` and so on of a request: how its connection sends from now on. */
void subscriber_read_sending(struct subscriber *s, const json_t *body);
extern const struct cardea_param subscriber_sending[];
void subscriber_free(struct subscriber *s);  /* leaves first; NULL is fine */
void subscriber_leave(struct subscriber *s); /* for good: nothing is received any more */
void subscriber_up(struct subscriber *s);
void subscriber_refresh(struct subscriber *s, const struct publisher *p); /* the m-lines of p may have changed */
/* A publisher has gone. offer: by itself, if the subscriber wants that; else the next request makes one. */
void subscriber_lost_feed(struct subscriber *s, struct publisher *p, bool offer);

/* What each request does first: the role, an answer that came along, the room. NULL: rq has been failed. */
struct subscriber *subscriber_begin(struct cardea_request *rq, bool needs_room, int gone);
/*
 * Checks a list of {feed, mid?, …} item by item: the parameters, then that the room has it, that encrypted and plain
 * ones do not mix, and the layers. *decided: is it known already whether all is encrypted (*e2ee)? The first item
 * decides. false: rq has been failed.
 */
bool subscriber_check_items(struct cardea_request *rq, const struct room *room, const struct cardea_param *params,
                            const json_t *list, bool *decided, bool *e2ee);
/*
 * The list of what to subscribe to: `streams`, or the legacy `feed` as its only item. New reference; NULL: rq has been
 * failed.
 */
json_t *subscriber_list(struct cardea_request *rq, const json_t *body, bool *legacy);
uint32_t subscriber_private_id(const json_t *body); /* 0: none, or none that could be */
/* Does it come from somebody in the room, where the room wants that? false: rq has been failed. */
bool subscriber_check_private_id(struct cardea_request *rq, const struct room *room);
json_t *subscriber_attached(struct subscriber *s, const json_t *body, bool legacy);
/* Makes the offer for what is stale now. rq may be NULL: it then travels with the next notify(). */
int subscriber_offer(struct subscriber *s, struct cardea_request *rq, bool restart);
/* By itself, or as an event of rq when that is not NULL; or it is owed, when one is unanswered. */
void subscriber_offer_unasked(struct subscriber *s, struct cardea_request *rq);
void subscriber_reply_changed(struct cardea_request *rq, struct subscriber *s, bool changed);
void subscriber_after_answer(struct subscriber *s); /* the offer that is owed */
void subscriber_request_configure(struct cardea_request *rq);
void subscriber_request_leave(struct cardea_request *rq, struct subscriber *s);

json_t *subscriber_updated(const struct subscriber *s);
json_t *subscriber_result(const struct subscriber *s, const char *key); /* {"videoroom":"event","room":…,key:"ok"} */

#endif
