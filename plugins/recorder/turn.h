/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a file says that its pictures are to be turned before they are shown. MP4 has a display matrix. Matroska and WebM
 * have a Projection element (rectangular, with a roll), which browsers and players obey; libavformat 59 writes that
 * element for spherical pictures only, so it is asked for one, and the type is put right in the header, in place.
 * A tag, `rotate`, says it once more, for our own demux.
 *
 * Any thread.
 */
#ifndef RECORDER_TURN_H
#define RECORDER_TURN_H

#include <stdbool.h>

struct AVStream;

/* Before the header is written. rotation: degrees clockwise, 0, 90, 180, 270. false: no memory. */
bool rec_turn_declare(struct AVStream *s, unsigned rotation);
/* After the header of a Matroska or WebM file has reached fd, which can be read and written. 0 or a negative errno. */
int rec_turn_settle(int fd);

#endif
