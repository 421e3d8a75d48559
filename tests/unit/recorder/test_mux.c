/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/mux.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <glib.h>

#include "../../../plugins/recorder/demux.h"
#include "../../../plugins/recorder/repair.h"
#include "media.h"

#define CLUSTER_MS 500

static char folder[] = "/tmp/test_mux.XXXXXX", path[64];

static int make_folder(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/a.webm", folder);
    return 0;
}

static int remove_folder(void **state)
{
    unlink(path);
    return rmdir(folder);
}

static struct rec_mux_track track_of(const struct rec_frame *f, enum rec_codec codec)
{
    return (struct rec_mux_track){.codec = codec,
                                  .config = f->config,
                                  .config_len = f->config_len,
                                  .width = f->width,
                                  .height = f->height,
                                  .channels = f->channels};
}

static struct rec_mux *open_mux(const struct frames *video, enum rec_codec codec, const struct frames *audio)
{
    const struct rec_mux_track tracks[] = {track_of(&video->at[0], codec), track_of(&audio->at[0], REC_OPUS)};
    const struct rec_mux_conf conf = {
        .cluster_ms = CLUSTER_MS, .mode = 0640, .title = "A test", .wall_us = 1700000000000000};
    struct rec_mux *m;

    assert_int_equal(rec_mux_open(&m, path, &conf, tracks, 2), 0);
    return m;
}

/* 40 ms of the call: one picture, two pieces of sound. */
static int write_step(struct rec_mux *m, const struct frames *video, const struct frames *audio, unsigned step)
{
    int64_t at = step * 40000;
    const struct rec_frame *v = &video->at[step % video->n], *a = &audio->at[step % audio->n];
    int err = rec_mux_write(m, 0, v->data, v->len, at, 40000, v->keyframe);

    for (int i = 0; i < 2 && !err; i++)
        err = rec_mux_write(m, 1, a->data, a->len, at + i * 20000, 20000, true);
    return err;
}

/* Time up to which pictures can be read; the file must be well formed so far. */
static int64_t read_to(bool *finished)
{
    struct rec_demux_frame f;
    struct rec_demux *d;
    int64_t end = 0;
    int err = rec_demux_open(&d, path, true);

    if (err)
        return -1;
    while ((err = rec_demux_next(d, &f)) == 1)
        if (f.track == 0)
            end = f.time_us + 40000;
    assert_int_equal(err, 0);
    if (finished)
        *finished = rec_demux_duration_us(d) > 0;
    rec_demux_close(d);
    return end;
}

static void with_codec(const char *fixture, enum rec_codec codec, const char *extension)
{
    struct frames *video = media_frames(fixture, codec), *audio = media_frames("rtp/chromium-opus.hex", REC_OPUS);
    const struct rec_mux_track tracks[] = {track_of(&video->at[0], codec), track_of(&audio->at[0], REC_OPUS)};
    struct rec_mux *m = open_mux(video, codec, audio);
    bool finished;
    struct stat st;

    assert_string_equal(rec_mux_extension(tracks, 2), extension);
    for (unsigned i = 0; i < 75; i++)
        assert_int_equal(write_step(m, video, audio, i), 0);
    assert_int_equal(rec_mux_end_us(m), 3000000);
    assert_int_equal(rec_mux_sync(m), 0);
    assert_false(rec_mux_is_gone(m));
    assert_int_equal(rec_mux_close(m), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(read_to(&finished), 3000000);
    assert_true(finished);
    frames_free(video);
    frames_free(audio);
}

static void every_codec(void **state)
{
    with_codec("rtp/chromium-vp8-l1t3.hex", REC_VP8, "webm");
    with_codec("rtp/chromium-vp9.hex", REC_VP9, "webm");
    with_codec("rtp/chromium-av1-l1t3.hex", REC_AV1, "webm");
    with_codec("rtp/chromium-h264.hex", REC_H264, "mkv");
}

/* The roll of the one Projection in the file, degrees counter-clockwise; -1000: there is none. */
static double roll_of_file(void)
{
    static const uint8_t rectangular[] = {0x76, 0x71, 0x81, 0x00}, roll[] = {0x76, 0x75, 0x88};
    const uint8_t *at;
    uint64_t bits = 0;
    double value;
    gchar *bytes;
    gsize len;

    assert_true(g_file_get_contents(path, &bytes, &len, NULL));
    at = memmem(bytes, len, rectangular, sizeof(rectangular));
    at = at ? memmem(at, 48, roll, sizeof(roll)) : NULL;
    for (int i = 0; at && i < 8; i++)
        bits = bits << 8 | at[sizeof(roll) + i];
    memcpy(&value, &bits, sizeof(value));
    value = at ? value : -1000;
    g_free(bytes);
    return value;
}

static uint16_t rotation_of_file(void)
{
    struct rec_demux *d;
    uint16_t rotation;

    assert_int_equal(rec_demux_open(&d, path, true), 0);
    rotation = rec_demux_track(d, 0)->rotation;
    rec_demux_close(d);
    return rotation;
}

/* A phone that is held upright: its pictures lie on their side, and the file says so, repaired or not. */
static void turned_pictures(void **state)
{
    static const struct {
        uint16_t rotation;
        double roll;
    } cases[] = {{0, -1000}, {90, -90}, {180, -180}, {270, 90}};
    struct frames *video = media_frames("rtp/chromium-vp8-l1t3.hex", REC_VP8);
    struct rec_mux_track track = track_of(&video->at[0], REC_VP8);
    const struct rec_mux_conf conf = {.cluster_ms = CLUSTER_MS, .mode = 0640};

    for (size_t c = 0; c < 4; c++) {
        struct rec_repair repaired;
        struct rec_mux *m;

        track.rotation = cases[c].rotation;
        assert_int_equal(rec_mux_open(&m, path, &conf, &track, 1), 0);
        assert_true(roll_of_file() == cases[c].roll); /* from the beginning */
        for (unsigned i = 0; i < 25; i++)
            assert_int_equal(rec_mux_write(m, 0, video->at[0].data, video->at[0].len, i * 40000, 40000, true), 0);
        assert_int_equal(rec_mux_close(m), 0);
        assert_true(roll_of_file() == cases[c].roll);
        assert_int_equal(rotation_of_file(), cases[c].rotation);
        assert_int_equal(rec_repair(path, true, &repaired, NULL, NULL), 0);
        assert_true(roll_of_file() == cases[c].roll);
        assert_int_equal(rotation_of_file(), cases[c].rotation);
    }
    frames_free(video);
}

static void telephone_sound(void **state)
{
    const struct rec_mux_track tracks[] = {{.codec = REC_PCMU, .channels = 1}, {.codec = REC_CODEC_NONE}};
    const struct rec_mux_conf conf = {.cluster_ms = CLUSTER_MS, .mode = 0600};
    uint8_t silence[160];
    struct rec_demux *d;
    struct rec_mux *m;

    memset(silence, 0xff, sizeof(silence));
    assert_string_equal(rec_mux_extension(tracks, 2), "mkv");
    assert_int_equal(rec_mux_open(&m, path, &conf, tracks, 2), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(rec_mux_write(m, 0, silence, sizeof(silence), i * 20000, 20000, true), 0);
    assert_int_equal(rec_mux_write(m, 1, (const uint8_t *)"hello", 5, 500000, 4000000, true), 0);
    assert_int_equal(rec_mux_write(m, 2, silence, 1, 0, 0, true), -EINVAL);
    assert_int_equal(rec_mux_close(m), 0);
    assert_int_equal(rec_demux_open(&d, path, true), 0);
    assert_int_equal(rec_demux_track(d, 0)->codec, REC_PCMU);
    assert_int_equal(rec_demux_track(d, 1)->kind, REC_DEMUX_TEXT);
    rec_demux_close(d);
}

static void refusals(void **state)
{
    const struct rec_mux_track audio = {.codec = REC_OPUS, .channels = 1}, video = {.codec = REC_VP8};
    const struct rec_mux_conf conf = {.cluster_ms = CLUSTER_MS, .mode = 0600};
    struct rec_mux *m = NULL;

    assert_int_equal(rec_mux_open(&m, path, &conf, NULL, 0), -EINVAL);
    assert_int_equal(rec_mux_open(&m, "/nonexistent/a.webm", &conf, &audio, 1), -ENOENT);
    assert_true(rec_mux_open(&m, path, &conf, &video, 1) < 0); /* no size */
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    assert_int_equal(rec_mux_open(&m, path, &conf, &audio, 1), -ELOOP);
    unlink(path);
    assert_null(m);
}

/* A disk that is full from some byte on (here: the greatest file that we may write). What was whole stays whole. */
static void the_disk_fills_up(void **state)
{
    struct frames *video = media_frames("rtp/chromium-vp8-l1t3.hex", REC_VP8),
                  *audio = media_frames("rtp/chromium-opus.hex", REC_OPUS);
    struct rlimit before, small;
    struct rec_mux *m;
    unsigned step = 0;
    int err = 0;

    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){200000, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    m = open_mux(video, REC_VP8, audio);
    while (step < 5000 && !err)
        err = write_step(m, video, audio, step++);
    assert_int_equal(err, -EFBIG);
    assert_int_equal(write_step(m, video, audio, step), -EFBIG); /* and stays so */
    assert_int_equal(rec_mux_close(m), -EFBIG);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_in_range(read_to(NULL), (step - 2) * 40000 - 2 * CLUSTER_MS * 1000, step * 40000);
    frames_free(video);
    frames_free(audio);
}

/*
 * A process is killed at a hundred random moments in the middle of writing. Each file can be read, and holds everything
 * but the last cluster; repaired, it has index and duration.
 */
static void killed(void **state)
{
    struct frames *video = media_frames("rtp/chromium-vp8-l1t3.hex", REC_VP8),
                  *audio = media_frames("rtp/chromium-opus.hex", REC_OPUS);
    atomic_uint *steps = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned seed = 11;

    assert_ptr_not_equal(steps, MAP_FAILED);
    for (int round = 0; round < 100; round++) {
        unsigned until = 20 + (unsigned)rand_r(&seed) % 250, wrote;
        struct rec_repair repaired;
        bool finished;
        int64_t end;
        pid_t child;

        atomic_store(steps, 0);
        child = fork();
        assert_true(child >= 0);
        if (!child) {
            struct rec_mux *m = open_mux(video, REC_VP8, audio);

            for (unsigned i = 0;; i++) {
                if (write_step(m, video, audio, i))
                    _exit(1);
                atomic_store(steps, i + 1);
            }
        }
        while (atomic_load(steps) < until)
            ;
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        wrote = atomic_load(steps);
        end = read_to(NULL);
        if (end < (int64_t)wrote * 40000 - CLUSTER_MS * 1000 - 80000)
            fail_msg("round %d: %u ms were written, %d can be read", round, wrote * 40, (int)(end / 1000));
        assert_int_equal(rec_repair(path, false, &repaired, NULL, NULL), 0);
        assert_int_equal(read_to(&finished), end);
        assert_true(finished);
    }
    munmap(steps, 4096);
    frames_free(video);
    frames_free(audio);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turned_pictures), cmocka_unit_test(every_codec),       cmocka_unit_test(telephone_sound),
        cmocka_unit_test(refusals),        cmocka_unit_test(the_disk_fills_up), cmocka_unit_test(killed),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
