/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is in which file from when on: out of the manifests of a session or a recording, or out of a list of files. One
 * owner; everything is freed with it.
 */
#ifndef CARDEA_REC_TIMELINE_H
#define CARDEA_REC_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

struct clip {
    char *path;
    int64_t begin_us; /* on the timeline */
};

struct person {
    char *name;
    GArray *clips; /* of struct clip, in the order of time */
};

struct timeline {
    GPtrArray *people; /* of struct person */
    int64_t end_us;    /* as the manifests say; 0: not known */
};

void timeline_init(struct timeline *t);
/*
 * A folder (its session, else its recordings), a manifest, or a media file; of a file the begin may follow its name:
 * "take.webm@12.5" (seconds). false after a message.
 */
bool timeline_add(struct timeline *t, const char *what);
/* Sorts clips, so that the earliest begins at 0. */
void timeline_settle(struct timeline *t);
void timeline_free(struct timeline *t);

#endif
