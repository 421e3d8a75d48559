/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call under a virtual clock that is recorded by a real output into real files: a camera and a microphone whose
 * packets go through tracks, in front of a writer whose background work is done at once. Everything is synthetic: VP8
 * frames that are nothing but a header, Opus of one byte and some more.
 */
#ifndef TESTS_UNIT_RECORDER_CALL_H
#define TESTS_UNIT_RECORDER_CALL_H

#include <glib.h>

#include "../../../plugins/recorder/output.h"
#include "../../../plugins/recorder/text.h"
#include "../../../plugins/recorder/writer.h"
#include "frames.h"

#define CALL_ORIENTATION 3 /* extension id */

static struct {
    int64_t now_us; /* virtual */
    char folder[64];
    struct rec_output *out; /* NULL: it has ended */
    struct rec_track *video, *audio;
    json_t *manifest; /* of the one that has ended */
    /* what the output told */
    unsigned keyframes_asked, segments;
    uint64_t overload;
    const char *trouble;
    /* camera and microphone */
    bool want_key, video_mute, audio_mute, no_reports;
    uint64_t video_seq, audio_seq;
    unsigned frames, width, lose; /* lose: that many of the next video frames */
    int64_t video_late_us;        /* the network of the video is slower */
    uint8_t orientation;          /* of the camera, in quarter turns */
} call;

/* --- in place of writer.c ----------------------------------------------------------------------------------------- */

int64_t rec_writer_now(void)
{
    return call.now_us;
}

void rec_writer_add(struct rec_output *out)
{
}

void rec_writer_remove(struct rec_output *out)
{
}

void rec_writer_background(void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
    work(arg);
    done(arg);
}

/* --- what the output tells ---------------------------------------------------------------------------------------- */

static void call_keyframe(void *owner, cardea_source source)
{
    call.keyframes_asked++;
    call.want_key = true;
}

static void call_overload(void *owner, uint64_t packets)
{
    call.overload = packets;
}

static void call_trouble(void *owner, const char *cause)
{
    assert_null(call.trouble);
    call.trouble = cause;
}

static void call_segment(void *owner, const char *path, const json_t *entry)
{
    assert_non_null(json_object_get(entry, "sha256"));
    call.segments++;
}

static void call_ended(void *owner, json_t *manifest)
{
    call.manifest = manifest;
}

static const struct rec_output_events call_events = {call_keyframe, call_overload, call_trouble, call_segment,
                                                     call_ended};

/* --- camera and microphone ---------------------------------------------------------------------------------------- */

/* Pictures say how they are turned (RFC 8285, one element). */
static inline void call_packet(struct rec_track *t, uint64_t seq, uint32_t ts, bool key, bool marker,
                               const uint8_t *payload, size_t len, int64_t arrival_us)
{
    const uint8_t extension[8] = {0xbe, 0xde, 0, 1, CALL_ORIENTATION << 4, call.orientation};
    bool video = t == call.video;
    size_t head = video ? 20 : 12;
    uint8_t packet[1500] = {video ? 0x90 : 0x80, (uint8_t)(96 | (marker ? 0x80 : 0)), (uint8_t)(seq >> 8),
                            (uint8_t)seq};
    struct cardea_packet p = {.data = packet,
                              .len = head + len,
                              .ext_seq = seq,
                              .timestamp = ts,
                              .keyframe = key,
                              .marker = marker,
                              .arrival_us = arrival_us};

    for (int i = 0; i < 4; i++)
        packet[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
    memcpy(packet + 12, extension, head - 12);
    memcpy(packet + head, payload, len);
    rec_track_packet(t, &p);
}

static inline void call_picture(void)
{
    bool key = call.want_key || call.frames % 3000 == 0;
    const uint8_t frame[30] = {
        0x10, (uint8_t)(key ? 0x10 : 0x11), 2, 0, 0x9d, 1, 0x2a, (uint8_t)call.width, (uint8_t)(call.width >> 8), 240,
        0};

    call.frames++;
    call.video_seq++;
    if (call.lose) {
        call.lose--;
        return;
    }
    call.want_key = false;
    call_packet(call.video, call.video_seq, (uint32_t)(call.now_us * 9 / 100), key, true, frame, sizeof(frame),
                call.now_us + call.video_late_us);
}

static inline void call_sound(void)
{
    static const uint8_t frame[40] = {0x78, 1, 2, 3}; /* 20 ms, mono */

    call_packet(call.audio, ++call.audio_seq, (uint32_t)(call.now_us * 6 / 125), true, false, frame, sizeof(frame),
                call.now_us);
}

static inline void call_reports(void)
{
    const struct cardea_report v = {.rtp = (uint32_t)(call.now_us * 9 / 100), .local_us = call.now_us},
                               a = {.rtp = (uint32_t)(call.now_us * 6 / 125), .local_us = call.now_us};

    if (call.video)
        rec_track_report(call.video, &v);
    if (call.audio)
        rec_track_report(call.audio, &a);
}

/* So much of the call goes by: a picture every 40 ms, a sound every 20 ms, a turn of the writer every 20 ms. */
static inline void call_run(unsigned ms)
{
    for (unsigned i = 0; i < ms; i += 20, call.now_us += 20000) {
        if (call.video && !call.video_mute && call.now_us % 40000 == 0)
            call_picture();
        if (call.audio && !call.audio_mute)
            call_sound();
        if (!call.no_reports && call.now_us % 1000000 == 0)
            call_reports();
        if (call.out)
            rec_output_turn(call.out, call.now_us);
    }
}

static inline struct rec_track *call_track(enum rec_codec codec)
{
    const struct rec_track_conf conf = {.kind = codec == REC_OPUS ? CARDEA_AUDIO : CARDEA_VIDEO,
                                        .codec = codec,
                                        .mindex = codec == REC_OPUS ? 0 : 1,
                                        .orientation_id = codec == REC_OPUS ? 0 : CALL_ORIENTATION,
                                        .mid = strdup(codec == REC_OPUS ? "a" : "v")};
    struct rec_track *t = rec_track_new(&conf, 7, 65536);

    rec_output_add(call.out, t);
    return t;
}

/* change: may set what it likes in the configuration. armed: files have no place yet. */
static inline void call_begin(void (*change)(struct rec_output_conf *conf), bool armed)
{
    struct rec_output_conf conf = {.folder = armed ? NULL : g_strdup(call.folder),
                                   .base = armed ? NULL : g_strdup("take"),
                                   .title = g_strdup("A take"),
                                   .media = true,
                                   .text_data = true,
                                   .mode = 0600,
                                   .cluster_ms = 500,
                                   .gather_ms = 2000,
                                   .most_pending = 1 << 20,
                                   .stream = {100000, 500000, 65536},
                                   .events = &call_events,
                                   .start_wall_us = 1700000000000000};
    char folder[sizeof(call.folder)];

    memcpy(folder, call.folder, sizeof(folder));
    memset(&call, 0, sizeof(call));
    memcpy(call.folder, folder, sizeof(folder));
    call.now_us = 1000000000;
    call.width = 320;
    call.video_seq = call.audio_seq = 1 << 16;
    conf.start_us = call.now_us;
    if (change)
        change(&conf);
    call.out = rec_output_new(&conf, rec_manifest_new(1, armed ? "" : conf.base, conf.title, conf.start_wall_us, NULL));
    rec_output_begin(call.out, armed);
}

static inline void call_hang_up(struct rec_track **t)
{
    rec_output_gone(call.out, *t);
    *t = NULL;
}

/* Both hang up, and the recording ends. call.manifest is what became of it. */
static inline void call_end(void)
{
    if (call.video)
        call_hang_up(&call.video);
    if (call.audio)
        call_hang_up(&call.audio);
    rec_output_end(call.out, "stopped");
    for (int i = 0; i < 3 && !call.manifest; i++, call.now_us += 20000)
        rec_output_turn(call.out, call.now_us);
    assert_non_null(call.manifest);
    rec_output_free(call.out);
    call.out = NULL;
}

static inline char *call_file(const char *name)
{
    return g_build_filename(call.folder, name, NULL);
}

static inline json_t *call_segment_of(unsigned i)
{
    return json_array_get(json_object_get(call.manifest, "segments"), i);
}

/* After looking: the files go. */
static inline void call_clear(void)
{
    GDir *dir = g_dir_open(call.folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        char *path = call_file(name);

        unlink(path);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    json_decref(call.manifest);
    call.manifest = NULL;
}

#endif
