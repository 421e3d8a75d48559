/* SPDX-License-Identifier: Apache-2.0 */
/* A media file, as playback and the tools read it. First byte: choices; the rest is the file. */
#include <stdlib.h>

#include <libavutil/log.h>

#include "../../plugins/recorder/demux.h"

#define FRAMES_MOST 500

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_tracks(struct rec_demux *d)
{
    unsigned i;

    require(rec_demux_tracks(d) > 0 && rec_demux_tracks(d) <= REC_DEMUX_TRACKS);
    require(rec_demux_duration_us(d) >= 0);
    require(rec_demux_format_name(d) != NULL);
    for (i = 0; i < rec_demux_tracks(d); i++) {
        require(rec_demux_track(d, i)->codec_name != NULL);
        require(rec_demux_track(d, i)->rotation % 90 == 0 && rec_demux_track(d, i)->rotation < 360);
    }
}

static void read_frames(struct rec_demux *d)
{
    struct rec_demux_frame f;
    volatile uint8_t sum = 0;
    unsigned n = 0;

    while (n++ < FRAMES_MOST && rec_demux_next(d, &f) > 0) {
        require(f.len > 0 && f.len <= REC_DEMUX_FRAME_MAX && f.track < rec_demux_tracks(d));
        sum = (uint8_t)(sum + f.data[0] + f.data[f.len - 1]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rec_demux *d = NULL;

    av_log_set_level(AV_LOG_QUIET);
    if (len < 2 || rec_demux_open_memory(&d, data + 1, len - 1, data[0] & 1))
        return 0;
    check_tracks(d);
    read_frames(d);
    if (data[0] & 2) {
        rec_demux_seek(d, (int64_t)data[0] * 10000);
        read_frames(d);
    }
    rec_demux_close(d);
    return 0;
}
