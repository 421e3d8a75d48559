/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling others that a file or a recording is finished, so that an uploader can take it: a program, an HTTP POST, or
 * both. What fails is tried again with growing pauses. Programs run one after the other on a thread of their own; at
 * most 10 000 wait, more are refused and logged. The gateway sends the posts.
 */
#ifndef RECORDER_HOOKS_H
#define RECORDER_HOOKS_H

#include <jansson.h>

void rec_hooks_start(void);
/* json is taken: {"what": "segment"|"recording", "id", "path", …}. Control thread. Nothing without a hook. */
void rec_hooks_tell(json_t *json);
/* What waits is tried once more, then given up. Control thread. */
void rec_hooks_stop(void);

#endif
