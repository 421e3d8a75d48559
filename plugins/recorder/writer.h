/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer: the one thread that owns all recordings in progress (output.h) and writes their files. It looks at their
 * rings every few milliseconds, so that workers need not wake anybody; with nothing to record it sleeps. What takes
 * long (hashing, fsync) goes to a helper thread.
 */
#ifndef RECORDER_WRITER_H
#define RECORDER_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#define REC_TURN_MS 20 /* between two looks at the rings */

struct rec_output;

void rec_writer_start(int64_t (*now_us)(void));
/* Ends all recordings with this cause, waits until their files are complete, and joins the threads. Control thread. */
void rec_writer_stop(const char *cause);

/* [any thread] run(arg) on the writer, in order. */
void rec_writer_call(void (*run)(void *arg), void *arg);

/* --- on the writer ------------------------------------------------------------------------------------------------ */

int64_t rec_writer_now(void);
void rec_writer_add(struct rec_output *out); /* its turn comes until it is removed */
void rec_writer_remove(struct rec_output *out);
/* work(arg) on the helper thread, then done(arg) on the writer. */
void rec_writer_background(void (*work)(void *arg), void (*done)(void *arg), void *arg);

#endif
