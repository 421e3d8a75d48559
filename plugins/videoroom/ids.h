/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of rooms and people are kept as text. On the wire they are unsigned numbers, or strings when string_ids is on.
 */
#ifndef VIDEOROOM_IDS_H
#define VIDEOROOM_IDS_H

#include "videoroom.h"

#define ID_MOST 127 /* bytes of a participant's id: it is the label of a data channel */

json_t *id_json(const char *id);              /* as the wire has it; new reference */
char *id_text(const json_t *id);              /* NULL when it is none; g_free() it */
char *id_asked(const json_t *id);             /* the same; NULL as well for 0 and "", which ask for a random one */
char *id_random(void);                        /* below 2^53, or a UUID; g_free() it */
bool id_is_valid(const char *id);             /* could the wire have it? (a number above zero, unless string_ids) */
bool same_text(const char *a, const char *b); /* in a time that does not tell where they differ */

#endif
