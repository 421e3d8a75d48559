/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hundred processes that record, each killed at a random moment: what they have written can be read up to the last
 * cluster, is made whole, and decodes without a complaint. The writer is the real one, its files are real, the pictures
 * a browser's; nothing else of a gateway is there (tests/e2e/record-faults.test.mjs has all of it, some times).
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>

#include "../../../plugins/recorder/demux.h"
#include "../../../plugins/recorder/mend.h"
#include "../../../plugins/recorder/output.h"
#include "../../../plugins/recorder/writer.h"
#include "frames.h"

#define KILLS      100
#define CLUSTER_MS 500
#define ORDER_MS   100 /* that packets wait for their turn */
#define PICTURE_US 33333
/* A frame waits for its turn, and then until the next one ends the cluster; one may be under way. */
#define LOST_MOST_US ((CLUSTER_MS + ORDER_MS) * 1000 + 3 * PICTURE_US)
#define EARLIEST_MS  900
#define LATEST_MS    2900

/* Shared with the child. */
struct life {
    _Atomic int64_t began_us, turn_us; /* of the recording; when the writer last looked at the clock */
    unsigned ms;                       /* how long it may live */
};

static char folder[] = "/tmp/test_killed.XXXXXX";
static struct life *lives;
static pid_t pids[KILLS]; /* 0: not alive */
static struct life *mine; /* the child's */
static struct vector pictures[VECTORS_MAX];
static size_t n_pictures, second; /* packets; where the second picture begins */

/* --- the child ---------------------------------------------------------------------------------------------------- */

static GThread *main_thread;

static int64_t now_us(void)
{
    int64_t now = g_get_monotonic_time();

    if (g_thread_self() != main_thread)
        atomic_store(&mine->turn_us, now);
    return now;
}

static void nothing(void *owner, cardea_source source)
{
}

static void not_expected(void *owner, uint64_t packets)
{
    abort();
}

static void no_trouble(void *owner, const char *cause)
{
    abort();
}

static void no_segment(void *owner, const char *path, const json_t *entry)
{
    abort();
}

static void no_end(void *owner, json_t *manifest)
{
    abort();
}

static struct rec_output *out;
static struct rec_track *video, *audio;

static void begin(void *unused)
{
    rec_output_begin(out, false);
    rec_output_add(out, video);
    rec_output_add(out, audio);
}

static void open_output(unsigned i)
{
    static const struct rec_output_events events = {nothing, not_expected, no_trouble, no_segment, no_end};
    const struct rec_track_conf v = {.kind = CARDEA_VIDEO, .codec = REC_VP8, .mindex = 1},
                                a = {.kind = CARDEA_AUDIO, .codec = REC_OPUS};
    struct rec_output_conf conf = {.folder = g_strdup(folder),
                                   .base = g_strdup_printf("victim-%u", i),
                                   .title = g_strdup("victim"),
                                   .media = true,
                                   .mode = 0600,
                                   .cluster_ms = CLUSTER_MS,
                                   .gather_ms = 2000,
                                   .sync_ms = 1000,
                                   .most_pending = 256 << 10,
                                   .stream = {ORDER_MS * 1000, 500000, 256 << 10},
                                   .events = &events,
                                   .start_us = now_us(),
                                   .start_wall_us = g_get_real_time()};

    out = rec_output_new(&conf, rec_manifest_new(i + 1, conf.base, conf.title, conf.start_wall_us, NULL));
    video = rec_track_new(&v, 1, 512 << 10);
    audio = rec_track_new(&a, 2, 32 << 10);
    atomic_store(&mine->began_us, conf.start_us);
    rec_writer_call(begin, NULL);
}

static void give(struct rec_track *t, uint8_t *bytes, size_t len, uint64_t seq, uint32_t ts, bool key)
{
    for (int i = 0; i < 4; i++)
        bytes[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
    bytes[2] = (uint8_t)(seq >> 8);
    bytes[3] = (uint8_t)seq;
    rec_track_packet(t, &(struct cardea_packet){.data = bytes,
                                                .len = len,
                                                .ext_seq = seq,
                                                .timestamp = ts,
                                                .keyframe = key,
                                                .marker = bytes[1] >> 7,
                                                .arrival_us = now_us()});
}

/* The pictures of the fixture, the keyframe once and those behind it over and over: clusters are as long as they may.
 */
static _Noreturn void live(unsigned i)
{
    uint64_t video_seq = 1 << 16, audio_seq = 1 << 16;
    int64_t began, audio_us = 0;
    uint8_t bytes[1500];
    size_t at = 0;

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody outlives the test */
    mine = &lives[i];
    main_thread = g_thread_self();
    rec_writer_start(now_us);
    open_output(i);
    began = g_get_monotonic_time();
    for (unsigned number = 0;; number++) {
        bool key = number == 0, last = false;

        for (; !last; at = at + 1 < n_pictures ? at + 1 : second) {
            memcpy(bytes, pictures[at].data, pictures[at].len);
            last = bytes[1] >> 7;
            give(video, bytes, pictures[at].len, ++video_seq, number * 3000, key);
            key = false;
        }
        for (; audio_us <= (int64_t)number * PICTURE_US; audio_us += 20000) {
            static const uint8_t sound[60] = {0x80, 111, [12] = 0x78, 1, 2, 3};

            memcpy(bytes, sound, sizeof(sound));
            give(audio, bytes, sizeof(sound), ++audio_seq, (uint32_t)(audio_us * 6 / 125), false);
        }
        while (g_get_monotonic_time() < began + (int64_t)(number + 1) * PICTURE_US)
            g_usleep(5000);
    }
}

/* --- what is left ------------------------------------------------------------------------------------------------- */

static char *file_of(unsigned i, const char *ending)
{
    return g_strdup_printf("%s/victim-%u%s", folder, i, ending);
}

/* When the last frame of the file begins, on its own clock; -1: it cannot be read. */
static int64_t last_frame_us(const char *path, unsigned *frames)
{
    struct rec_demux_frame f;
    struct rec_demux *d;
    int64_t last = -1;

    *frames = 0;
    if (rec_demux_open(&d, path, true))
        return -1;
    while (rec_demux_next(d, &f) == 1) {
        last = f.time_us > last ? f.time_us : last;
        *frames += rec_demux_track(d, f.track)->kind == REC_DEMUX_VIDEO;
    }
    rec_demux_close(d);
    return last;
}

static AVCodecContext *open_decoder(void)
{
    AVCodecContext *c = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_VP8));

    c->err_recognition = AV_EF_EXPLODE;
    assert_int_equal(avcodec_open2(c, NULL, NULL), 0);
    return c;
}

/* Pictures that came out of a file which has been made whole: nothing in it may be wrong. */
static unsigned decode(const char *path)
{
    AVCodecContext *c = open_decoder();
    AVPacket *p = av_packet_alloc();
    AVFrame *picture = av_frame_alloc();
    struct rec_demux_frame f;
    struct rec_demux *d;
    unsigned n = 0;

    assert_int_equal(rec_demux_open(&d, path, true), 0);
    assert_true(rec_demux_is_seekable(d) && rec_demux_duration_us(d) > 0);
    while (rec_demux_next(d, &f) == 1) {
        if (rec_demux_track(d, f.track)->kind != REC_DEMUX_VIDEO)
            continue;
        assert_int_equal(av_new_packet(p, (int)f.len), 0);
        memcpy(p->data, f.data, f.len);
        assert_int_equal(avcodec_send_packet(c, p), 0);
        av_packet_unref(p);
        while (!avcodec_receive_frame(c, picture))
            n++;
    }
    rec_demux_close(d);
    av_frame_free(&picture);
    av_packet_free(&p);
    avcodec_free_context(&c);
    return n;
}

/* How much was lost, counted from where the writer was when it died. */
static int64_t look_at(unsigned i)
{
    char *media = file_of(i, ".webm"), *manifest = file_of(i, ".json");
    unsigned before, after;
    int64_t last = last_frame_us(media, &before), start, lost;
    json_t *m;

    assert_true(last > 0);
    assert_true(rec_is_abandoned(manifest));
    assert_int_equal(rec_mend(manifest), 0);
    m = json_load_file(manifest, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(m, "state")), "repaired");
    start = json_integer_value(json_object_get(json_array_get(json_object_get(m, "segments"), 0), "start_ms")) * 1000;
    json_decref(m);
    assert_true(last_frame_us(media, &after) >= last); /* what could be read is there */
    assert_true(after >= before);
    assert_int_equal(decode(media), after);
    lost = atomic_load(&lives[i].turn_us) - atomic_load(&lives[i].began_us) - start - last;
    unlink(media);
    unlink(manifest);
    g_free(media);
    g_free(manifest);
    return lost;
}

/* A writer's own time has come: on a busy machine it does not run as fast as the clock. */
static bool is_due(const struct life *l)
{
    int64_t began = atomic_load(&l->began_us);

    return began && atomic_load(&l->turn_us) - began > (int64_t)l->ms * 1000;
}

static void kill_one(unsigned i)
{
    int status;

    g_usleep((gulong)g_random_int_range(0, 20000)); /* anywhere between two turns */
    kill(pids[i], SIGKILL);
    assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* it has not ended before */
    pids[i] = 0;
}

static void kill_all(void)
{
    for (unsigned left = KILLS; left; g_usleep(1000))
        for (unsigned i = 0; i < KILLS; i++)
            if (pids[i] && is_due(&lives[i])) {
                kill_one(i);
                left--;
            }
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void a_hundred_random_moments(void **state)
{
    int64_t lost[KILLS];

    for (unsigned i = 0; i < KILLS; i++) {
        lives[i].ms = (unsigned)g_random_int_range(EARLIEST_MS, LATEST_MS);
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (!pids[i])
            live(i);
    }
    kill_all();
    for (unsigned i = 0; i < KILLS; i++)
        lost[i] = look_at(i);
    qsort(lost, KILLS, sizeof(lost[0]), by_size);
    printf("lost of %u: %lld to %lld ms, half of them less than %lld\n", KILLS, (long long)lost[0] / 1000,
           (long long)lost[KILLS - 1] / 1000, (long long)lost[KILLS / 2] / 1000);
    assert_true(lost[KILLS - 1] < LOST_MOST_US);
}

static int prepare(void **state)
{
    lives = mmap(NULL, KILLS * sizeof(*lives), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    n_pictures = vectors_load("rtp/chromium-vp8-l1t3.hex", pictures, VECTORS_MAX);
    while (n_pictures && !(pictures[n_pictures - 1].data[1] >> 7))
        free(pictures[--n_pictures].data); /* half a picture */
    while (second < n_pictures && !(pictures[second++].data[1] >> 7))
        ;
    return second < n_pictures && lives != MAP_FAILED && mkdtemp(folder) ? 0 : -1;
}

static int clean_up(void **state)
{
    for (unsigned i = 0; i < KILLS; i++)
        if (pids[i] > 0)
            kill(pids[i], SIGKILL);
    vectors_free(pictures, n_pictures);
    munmap(lives, KILLS * sizeof(*lives));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_hundred_random_moments)};

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, prepare, clean_up);
}
