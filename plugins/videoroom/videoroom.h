/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The video room: who is in which room, what they publish, who watches it. Control thread only; no packet, no header
 * and no SDP text is ever seen here.
 *
 *   room.c          rooms and their table          publisher.c   joined participants and what they publish
 *   properties.c    a room's settings, from        subscriber.c  one receive-only PeerConnection and its m-lines
 *                   requests and from the file     slots.c       the m-lines of a subscriber
 *   events.c        JSON that is sent to many      seat.c        what a handle is (nothing, publisher, subscriber)
 *   configure.c     a publisher's settings and offer  subscribe.c, receive.c   what it receives, and how
 *   join.c          joining                           requests.c    the verbs and their parameters
 */
#ifndef VIDEOROOM_H
#define VIDEOROOM_H

#include <cardea/plugin.h>
#include <glib.h>

enum room_error {
    E_NO_MESSAGE = 421,
    E_NOT_OBJECT = 422,
    E_UNKNOWN = 423,
    E_NOT_JOINED = 424,
    E_JOINED = 425,
    E_NO_ROOM = 426,
    E_ROOM_EXISTS = 427,
    E_NO_FEED = 428,
    E_MISSING = 429,
    E_INVALID = 430,
    E_JSEP = 431,
    E_FULL = 432,
    E_UNAUTHORIZED = 433,
    E_PUBLISHED = 434,
    E_NOT_PUBLISHED = 435,
    E_ID_EXISTS = 436,
    E_SDP = 437,
    E_E2EE_MIX = 438,
    E_INTERNAL = 499,
};

/* Ids of rooms and participants are kept as text; they look like numbers on the wire unless string_ids is on. */
typedef char *room_id;

struct properties {
    char *description, *secret, *pin;
    char *audiocodec, *videocodec, *vp9_profile, *h264_profile; /* comma lists; NULL profile: none */
    char *rec_dir;
    unsigned publishers, bitrate, fir_freq, audio_active_packets, audio_level_average;
    bool is_private, require_pvtid, signed_tokens, bitrate_cap, opus_fec, opus_dtx, audiolevel_ext, audiolevel_event,
        videoorient_ext, playoutdelay_ext, transport_wide_cc_ext, record, lock_record, notify_joining, require_e2ee;
};

struct room {
    room_id id;
    struct properties set;
    bool check_tokens;
    GHashTable *tokens;       /* set of char *, owned */
    GHashTable *participants; /* id -> struct publisher *, borrowed */
    GHashTable *subscribers;  /* set of struct subscriber *, borrowed */
};

/* What the publisher (or a moderator) said about one of its m-lines; the rest is in cardea_stream. */
struct track {
    char *description;
    bool muted;     /* by the publisher: send false */
    bool moderated; /* by a moderator */
    bool talking;
    int min_delay, max_delay; /* -1: no override */
};

struct publisher {
    struct cardea_handle *handle;
    struct room *room; /* NULL: left, kicked or destroyed */
    room_id id;
    char *display;
    json_t *metadata;
    uint32_t private_id;
    bool published, negotiating, e2ee, kicked;
    char *audiocodec, *videocodec; /* asked for, until unpublish; NULL: the room's order */
    unsigned bitrate, audio_active_packets, audio_level_average;
    GArray *tracks;          /* struct track, by mindex */
    GHashTable *subscribers; /* set of struct subscriber * that receive something of it */
};

/* One m-line of a subscriber. */
struct slot {
    enum cardea_kind kind;
    cardea_sink sink;
    struct publisher *feed; /* AUDIO, VIDEO; NULL: inactive */
    unsigned feed_mindex;
    GHashTable *data_feeds; /* DATA: set of struct publisher * */
    char *codec, *profile, *crossrefid;
    bool send, ready, stale; /* stale: what we last offered is not what it is now */
    struct cardea_link link;
    int substream, temporal, spatial; /* last told, -1 unknown */
};

struct subscriber {
    struct cardea_handle *handle;
    struct room *room; /* NULL: left, or the room has gone */
    GPtrArray *slots;  /* struct slot *, by mindex */
    uint32_t private_id;
    bool use_msid, autoupdate, paused, e2ee, barred;
    bool answered;                 /* no offer is outstanding */
    bool pending, pending_restart; /* an offer is owed */
    bool changed;                  /* a feed has gone without an offer: the next request makes one */
};

enum seat_kind { SEAT_NONE, SEAT_PUBLISHER, SEAT_SUBSCRIBER };

/* What attach() gives. */
struct seat {
    struct cardea_handle *handle;
    enum seat_kind kind;
    struct publisher *publisher;
    struct subscriber *subscriber;
};

struct videoroom {
    const struct cardea_host *host;
    char *admin_key;
    bool string_ids;
    GHashTable *rooms; /* id -> struct room *, owned */
};
extern struct videoroom vr;

/* --- room.c --- */
struct room *room_find(const char *id);
/* Takes set. id NULL: a random one. NULL when the id is in use. */
struct room *room_create(const char *id, struct properties *set);
void room_destroy(struct room *room); /* tells participants, closes their PeerConnections */
unsigned room_publishing(const struct room *room, const struct publisher *but);
json_t *room_list(bool with_private);
json_t *room_participants(const struct room *room);
bool same_text(const char *a, const char *b); /* in constant time */
json_t *id_json(const char *id);
char *id_text(const json_t *id); /* NULL when it is none; to be freed */
char *id_random(void);

/* --- properties.c --- */
void properties_default(struct properties *p);
/* Reads a create request, or a group of the configuration file (lenient). NULL, or a sentence saying what is wrong. */
const char *properties_read(struct properties *p, const json_t *from, bool file);
void properties_edit(struct properties *p, const json_t *from);
void properties_clear(struct properties *p);
bool codec_allowed(const char *list, const char *codec);

/* --- publisher.c, configure.c, join.c --- */
struct publisher *publisher_new(struct seat *seat, struct room *room, char *id);
void publisher_free(struct publisher *p);
struct track *publisher_track(struct publisher *p, unsigned mindex);
const struct cardea_stream *publisher_stream(struct publisher *p, unsigned mindex, const char *mid);
void publisher_up(struct publisher *p);
void publisher_unpublish(struct publisher *p);
void publisher_leave(struct publisher *p);      /* out of the room, silently */
void publisher_configured(struct publisher *p); /* after a negotiation: tracks, mutes, talk detection */
void verb_join(struct cardea_request *rq);
void verb_joinandconfigure(struct cardea_request *rq);
void verb_publish(struct cardea_request *rq);
void verb_unpublish(struct cardea_request *rq);
bool publisher_check_codecs(struct cardea_request *rq, const struct room *room, const json_t *body);
void publisher_settings(struct publisher *p, const json_t *body);
/* Applies settings and offer of rq, and replies with body (taken) and what the answer adds. */
void publisher_configure(struct cardea_request *rq, struct publisher *p, json_t *body);
extern const struct cardea_param publisher_params[], description_item[];
void publisher_request_configure(struct cardea_request *rq, struct publisher *p);
void publisher_request_leave(struct cardea_request *rq, struct publisher *p);

/* --- subscriber.c, subscribe.c, receive.c --- */
json_t *subscriber_updated(const struct subscriber *s);
json_t *subscriber_result(const struct subscriber *s, const char *key); /* {"videoroom":"event","room":…,key:"ok"} */
/* Makes the offer for what is stale now. rq may be NULL: it then travels with the next notify(). */
int subscriber_offer(struct subscriber *s, struct cardea_request *rq, bool restart);
void subscriber_offer_unasked(struct subscriber *s); /* or owes it, when one is unanswered */
void subscriber_reply_changed(struct cardea_request *rq, struct subscriber *s, bool changed);
/* What each request does first: the role, an answer that came along, the room. NULL: rq has been failed. */
struct subscriber *subscriber_begin(struct cardea_request *rq, bool needs_room, int gone);
void subscriber_after_answer(struct subscriber *s); /* the offer that is owed */
void slot_keyframe(const struct slot *slot);
void subscriber_join(struct cardea_request *rq, struct seat *seat, struct room *room);
void subscriber_free(struct subscriber *s);
void subscriber_lost_feed(struct subscriber *s, struct publisher *p, bool offer);
void subscriber_up(struct subscriber *s);
void subscriber_leave(struct subscriber *s);
void subscriber_request_configure(struct cardea_request *rq, struct subscriber *s);
void subscriber_request_leave(struct cardea_request *rq, struct subscriber *s);
void verb_start(struct cardea_request *rq);
void verb_pause(struct cardea_request *rq);
void verb_subscribe(struct cardea_request *rq);
void verb_unsubscribe(struct cardea_request *rq);
void verb_update(struct cardea_request *rq);
void verb_switch(struct cardea_request *rq);

/* --- slots.c --- */
struct slot *slot_new(enum cardea_kind kind);
void slot_free(struct slot *slot);
/* Puts a publisher's stream into the first m-line that fits, or a new one. true: an offer is needed. */
bool slots_add(struct subscriber *s, struct publisher *p, const struct cardea_stream *stream, const json_t *item);
void slot_fill(struct subscriber *s, struct slot *slot, struct publisher *p, const struct cardea_stream *stream);
void slot_clear(struct subscriber *s, struct slot *slot); /* its feed has gone */
bool slots_drop_feed(struct subscriber *s, struct publisher *p, const char *mid, bool *media);
void slots_place(struct subscriber *s);                     /* what is stale goes into the next offer */
void slot_connect(struct subscriber *s, struct slot *slot); /* declares the link as it should be now */
void slots_connect(struct subscriber *s);
json_t *slots_json(struct subscriber *s);
struct slot *slots_by_mid(struct subscriber *s, const char *mid);
void slot_read_layers(struct slot *slot, const json_t *item);
void slots_layer(struct subscriber *s, cardea_sink sink, const struct cardea_sink_state *now);

/* --- events.c --- */
json_t *event_room(const struct room *room);              /* {"videoroom":"event","room":…} */
json_t *publisher_json(struct publisher *p, bool joined); /* element of `publishers` */
json_t *streams_json(struct publisher *p, bool own, bool joined);
json_t *who_json(const struct publisher *p, json_t *into);                      /* adds display, metadata */
void tell_others(struct room *room, const struct publisher *but, json_t *body); /* but NULL: everybody; takes body */
void tell_published(struct publisher *p);
void tell_gone(struct publisher *p, const char *key); /* "leaving", "unpublished", "kicked" */

/* --- seat.c --- */
struct publisher *seat_publisher(struct cardea_request *rq); /* or fails rq and returns NULL */
struct subscriber *seat_subscriber(struct cardea_request *rq);
struct seat *seat_of(struct cardea_request *rq);

/* --- requests.c --- */
extern const struct cardea_verb videoroom_verbs[];
/* The room a request names, with secret or pin checked as asked. NULL: rq has been failed. */
struct room *request_room(struct cardea_request *rq, const char *key);

#endif
