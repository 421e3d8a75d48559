/* SPDX-License-Identifier: Apache-2.0 */
/* A room: its settings and who is in it. Owned by the table of rooms until room_destroy(). */
#ifndef VIDEOROOM_ROOM_H
#define VIDEOROOM_ROOM_H

#include "properties.h"

#define ROOM_TOKENS_MOST 65536 /* allowed tokens of a room */

struct room {
    /* owned */
    char *id;
    struct properties set;
    GHashTable *tokens;           /* set of char * */
    struct cardea_charge *charge; /* of who made it; NULL: nobody's */
    /* borrowed */
    GHashTable *participants; /* id -> struct publisher * */
    GHashTable *by_private;   /* &private_id -> struct publisher *; those with a handle */
    GQueue present;           /* struct publisher *, everybody, in the order of joining */
    GQueue publishing;        /* struct publisher *, in the order of publishing */
    GHashTable *subscribers;  /* set of struct subscriber * */
    /* state */
    uint64_t group;    /* its PeerConnections belong together: cardea_host.group() */
    bool check_tokens; /* who joins must have one of `tokens` */
    bool permanent;    /* there is a file of it in the state folder */
    bool configured;   /* the configuration file has it, too */
    unsigned limited;  /* of those publishing: how many count towards `publishers` */
};

struct room *room_find(const char *id); /* NULL: there is none */
/* Takes what is in set. id NULL: a random one. NULL: the id is in use, or there are too many; set is then as it was. */
struct room *room_create(const char *id, struct properties *set);
bool room_is_limit(void); /* there are as many rooms as may be */
/* Tells participants, closes their PeerConnections; who has no handle is freed. */
void room_destroy(struct room *room);
struct publisher *room_participant(const struct room *room, const json_t *id); /* NULL: nobody */
bool room_allow(struct room *room, const json_t *tokens); /* adds them; false: some were too many */
json_t *room_tokens(const struct room *room);
json_t *room_list(bool with_private);
json_t *room_participants(const struct room *room);

/* Telling a room: one body, printed once, for everybody but one (NULL: for everybody). Takes body. */
void room_tell(struct room *room, const struct publisher *but, json_t *body);

#endif
