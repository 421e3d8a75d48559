/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording on the disk: what its manifest, its .nfo file or (files of others) its media file say. Values of one
 * thread at a time; making one reads the disk.
 */
#ifndef RECORDER_ITEM_H
#define RECORDER_ITEM_H

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rec_nfo;

/* Texts are owned; paths are absolute. */
struct rec_item {
    uint64_t id;
    char *name, *date; /* local time, "YYYY-MM-DD HH:MM:SS" */
    bool is_private, audio, video, data, audio_red, e2ee;
    char *audio_codec, *video_codec; /* NULL: not known */
    char *room;                      /* whose it is; NULL: of no room */
    char *access;                    /* what its own key must be (access.h); NULL: it has none */
    char *index;                     /* of the manifest or .nfo file; NULL: a file of others */
    GPtrArray *media;                /* paths of media files, in order */
    GArray *starts;                  /* int64_t, ms: where each of them begins on the timeline; NULL: at 0 */
    char *audio_mjr, *video_mjr, *data_mjr;
    char *messages; /* path of the messages, JSON lines; NULL: none */
    int64_t duration_ms, bytes, modified_s;
    unsigned serial; /* the catalog's: when it was added */
};

/* Of a recording that has been finished; manifest is borrowed, path is where it lies. NULL: it is none, or goes on. */
struct rec_item *rec_item_of_manifest(const json_t *manifest, const char *path);
/* Of the .nfo file at path, which has been read. */
struct rec_item *rec_item_of_nfo(const struct rec_nfo *nfo, const char *path, int64_t modified_s);
/* A file of others: its number comes from its name below the recorder's folder. NULL: nothing in it can be played. */
struct rec_item *rec_item_of_media(const char *path, const char *below, int64_t modified_s, int64_t bytes);
/* The number that such a file has as long as it keeps its name. */
uint64_t rec_item_number(const char *below);
void rec_item_free(void *item); /* NULL is fine */
/* The path of a file that an index names; it lies beside it, or it is none: NULL. g_free() it. */
char *rec_item_beside(const char *index, const char *name);
/* Each word of wanted, in whatever case, is in its name, its date or the name of its room. NULL, "": always. */
bool rec_item_matches(const struct rec_item *item, const char *wanted);
/* As an entry of the list request. */
json_t *rec_item_json(const struct rec_item *item);

#endif
