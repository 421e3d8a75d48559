/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be played: finished recordings with a manifest, those described by a .nfo file, and media files of others.
 * Control thread.
 */
#ifndef RECORDER_CATALOG_H
#define RECORDER_CATALOG_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A recording on the disk. Texts are owned; paths are absolute. */
struct rec_item {
    uint64_t id;
    char *name, *date; /* local time, "YYYY-MM-DD HH:MM:SS" */
    bool is_private, audio, video, data, audio_red, e2ee;
    char *audio_codec, *video_codec; /* NULL: not known */
    char *index;                     /* of the manifest or .nfo file; NULL: a file of others */
    GPtrArray *media;                /* paths of media files, in order */
    char *audio_mjr, *video_mjr, *data_mjr;
    char *messages; /* path of the messages, JSON lines; NULL: none */
    int64_t duration_ms, bytes, modified_s;
    bool seen; /* by the scan that is going on */
};

void rec_catalog_init(void);
void rec_catalog_free(void);
/* Reads the folder anew: what is new is added, what has gone is dropped, what is known is left. */
void rec_catalog_scan(void);
/* A recording that has just been finished; manifest is borrowed. */
void rec_catalog_add(const json_t *manifest, const char *path);
/* A recording that has .mjr files gets its .nfo file. Without them, nothing. */
void rec_catalog_write_nfo(uint64_t id);
const struct rec_item *rec_catalog_find(uint64_t id);
/* For the list request. */
json_t *rec_catalog_list(bool with_private);
/* Calls each(item, arg) for all; it must not change the catalog. */
void rec_catalog_each(void (*each)(const struct rec_item *item, void *arg), void *arg);
/* Removes the files of a recording from the disk, and its entry. 0, CARDEA_ENOENT or CARDEA_EIO. */
int rec_catalog_remove(uint64_t id);

#endif
