/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the files of a recording are to lie, and what they are called: out of what was asked for, made harmless, below
 * the folders that are allowed, and a name that nothing else has. Control thread.
 */
#ifndef RECORDER_SITE_H
#define RECORDER_SITE_H

#include "output.h"
#include "take.h"

/*
 * Writes folder and base name of out, which the caller frees, and makes the folder. *session: held for the caller, when
 * the recording belongs to one, also when this fails. CARDEA_EINVAL: no such name, or not allowed; EIO: the folder
 * cannot be made or written.
 */
int rec_site_choose(const struct rec_take_conf *conf, uint64_t id, struct rec_output_conf *out,
                    struct rec_session **session);

#endif
