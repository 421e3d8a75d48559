/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole server in virtual time: the real api/, the real links and engines of peer/, the real plugins (their modules,
 * loaded as the gateway loads them), and simulated people with sessions, handles and PeerConnections (real DTLS and
 * SRTP). Everything that happens by chance comes from one number. After each turn, and at the end, it is checked that
 * nothing was promised and not kept; what is found wrong is printed with the number, and the process ends.
 *
 *   server.c   clock, orders and news under way, plugins
 *   phone.c    one PeerConnection: descriptions, streams
 *   person.c   a connection, its session and handles; what it hears, and what it may hear
 *   moves.c    what people do
 *   moves_room.c  and what they do in rooms
 *   whole.c    seeds; memory.c: one room after the other
 */
#ifndef SIM_WHOLE_H
#define SIM_WHOLE_H

#include "sim/client.h"
#include "support/world.h"

#define WHOLE_ROOMS   2
#define WHOLE_ADDRESS "192.0.2.7" /* of all people */
#define WHOLE_SEATS   6           /* handles of a person */
#define WHOLE_PEOPLE  6
#define PHONE_LINES   24
#define WHOLE_WANTED  128 /* feeds that a subscriber asks for in its life */

struct whole_conf {
    uint64_t seed;
    int64_t length_us; /* how long people do things */
    bool recorder;     /* has threads of its own: the only thing here that a seed does not decide */
    bool loud;         /* everything that is said, to stdout */
    bool easy;         /* every call is made, and nothing is lost */
};

/* --- phone.c ------------------------------------------------------------------------------------------------------ */

struct line {
    char mid[8];
    char kind; /* a, v, d */
    bool sends, gone;
    unsigned layers;
    struct sim_out *out[SIM_LAYERS];
    unsigned n_out;
    uint32_t in_ssrc;
};

struct phone {
    struct sim_client *client; /* of the simulated world, which frees it */
    struct seat *seat;
    char setup; /* 'a' active, 'p' passive: what the gateway was told or said */
    struct line line[PHONE_LINES];
    unsigned n_lines;
    unsigned version;
    bool met, up, lossless;
    bool busy;        /* ten times as many packets: histories are used up, windows wrap */
    int64_t calls_us; /* when its checks begin to arrive; 0: they have, or never will */
};

struct phone *phone_new(struct seat *s);
void phone_end(struct phone *p, bool alert); /* frees it; alert: the far side is told */
void phone_turn(struct phone *p);
/* Streams it wants to send: "av", "v3" simulcast, "d" data; more with each call. */
void phone_add(struct phone *p, const char *media);
void phone_drop(struct phone *p, unsigned line);
void phone_back(struct phone *p, unsigned line);                /* a line that was dropped is used again */
char *phone_offer(struct phone *p);                             /* g_free() */
void phone_answered(struct phone *p, const char *sdp);          /* the gateway's answer */
char *phone_answer(struct phone *p, const char *sdp);           /* to the gateway's offer; g_free() */
bool phone_says(struct phone *p, uint64_t feed, unsigned room); /* a message of its data channel; false: it has none */
void phone_check(struct phone *p);                              /* what it has got so far is whole */

/* --- person.c ----------------------------------------------------------------------------------------------------- */

enum seat_kind { SEAT_PUBLISHER, SEAT_SUBSCRIBER, SEAT_ECHO, SEAT_RECORD, SEAT_KINDS };

struct feed_of { /* what an m-line of a subscriber was said to carry */
    uint64_t feed, before;
    int64_t since_us;
};

struct seat {
    struct person *person;
    enum seat_kind kind;
    uint64_t handle; /* 0: free, or being attached */
    bool attaching, leaving;
    unsigned room; /* joined; 0: not */
    uint64_t id;   /* in the room */
    uint32_t private_id;
    struct phone *phone;
    char *offer;      /* of the gateway, unanswered */
    unsigned asked;   /* requests that are not answered */
    int64_t quiet_us; /* since when nothing is asked */
    struct feed_of feeds[PHONE_LINES];
    uint64_t wanted[WHOLE_WANTED]; /* feeds that it ever asked for: nobody else may be heard */
    unsigned n_wanted;
    bool publishing, playing;
    bool pc;            /* the gateway has said webrtcup and not hangup */
    bool again;         /* the gateway has one, as far as this side knows: a new one must wait */
    bool unsure;        /* events may have been missed */
    int64_t alerted_us; /* since when the gateway has been told that its PeerConnection is over; 0: it has not */
    bool described;     /* a description went there or came from there since the last hangup */
};

struct person {
    struct whole *whole;
    unsigned number;
    cardea_connection connection;  /* 0: offline */
    uint64_t session, old_session; /* old: lost with its transport */
    bool creating, frozen;
    int64_t alive_us;   /* last keepalive */
    int64_t away_us;    /* does not come back before that */
    int64_t checked_us; /* when its answers are looked for next */
    struct seat seat[WHOLE_SEATS];
};

struct ask {
    struct person *person;
    struct seat *seat; /* NULL: of the session */
    uint64_t handle;
    const char *what;
    bool message, acked, over;
    int64_t sent_us;
    void (*answered)(struct ask *a, const json_t *answer); /* may be NULL */
    char *text;
};

void person_begin(struct person *p, struct whole *w, unsigned number);
void person_hears(struct person *p, const json_t *message);
void person_connect(struct person *p);
void person_drop(struct person *p); /* the transport breaks */
void person_turn(struct person *p);
struct seat *person_attach(struct person *p, enum seat_kind kind);
void seat_detach(struct seat *s);
bool seat_may_hear(const struct seat *s, uint64_t feed); /* it has asked for it some time */
void seat_hangup(struct seat *s);                        /* asks for it, and lets go of its own side */
void seat_lose_phone(struct seat *s, bool alert);
/* A message to the plugin; body is taken. sdp may be NULL. */
void seat_say(struct seat *s, const char *what, json_t *body, const char *type, const char *sdp);
/* Any other request, about a handle (s) or the session; body: more members, taken, may be NULL. */
void person_ask(struct person *p, struct seat *s, const char *janus, json_t *body);
void ask_free(gpointer ask);

/* --- server.c ----------------------------------------------------------------------------------------------------- */

struct whole {
    struct whole_conf conf;
    char *folder;
    struct sim_world *sim;
    uint64_t random;
    GThread *thread;
    GMutex lock;           /* of orders and peers */
    GQueue orders, news;   /* under way; struct whole_mail */
    GHashTable *asks;      /* transaction → struct ask; owned */
    GHashTable *publisher; /* ssrc → struct sender_of; owned */
    GHashTable *fading;    /* handles whose detach was answered, until `detached` */
    GHashTable *joined;    /* "room id" of all who ever were in a room; owned */
    GArray *peers;         /* gw_peer_id: all that were ordered */
    GArray *lost;          /* struct lost_session: nobody has come for them yet */
    struct person person[WHOLE_PEOPLE];
    bool room[WHOLE_ROOMS + 1]; /* exists, as far as people know */
    unsigned serial, streams;
    cardea_connection next_connection;
    int64_t next_move_us, full_until_us[SIM_WORKERS];
    /* counted */
    unsigned moves, calls, joins, messages;
    uint64_t packets;
};

struct lost_session {
    uint64_t id;
    int64_t since_us;
};

struct sender_of { /* who sends a stream */
    uint64_t feed;
    unsigned room;
    bool lossless;
    struct phone *phone; /* NULL: it has ended */
};

void whole_run(const struct whole_conf *conf); /* all of it, with people who do things by chance */
/* The same by hand: w has its conf, the rest is zero. whole_end() has everybody leave and checks what is left. */
void whole_begin(struct whole *w);
void whole_turn(struct whole *w);
void whole_end(struct whole *w);
/* What is only kept to be looked at later; nobody may have been on the phone for a second. */
void whole_forget(struct whole *w);
uint32_t whole_random(struct whole *w, uint32_t below); /* 0 … below - 1 */
bool whole_chance(struct whole *w, unsigned percent);
void whole_say(struct whole *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void whole_wrong(struct whole *w, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
void whole_unheard(struct whole *w, cardea_connection c); /* what it was sent is lost */
void whole_lost(struct whole *w, uint64_t session);       /* its transport broke: it has to end when nobody claims it */
void whole_claimed(struct whole *w, uint64_t session);
gw_peer_id whole_peer_of(struct whole *w, const char *ufrag);
int64_t whole_now(const struct whole *w);

/* --- moves.c ------------------------------------------------------------------------------------------------------ */

void whole_move(struct whole *w); /* somebody does something */
bool room_move(struct seat *s);   /* moves_room.c: in the videoroom */
/* Joined, and its PeerConnection is up or may come up; NULL: nobody. room 0: any. */
struct seat *whole_publisher(struct whole *w, unsigned room);

#endif
