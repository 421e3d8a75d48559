/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A media file that was never finished (its process was killed, the disk was full) gets its index and duration: it is
 * copied frame by frame into a new file beside it, which then takes its place. Blocks for as long as that takes: not
 * for a control or media thread.
 */
#ifndef RECORDER_REPAIR_H
#define RECORDER_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

struct rec_repair {
    bool was_finished;   /* it had a duration before; done all the same when forced */
    int64_t duration_us; /* of what was kept */
    uint64_t frames, bytes;
};

/*
 * 0 or a negative errno value; -EINVAL: not a media file, -ENODATA: it holds no frame. Then path is what it was. A file
 * that is finished is left alone, unless force. Mode and owner stay. progress is told how much of the file has been
 * read, 0…1, and may be NULL.
 */
int rec_repair(const char *path, bool force, struct rec_repair *result, void (*progress)(void *arg, double part),
               void *arg);

#endif
