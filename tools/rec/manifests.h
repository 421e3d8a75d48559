/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests of recordings and timelines of sessions, as the recorder leaves them (docs/recording.md). */
#ifndef CARDEA_REC_MANIFESTS_H
#define CARDEA_REC_MANIFESTS_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>
#include <jansson.h>

#define MANIFEST_RECORDING "cardea-recording"
#define MANIFEST_SESSION   "cardea-session"

/* New reference, one of the two formats; NULL after a message. */
json_t *manifest_load(const char *path);
/* Whether a file is one, without a message. */
bool manifest_is_one(const char *path, const char *format);
/* Whole or not at all; mode of the file that is replaced. 0, or 1 after a message. */
int manifest_save(const char *path, const json_t *manifest);
/* A file that a manifest names, beside it: never a path that leaves the folder. NULL: it does. g_free() it. */
char *manifest_file(const char *manifest_path, const char *name);
/* Paths of all manifests in a folder, sessions first, then by name. g_ptr_array_free(…, TRUE). */
GPtrArray *manifests_in(const char *folder);
/* The process that writes this recording still runs. */
bool manifest_is_being_written(const json_t *manifest);

/* Whether a file begins like an .mjr one. */
bool mjr_is_one(const char *path);

#endif
