/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording in progress, as the writer sees it: streams in, files and a manifest out. Control half: take.h.
 *
 * A file (segment) begins when everything that should be in it is known, or when that takes too long; it ends, and the
 * next one begins at a keyframe, when a track joins, when it is long or large enough, or when all its sources have
 * gone.
 *
 *   output.c   tracks, frames, limits, end      segment.c   one file: when it begins, how it is closed, its hash
 *   text.c     data channels                preroll.c   one that is armed, until it starts
 *
 * Writer thread, all of it.
 */
#ifndef RECORDER_OUTPUT_H
#define RECORDER_OUTPUT_H

#include "manifest.h"
#include "mjrfile.h"
#include "mux.h"
#include "pending.h"
#include "stream.h"

/* What an output tells; on the writer thread. */
struct rec_output_events {
    void (*keyframe)(void *owner, cardea_source source);
    /* Frames were left out because ring or disk could not follow; packets: how many since the beginning. */
    void (*overload)(void *owner, uint64_t packets);
    /* It cannot go on ("disk full", "too long", …): owner should end it. Once. */
    void (*trouble)(void *owner, const char *cause);
    /* A file is complete; entry of the manifest, borrowed. */
    void (*segment)(void *owner, const char *path, const json_t *entry);
    /* All is written; the output will not call again, and is the owner's to free. manifest is given. */
    void (*ended)(void *owner, json_t *manifest);
};

struct rec_output_conf {
    /* owned texts */
    char *folder, *base; /* absolute folder; base name. Of one that is armed NULL, until it starts */
    char *title;
    bool media, mjr, e2ee, sync, text_data;
    bool indexed; /* names of .mjr files end with the number of the m-line */
    mode_t mode;
    unsigned cluster_ms, gather_ms, sync_ms;
    uint64_t most_bytes, min_free_bytes; /* 0: no limit */
    int64_t most_us, split_us, preroll_us;
    size_t most_pending;
    struct rec_stream_conf stream;
    int64_t start_us, start_wall_us; /* the same moment on both clocks */
    const struct rec_output_events *events;
    void *owner;
};

struct rec_output {
    /* given at creation */
    struct rec_output_conf conf;
    /* owned */
    json_t *manifest;
    char *manifest_path;
    GPtrArray *streams; /* struct rec_stream */
    struct rec_pending pending;
    struct rec_mux *mux; /* NULL: no file is open */
    char *segment_path;
    json_t *segment; /* borrowed from the manifest */
    struct rec_text *text;
    GPtrArray *mjr; /* struct rec_mjr_file */
    /* state */
    unsigned tracks, segments;                 /* made so far */
    int64_t segment_us;                        /* when the file begins, on our clock */
    int64_t shift_us;                          /* pauses in it so far */
    int64_t paused_us;                         /* since when; 0: not paused */
    int64_t paused_total_us;                   /* all pauses, those of finished files too */
    int64_t gathering_us;                      /* since when frames wait for their file; 0: none do */
    int64_t checked_us, synced_us, flushed_us; /* disk looked at; data made sure of; small files written out */
    int64_t looked_us;                         /* armed: what was kept was looked at */
    uint64_t finished_bytes, dropped_told;
    int text_track;    /* in the file; -1: none */
    bool armed;        /* frames are kept, none is written yet */
    bool split;        /* the next keyframe begins a new file */
    bool syncing;      /* under way */
    unsigned hashes;   /* under way */
    const char *cause; /* of the end; NULL: goes on */
    bool failed, in_trouble, closed;
};

/* Takes conf's texts and manifest. The folder exists. Never NULL. [any thread] */
struct rec_output *rec_output_new(const struct rec_output_conf *conf, json_t *manifest);
void rec_output_free(struct rec_output *out); /* after ended() [any thread] */

/* On the writer thread. */
void rec_output_begin(struct rec_output *out, bool armed);             /* first thing; the manifest is written */
void rec_output_add(struct rec_output *out, struct rec_track *track);  /* takes the track */
void rec_output_gone(struct rec_output *out, struct rec_track *track); /* no worker knows it any more */
void rec_output_pause(struct rec_output *out, bool paused);
void rec_output_note(struct rec_output *out, const char *what, json_t *about, int64_t now_us); /* takes about */
/* Ends when its tracks have gone and are drained. cause: a constant. */
void rec_output_end(struct rec_output *out, const char *cause);
/* The same at once: tracks are not waited for. */
void rec_output_abandon(struct rec_output *out, const char *cause);
void rec_output_turn(struct rec_output *out, int64_t now_us);

/* From stream.c. */
void rec_output_frame(struct rec_output *out, struct rec_stream *s, const struct rec_frame *f, int64_t time_us);
void rec_output_packet(struct rec_output *out, struct rec_stream *s, const struct rec_entry *e);

/* segment.c */
bool rec_segment_wanted(struct rec_output *out, int64_t now_us); /* frames wait, and all is known or it took too long */
int rec_segment_open(struct rec_output *out);                    /* and writes what waits */
void rec_segment_close(struct rec_output *out);
void rec_segment_write(struct rec_output *out, const struct rec_pending_frame *f, const uint8_t *bytes);
void rec_segment_sync(struct rec_output *out, int64_t now_us);
void rec_output_trouble(struct rec_output *out, const char *cause);
void rec_output_save(struct rec_output *out);
void rec_output_ask(struct rec_output *out, struct rec_stream *s); /* for a keyframe; not too often */
void rec_output_note_size(struct rec_output *out, const struct rec_stream *s, int64_t now_us);
void rec_output_place(struct rec_output *out, char *folder, char *base); /* takes both: where its files lie */
int64_t rec_output_time(const struct rec_output *out, int64_t us); /* on the recording's timeline, pauses cut out */

#endif
