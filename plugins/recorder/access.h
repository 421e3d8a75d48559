/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what with a recording. A request brings a *key*: the operator's (the option admin_key), or the
 * recording's own, which was given to who made it, or is the secret of its room. Of the latter only a salted digest is
 * kept. Or it brings the *claims* of a JSON Web Token: in its rooms who has the role "recordings" sees them, and
 * "admin" removes them as well; those of other rooms are shut, whatever key comes along. With neither there is what the
 * API says: public recordings for whom it lets in, and playing for who knows the number, unless it is a room's. Control
 * thread.
 */
#ifndef RECORDER_ACCESS_H
#define RECORDER_ACCESS_H

#include <jansson.h>
#include <stdbool.h>

struct rec_item;

struct rec_visitor {
    const char *key;      /* NULL: none was brought */
    const json_t *claims; /* of a good token; NULL: there is none */
};

/* A key for a new recording, 32 characters that nobody can guess. g_free() it. */
char *rec_access_new_key(void);
/* What is kept of a key: "<salt>:<digest>". g_free() it. */
char *rec_access_seal(const char *key);

/* Over HTTP, where key and token come in the same place; NULL: neither came. Claims are borrowed until the next time.
 */
struct rec_visitor rec_access_visitor(const char *credential);

bool rec_access_is_admin(const char *key); /* never when no admin_key is configured */
bool rec_access_is_owner(const struct rec_item *item, const char *key);
/* It is in lists. */
bool rec_access_may_see(const struct rec_item *item, const struct rec_visitor *v);
/* Over HTTP: look at it, or (NULL) at the list of what may be seen. */
bool rec_access_may_fetch(const struct rec_item *item, const struct rec_visitor *v);
bool rec_access_may_remove(const struct rec_item *item, const struct rec_visitor *v);
/* By the request play. */
bool rec_access_may_play(const struct rec_item *item, const struct rec_visitor *v);

#endif
