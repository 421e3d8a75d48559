/* SPDX-License-Identifier: Apache-2.0 */
/* What of a media file could be played to a browser: its first audio and its first video track. Pure. */
#ifndef RECORDER_PROBE_H
#define RECORDER_PROBE_H

#include "demux.h"

struct rec_probe {
    enum rec_codec audio, video;  /* REC_CODEC_NONE: none */
    int audio_track, video_track; /* their numbers; -1 */
    uint16_t rotation;            /* of the pictures: degrees clockwise, when shown */
    int64_t duration_ms;          /* 0: the file does not say */
};

void rec_probe(const struct rec_demux *d, struct rec_probe *out);
/* The same by name; reads the head of the file. 0, or -EINVAL: nothing in it can be played. Any thread. */
int rec_probe_file(const char *path, struct rec_probe *out);

#endif
