/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a recording is, in one JSON file beside its media: who, what, when, which files, what is missing, why it ended.
 * Written whole or not at all. docs/recording.md describes its members. One thread at a time.
 */
#ifndef RECORDER_MANIFEST_H
#define RECORDER_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#define REC_MANIFEST_VERSION 1
#define REC_MANIFEST_ENDING  ".json"
#define REC_MANIFEST_MOST    (16u << 20) /* bytes of a file that is read as one */
#define REC_GAPS_MOST        1000        /* gaps and events that are written down; the rest is counted */

enum rec_gap_cause { REC_GAP_LOSS, REC_GAP_OVERLOAD, REC_GAP_PAUSE, REC_GAP_SILENCE };

/* Writes json to path by way of a temporary file, fsync and rename. 0 or a negative errno value. */
int rec_json_save(const char *path, const json_t *json, mode_t mode, bool sync);
/* New reference; NULL: no such file, too large, or not an object. */
json_t *rec_json_load(const char *path);

/* "2026-01-31T12:00:00.000Z". g_free() it. */
char *rec_time_text(int64_t wall_us);

/* The members that say which process writes it: {"pid":…,"since":…}. */
json_t *rec_writer_json(void);
/* The process that wrote it still runs (and is the same one). */
bool rec_writer_lives(const json_t *writer);

/* A manifest that begins: state "recording", empty lists. meta is taken; texts may be NULL. */
json_t *rec_manifest_new(uint64_t id, const char *name, const char *title, int64_t wall_us, json_t *meta);
void rec_manifest_gap(json_t *manifest, unsigned track, enum rec_gap_cause cause, int64_t at_us, int64_t for_us);
/* about is taken; may be NULL. */
void rec_manifest_event(json_t *manifest, const char *what, int64_t at_us, json_t *about);
/*
 * It begins by_us later than was thought, at name (and title, when it has none): what happened before goes, the rest
 * moves. by_us may be negative.
 */
void rec_manifest_begin(json_t *manifest, const char *name, int64_t wall_us, int64_t by_us);
/* An element of "segments", borrowed. */
json_t *rec_manifest_segment(json_t *manifest, const char *file, int64_t start_us);
void rec_manifest_segment_end(json_t *segment, int64_t duration_us, uint64_t bytes, const char *state);
/* state: "finished", "failed", "repaired". */
void rec_manifest_end(json_t *manifest, const char *state, const char *cause, int64_t wall_us, int64_t duration_us);

#endif
