/* SPDX-License-Identifier: Apache-2.0 */
/* A media file through the decoders, from the first frame to the last: what 'verify' wants to know. */
#ifndef CARDEA_REC_DECODE_H
#define CARDEA_REC_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "rec.h"

struct decoded {
    uint64_t frames, pictures; /* frames of the file; what came out of the decoders */
    int64_t sound_us;
    uint64_t errors;       /* frames that a decoder did not like */
    char first_error[200]; /* "" when there was none */
    int64_t duration_us;
    bool finished; /* the file has its index and duration */
};

/* progress may be NULL. 0, or 1 after a message: the file cannot be read at all. */
int decode_file(const char *path, struct decoded *out, struct progress *progress);

#endif
