/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of a recording, read back from the lines that text.c wrote: {"ms", "label", "text" or "base64"}. One
 * line is in memory at a time; lines that are none, or longer than REC_MESSAGE_LINE, are passed over. One thread;
 * blocks on the disk.
 */
#ifndef RECORDER_MESSAGES_H
#define RECORDER_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_MESSAGE_LINE (1u << 20) /* bytes of a line */

struct rec_messages;

/* What a line holds; borrowed until the next call. */
struct rec_line {
    int64_t time_us; /* on the recording's timeline */
    const char *label;
    bool binary;
    const void *data;
    size_t len; /* > 0 */
};

/* NULL: there is no such file. */
struct rec_messages *rec_messages_open(const char *path);
void rec_messages_close(struct rec_messages *m); /* NULL is fine */
/* The message that is next, or NULL: there are no more. It stays until rec_messages_pop(). */
const struct rec_line *rec_messages_peek(struct rec_messages *m);
void rec_messages_pop(struct rec_messages *m);
/* The next message is the first that is not before time_us. */
void rec_messages_seek(struct rec_messages *m, int64_t time_us);

#endif
