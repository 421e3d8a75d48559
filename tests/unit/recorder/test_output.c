/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/log.h>

#include "../../../plugins/recorder/demux.h"
#include "../../../plugins/recorder/mjr.h"
#include "../../../plugins/recorder/preroll.h"
#include "call.h"

static int make_folder(void **state)
{
    g_strlcpy(call.folder, "/tmp/test_output.XXXXXX", sizeof(call.folder));
    return mkdtemp(call.folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    return rmdir(call.folder);
}

static int64_t number(const json_t *j, const char *name)
{
    return json_integer_value(json_object_get(j, name));
}

static const char *text(const json_t *j, const char *name)
{
    return json_string_value(json_object_get(j, name));
}

struct seen {
    unsigned video, audio, text, tracks;
    int64_t first_video, first_audio, last_video, last_audio;
    int64_t longest_hole; /* between pictures */
};

static struct seen look(const char *name)
{
    char *path = call_file(name);
    struct seen s = {.first_video = -1, .first_audio = -1};
    struct rec_demux_frame f;
    struct rec_demux *d;

    assert_int_equal(rec_demux_open(&d, path, true), 0);
    assert_true(rec_demux_duration_us(d) > 0);
    s.tracks = rec_demux_tracks(d);
    while (rec_demux_next(d, &f) == 1) {
        enum rec_demux_kind kind = rec_demux_track(d, f.track)->kind;

        if (kind == REC_DEMUX_VIDEO) {
            assert_true(s.video || f.keyframe);
            if (s.video && f.time_us - s.last_video > s.longest_hole)
                s.longest_hole = f.time_us - s.last_video;
            s.first_video = s.video++ ? s.first_video : f.time_us;
            s.last_video = f.time_us;
        } else if (kind == REC_DEMUX_AUDIO) {
            s.first_audio = s.audio++ ? s.first_audio : f.time_us;
            s.last_audio = f.time_us;
        } else {
            s.text++;
        }
    }
    rec_demux_close(d);
    g_free(path);
    return s;
}

static void both(void)
{
    call.video = call_track(REC_VP8);
    call.audio = call_track(REC_OPUS);
}

static void a_whole_recording(void **state)
{
    struct seen s;

    call_begin(NULL, false);
    both();
    assert_int_equal(call.keyframes_asked, 1);
    call_run(10000);
    call_end();
    assert_string_equal(text(call.manifest, "state"), "finished");
    assert_string_equal(text(call.manifest, "cause"), "stopped");
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 1);
    assert_int_equal(json_array_size(json_object_get(call.manifest, "gaps")), 0);
    assert_string_equal(text(call_segment_of(0), "file"), "take.webm");
    assert_in_range(number(call.manifest, "duration_ms"), 9950, 10050);
    assert_int_equal(call.segments, 1);
    s = look("take.webm");
    assert_int_equal(s.tracks, 2);
    assert_int_equal(s.video, 250);
    assert_int_equal(s.audio, 500);
    assert_int_equal(s.first_video, s.first_audio);
    assert_int_equal(s.longest_hole, 40000);
    call_clear();
}

/* The network holds the pictures back by 150 ms; reports tell where they belong. */
static void sound_and_picture_stay_together(void **state)
{
    struct seen s;

    call_begin(NULL, false);
    call.video_late_us = 120000;
    both();
    call_run(60000);
    call_end();
    s = look("take.webm");
    assert_in_range(s.last_audio - s.last_video + 100000, 80000,
                    140000); /* the last sound is 20 ms behind the last picture */
    call_clear();
}

static void losses_are_gaps(void **state)
{
    struct seen s;
    json_t *gap;

    call_begin(NULL, false);
    both();
    call_run(2000);
    call.lose = 20;
    call_run(4000);
    call_end();
    gap = json_array_get(json_object_get(call.manifest, "gaps"), 0);
    assert_string_equal(text(gap, "cause"), "loss");
    assert_int_equal(number(gap, "track"), 0);
    assert_in_range(number(gap, "at_ms"), 1900, 2100);
    s = look("take.webm");
    assert_true(s.longest_hole >= 800000); /* kept as time */
    assert_int_equal(s.audio, 300);
    assert_true(call.keyframes_asked > 1);
    call_clear();
}

static void silence_stays_time(void **state)
{
    struct seen s;

    call_begin(NULL, false);
    both();
    call_run(2000);
    call.audio_mute = true;
    call_run(3000);
    call.audio_mute = false;
    call_run(1000);
    call_end();
    s = look("take.webm");
    assert_int_equal(s.audio, 150);
    assert_int_equal(s.last_audio, s.first_audio + 5980000);
    assert_int_equal(s.longest_hole, 40000);
    assert_string_equal(text(json_array_get(json_object_get(call.manifest, "gaps"), 0), "cause"), "silence");
    call_clear();
}

static void pauses_are_cut_out(void **state)
{
    struct seen s;

    call_begin(NULL, false);
    both();
    call_run(2000);
    rec_output_pause(call.out, true);
    call_run(5000);
    rec_output_pause(call.out, false);
    call_run(2000);
    call_end();
    s = look("take.webm");
    assert_in_range(s.last_video, 3700000, 4000000);
    assert_in_range(number(call.manifest, "duration_ms"), 3800, 4100);
    assert_int_equal(json_array_size(json_object_get(call.manifest, "gaps")), 0);
    call_clear();
}

static void pictures_that_come_later(void **state)
{
    struct seen s;

    call_begin(NULL, false);
    both();
    call.video_mute = true;
    call_run(5000); /* longer than the file waits */
    call.video_mute = false;
    call_run(5000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 2);
    s = look("take.webm");
    assert_int_equal(s.tracks, 1);
    assert_in_range(s.audio, 240, 260);
    s = look("take-2.webm");
    assert_int_equal(s.tracks, 2);
    assert_in_range(s.video, 120, 126);
    assert_in_range(number(call_segment_of(1), "start_ms"), 4900, 5200);
    call_clear();
}

static void another_codec_is_another_file(void **state)
{
    struct seen s;

    call_begin(NULL, false);
    both();
    call_run(3000);
    call_hang_up(&call.video); /* the publisher comes back: both are new */
    call_hang_up(&call.audio);
    call_run(1000);
    call.frames = 0;
    both();
    call_run(3000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 2);
    assert_int_equal(json_array_size(json_object_get(call.manifest, "tracks")), 4);
    s = look("take-2.webm");
    assert_in_range(s.video, 72, 76);
    assert_in_range(number(call_segment_of(1), "start_ms"), 3900, 4100);
    assert_in_range(number(call.manifest, "duration_ms"), 6900, 7100);
    call_clear();
}

static void split_often(struct rec_output_conf *conf)
{
    conf->split_us = 10000000;
}

static void files_are_split_at_keyframes(void **state)
{
    unsigned video = 0, audio = 0;

    call_begin(split_often, false);
    both();
    call_run(35000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 4);
    for (unsigned i = 0; i < 4; i++) {
        struct seen s = look(text(call_segment_of(i), "file"));

        video += s.video;
        audio += s.audio;
        assert_in_range(number(call_segment_of(i), "start_ms"), i * 10000 - (i ? 300 : 0), i * 10000 + 400 * i);
    }
    assert_int_equal(video, 875); /* nothing is lost in between */
    assert_in_range(audio, 1735, 1750);
    call_clear();
}

static void the_size_of_the_picture_may_change(void **state)
{
    call_begin(NULL, false);
    both();
    call_run(2000);
    call.width = 640;
    call.want_key = true;
    call_run(2000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 1);
    assert_int_equal(look("take.webm").video, 100);
    assert_string_equal(text(json_array_get(json_object_get(call.manifest, "events"), 1), "what"), "size");
    call_clear();
}

static uint16_t rotation_of(const char *name)
{
    char *path = call_file(name);
    struct rec_demux *d;
    uint16_t rotation;

    assert_int_equal(rec_demux_open(&d, path, true), 0);
    rotation = rec_demux_track(d, 0)->rotation;
    rec_demux_close(d);
    g_free(path);
    return rotation;
}

/* A phone is turned: a file has one rotation, so another begins, at a keyframe that is asked for. */
static void a_phone_is_turned(void **state)
{
    unsigned pictures = 0;

    call_begin(NULL, false);
    call.orientation = 1;
    both();
    call_run(2000);
    call.orientation = 0;
    call_run(2000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 2);
    assert_int_equal(rotation_of("take.webm"), 90);
    assert_int_equal(rotation_of("take-2.webm"), 0);
    pictures = look("take.webm").video + look("take-2.webm").video;
    assert_int_equal(pictures, 100);
    assert_in_range(number(call_segment_of(1), "start_ms"), 1900, 2300);
    call_clear();
}

static void look_back(struct rec_output_conf *conf)
{
    conf->preroll_us = 5000000;
    conf->most_pending = 8 << 20;
}

/*
 * A camera that sends keyframes when it is asked, as cameras do, and an hour that goes by before the button is pressed:
 * of that the last five seconds are kept, and what their pictures stand on. The timeline begins there.
 */
static void instant_replay(void **state)
{
    json_t *track, *event;
    int64_t pressed_us;
    struct seen s;

    call_begin(look_back, true);
    both();
    for (int i = 0; i < 600; i++) {
        call_run(6000);
        rec_output_note(call.out, "talking", NULL, call.now_us);
        assert_true(json_array_size(json_object_get(call.out->manifest, "events")) <= 3);
    }
    assert_in_range(call.keyframes_asked, 900, 1500);
    assert_null(call.out->manifest_path);
    pressed_us = call.now_us;
    rec_preroll_end(call.out, g_strdup(call.folder), g_strdup("take"));
    rec_preroll_end(call.out, g_strdup(call.folder), g_strdup("again"));
    call_run(3000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 1);
    s = look("take.webm");
    assert_in_range(s.first_video, 0, 100000);
    assert_in_range(s.first_audio, 0, 100000);
    assert_in_range(s.last_audio, 7800000, 10200000);
    assert_int_equal(number(call_segment_of(0), "start_ms"), 0);
    assert_in_range(number(call.manifest, "duration_ms"), 7800, 10200);
    /* 1700000000 s is where the virtual clock stood at 1000 s */
    assert_in_range(pressed_us - (number(call.manifest, "started_us") - 1700000000000000 + 1000000000), 4900000,
                    7200000);
    assert_string_equal(json_string_value(json_object_get(call.manifest, "name")), "take");
    track = json_array_get(json_object_get(call.manifest, "tracks"), 1);
    assert_int_equal(number(track, "from_ms"), 0);
    event = json_array_get(json_object_get(call.manifest, "events"), 0);
    assert_in_range(number(event, "at_ms"), 4000, 7200); /* the last "talking", and then the size */
    call_clear();
}

/* The picture is muted when the button is pressed: what there is is sound, and the picture joins
 * with a keyframe. */
static void instant_replay_without_a_picture(void **state)
{
    struct seen s;

    call_begin(look_back, true);
    both();
    call_run(4000);
    call.video_mute = true;
    call_run(12000);
    assert_in_range(call.keyframes_asked, 4, 9); /* who is muted is not pestered */
    rec_preroll_end(call.out, g_strdup(call.folder), g_strdup("take"));
    call_run(1000);
    call.video_mute = false;
    call_run(3000);
    call_end();
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 1);
    s = look("take.webm");
    assert_in_range(s.video, 70, 76);
    assert_in_range(s.first_audio, 0, 100000);
    assert_in_range(s.first_video, 5900000, 8100000);
    call_clear();
}

static void with_mjr(struct rec_output_conf *conf)
{
    conf->mjr = true;
    conf->indexed = true;
}

static unsigned count_mjr(const char *name, const char *codec)
{
    char *path = call_file(name), *bytes;
    struct rec_mjr_reader r;
    struct rec_mjr_frame f;
    unsigned n = 0;
    gsize len;

    assert_true(g_file_get_contents(path, &bytes, &len, NULL));
    assert_int_equal(rec_mjr_open(&r, bytes, len), 0);
    assert_string_equal(r.info.codec, codec);
    while (rec_mjr_next(&r, &f) == 1)
        n++;
    assert_false(r.truncated);
    g_free(bytes);
    g_free(path);
    return n;
}

static void say(const char *what)
{
    struct rec_message *m = g_malloc0(sizeof(*m) + strlen(what));

    m->label = (char *)"chat";
    m->len = strlen(what);
    m->time_us = call.now_us;
    memcpy(m->bytes, what, m->len);
    rec_text_write(call.out, m);
    g_free(m);
}

static void mjr_files_beside(void **state)
{
    call_begin(with_mjr, false);
    rec_text_expect(call.out);
    both();
    call_run(2000);
    say("hello");
    rec_output_pause(call.out, true);
    call_run(1000);
    rec_output_pause(call.out, false);
    call_run(1000);
    say("there");
    call_end();
    assert_int_equal(count_mjr("take-video-1.mjr", "vp8"), 75);
    assert_int_equal(count_mjr("take-audio-0.mjr", "opus"), 150);
    assert_int_equal(count_mjr("take-data-0.mjr", "text"), 2);
    assert_int_equal(json_array_size(json_object_get(call.manifest, "mjr")), 3);
    assert_int_equal(look("take.webm").text, 2);
    assert_int_equal(look("take.webm").tracks, 3);
    call_clear();
}

static void messages_are_lines(void **state)
{
    char *path, *lines;

    call_begin(NULL, false);
    call.audio = call_track(REC_OPUS);
    call_run(1000);
    say("one\n\"two\"");
    call_end();
    path = call_file("take.data.jsonl");
    assert_true(g_file_get_contents(path, &lines, NULL, NULL));
    assert_string_equal(lines, "{\"ms\":1000,\"label\":\"chat\",\"text\":\"one\\n\\\"two\\\"\"}\n");
    assert_string_equal(text(call.manifest, "data"), "take.data.jsonl");
    g_free(lines);
    g_free(path);
    call_clear();
}

static void small(struct rec_output_conf *conf)
{
    conf->most_bytes = 20000;
}

static void short_one(struct rec_output_conf *conf)
{
    conf->most_us = 5000000;
}

static void full(struct rec_output_conf *conf)
{
    conf->min_free_bytes = UINT64_MAX;
}

static void limits(void **state)
{
    static const struct {
        void (*change)(struct rec_output_conf *conf);
        const char *cause;
    } cases[] = {{small, "largest size reached"}, {short_one, "longest time reached"}, {full, "disk full"}};

    for (size_t i = 0; i < 3; i++) {
        call_begin(cases[i].change, false);
        both();
        call_run(30000);
        assert_string_equal(call.trouble, cases[i].cause);
        call_end();
        call_clear();
    }
}

/* The writer stands still for four seconds: the ring is full, whole groups are left out, and it is written down. */
static void a_disk_that_stands_still(void **state)
{
    struct rec_output *out;
    json_t *gaps;
    bool found = false;

    call_begin(NULL, false);
    both();
    call_run(2000);
    out = call.out;
    call.out = NULL;
    call_run(60000);
    call.out = out;
    call_run(6000);
    assert_true(call.overload > 0);
    call_end();
    gaps = json_object_get(call.manifest, "gaps");
    for (size_t i = 0; i < json_array_size(gaps); i++)
        found |= !strcmp(text(json_array_get(gaps, i), "cause"), "overload");
    assert_true(found);
    look("take.webm");
    call_clear();
}

static void the_folder_has_gone(void **state)
{
    call_begin(NULL, false);
    both();
    assert_int_equal(unlink(call.out->manifest_path), 0);
    assert_int_equal(rmdir(call.folder), 0);
    call_run(3000);
    assert_string_equal(call.trouble, "the file cannot be made");
    call_end();
    assert_string_equal(text(call.manifest, "state"), "failed");
    assert_int_equal(mkdir(call.folder, 0700), 0);
    call_clear();
}

static void removed_under_us(void **state)
{
    call_begin(NULL, false);
    both();
    call_run(3000);
    assert_int_equal(unlink(call.out->segment_path), 0);
    call_run(6000);
    call_end();
    assert_string_equal(text(call_segment_of(0), "state"), "removed");
    assert_string_equal(text(call_segment_of(1), "state"), "finished");
    look("take-2.webm");
    call_clear();
}

static void nothing_came(void **state)
{
    call_begin(NULL, false);
    both();
    call.video_mute = call.audio_mute = true;
    call_run(5000);
    call_end();
    assert_string_equal(text(call.manifest, "state"), "finished");
    assert_int_equal(json_array_size(json_object_get(call.manifest, "segments")), 0);
    call_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_recording),
        cmocka_unit_test(sound_and_picture_stay_together),
        cmocka_unit_test(losses_are_gaps),
        cmocka_unit_test(silence_stays_time),
        cmocka_unit_test(pauses_are_cut_out),
        cmocka_unit_test(pictures_that_come_later),
        cmocka_unit_test(another_codec_is_another_file),
        cmocka_unit_test(files_are_split_at_keyframes),
        cmocka_unit_test(the_size_of_the_picture_may_change),
        cmocka_unit_test(a_phone_is_turned),
        cmocka_unit_test(instant_replay),
        cmocka_unit_test(instant_replay_without_a_picture),
        cmocka_unit_test(mjr_files_beside),
        cmocka_unit_test(messages_are_lines),
        cmocka_unit_test(limits),
        cmocka_unit_test(a_disk_that_stands_still),
        cmocka_unit_test(the_folder_has_gone),
        cmocka_unit_test(removed_under_us),
        cmocka_unit_test(nothing_came),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
