/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The m-lines of a subscriber. They are never removed: one that lost its source becomes inactive and is reused for the
 * next stream of the same type and codec. Owned by their subscriber.
 */
#ifndef VIDEOROOM_SLOT_H
#define VIDEOROOM_SLOT_H

#include "subscriber.h"

#define SLOTS_MOST      255 /* m-lines of a subscriber */
#define SLOT_FEEDS_MOST 128 /* publishers whose data one subscriber gets: a channel each */

struct slot {
    /* given at creation */
    enum cardea_kind kind;
    unsigned mindex;
    /* owned */
    char *codec, *profile, *crossrefid;
    GHashTable *data_feeds; /* DATA: struct publisher * (borrowed) -> the source linked, a cardea_source * */
    /* borrowed */
    struct publisher *feed; /* AUDIO, VIDEO; NULL: inactive */
    unsigned feed_mindex;
    /* state */
    cardea_sink sink;                 /* 0: not offered yet */
    bool send, ready;                 /* wanted; answered with a direction */
    bool stale;                       /* what we last offered is not what it is now */
    bool offered;                     /* the client's offer has this m-line: it can be placed on before it has a sink */
    bool offered_inactive;            /* what we last offered */
    cardea_source linked;             /* AUDIO, VIDEO: the source it is linked to; 0: none */
    struct cardea_link link;          /* as declared */
    int demand;                       /* layer counted at the feed's track, -1: none */
    int substream, temporal, spatial; /* last told, -1 unknown */
};

struct slot *slot_new(struct subscriber *s, enum cardea_kind kind); /* the subscriber's next m-line */
void slot_free(struct slot *slot);
/* The stream that feeds it; NULL when it is inactive. */
const struct cardea_stream *slot_source(const struct slot *slot);
/* Another stream feeds it: all its layers are wanted; delays, auto and priority stay. */
void slot_fill(struct subscriber *s, struct slot *slot, struct publisher *p, const struct cardea_stream *stream);
/* DATA: one more publisher whose messages it gets. false: there are too many. */
bool slot_add_feed(struct subscriber *s, struct slot *slot, struct publisher *p);
void slot_clear(struct subscriber *s, struct slot *slot);   /* its feeds have gone */
void slot_connect(struct subscriber *s, struct slot *slot); /* declares the link as it should be now */
void slot_keyframe(const struct slot *slot);
/* An item that names no m-line is about the layers of those that have such layers. */
enum slot_layers { SLOT_ALL_LAYERS, SLOT_LAYERS_IT_HAS };
/* Layers, delays, auto and priority of an item of a request; what it does not name stays. */
void slot_read_layers(struct slot *slot, const json_t *item, enum slot_layers which);
void slot_defaults(struct subscriber *s, struct slot *slot); /* all of them as the room has them */
json_t *slot_json(const struct slot *slot);

/*
 * Puts a publisher's stream into the first m-line that fits, or a new one. may_pause: `send` of the item counts.
 * true: an offer is needed.
 */
bool slots_add(struct subscriber *s, struct publisher *p, const struct cardea_stream *stream, const json_t *item,
               bool may_pause);
/* mid NULL: all streams of p. *media is set when one of audio or video was among them. */
void slots_drop_feed(struct subscriber *s, struct publisher *p, const char *mid, bool *media);
bool slots_fed(const struct subscriber *s); /* does any audio or video m-line have a feed? */
void slots_place(struct subscriber *s);     /* what is stale goes into the next offer */
void slots_connect(struct subscriber *s);
void slots_refresh(struct subscriber *s, const struct publisher *p); /* the m-lines of p may have changed */
json_t *slots_json(struct subscriber *s);
struct slot *slots_by_mid(struct subscriber *s, const char *mid);
void slots_layer(struct subscriber *s, cardea_sink sink, const struct cardea_sink_state *now);
/* {"videoroom":"event","room":…,"mid":…,name:layer} to the subscriber */
void slot_tell_layer(struct subscriber *s, const struct slot *slot, const char *name, int layer);

#endif
