/* SPDX-License-Identifier: Apache-2.0 */
/* The .mjr files of a recording: one medium of one m-line each (the format itself: mjr.h). Writer thread. */
#ifndef RECORDER_MJRFILE_H
#define RECORDER_MJRFILE_H

#include "ring.h"

struct rec_mjr_file;
struct rec_output;
struct rec_stream;

/* The file of this stream's m-line: a new one, or the one that an earlier stream of the same kind left. NULL: failed.
 */
struct rec_mjr_file *rec_mjr_file_of(struct rec_output *out, const struct rec_stream *s);
void rec_mjr_file_write(struct rec_mjr_file *f, const struct rec_entry *e);
/* Messages go to a file of their own. */
void rec_mjr_file_data(struct rec_output *out, const uint8_t *message, size_t len, int64_t wall_us);
/* After a pause: numbers go on without a hole. */
void rec_mjr_files_splice(struct rec_output *out);
void rec_mjr_files_flush(struct rec_output *out); /* what is written is in the file */
void rec_mjr_files_close(struct rec_output *out);
void rec_mjr_file_free(void *f); /* closes it; NULL is fine */

#endif
