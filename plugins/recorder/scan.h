/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One look through the recorder's folder: manifests, .nfo files, media files of others. Folders may be large and disks
 * slow, so this is for a thread of its own (catalog.c has it); it knows nothing of the gateway.
 */
#ifndef RECORDER_SCAN_H
#define RECORDER_SCAN_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_scan {
    /* given; owned */
    char *root;
    GHashTable *known; /* id -> int64_t, when its file was modified: what need not be read again */
    gint stop;         /* atomic: it is not wanted any more */
    /* found */
    GPtrArray *items; /* struct rec_item, owned: new ones, and manifests, which may have changed */
    GHashTable *seen; /* ids of those that are still there */
};

struct rec_scan *rec_scan_new(const char *root);
void rec_scan_know(struct rec_scan *s, uint64_t id, int64_t modified_s);
void rec_scan_run(struct rec_scan *s);
void rec_scan_free(struct rec_scan *s); /* NULL is fine */

#endif
