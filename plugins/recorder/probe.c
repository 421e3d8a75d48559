/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <errno.h>

/* Those that RTP carries and browsers take. */
static bool can_be_sent(enum rec_codec codec)
{
    return codec == REC_OPUS || codec == REC_PCMU || codec == REC_PCMA || codec == REC_G722 ||
           rec_codec_is_video(codec);
}

void rec_probe(const struct rec_demux *d, struct rec_probe *out)
{
    *out = (struct rec_probe){.audio_track = -1, .video_track = -1};
    for (unsigned i = 0; i < rec_demux_tracks(d); i++) {
        enum rec_codec codec = rec_demux_track(d, i)->codec;
        bool video = rec_codec_is_video(codec);

        if (!can_be_sent(codec) || (video ? out->video : out->audio) != REC_CODEC_NONE)
            continue;
        *(video ? &out->video : &out->audio) = codec;
        *(video ? &out->video_track : &out->audio_track) = (int)i;
        if (video)
            out->rotation = rec_demux_track(d, i)->rotation;
    }
    out->duration_ms = rec_demux_duration_us(d) / 1000;
}

int rec_probe_file(const char *path, struct rec_probe *out)
{
    struct rec_demux *d;
    int err = rec_demux_open(&d, path, true);

    if (err)
        return err;
    rec_probe(d, out);
    rec_demux_close(d);
    return out->audio == REC_CODEC_NONE && out->video == REC_CODEC_NONE ? -EINVAL : 0;
}
