/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of a data channel as subtitles: each is shown until the next one comes, the last one for five seconds. */
#ifndef CARDEA_REC_TEXT_H
#define CARDEA_REC_TEXT_H

#include "packets.h"

#define TEXT_LAST_US 5000000

struct cue {
    int64_t begin_us, end_us; /* from the beginning of the file */
    const uint8_t *text;      /* UTF-8, not terminated */
    size_t len;
};

/* The i-th message. */
struct cue text_cue(const struct packets *p, size_t i);
/* As a .srt file; as one file of all messages, one behind the other. 0, or -1 after a message. */
int text_write_srt(const struct packets *p, const char *path);
int text_write_plain(const struct packets *p, const char *path);

#endif
