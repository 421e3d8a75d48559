/* SPDX-License-Identifier: Apache-2.0 */
/* What event handlers are told about rooms (general.events). Bodies are as clients of this API expect them. */
#ifndef VIDEOROOM_OBSERVE_H
#define VIDEOROOM_OBSERVE_H

#include "videoroom.h"

/* h: whose request it was; NULL: an operator's, or nobody's. */
void observe_room(struct cardea_handle *h, const char *event, const struct room *room);
void observe_joined(const struct publisher *p, const char *token); /* token NULL: none */
void observe_published(struct publisher *p, const char *event);    /* with its streams: "published", "updated" */
void observe_configured(const struct publisher *p);
void observe_gone(const struct publisher *p, const char *event); /* "unpublished", "leaving", "kicked" */
/* A subscriber; with_streams: with all its m-lines. */
void observe_subscriber(struct subscriber *s, const char *event, bool with_streams);
void observe_unsubscribed(const struct subscriber *s, const char *feed, const char *mid);
/* Something else; body is taken. */
void observe(struct cardea_handle *h, json_t *body);

#endif
