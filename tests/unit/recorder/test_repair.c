/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/repair.h"

#include <errno.h>

#include "../../../plugins/recorder/demux.h"
#include "media.h"

#define SECONDS 3

static size_t frames_in(const char *path, int64_t *duration_us)
{
    struct rec_demux_frame f;
    struct rec_demux *d;
    size_t n = 0;

    assert_int_equal(rec_demux_open(&d, path, false), 0);
    *duration_us = rec_demux_duration_us(d);
    while (rec_demux_next(d, &f) > 0)
        n++;
    rec_demux_close(d);
    return n;
}

static void gives_an_end_to(const char *file, const char *format, const char *fixture, enum rec_codec codec)
{
    struct media_folder folder = media_folder(file);
    struct rec_repair result;
    struct stat st;
    int64_t duration;
    size_t before;

    media_write(folder.path, format, fixture, codec, SECONDS, false);
    assert_int_equal(stat(folder.path, &st), 0);
    assert_int_equal(truncate(folder.path, st.st_size * 4 / 5), 0); /* in the middle of something */
    assert_int_equal(chmod(folder.path, 0640), 0);
    before = frames_in(folder.path, &duration);
    assert_true(duration == 0 && before > 50);
    assert_int_equal(rec_repair(folder.path, false, &result, NULL, NULL), 0);
    assert_false(result.was_finished);
    assert_int_equal(result.frames, before);
    assert_int_equal(frames_in(folder.path, &duration), before);
    assert_true(llabs(duration - result.duration_us) < 100000);
    assert_true(duration > 1000000);
    assert_int_equal(stat(folder.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(result.bytes, st.st_size);
    /* once is enough */
    assert_int_equal(rec_repair(folder.path, false, &result, NULL, NULL), 0);
    assert_true(result.was_finished);
    media_remove(&folder);
}

static void gives_files_their_end(void **state)
{
    gives_an_end_to("a.webm", "webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8);
    gives_an_end_to("a.webm", "webm", "rtp/chromium-vp9.hex", REC_VP9);
    gives_an_end_to("a.mkv", "matroska", "rtp/chromium-h264.hex", REC_H264);
    gives_an_end_to("a.webm", "webm", "rtp/chromium-av1-l1t3.hex", REC_AV1);
}

static void leaves_alone_what_it_cannot_read(void **state)
{
    struct media_folder folder = media_folder("a.webm");
    struct rec_repair result;
    struct stat st;
    FILE *f = fopen(folder.path, "w");

    fputs("this is no media file", f);
    fclose(f);
    assert_int_equal(rec_repair(folder.path, false, &result, NULL, NULL), -EINVAL);
    assert_int_equal(stat(folder.path, &st), 0);
    assert_int_equal(st.st_size, 21);
    /* a header, and not one frame */
    media_write(folder.path, "webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8, 1, false);
    assert_int_equal(truncate(folder.path, 700), 0);
    assert_int_equal(rec_repair(folder.path, false, &result, NULL, NULL), -ENODATA);
    assert_int_equal(stat(folder.path, &st), 0);
    assert_int_equal(st.st_size, 700);
    assert_int_equal(rec_repair("/nowhere/at/all", false, &result, NULL, NULL), -ENOENT);
    media_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_files_their_end),
        cmocka_unit_test(leaves_alone_what_it_cannot_read),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
