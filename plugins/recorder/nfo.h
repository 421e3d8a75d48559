/* SPDX-License-Identifier: Apache-2.0 */
/* The .nfo index of a recording in .mjr files: a small INI text. Pure, any thread. */
#ifndef RECORDER_NFO_H
#define RECORDER_NFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_NFO_MOST 65536 /* bytes of a file that is read as one */

struct rec_nfo {
    uint64_t id; /* 1 … 2^53-1 */
    char name[256], date[32];
    char audio[256], video[256], data[256]; /* file names without folder, with .mjr; "": none */
    bool is_private;                        /* also when nothing is said */
};

/*
 * -3 (EPARSE): no section with a number, no name or date, neither audio nor video, or a file name that leaves the
 * folder. Too long values are cut, unknown lines skipped; only the first section is read.
 */
int rec_nfo_read(struct rec_nfo *out, const char *text, size_t len);
/* Lines end with CRLF. Bytes written without the NUL (cap 2048 is enough), or -5 (ELIMIT). */
int rec_nfo_write(char *out, size_t cap, const struct rec_nfo *nfo);

#endif
