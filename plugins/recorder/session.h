/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recordings that belong together (a room, from the first who is recorded to the last): one folder, and a timeline in
 * session.json that says who was there, when, and who talked. Control thread; the file is written by the writer.
 */
#ifndef RECORDER_SESSION_H
#define RECORDER_SESSION_H

#include <jansson.h>
#include <stdint.h>

struct rec_session;

/* The session of this folder, made with its first recording. Texts may be NULL but folder and name. */
struct rec_session *rec_session_join(const char *folder, const char *name, const char *room, uint64_t id,
                                     const char *base, const char *participant);
/* Something happened to the participant of this recording; about is borrowed, may be NULL. */
void rec_session_note(struct rec_session *s, uint64_t id, const char *what, const json_t *about);
/* The recording has ended; with the last one the timeline is complete and s is freed. */
void rec_session_leave(struct rec_session *s, uint64_t id, const char *cause);

void rec_sessions_init(void);
void rec_sessions_free(void);

#endif
