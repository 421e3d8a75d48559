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

/* What is done with recordings, one after the other. Each gives 0, or 1 after a message. */
struct manifest_walk {
    int (*file)(const char *path);                     /* an .mjr file of a recording, or any file named alone */
    int (*segment)(const char *path, json_t *segment); /* a media file, and its entry */
    /* All its files are done, with this result; the manifest may be changed and saved. */
    int (*recording)(const char *path, json_t *manifest, int result);
};
/*
 * Through files, manifests and folders as they stand on a command line, argv[1] … argv[argc - 1]. A recording that is
 * still being written is complained about, and left alone. 0, or 1 when anything was complained about.
 */
int manifests_walk(int argc, char **argv, const struct manifest_walk *walk);

/* Whether a file begins like an .mjr one. */
bool mjr_is_one(const char *path);

#endif
