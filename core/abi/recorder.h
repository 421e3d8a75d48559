/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder as a service: a plugin that can record offers this table to the others, which find it by
 * `host->service(CARDEA_RECORDER)` and call it directly. All calls are for the control thread.
 *
 * A recording is about one participant (or one connection): its tracks come and go, its file goes on. Recordings that
 * name the same session share a folder and a timeline (who was there, who talked). Media never passes through the
 * plugin that asked for it: the recorder taps the sources itself.
 *
 * Look the service up whenever it is needed and keep only ids: the table is gone (NULL) when its plugin is not loaded
 * or has stopped, and a recording ends by itself when the disk is full or a policy says so (`ended` tells).
 */
#ifndef CARDEA_RECORDER_H
#define CARDEA_RECORDER_H

#include <cardea/types.h>

#define CARDEA_RECORDER "recorder" /* the name of the service */

struct cardea_handle;
struct cardea_message;
struct cardea_stream;

typedef uint64_t cardea_recording; /* 0: none; never reused */

enum cardea_record_format {
    CARDEA_RECORD_DEFAULT = 0, /* as the recorder is configured */
    CARDEA_RECORD_MEDIA = 1,   /* one Matroska or WebM file */
    CARDEA_RECORD_MJR = 2,     /* one .mjr file a track */
};

/* What is to be recorded. Text is borrowed; meta is taken, always. */
struct cardea_record {
    uint32_t size;       /* sizeof(struct cardea_record) */
    const char *folder;  /* below the recorder's own folder, or an absolute path that its configuration allows;
                            NULL: none */
    const char *name;    /* base name of the files, no extension; may hold a path; NULL: one is made. Sanitised. */
    const char *session; /* recordings with the same one share a folder and a timeline; NULL: stands alone */
    const char *title;   /* shown in lists; NULL: the name */
    const char *room, *participant; /* for the manifest; NULL: none */
    json_t *meta;                   /* object for the manifest, or NULL */
    unsigned formats;               /* or of enum cardea_record_format */
    bool is_private;                /* those of a room always are */
    bool e2ee;
    bool overwrite; /* files of that name are replaced; false: the name gets a number */
    bool text_data; /* data channels hold text */
    /* Nothing is written yet: what comes is kept in memory as long as the recorder's option `preroll` says, until
     * start(). ESTATE when that option is 0. */
    bool armed;
    /* Control thread, once, when all files are complete; not inside a call of this table. May be NULL. Not called when
     * the recorder itself stops before. */
    void (*ended)(void *user, cardea_recording recording, const char *cause);
    void *user;
    /* Who has it may play, fetch and remove the recording, besides the operator; NULL: nobody else. A digest of it is
     * kept. */
    const char *key;
};

struct cardea_recorder {
    uint32_t size;

    /* CARDEA_EINVAL: a name that is none; ELIMIT: too many recordings, or the disk is (nearly) full; EIO: no such
     * folder */
    int (*begin)(cardea_recording *out, const struct cardea_record *what);
    /*
     * The m-lines of h as they are now: to be called after begin() and after each negotiation, with host->streams().
     * New sources are tapped, those that are not listed any more are let go; n 0: none now (the recording waits for
     * the next ones: a reconnect makes a new segment). Disabled m-lines and those without a source are skipped.
     * descriptions: one a stream, or NULL.
     */
    int (*streams)(cardea_recording recording, const struct cardea_stream *streams, size_t n,
                   const char *const *descriptions);
    /* A data-channel message that arrived now. */
    int (*data)(cardea_recording recording, const struct cardea_message *message);
    int (*pause)(cardea_recording recording, bool paused);
    /* Into the timeline: what happened now ("talking", "display", …); about is taken, always; may be NULL. */
    int (*note)(cardea_recording recording, const char *what, json_t *about);
    /* Files are completed; then ended() is called. cause: for the manifest. */
    int (*end)(cardea_recording recording, const char *cause);
    /* Path of the manifest below the recorder's folder; borrowed until the recording has ended; NULL: no such one, or
     * armed. */
    const char *(*path)(cardea_recording recording);
    /* Of an armed recording: it begins, with what was kept. As begin(); it stays armed when that fails. */
    int (*start)(cardea_recording recording);
    /* Nobody is told by this function any more, of no recording: for a plugin that stops, while its files are still
     * being completed. Look at `size` first. */
    void (*forget)(void (*ended)(void *user, cardea_recording recording, const char *cause));
};

#endif
