/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings that belong together (a room, from the first who is recorded to the last): one folder, and a timeline in
 * session.json that says who was there, when, and who talked. Control thread; the file is written by the writer.
 */
#ifndef RECORDER_SESSION_H
#define RECORDER_SESSION_H

#include <jansson.h>
#include <stdint.h>

#define REC_SESSION_FILE "session.json" /* in the folder of a session */

struct rec_session;

/*
 * The session of this name that goes on in a folder, or a new one, in a folder of its own: <folder>/<name>-<date and
 * time>. To be left once for each hold. room: or NULL.
 */
struct rec_session *rec_session_hold(const char *folder, const char *name, const char *room);
const char *rec_session_folder(const struct rec_session *s);
/* A recording of it begins, in files called base. Once a hold, or never. */
void rec_session_enter(struct rec_session *s, uint64_t id, const char *base, const char *participant);
/* Something happened to the participant of this recording; about is borrowed, may be NULL. */
void rec_session_note(struct rec_session *s, uint64_t id, const char *what, const json_t *about);
/* The recording has ended, or never began; with the last one the timeline is complete and s is freed. */
void rec_session_leave(struct rec_session *s, uint64_t id, const char *cause);

void rec_sessions_init(void);
void rec_sessions_free(void);

#endif
