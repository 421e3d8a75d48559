/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/demux.h"

#include <errno.h>

#include "media.h"

#define SECONDS 3

static const struct kind {
    const char *format, *file, *fixture;
    enum rec_codec codec;
} kinds[] = {
    {"webm", "a.webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8},
    {"webm", "a.webm", "rtp/chromium-vp9.hex", REC_VP9},
    {"webm", "a.webm", "rtp/chromium-vp9-l3t3key.hex", REC_VP9},
    {"matroska", "a.mkv", "rtp/chromium-h264.hex", REC_H264},
    {"webm", "a.webm", "rtp/chromium-av1-l1t3.hex", REC_AV1},
    {"mp4", "a.mp4", "rtp/chromium-h264.hex", REC_H264},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* All that a recording's frames are comes back from a file. */
static void reads(const struct kind *k, bool finished)
{
    struct media_folder folder = media_folder(k->file);
    struct frames *video = media_frames(k->fixture, k->codec);
    struct rec_demux_frame f;
    struct rec_demux *d;
    unsigned n[2] = {0};

    media_write(folder.path, k->format, k->fixture, k->codec, SECONDS, finished);
    assert_int_equal(rec_demux_open(&d, folder.path, true), 0);
    assert_string_equal(rec_demux_format_name(d), k->format);
    assert_int_equal(rec_demux_tracks(d), 2);
    assert_int_equal(rec_demux_track(d, 0)->kind, REC_DEMUX_VIDEO);
    assert_int_equal(rec_demux_track(d, 0)->codec, k->codec);
    assert_int_equal(rec_demux_track(d, 0)->width, video->at[0].width);
    assert_int_equal(rec_demux_track(d, 1)->codec, REC_OPUS);
    assert_int_equal(rec_demux_track(d, 1)->channels, 1);
    assert_int_equal(rec_demux_duration_us(d) > 2900000, finished);
    while (rec_demux_next(d, &f) > 0) {
        const struct rec_frame *expected = &video->at[n[0] % video->n];

        if (f.track == 0 && k->codec != REC_AV1) {   /* the muxer leaves out what it does not need */
            assert_true(f.len + 8 >= expected->len); /* start codes may be shorter */
            assert_memory_equal(f.data + f.len - expected->len / 2, expected->data + expected->len - expected->len / 2,
                                expected->len / 2);
            assert_int_equal(f.keyframe, expected->keyframe);
        }
        assert_true(llabs(f.time_us - (int64_t)n[f.track] * (f.track ? 20000 : 40000)) <= 1000);
        n[f.track]++;
    }
    assert_true(n[0] >= SECONDS * 25 - (finished ? 0 : 25));
    assert_true(n[1] >= SECONDS * 50 - (finished ? 0 : 50));
    rec_demux_close(d);
    frames_free(video);
    media_remove(&folder);
}

static void reads_finished_files(void **state)
{
    unsigned i;

    for (i = 0; i < N_KINDS; i++)
        reads(&kinds[i], true);
}

static void reads_files_that_never_ended(void **state)
{
    unsigned i;

    for (i = 0; i < N_KINDS; i++)
        reads(&kinds[i], false);
}

static void seeks_to_a_keyframe(void **state)
{
    struct media_folder folder = media_folder("a.webm");
    struct rec_demux_frame f;
    struct rec_demux *d;

    media_write(folder.path, "webm", kinds[0].fixture, REC_VP8, SECONDS, true);
    assert_int_equal(rec_demux_open(&d, folder.path, false), 0);
    assert_int_equal(rec_demux_seek(d, 2000000), 0);
    do {
        assert_int_equal(rec_demux_next(d, &f), 1);
    } while (f.track != 0);
    assert_true(f.keyframe);
    assert_in_range(f.time_us, 1400000, 2000000);
    rec_demux_close(d);
    media_remove(&folder);
}

static void refuses_what_is_no_media(void **state)
{
    struct media_folder folder = media_folder("list.m3u8");
    struct rec_demux *d = NULL;
    FILE *f = fopen(folder.path, "w");

    /* formats that refer to other files are not looked into */
    fputs("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", f);
    fclose(f);
    assert_int_equal(rec_demux_open(&d, folder.path, false), -EINVAL);
    assert_int_equal(rec_demux_open(&d, folder.name, false), -EINVAL);
    assert_int_equal(rec_demux_open(&d, "/nowhere/at/all", false), -ENOENT);
    assert_int_equal(rec_demux_open_memory(&d, "", 0, false), -EINVAL);
    assert_null(d);
    rec_demux_close(NULL);
    media_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_finished_files),
        cmocka_unit_test(reads_files_that_never_ended),
        cmocka_unit_test(seeks_to_a_keyframe),
        cmocka_unit_test(refuses_what_is_no_media),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
