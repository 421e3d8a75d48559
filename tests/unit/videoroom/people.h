/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People in rooms without any network: the real plugin in a live core (support/world.h). A person is a handle; what it
 * asks is answered at once, and what it hears besides is kept until somebody looks.
 */
#ifndef TESTS_UNIT_VIDEOROOM_PEOPLE_H
#define TESTS_UNIT_VIDEOROOM_PEOPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/world.h"

struct person {
    uint64_t handle;
    gw_peer_id peer; /* once it has negotiated */
    uint64_t id;     /* in the room, after joining */
    uint32_t private_id;
    char *sdp; /* the last description it got */
};

/* settings: the plugin's, as jcfg text; NULL: none. */
void people_begin(const char *settings);
void people_end(void);

uint64_t person_session(void); /* all have the same */
struct person *person_new(void);
void person_leaves(struct person *p); /* detaches */
/*
 * Sends a message with this body (printf-like JSON; single quotes stand for double ones) and returns the data of its
 * answer: of a success, or of the event that came after the ack. New reference.
 */
json_t *ask(struct person *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* type: "offer" or "answer"; "offer+e2ee": encrypted end to end. */
json_t *ask_jsep(struct person *p, const char *type, const char *sdp, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The oldest event that p has got and nobody has looked at; NULL: none. New reference. */
json_t *heard(struct person *p);
void deaf(struct person *p); /* forgets what it has heard */
void all_deaf(void);         /* so does everybody */
/* The same as a word that tells what it was: "error 426", "joined", "event/configured", "updated+offer", "hangup"… */
const char *word_of(const json_t *data);
void expect_word(json_t *data, const char *word); /* takes data */
#define expect_heard(p, word) expect_word(heard(p), word)
void expect_silence(struct person *p);

/* What most tests begin with. A room with this id, and more settings (",'pin':'x'"). */
void room_make(unsigned id, const char *more);
void room_join(struct person *p, unsigned room, const char *more); /* as publisher */
void room_publish(struct person *p, const char *media);            /* "avd": what it offers; until it is up */
void room_watch(struct person *p, unsigned room, uint64_t feed);   /* subscribes to all; unanswered */
void answer_offer(struct person *p);                               /* start, with an answer to the last offer */
void comes_up(struct person *p);                                   /* its PeerConnection */

char *answer_to(const char *offer); /* takes all that is offered; g_free() it */
char *offer_of(const char *media);  /* "avd"; 'x', 'A' of video, audio not in use; g_free() it */

#endif
