/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The m-lines of a subscriber. They are never removed: one that lost its source becomes inactive and is reused for the
 * next stream of the same type and codec. Owned by their subscriber.
 */
#ifndef VIDEOROOM_SLOT_H
#define VIDEOROOM_SLOT_H

#include "subscriber.h"

#define SLOTS_MOST 256 /* m-lines a subscriber */

struct slot {
    enum cardea_kind kind;
    cardea_sink sink;       /* 0: not offered yet */
    struct publisher *feed; /* AUDIO, VIDEO; NULL: inactive */
    unsigned feed_mindex;
    GHashTable *data_feeds; /* DATA: set of struct publisher * */
    char *codec, *profile, *crossrefid;
    bool send, ready, stale; /* stale: what we last offered is not what it is now */
    bool offered;            /* the client's offer has this m-line: it can be placed on before it has a sink */
    struct cardea_link link;
    int substream, temporal, spatial; /* last told, -1 unknown */
};

struct slot *slot_new(enum cardea_kind kind);
void slot_free(struct slot *slot);
/* The stream that feeds it; NULL when it is inactive. */
const struct cardea_stream *slot_source(const struct slot *slot);
void slot_fill(struct subscriber *s, struct slot *slot, struct publisher *p, const struct cardea_stream *stream);
void slot_clear(struct subscriber *s, struct slot *slot);   /* its feed has gone */
void slot_connect(struct subscriber *s, struct slot *slot); /* declares the link as it should be now */
void slot_keyframe(const struct slot *slot);
void slot_read_layers(struct slot *slot, const json_t *item);

/* Puts a publisher's stream into the first m-line that fits, or a new one. true: an offer is needed. */
bool slots_add(struct subscriber *s, struct publisher *p, const struct cardea_stream *stream, const json_t *item);
bool slots_drop_feed(struct subscriber *s, struct publisher *p, const char *mid, bool *media);
bool slots_fed(const struct subscriber *s); /* does any audio or video m-line have a feed? */
void slots_place(struct subscriber *s);     /* what is stale goes into the next offer */
void slots_connect(struct subscriber *s);
json_t *slots_json(struct subscriber *s);
struct slot *slots_by_mid(struct subscriber *s, const char *mid);
void slots_layer(struct subscriber *s, cardea_sink sink, const struct cardea_sink_state *now);

#endif
