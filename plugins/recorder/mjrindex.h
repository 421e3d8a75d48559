/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the packets of a .mjr file lie, in the order in which they are to be sent. The file is read through once, in
 * pieces, and stays open: what is sent is read when it is due. A file that is cut short, or written anew, under a
 * reader gives fewer packets or strange ones, and nothing worse. One thread at a time; blocks on the disk.
 */
#ifndef RECORDER_MJRINDEX_H
#define RECORDER_MJRINDEX_H

#include <glib.h>

#include "mjr.h"

#define REC_MJR_INDEX_MOST (8u << 20) /* packets; what comes behind is not played */

struct rec_mjr_entry {
    int64_t ticks, seq; /* extended, so that they go on past their wrap; data: µs since the epoch, number */
    uint64_t offset;    /* of the body (data: of the message) in the file */
    uint32_t len;       /* of it, bytes; at most REC_MJR_BODY_MAX */
};

struct rec_mjr_index {
    /* what the file says about itself */
    struct rec_mjr_info info;
    bool empty; /* it never received anything */
    /* owned */
    int fd;
    GArray *entries; /* struct rec_mjr_entry, by ticks, then by seq */
};

/* 0; -3 (EPARSE): not such a file; -6 (EIO): it cannot be read. After an error there is nothing to close. */
int rec_mjr_index_open(struct rec_mjr_index *x, const char *path);
/* The body of an entry into out, e->len bytes. false: the file does not hold it any more. */
bool rec_mjr_index_read(const struct rec_mjr_index *x, const struct rec_mjr_entry *e, uint8_t *out);
void rec_mjr_index_close(struct rec_mjr_index *x); /* one that is all zero is fine */

#endif
