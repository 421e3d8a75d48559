/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a file an HTTP request wants (RFC 9110 section 14). Pure; any thread. */
#ifndef RECORDER_RANGE_H
#define RECORDER_RANGE_H

#include <stdint.h>

struct rec_range {
    uint64_t offset, len;
};

/*
 * The value of a Range header (NULL: none) for a file of size bytes. 200: the whole file; 206: a part; 416: nothing of
 * the file. Several ranges, or what cannot be read, get the whole file.
 */
int rec_range_read(struct rec_range *out, const char *value, uint64_t size);

#endif
