/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The video room: who is in which room, what they publish, who watches it. Control thread only; no packet, no header
 * and no SDP text is ever seen here.
 *
 *   ids          names of rooms and people           room          a room, who is in it, what is told about it
 *   properties   a room's settings                   publisher     somebody who is in a room, and what they publish
 *   access       who may do what                     subscriber    one receive-only PeerConnection
 *   seat         what a handle is                    slot          one m-line of a subscriber
 *   events       JSON that is told to many           verbs         the requests and their parameters
 *   visits       who comes by HTTP: WHIP and WHEP    watch         a subscriber that makes the offer itself
 *   observe      what event handlers are told        store         permanent rooms on disk
 *   record       who is recorded                     dummy         the placeholder publisher
 *   demand       layers that somebody wants          loudest       who of the speakers is heard
 *   explain      why a subscriber gets what it gets
 *
 * One header a noun; a header says who owns what. This one has what all of them share.
 */
#ifndef VIDEOROOM_H
#define VIDEOROOM_H

#include <cardea/plugin.h>
#include <glib.h>

/* The codes of this API, as clients know them. */
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

struct room;
struct publisher;
struct subscriber;
struct slot;
struct seat;

/* The plugin itself; filled by start(), empty after stop(). */
struct videoroom {
    const struct cardea_host *host;
    char *admin_key; /* NULL: none */
    bool string_ids, lock_rtp_forward, events;
    unsigned max_rooms;
    unsigned remote_timeout; /* s, 0: never */
    GHashTable *rooms;       /* id -> struct room *, owned */
};
extern struct videoroom vr;

/* Members of a request; NULL, or the fallback, when they are not there. Borrowed. */
static inline const char *member_text(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

static inline bool member_flag(const json_t *o, const char *name, bool fallback)
{
    const json_t *v = json_object_get(o, name);

    return v ? json_is_true(v) : fallback;
}

#endif
