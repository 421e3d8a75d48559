/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of data channels in a recording: one line of JSON each in <name>.data.jsonl, text also as a subtitle track
 * of the media file. Writer thread.
 */
#ifndef RECORDER_TEXT_H
#define RECORDER_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rec_output;
struct rec_text;

struct rec_message {
    char *label; /* owned */
    bool binary;
    size_t len;
    int64_t time_us; /* when it came, on our clock */
    uint8_t bytes[];
};

/* Data channels exist: files that begin from now on have a track for them. Again: nothing. */
void rec_text_expect(struct rec_output *out);
void rec_text_write(struct rec_output *out, const struct rec_message *m);
void rec_text_flush(struct rec_output *out);
void rec_text_close(struct rec_output *out);
void rec_text_free(struct rec_text *t); /* NULL is fine */

#endif
