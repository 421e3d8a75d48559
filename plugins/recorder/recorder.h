/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder: what passes through the gateway into files that play at once, and back.
 *
 *   control thread                                writer thread                       workers
 *   take.c      a recording: begin, end           writer.c    turns, helper            track.c   packet -> ring
 *   taps.c      its sources                       output.c, preroll.c, segment.c, text.c, mjrfile.c
 *   orders.c    what the writer is told
 *   session.c   a folder of several, timeline
 *   service.c   for other plugins                 stream.c    ring -> jitter -> frames -> clock
 *   seat.c      recordplay: what a handle is      mux.c       libavformat
 *   requests.c  its verbs
 *   catalog.c   what there is on the disk         pure: ring, jitter, clock, pending, name, manifest, nfo
 *   player.c    playing it                        reader.c (player thread)
 *   pages.c     GET /recordings/…                 hooks.c     programs and webhooks (a thread of its own)
 *   upkeep.c    repair at start, retention
 */
#ifndef RECORDER_RECORDER_H
#define RECORDER_RECORDER_H

#include <cardea/plugin.h>
#include <glib.h>

#include "settings.h"

#define REC_NAME "cardea.plugin.recorder"

struct recorder {
    const struct cardea_host *host;
    struct rec_settings set;
    gint stopping; /* atomic: nothing is posted to control any more */
    bool draining;
};
extern struct recorder recorder;

/*
 * [any thread] run(arg) on the control thread, as long as the plugin has not stopped: then it is not posted any more.
 * One that has been posted before asks rec_has_stopped() first, and does nothing.
 */
void rec_post(void (*run)(void *arg), void *arg);
static inline bool rec_has_stopped(void)
{
    return g_atomic_int_get(&recorder.stopping) != 0;
}
/* Makes folder and what lies above it, with mode and owner as configured. 0 or a negative errno value. [any thread] */
int rec_make_folder(const char *path);
/* Bytes free below path are enough to begin. */
bool rec_disk_has_room(const char *path);

#endif
