/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody who is in a room, perhaps publishing. Most have a handle and a PeerConnection; the others (a dummy, a
 * publisher of another gateway, plain RTP) have m-lines that somebody set: everything that is told about streams or
 * linked to them goes through publisher_streams(), so the rest of the plugin does not see the difference.
 *
 * Owned by its seat, or by the room when it has no handle.
 */
#ifndef VIDEOROOM_PUBLISHER_H
#define VIDEOROOM_PUBLISHER_H

#include "demand.h"
#include "loudest.h"

enum publisher_origin {
    FROM_HANDLE, /* a PeerConnection of ours */
    FROM_DUMMY,  /* a placeholder: never sends, cannot be kicked, never causes an event, does not count */
    FROM_REMOTE, /* another gateway */
    FROM_INGEST, /* plain RTP */
};

/* What is known of one of its m-lines besides what cardea_stream says. */
struct track {
    char *description; /* owned */
    bool muted;        /* by the publisher: send false */
    bool moderated;    /* by a moderator */
    bool talking;
    int min_delay, max_delay; /* 10 ms units; -1: no override */
    struct voice voice;       /* AUDIO */
    struct demand demand;     /* VIDEO */
};

/* Who is muted is not measured: what was heard last does not count. */
static inline bool track_talks(const struct track *t)
{
    return t->talking && !t->muted && !t->moderated;
}

struct publisher {
    /* given at creation */
    enum publisher_origin origin;
    struct cardea_handle *handle; /* NULL unless FROM_HANDLE */
    char *id;                     /* owned */
    uint32_t private_id;          /* 0 without a handle */
    /* owned */
    char *display;
    json_t *metadata;
    char *audiocodec, *videocodec; /* asked for, until unpublish; NULL: the room's order */
    char *filename;                /* of its recording, until unpublish; NULL: made up */
    GArray *tracks;                /* struct track, by mindex */
    GArray *own;                   /* struct cardea_stream with their strings, of who has no handle */
    GHashTable *subscribers;       /* set of struct subscriber * that receive something of it */
    GPtrArray *forwards;           /* struct forward, borrowed: the gateway says when one is gone (forward.h) */
    GPtrArray *cascades;           /* struct cascade (cascade.h) */
    void *more;                    /* of whoever made it, when it has no handle */
    void (*free_more)(struct publisher *p); /* NULL: nothing to free */
    /* borrowed */
    struct room *room;         /* NULL: left, kicked or destroyed */
    GList present, publishing; /* places in the room's queues */
    /* state */
    bool published;   /* others may see it: its PeerConnection is up */
    bool negotiating; /* its offer was answered, the PeerConnection is not up yet */
    bool e2ee, kicked;
    bool record;                /* it is to be recorded while it publishes */
    cardea_recording recording; /* 0: none */
    bool armed;                 /* that one is only kept in memory, for when record is pressed */
    unsigned bitrate;           /* bit/s; 0: no cap */
    unsigned audio_active_packets, audio_level_average;
    unsigned own_talk_packets, own_talk_level; /* what it asked for itself; 0: nothing */
    uint64_t demand_timer;
    bool demand_lower; /* the time has come to tell that less is wanted */
};

/* Joins the room. Takes id, which must be free there. */
struct publisher *publisher_new(struct seat *seat, struct room *room, char *id);
/* The same for somebody without a handle; it shows with publisher_up(). more and free_more are for the caller to set.
 */
struct publisher *publisher_new_without_handle(enum publisher_origin origin, struct room *room, char *id);
void publisher_free(struct publisher *p); /* leaves first; NULL is fine */

/* Its m-lines: n of them, borrowed until it negotiates next. */
const struct cardea_stream *publisher_streams(const struct publisher *p, size_t *n);
const struct cardea_stream *publisher_stream_at(const struct publisher *p, unsigned mindex); /* or NULL */
const struct cardea_stream *publisher_stream_of(const struct publisher *p, const char *mid); /* or NULL */
const struct cardea_stream *publisher_stream_from(const struct publisher *p, cardea_source source);
const struct cardea_stream *publisher_data(const struct publisher *p); /* its data m-line, or NULL */
/* Sets the m-lines of one without handle; strings are copied. Call publisher_streams_changed() afterwards. */
void publisher_set_streams(struct publisher *p, const struct cardea_stream *streams, size_t n);
struct track *publisher_track(struct publisher *p, unsigned mindex);      /* made when it is not there yet */
void publisher_apply(struct publisher *p, const struct cardea_stream *s); /* its mute: to the source */
void publisher_apply_all(struct publisher *p); /* all that is said of its m-lines: to the sources */
bool publisher_measures_talk(struct publisher *p,
                             bool *talking); /* does some audio have levels? *talking: is one on? */

void publisher_up(struct publisher *p);              /* published: others are told */
void publisher_streams_changed(struct publisher *p); /* after a negotiation: mutes, talk detection, followers */
void publisher_unpublish(struct publisher *p);       /* subscribers lose it, others are told */
void publisher_vanish(struct publisher *p);          /* the same, and it leaves: for those without a handle */
void publisher_leave(struct publisher *p);           /* out of the room, silently */
void publisher_talking(struct publisher *p, const struct cardea_stream *s, bool on, double level); /* tells everybody */

/* The tables `configure` and `joinandconfigure` are checked with. */
extern const struct cardea_param publisher_params[], description_item[];
bool publisher_check_codecs(struct cardea_request *rq, const struct room *room, const json_t *body);
void publisher_talk_settings(struct publisher *p, const json_t *body);
/* Which of a request's members count: a plain `join` with an offer has an offer and nothing else. */
enum publisher_members { ALL_MEMBERS, ONLY_THE_OFFER };
/* Applies settings and offer of rq, and replies with body (taken) and what the answer adds. */
void publisher_configure(struct cardea_request *rq, struct publisher *p, enum publisher_members which, json_t *body);
void publisher_request_configure(struct cardea_request *rq, struct publisher *p);
void publisher_request_leave(struct cardea_request *rq, struct publisher *p);

/*
 * Those who do something with every publisher (record it, forward it): one line in publisher.c's table each. streams()
 * comes when it is published, and whenever its m-lines may have changed since; gone() when it publishes no more, its
 * m-lines and its room still being there.
 */
struct follower {
    void (*streams)(struct publisher *p);
    void (*gone)(struct publisher *p);
};

#endif
