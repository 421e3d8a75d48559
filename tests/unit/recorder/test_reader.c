/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/reader.h"

#include "../rec/mjrs.h"
#include "media.h"

#define MS 1000

static struct media_folder folder;
static struct rec_item item;

static const struct mjrs_conf opus = {.fixture = "rtp/chromium-opus.hex",
                                      .codec = "opus",
                                      .kind = REC_MJR_AUDIO,
                                      .rate = 48000,
                                      .step = 960,
                                      .frames = 250,
                                      .first_us = 1700000000000000},
                              vp8 = {.fixture = "rtp/chromium-vp8-l1t3.hex",
                                     .codec = "vp8",
                                     .kind = REC_MJR_VIDEO,
                                     .rate = 90000,
                                     .step = 3600,
                                     .frames = 125,
                                     .first_us = 1700000000100000}; /* 100 ms later */

static char *path_of(const char *name)
{
    return g_build_filename(folder.name, name, NULL);
}

static int begin(void **state)
{
    folder = media_folder("one.webm");
    memset(&item, 0, sizeof(item));
    item.media = g_ptr_array_new_with_free_func(g_free);
    return 0;
}

static int end(void **state)
{
    GDir *dir = g_dir_open(folder.name, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir))) {
        char *path = path_of(name);

        unlink(path);
        g_free(path);
    }
    g_dir_close(dir);
    rmdir(folder.name);
    g_ptr_array_free(item.media, TRUE);
    if (item.starts)
        g_array_unref(item.starts);
    g_free(item.audio_mjr);
    g_free(item.video_mjr);
    g_free(item.data_mjr);
    g_free(item.messages);
    return 0;
}

static void add_media(const char *name, unsigned seconds, int64_t start_ms)
{
    char *path = path_of(name);

    media_write(path, "webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8, seconds, true);
    g_ptr_array_add(item.media, path);
    if (!item.starts)
        item.starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_array_append_val(item.starts, start_ms);
}

static void both_mjr(void)
{
    item.audio_mjr = path_of("a.mjr");
    item.video_mjr = path_of("v.mjr");
    mjrs_write(item.audio_mjr, &opus);
    mjrs_write(item.video_mjr, &vp8);
}

static struct rec_reader *open_reader(void)
{
    struct rec_reader *r;

    assert_int_equal(rec_reader_open(&r, &item), 0);
    return r;
}

static uint32_t get(const uint8_t *p, unsigned n)
{
    uint32_t v = 0;

    while (n--)
        v = v << 8 | *p++;
    return v;
}

/* What was read, packet by packet; each has to be a whole RTP packet that goes on behind the one before. */
struct seen {
    unsigned n[3], frames; /* by kind; pictures by their marker */
    int64_t first_us[3], last_us[3];
    uint32_t first_ts[2], last_ts[2];
    uint16_t seq[2];
    char text[64]; /* the messages, joined */
};

static void look_at(struct seen *s, const struct rec_read *p)
{
    int k = p->kind;

    if (!s->n[k]++)
        s->first_us[k] = p->time_us;
    assert_true(p->time_us >= s->last_us[k] - 60 * MS || k == REC_READ_DATA);
    s->last_us[k] = p->time_us;
    if (k == REC_READ_DATA) {
        g_strlcat(s->text, p->label, sizeof(s->text));
        strncat(s->text, (const char *)p->bytes, p->len);
        return;
    }
    assert_true(p->len > 12 && p->bytes[0] >> 6 == 2);
    assert_int_equal(p->bytes[1] & 0x7f, k == REC_READ_AUDIO ? REC_READ_AUDIO_PT : REC_READ_VIDEO_PT);
    if (s->n[k] > 1)
        assert_int_equal((uint16_t)get(p->bytes + 2, 2), (uint16_t)(s->seq[k] + 1));
    else
        s->first_ts[k] = get(p->bytes + 4, 4);
    s->seq[k] = (uint16_t)get(p->bytes + 2, 2);
    s->last_ts[k] = get(p->bytes + 4, 4);
    assert_int_equal(get(p->bytes + 8, 4), rec_reader_ssrc(NULL, p->kind));
    s->frames += k == REC_READ_VIDEO && p->bytes[1] >> 7;
}

/* Wherever it is now, up to this time of the recording. */
static void read_until(struct rec_reader *r, struct seen *s, int64_t until_us)
{
    const struct rec_read *p;

    memset(s->last_us, 0, sizeof(s->last_us));
    while ((p = rec_reader_peek(r)) && p->time_us < until_us) {
        look_at(s, p);
        rec_reader_pop(r);
    }
}

static void a_media_file(void **state)
{
    struct seen s = {0};
    struct rec_reader *r;

    add_media("one.webm", 4, 0);
    r = open_reader();
    assert_int_equal(rec_reader_what(r)->audio, REC_OPUS);
    assert_int_equal(rec_reader_what(r)->video, REC_VP8);
    assert_false(rec_reader_what(r)->data);
    assert_in_range(rec_reader_what(r)->duration_ms, 3950, 4050);
    read_until(r, &s, INT64_MAX);
    assert_int_equal(s.n[REC_READ_AUDIO], 200);
    assert_int_equal(s.frames, 100);
    assert_int_equal(s.last_ts[REC_READ_AUDIO] - s.first_ts[REC_READ_AUDIO], 199 * 960);
    assert_int_equal(s.last_ts[REC_READ_VIDEO] - s.first_ts[REC_READ_VIDEO], 99 * 3600);
    rec_reader_free(r);
}

/* The publisher was away for ten seconds: so is the picture. */
static void files_lie_where_the_manifest_says(void **state)
{
    struct seen s = {0};
    struct rec_reader *r;

    add_media("one.webm", 2, 0);
    add_media("two.webm", 2, 12000);
    item.duration_ms = 14000;
    r = open_reader();
    assert_int_equal(rec_reader_what(r)->duration_ms, 14000);
    read_until(r, &s, 2500 * MS);
    assert_int_equal(s.frames, 50);
    read_until(r, &s, INT64_MAX);
    assert_int_equal(s.frames, 100);
    assert_int_equal(s.last_us[REC_READ_VIDEO], 13960 * MS);
    /* into the hole, and behind it */
    assert_int_equal(rec_reader_seek(r, 14000 * MS, 5000 * MS), 12000 * MS);
    assert_int_equal(rec_reader_peek(r)->time_us, 12000 * MS);
    rec_reader_free(r);
}

static void a_file_that_has_gone_is_passed_over(void **state)
{
    struct seen s = {0};
    struct rec_reader *r;

    add_media("one.webm", 2, 0);
    add_media("two.webm", 2, 2000);
    add_media("three.webm", 2, 4000);
    r = open_reader();
    unlink(item.media->pdata[1]);
    read_until(r, &s, INT64_MAX);
    assert_int_equal(s.frames, 100);
    assert_int_equal(rec_reader_seek(r, 6000 * MS, 3000 * MS), 4000 * MS);
    rec_reader_free(r);
}

/* For the receiver time goes on, wherever in the recording it is. */
static void seeking_goes_on_without_a_hole(void **state)
{
    for (int mjr = 0; mjr < 2; mjr++) {
        struct seen s = {0};
        struct rec_reader *r;
        uint32_t ts;
        int64_t at;

        if (mjr)
            both_mjr();
        else
            add_media("one.webm", 5, 0);
        g_ptr_array_set_size(item.media, mjr ? 0 : 1);
        r = open_reader();
        read_until(r, &s, 1000 * MS);
        ts = s.last_ts[REC_READ_AUDIO];
        at = rec_reader_seek(r, 1000 * MS, 4000 * MS);
        assert_in_range(at, mjr ? 4000 * MS : 1000 * MS, 4000 * MS); /* a keyframe before it */
        read_until(r, &s, at + 500 * MS);
        assert_in_range(s.last_ts[REC_READ_AUDIO] - ts, 470 * 48, 530 * 48);
        at = rec_reader_seek(r, at + 500 * MS, 0);
        assert_int_equal(at, 0);
        read_until(r, &s, 500 * MS);
        assert_in_range(s.last_ts[REC_READ_AUDIO] - ts, 970 * 48, 1050 * 48);
        rec_reader_free(r);
    }
}

static void mjr_files(void **state)
{
    struct seen s = {0};
    struct rec_reader *r;

    both_mjr();
    r = open_reader();
    assert_int_equal(rec_reader_what(r)->audio, REC_OPUS);
    assert_int_equal(rec_reader_what(r)->video, REC_VP8);
    assert_in_range(rec_reader_what(r)->duration_ms, 5040, 5080);
    read_until(r, &s, INT64_MAX);
    assert_int_equal(s.n[REC_READ_AUDIO], 250);
    assert_int_equal(s.frames, 125);
    assert_int_equal(s.first_us[REC_READ_AUDIO], 0);
    assert_int_equal(s.first_us[REC_READ_VIDEO], 100 * MS);
    assert_int_equal(s.last_ts[REC_READ_AUDIO] - s.first_ts[REC_READ_AUDIO], 249 * 960);
    rec_reader_free(r);
}

/* What was mapped would be a SIGBUS here. */
static void files_are_cut_short_while_they_play(void **state)
{
    for (int mjr = 0; mjr < 2; mjr++) {
        struct seen s = {0};
        struct rec_reader *r;

        if (mjr)
            both_mjr();
        else
            add_media("one.webm", 5, 0);
        g_ptr_array_set_size(item.media, mjr ? 0 : 1);
        r = open_reader();
        read_until(r, &s, 100 * MS);
        assert_int_equal(truncate(mjr ? item.video_mjr : item.media->pdata[0], 5000), 0);
        read_until(r, &s, INT64_MAX);
        assert_true(s.frames < 120);
        rec_reader_seek(r, 5000 * MS, 2000 * MS);
        read_until(r, &s, INT64_MAX);
        rec_reader_free(r);
    }
}

static void write_text(const char *name, const char *text)
{
    char *path = path_of(name);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void messages_of_a_media_file(void **state)
{
    struct seen s = {0};
    struct rec_reader *r;

    add_media("one.webm", 4, 0);
    write_text("m.jsonl",
               "{\"ms\":500,\"label\":\"chat \",\"text\":\"one\"}\nrubbish\n{\"ms\":-4,\"text\":\"x\"}\n"
               "{\"ms\":1500,\"label\":\", \",\"base64\":\"dHdv\"}\n{\"ms\":9000,\"label\":\"l\",\"text\":\"late\"}\n");
    item.messages = path_of("m.jsonl");
    r = open_reader();
    assert_true(rec_reader_what(r)->data);
    read_until(r, &s, 1000 * MS);
    assert_string_equal(s.text, "chat one");
    read_until(r, &s, INT64_MAX);
    assert_string_equal(s.text, "chat one, two"); /* the last one lies behind the end */
    assert_int_equal(s.last_us[REC_READ_DATA], 1500 * MS);
    assert_int_equal(rec_reader_seek(r, 4000 * MS, 0), 0);
    s.text[0] = 0;
    read_until(r, &s, 1000 * MS);
    assert_string_equal(s.text, "chat one");
    rec_reader_free(r);
}

static void messages_of_mjr_files(void **state)
{
    struct rec_mjr_writer w;
    struct rec_mjr_info info;
    struct seen s = {0};
    struct rec_reader *r;
    uint8_t out[100];
    FILE *f;
    int n;

    both_mjr();
    item.data_mjr = path_of("d.mjr");
    f = fopen(item.data_mjr, "wb");
    rec_mjr_info_clear(&info, REC_MJR_DATA, "text");
    info.created_us = opus.first_us;
    mjrs_head(f, &info);
    rec_mjr_writer_init(&w, false, 0);
    n = rec_mjr_write_data(&w, out, sizeof(out), (const uint8_t *)"hi", 2, opus.first_us + 700000, 0);
    assert_int_equal(fwrite(out, 1, (size_t)n, f), n);
    fclose(f);
    r = open_reader();
    assert_true(rec_reader_what(r)->data);
    read_until(r, &s, INT64_MAX);
    assert_string_equal(s.text, "recordinghi");
    assert_int_equal(s.last_us[REC_READ_DATA], 700 * MS);
    rec_reader_free(r);
}

/* Twice as fast: pictures come in half the time, and so does the sound, in as many packets a second as ever. */
static void at_another_pace(void **state)
{
    for (int mjr = 0; mjr < 2; mjr++) {
        struct seen s = {0};
        struct rec_reader *r;
        uint32_t audio, video;

        if (mjr)
            both_mjr();
        else
            add_media("one.webm", 5, 0);
        g_ptr_array_set_size(item.media, mjr ? 0 : 1);
        r = open_reader();
        read_until(r, &s, 1000 * MS);
        rec_reader_speed(r, 1000 * MS, 200);
        audio = s.last_ts[REC_READ_AUDIO];
        video = s.last_ts[REC_READ_VIDEO];
        s.n[REC_READ_AUDIO] = 1;
        read_until(r, &s, 3000 * MS);
        assert_in_range(s.n[REC_READ_AUDIO], 42, 54);
        assert_in_range(s.last_ts[REC_READ_AUDIO] - audio, 930 * 48, 1030 * 48);
        assert_in_range(s.last_ts[REC_READ_VIDEO] - video, 950 * 90, 1050 * 90);
        rec_reader_speed(r, 3000 * MS, 100);
        audio = s.last_ts[REC_READ_AUDIO];
        read_until(r, &s, 4000 * MS);
        assert_in_range(s.last_ts[REC_READ_AUDIO] - audio, 930 * 48, 1070 * 48);
        rec_reader_free(r);
    }
}

static void what_cannot_be_played(void **state)
{
    struct rec_reader *r;

    assert_int_equal(rec_reader_open(&r, &item), -3);
    write_text("one.webm", "no media");
    g_ptr_array_add(item.media, path_of("one.webm"));
    assert_int_equal(rec_reader_open(&r, &item), -3);
    g_ptr_array_set_size(item.media, 0);
    write_text("a.mjr", "MJR00002");
    item.audio_mjr = path_of("a.mjr");
    assert_int_equal(rec_reader_open(&r, &item), -3); /* it never received anything */
    item.video_mjr = path_of("v.mjr");
    mjrs_write(item.video_mjr, &vp8);
    assert_int_equal(rec_reader_open(&r, &item), 0);
    assert_true(rec_reader_what(r)->audio_unusable);
    assert_false(rec_reader_what(r)->video_unusable);
    rec_reader_free(r);
}

#define test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_media_file),
        test(files_lie_where_the_manifest_says),
        test(a_file_that_has_gone_is_passed_over),
        test(seeking_goes_on_without_a_hole),
        test(mjr_files),
        test(files_are_cut_short_while_they_play),
        test(messages_of_a_media_file),
        test(messages_of_mjr_files),
        test(at_another_pace),
        test(what_cannot_be_played),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
