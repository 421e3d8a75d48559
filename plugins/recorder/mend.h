/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings that a dead process has left behind. Blocks on the disk; any thread. */
#ifndef RECORDER_MEND_H
#define RECORDER_MEND_H

#include <stdbool.h>

/* A manifest that says "recording" although its process is gone. */
bool rec_is_abandoned(const char *manifest);
/* Its media files get index and duration (repair.h) and their hash, and the manifest is marked "repaired". 0, or a
 * negative errno value: the manifest could not be written. */
int rec_mend(const char *manifest);

#endif
