/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what with a recording. A request brings a *key*: the operator's (the option admin_key), or the
 * recording's own, which was given to who made it, or is the secret of its room. Of the latter only a salted digest is
 * kept. Without a key there is what the API says: public recordings for whom it lets in, and playing for who knows the
 * number, unless it is a room's. Control thread.
 */
#ifndef RECORDER_ACCESS_H
#define RECORDER_ACCESS_H

#include <stdbool.h>

struct rec_item;

/* A key for a new recording, 32 characters that nobody can guess. g_free() it. */
char *rec_access_new_key(void);
/* What is kept of a key: "<salt>:<digest>". g_free() it. */
char *rec_access_seal(const char *key);

/* In all of these key may be NULL: none was brought. */
bool rec_access_is_admin(const char *key); /* never when no admin_key is configured */
bool rec_access_is_owner(const struct rec_item *item, const char *key);
/* Over HTTP: look at it, or (NULL) at the list of public ones. */
bool rec_access_may_fetch(const struct rec_item *item, const char *key);
bool rec_access_may_remove(const struct rec_item *item, const char *key);
/* By the request play. */
bool rec_access_may_play(const struct rec_item *item, const char *key);

#endif
