/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recording in progress, as control sees it: what it is called, which sources it taps, who wants to know when it
 * ends. The files are made by its output (output.h), on the writer thread. Control thread.
 *
 * It ends in steps: rec_take_end() takes the taps away; when the last has gone the output is told; when its files are
 * complete, ended() is called and the take is gone.
 */
#ifndef RECORDER_TAKE_H
#define RECORDER_TAKE_H

#include <cardea/plugin.h>
#include <glib.h>

struct rec_session;
struct rec_take;

struct rec_take_conf {
    uint64_t id; /* 0: a random one */
    const char *folder, *name, *title, *session, *room, *participant;
    const char *key; /* of the recording: see access.h; NULL: it has none */
    json_t *meta;    /* taken */
    unsigned formats;
    bool is_private, e2ee, overwrite, text_data, indexed, armed;
    /* Once, when all files are complete. manifest: borrowed; NULL: it was never started. May be NULL. */
    void (*ended)(void *user, struct rec_take *t, const json_t *manifest, const char *path);
    void *user;
};

/* EINVAL: no such name or folder; ELIMIT: too many, or the disk is nearly full; EIO: the folder cannot be made. */
int rec_take_begin(struct rec_take **out, const struct rec_take_conf *conf);
uint64_t rec_take_id(const struct rec_take *t);
/* Of the manifest, below the recorder's folder; or absolute. NULL: it is armed, and has none yet. */
const char *rec_take_path(const struct rec_take *t);
struct rec_take *rec_take_find(uint64_t id); /* NULL: none, or it is ending */
/* Also one that has been ended, while its files are being completed: until then its number is taken. */
bool rec_take_exists(uint64_t id);
bool rec_take_is_paused(const struct rec_take *t);
/* Is one under way whose files have this base name in this folder? */
bool rec_take_writes(const char *folder, const char *base);
unsigned rec_takes(void); /* how many there are, those that are ending included */

/* As in recorder.h. */
void rec_take_streams(struct rec_take *t, const struct cardea_stream *streams, size_t n,
                      const char *const *descriptions);
void rec_take_data(struct rec_take *t, const struct cardea_message *m);
void rec_take_pause(struct rec_take *t, bool paused);
/* Armed: the button was pressed. As rec_take_begin(); what fails leaves it armed. Again: nothing. */
int rec_take_start(struct rec_take *t);
void rec_take_note(struct rec_take *t, const char *what, json_t *about);
void rec_take_end(struct rec_take *t, const char *cause); /* cause: a constant */

void rec_takes_init(void);
/* After rec_writer_stop(): frees what is left. */
void rec_takes_free(void);

#endif
