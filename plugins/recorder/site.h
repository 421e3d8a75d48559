/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the files of a recording are to lie, and what they are called: out of what was asked for, made harmless, below
 * the folders that are allowed, and a name that nothing else has. Control thread.
 */
#ifndef RECORDER_SITE_H
#define RECORDER_SITE_H

#include "take.h"

struct rec_site {
    char *folder, *base;         /* owned: absolute folder, base name; NULL: not chosen yet */
    struct rec_session *session; /* held; NULL: it belongs to none */
};

/*
 * Makes the folder. CARDEA_EINVAL: no such name, or not allowed; EIO: the folder cannot be made or written; ELIMIT: the
 * disk is nearly full. Nothing is held then.
 */
int rec_site_choose(struct rec_site *out, const struct rec_take_conf *conf, uint64_t id);
void rec_site_clear(struct rec_site *site); /* but for the session: who leaves it says why */

#endif
