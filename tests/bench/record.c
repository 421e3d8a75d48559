/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What recording costs: CPU time of a worker for each packet that it copies into a track's ring, and of the writer for
 * each packet that it puts into files (real ones, in the folder given). 100 publishers of 1.5 Mbit/s: pictures of about
 * five packets of 1200 bytes thirty times a second, sound fifty times a second. Memory: what a recording holds.
 *
 *   tests/bench/record [recordings] [seconds] [folder]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>
#include <malloc.h>

#include "../../plugins/recorder/output.h"
#include "../../plugins/recorder/writer.h"

#define VIDEO_BYTES 1200
#define PACKETS     5 /* of a picture */

static struct {
    struct rec_output *out;
    struct rec_track *video, *audio;
    uint64_t video_seq, audio_seq;
    bool ended;
} * calls;

static unsigned n_calls = 100;
static uint64_t packets;
static double worker_s;
static int64_t virtual_us = 1000000000;

static double cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int64_t now_us(void)
{
    return __atomic_load_n(&virtual_us, __ATOMIC_ACQUIRE);
}

static void nothing(void *owner, cardea_source source)
{
}

static void overload(void *owner, uint64_t n)
{
    printf("the disk does not follow: %llu packets\n", (unsigned long long)n);
}

static void trouble(void *owner, const char *cause)
{
    printf("trouble: %s\n", cause);
}

static void segment(void *owner, const char *path, const json_t *entry)
{
}

static void ended(void *owner, json_t *manifest)
{
    json_decref(manifest);
    __atomic_store_n((bool *)owner, true, __ATOMIC_RELEASE);
}

static const struct rec_output_events events = {nothing, overload, trouble, segment, ended};

/* Packets are made first, and then given to their tracks together: reading the clock would cost as much as they do. */
static struct {
    struct rec_track *track;
    struct cardea_packet packet;
    uint8_t bytes[1500];
} batch[64];
static unsigned batched;

static void flush(void)
{
    double begin = cpu();

    for (unsigned i = 0; i < batched; i++)
        rec_track_packet(batch[i].track, &batch[i].packet);
    worker_s += cpu() - begin;
    packets += batched;
    batched = 0;
}

static void send(struct rec_track *t, uint64_t seq, uint32_t ts, bool key, bool marker, const uint8_t *payload,
                 size_t len)
{
    uint8_t *bytes = batch[batched].bytes;
    const uint8_t head[12] = {0x80,
                              (uint8_t)(96 | (marker ? 0x80 : 0)),
                              (uint8_t)(seq >> 8),
                              (uint8_t)seq,
                              (uint8_t)(ts >> 24),
                              (uint8_t)(ts >> 16),
                              (uint8_t)(ts >> 8),
                              (uint8_t)ts};

    memcpy(bytes, head, sizeof(head));
    memcpy(bytes + 12, payload, len);
    batch[batched].track = t;
    batch[batched++].packet = (struct cardea_packet){.data = bytes,
                                                     .len = 12 + len,
                                                     .ext_seq = seq,
                                                     .timestamp = ts,
                                                     .keyframe = key,
                                                     .marker = marker,
                                                     .arrival_us = now_us()};
    if (batched == sizeof(batch) / sizeof(batch[0]))
        flush();
}

static void picture(unsigned i, unsigned number)
{
    bool key = number % 300 == 0;
    uint8_t payload[VIDEO_BYTES] = {0x10, (uint8_t)(key ? 0x10 : 0x11), 2, 0, 0x9d, 1, 0x2a, 0x40, 1, 240, 0};

    for (unsigned k = 0; k < PACKETS; k++) {
        send(calls[i].video, ++calls[i].video_seq, number * 3000, key && !k, k == PACKETS - 1, payload,
             sizeof(payload));
        payload[0] = 0;
    }
}

static double writer_cpu(void)
{
    struct rusage all;

    getrusage(RUSAGE_SELF, &all);
    return (double)all.ru_utime.tv_sec + (double)all.ru_stime.tv_sec +
           (double)(all.ru_utime.tv_usec + all.ru_stime.tv_usec) / 1e6 - cpu();
}

static struct rec_track *track(enum rec_codec codec, size_t ring)
{
    const struct rec_track_conf conf = {.kind = codec == REC_OPUS ? CARDEA_AUDIO : CARDEA_VIDEO, .codec = codec};

    return rec_track_new(&conf, 1, ring);
}

static void add(void *out_and_track)
{
    void **p = out_and_track;

    rec_output_add(p[0], p[1]);
    g_free(p);
}

static void begin(void *out)
{
    rec_output_begin(out, false);
}

static void call(struct rec_output *out, struct rec_track *t)
{
    void **p = g_new(void *, 2);

    p[0] = out;
    p[1] = t;
    rec_writer_call(add, p);
}

static void start(unsigned i, const char *folder)
{
    struct rec_output_conf conf = {.folder = g_strdup(folder),
                                   .base = g_strdup_printf("bench-%u", i),
                                   .title = g_strdup("bench"),
                                   .media = true,
                                   .mode = 0600,
                                   .cluster_ms = 500,
                                   .gather_ms = 2000,
                                   .sync_ms = 1000,
                                   .most_pending = 256 << 10,
                                   .stream = {100000, 500000, 256 << 10},
                                   .events = &events,
                                   .owner = &calls[i].ended,
                                   .start_us = now_us(),
                                   .start_wall_us = g_get_real_time()};

    calls[i].out = rec_output_new(&conf, rec_manifest_new(i + 1, conf.base, conf.title, conf.start_wall_us, NULL));
    calls[i].video = track(REC_VP8, 512 << 10);
    calls[i].audio = track(REC_OPUS, 32 << 10);
    calls[i].video_seq = calls[i].audio_seq = 1 << 16;
    rec_writer_call(begin, calls[i].out);
    call(calls[i].out, calls[i].video);
    call(calls[i].out, calls[i].audio);
}

int main(int argc, char **argv)
{
    static const uint8_t sound[80] = {0x78};
    unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 10;
    const char *folder = argc > 3 ? argv[3] : "/tmp";
    double began;
    size_t before, after;

    n_calls = argc > 1 ? (unsigned)atoi(argv[1]) : 100;
    calls = calloc(n_calls, sizeof(*calls));
    rec_writer_start(now_us);
    before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (unsigned i = 0; i < n_calls; i++)
        start(i, folder);
    g_usleep(500000);
    began = writer_cpu();
    for (unsigned ms = 0; ms < seconds * 1000; ms += 10) {
        for (unsigned i = 0; i < n_calls; i++) {
            if ((ms / 10 + i) % 3 == 0)
                picture(i, ms / 30);
            if ((ms / 10 + i) % 2 == 0)
                send(calls[i].audio, ++calls[i].audio_seq, ms * 48, false, true, sound, sizeof(sound));
        }
        flush();
        __atomic_fetch_add(&virtual_us, 10000, __ATOMIC_RELEASE);
        g_usleep(10000);
    }
    after = mallinfo2().uordblks + mallinfo2().hblkhd;
    printf("%u recordings, %u s, %llu packets\n", n_calls, seconds, (unsigned long long)packets);
    printf("worker: %.3f us a packet\n", worker_s * 1e6 / (double)packets);
    printf("writer: %.2f us a packet, %.0f %% of a processor at this rate\n",
           (writer_cpu() - began) * 1e6 / (double)packets, (writer_cpu() - began) * 100 / seconds);
    printf("memory: %.0f KiB a recording\n", (double)(after - before) / 1024 / n_calls);
    began = writer_cpu();
    rec_writer_stop("bench");
    printf("finishing, hashes included: %.2f us a packet, %.1f ms a recording\n",
           (writer_cpu() - began) * 1e6 / (double)packets, (writer_cpu() - began) * 1e3 / n_calls);
    for (unsigned i = 0; i < n_calls; i++)
        rec_output_free(calls[i].out);
    return 0;
}
