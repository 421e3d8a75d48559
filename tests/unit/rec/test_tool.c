/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec as it was built, on small files. */
#include "../../../plugins/recorder/demux.h"

#include <fcntl.h>

#include <glib.h>
#include <jansson.h>
#include <libavutil/log.h>

#include "mjrs.h"

#define FIRST_US INT64_C(1741504542000000)

static const struct mjrs_conf opus = {.fixture = "rtp/chromium-opus.hex",
                                      .codec = "opus",
                                      .kind = REC_MJR_AUDIO,
                                      .rate = 48000,
                                      .step = 960,
                                      .frames = 100,
                                      .first_us = FIRST_US},
                              vp8 = {.fixture = "rtp/chromium-vp8-l1t3.hex",
                                     .codec = "vp8",
                                     .kind = REC_MJR_VIDEO,
                                     .rate = 90000,
                                     .step = 3600,
                                     .frames = 50,
                                     .first_us = FIRST_US + 180000};

/* Every test has a folder, and its files in it. */
static char folder[64];

static int make_folder(void **state)
{
    strcpy(folder, "/tmp/cardea-rec-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char paths[4][128];
    static unsigned next;

    next = (next + 1) % 4;
    snprintf(paths[next], sizeof(paths[0]), "%s/%s", folder, name);
    return paths[next];
}

/* Runs it there; what it says goes to files "out" and "err". Returns its result. */
static int run(const char *fmt, ...)
{
    const char *build = getenv("CARDEA_BUILD");
    char arguments[512], command[1200];
    va_list args;
    int status;

    va_start(args, fmt);
    vsnprintf(arguments, sizeof(arguments), fmt, args);
    va_end(args);
    snprintf(command, sizeof(command), "cd '%s' && '%s/cardea-rec' %s >out 2>err", folder, build ? build : ".",
             arguments);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int system_in_folder(const char *what)
{
    char *command = g_strdup_printf("cd '%s' && %s", folder, what);
    int status = system(command);

    g_free(command);
    return status;
}

static char *text_of(const char *name)
{
    char *text = NULL;

    assert_true(g_file_get_contents(in_folder(name), &text, NULL, NULL));
    return text;
}

static bool says(const char *name, const char *what)
{
    char *text = text_of(name);
    bool found = strstr(text, what) != NULL;

    if (!found)
        print_message("%s: %s\n", name, text);
    g_free(text);
    return found;
}

struct counted {
    unsigned frames;
    int64_t first_us, end_us;
};

static void count(const char *name, struct counted *tracks, unsigned expected)
{
    struct rec_demux_frame f;
    struct rec_demux *d;

    memset(tracks, 0, expected * sizeof(*tracks));
    assert_int_equal(rec_demux_open(&d, in_folder(name), false), 0);
    assert_int_equal(rec_demux_tracks(d), expected);
    assert_true(rec_demux_duration_us(d) > 0);
    while (rec_demux_next(d, &f) > 0) {
        if (!tracks[f.track].frames++)
            tracks[f.track].first_us = f.time_us;
        tracks[f.track].end_us = f.time_us + f.duration_us;
    }
    rec_demux_close(d);
}

/* --- convert ------------------------------------------------------------------------------------------------------ */

static void puts_audio_and_video_in_step(void **state)
{
    static const struct mjrs_conf h264 = {.fixture = "rtp/chromium-h264.hex",
                                          .codec = "h264",
                                          .kind = REC_MJR_VIDEO,
                                          .rate = 90000,
                                          .step = 3600,
                                          .frames = 50,
                                          .first_us = FIRST_US + 180000};
    struct counted tracks[2];

    mjrs_write(in_folder("a.mjr"), &opus);
    mjrs_write(in_folder("v.mjr"), &vp8);
    mjrs_write(in_folder("h.mjr"), &h264);
    assert_int_equal(run("convert a.mjr v.mjr av.webm"), 0);
    assert_true(says("out", "vp8    0:00:01.960, 101 packets, 0 missing, 50 frames"));
    count("av.webm", tracks, 2);
    assert_int_equal(tracks[0].frames, 100);
    assert_int_equal(tracks[0].first_us, 0);
    assert_int_equal(tracks[1].frames, 50);
    assert_int_equal(tracks[1].first_us, 180000); /* the headers say so */
    assert_int_equal(run("convert -q a.mjr h.mjr av.mp4"), 0);
    count("av.mp4", tracks, 2);
    assert_int_equal(tracks[0].frames, 100);
    assert_in_range(tracks[1].first_us, 179000, 181000);
    assert_int_equal(run("verify av.webm av.mp4 a.mjr v.mjr"), 0);
    assert_true(says("out", "av.webm: well"));
}

static void converts_every_codec(void **state)
{
    static const struct {
        struct mjrs_conf conf;
        const char *name;
    } files[] = {
        {{"rtp/chromium-opus.hex", "opus", REC_MJR_AUDIO, 48000, 960, 50, FIRST_US}, "a.opus"},
        {{"rtp/chromium-opus.hex", "opus", REC_MJR_AUDIO, 48000, 960, 50, FIRST_US}, "a.mka"},
        {{"rtp/chromium-opus.hex", "pcmu", REC_MJR_AUDIO, 8000, 48, 50, FIRST_US}, "u.wav"},
        {{"rtp/chromium-opus.hex", "g722", REC_MJR_AUDIO, 8000, 48, 50, FIRST_US}, "g.wav"},
        {{"rtp/chromium-vp9.hex", "vp9", REC_MJR_VIDEO, 90000, 3600, 25, FIRST_US}, "9.webm"},
        {{"rtp/chromium-vp9-l3t3key.hex", "vp9", REC_MJR_VIDEO, 90000, 3600, 25, FIRST_US}, "9s.mkv"},
        {{"rtp/chromium-h264.hex", "h264", REC_MJR_VIDEO, 90000, 3600, 25, FIRST_US}, "h.mkv"},
        {{"rtp/chromium-av1-l1t3.hex", "av1", REC_MJR_VIDEO, 90000, 3600, 25, FIRST_US}, "1.mp4"},
        {{"rtp/chromium-av1-l1t3.hex", "av1", REC_MJR_VIDEO, 90000, 3600, 25, FIRST_US}, "1.webm"},
    };
    unsigned i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        mjrs_write(in_folder("x.mjr"), &files[i].conf);
        assert_int_equal(run("convert -q x.mjr %s", files[i].name), 0);
        assert_int_equal(run("verify %s", files[i].name), 0);
        assert_true(says("out", "well"));
        assert_int_equal(access(in_folder("x.mjr.part"), F_OK), -1);
    }
}

/* A hole of 2 s in G.711 is 16000 bytes of silence in a WAV file, and time stays right. */
static void silence_takes_the_place_of_what_is_missing(void **state)
{
    static const struct rec_mjr_info info = {.kind = REC_MJR_AUDIO, .codec = "pcma", .red_payload_type = -1};
    uint8_t packet[12 + 160] = {0x80, 8}, out[400];
    struct rec_mjr_writer w;
    FILE *f = fopen(in_folder("a.mjr"), "wb");
    struct stat st;
    unsigned i;

    mjrs_head(f, &info);
    rec_mjr_writer_init(&w, false, 8000);
    for (i = 0; i < 3; i++) {
        static const uint32_t ts[] = {0, 160, 320 + 16000};

        packet[3] = (uint8_t)i;
        packet[6] = (uint8_t)(ts[i] >> 8);
        packet[7] = (uint8_t)ts[i];
        fwrite(out, 1, (size_t)rec_mjr_write_packet(&w, out, sizeof(out), packet, sizeof(packet), 0), f);
    }
    fclose(f);
    assert_int_equal(run("convert a.mjr a.wav"), 0);
    assert_int_equal(stat(in_folder("a.wav"), &st), 0);
    assert_in_range(st.st_size, 480 + 16000 + 40, 480 + 16000 + 120); /* and the header */
}

static void messages_become_subtitles(void **state)
{
    struct rec_mjr_info info;
    struct rec_mjr_writer w;
    uint8_t out[100];
    FILE *f = fopen(in_folder("d.mjr"), "wb");
    char *text;

    rec_mjr_info_clear(&info, REC_MJR_DATA, "text");
    info.created_us = FIRST_US;
    mjrs_head(f, &info);
    rec_mjr_writer_init(&w, false, 1000);
    fwrite(out, 1,
           (size_t)rec_mjr_write_data(&w, out, sizeof(out), (const uint8_t *)"hello\n\nyou", 10, FIRST_US + 500000, 0),
           f);
    fwrite(out, 1, (size_t)rec_mjr_write_data(&w, out, sizeof(out), (const uint8_t *)"bye", 3, FIRST_US + 1700000, 0),
           f);
    fclose(f);
    assert_int_equal(run("convert d.mjr d.srt"), 0);
    text = text_of("d.srt");
    assert_string_equal(text,
                        "1\n00:00:00,500 --> 00:00:01,699\nhello\nyou\n\n2\n00:00:01,700 --> 00:00:06,700\nbye\n\n");
    g_free(text);
    mjrs_write(in_folder("a.mjr"), &opus);
    assert_int_equal(run("convert a.mjr d.mjr ad.mkv"), 0);
    assert_int_equal(run("info ad.mkv"), 0);
    assert_true(says("out", "text subrip, 2 frames"));
    assert_int_equal(run("convert d.mjr d.bin"), 0);
    text = text_of("d.bin");
    assert_string_equal(text, "hello\n\nyoubye");
    g_free(text);
}

static void refuses_clearly(void **state)
{
    struct rec_mjr_info info;
    FILE *f;

    mjrs_write(in_folder("a.mjr"), &opus);
    assert_int_equal(run("convert a.mjr a.wav"), 1);
    assert_true(says("err", "a .wav file does not take opus"));
    assert_int_equal(run("convert a.mjr a.xyz"), 1);
    assert_true(says("err", "'xyz' is no kind of file"));
    assert_int_equal(run("convert a.mjr"), 2);
    assert_true(says("err", "--help"));
    assert_int_equal(run("convert nowhere.mjr a.opus"), 1);
    assert_true(says("err", "No such file"));
    assert_int_equal(run("convert --no-such-option a.mjr a.opus"), 2);
    assert_int_equal(run("nonsense"), 2);
    assert_int_equal(run("--help"), 0);
    assert_int_equal(run("convert --help"), 0);
    assert_int_equal(run("mjr --help"), 0);
    f = fopen(in_folder("empty.mjr"), "wb");
    fputs("MJR00002", f);
    fclose(f);
    assert_int_equal(run("convert empty.mjr a.opus"), 1);
    assert_true(says("err", "nothing was ever received"));
    rec_mjr_info_clear(&info, REC_MJR_AUDIO, "opus");
    info.e2ee = true;
    f = fopen(in_folder("secret.mjr"), "wb");
    mjrs_head(f, &info);
    fwrite("MEET\0\0\0\0\0\x0d\x80\x6f\0\1\0\0\0\0\0\0\0\1\x78", 1, 23, f);
    fclose(f);
    assert_int_equal(run("convert secret.mjr a.opus"), 1);
    assert_true(says("err", "encrypted end to end"));
    assert_int_equal(access(in_folder("a.opus"), F_OK), -1); /* nothing half done is left */
}

static void copies_media_files(void **state)
{
    struct counted track;

    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q v.mjr v.webm"), 0);
    assert_int_equal(run("convert -q v.webm v.mkv"), 0);
    count("v.mkv", &track, 1);
    assert_int_equal(track.frames, 50);
    assert_int_equal(run("convert v.webm v.wav"), 1);
    assert_true(says("err", "does not take vp8"));
}

/* --- info, verify, repair ----------------------------------------------------------------------------------------- */

static void tells_about_files(void **state)
{
    json_t *j, *x;

    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("info --json v.mjr"), 0);
    j = json_load_file(in_folder("out"), 0, NULL);
    x = json_object_get(json_array_get(j, 0), "extended");
    assert_string_equal(json_string_value(json_object_get(json_array_get(j, 0), "c")), "vp8");
    assert_int_equal(json_integer_value(json_object_get(x, "packets")), 101);
    assert_int_equal(json_integer_value(json_object_get(x, "frames")), 50);
    x = json_array_get(json_object_get(json_object_get(x, "codec"), "resolution"), 0);
    assert_int_equal(json_integer_value(json_object_get(x, "width")), 640);
    json_decref(j);
    assert_int_equal(run("mjr header v.mjr"), 0);
    assert_true(says("out", "{\"t\": \"v\", \"c\": \"vp8\", \"s\": 1741504542180000, \"u\": 1741504542180000}\n"));
    assert_int_equal(run("mjr list v.mjr"), 0);
    assert_true(says("out", "pt  96  seq     1  ts          0"));
}

static void write_manifest(const char *file, const char *state, const char *hash, long long bytes)
{
    FILE *f = fopen(in_folder("take.json"), "w");

    fprintf(
        f,
        "{\"format\": \"cardea-recording\", \"version\": 1, \"id\": 1, \"title\": \"take\", \"state\": \"%s\","
        "\"segments\": [{\"file\": \"%s\", \"state\": \"%s\", \"start_ms\": 0, \"bytes\": %lld, \"sha256\": \"%s\"}]}",
        state, file, state, bytes, hash);
    fclose(f);
}

static char *sha256_of(const char *name)
{
    char *data, *hash;
    gsize len;

    assert_true(g_file_get_contents(in_folder(name), &data, &len, NULL));
    hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)data, len);
    g_free(data);
    return hash;
}

static void finds_what_is_not_what_was_recorded(void **state)
{
    struct stat st;
    char *hash;
    int fd;

    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q v.mjr take.webm"), 0);
    assert_int_equal(stat(in_folder("take.webm"), &st), 0);
    hash = sha256_of("take.webm");
    write_manifest("take.webm", "finished", hash, st.st_size);
    assert_int_equal(run("verify take.json"), 0);
    assert_int_equal(run("verify ."), 0);
    assert_int_equal(run("info ."), 0);
    assert_true(says("out", "take, finished"));
    fd = open(in_folder("take.webm"), O_RDWR);
    assert_int_equal(pwrite(fd, "\xff\xff\xff\xff", 4, st.st_size / 2), 4);
    close(fd);
    assert_int_equal(run("verify take.json"), 1);
    assert_true(says("err", "its SHA-256 differs"));
    write_manifest("take.webm", "finished", hash, 17);
    assert_int_equal(run("verify take.json"), 1);
    assert_true(says("err", "and should have 17"));
    write_manifest("../take.webm", "finished", hash, st.st_size);
    assert_int_equal(run("verify take.json"), 1);
    assert_true(says("err", "not beside it"));
    g_free(hash);
}

static void repairs_with_the_manifest(void **state)
{
    struct stat st;
    json_t *j, *segment;

    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q v.mjr take.webm"), 0);
    assert_int_equal(stat(in_folder("take.webm"), &st), 0);
    assert_int_equal(truncate(in_folder("take.webm"), st.st_size * 3 / 4), 0);
    write_manifest("take.webm", "recording", "00", 0);
    assert_int_equal(run("verify take.json"), 1);
    assert_int_equal(run("repair --force take.json"), 0);
    assert_int_equal(run("verify take.json"), 0);
    j = json_load_file(in_folder("take.json"), 0, NULL);
    segment = json_array_get(json_object_get(j, "segments"), 0);
    assert_string_equal(json_string_value(json_object_get(j, "state")), "repaired");
    assert_string_equal(json_string_value(json_object_get(segment, "state")), "repaired");
    assert_true(json_integer_value(json_object_get(j, "duration_ms")) > 1000);
    json_decref(j);
    /* and an .mjr file that is cut off loses what is cut off */
    assert_int_equal(stat(in_folder("v.mjr"), &st), 0);
    assert_int_equal(truncate(in_folder("v.mjr"), st.st_size - 7), 0);
    assert_int_equal(run("verify v.mjr"), 1);
    assert_int_equal(run("repair v.mjr"), 0);
    assert_int_equal(run("verify v.mjr"), 0);
}

/* --- captures ----------------------------------------------------------------------------------------------------- */

static void goes_through_a_capture(void **state)
{
    char *before, *after;
    gsize n, m;

    mjrs_write(in_folder("a.mjr"), &opus);
    assert_int_equal(run("mjr to-pcap a.mjr a.pcap"), 0);
    assert_int_equal(run("mjr from-pcap -c opus a.pcap b.mjr"), 0);
    assert_true(g_file_get_contents(in_folder("a.mjr"), &before, &n, NULL));
    assert_true(g_file_get_contents(in_folder("b.mjr"), &after, &m, NULL));
    assert_int_equal(n, m);
    assert_memory_equal(before, after, n);
    g_free(before);
    g_free(after);
    assert_int_equal(run("mjr from-pcap -c nonsense a.pcap c.mjr"), 2);
    assert_int_equal(run("mjr from-pcap -c opus -s 0x12345678 a.pcap c.mjr"), 1);
    assert_int_equal(run("mjr from-pcap -c opus a.mjr c.mjr"), 1);
    assert_true(says("err", "is no capture"));
}

/* What another implementation makes of our capture, we can convert. */
static void reads_what_others_write(void **state)
{
    struct counted track;
    char command[400];

    if (system("command -v pcap2mjr >/dev/null 2>&1")) {
        print_message("pcap2mjr is not installed (Debian: janus-tools): not tried\n");
        skip();
    }
    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("mjr to-pcap v.mjr v.pcap"), 0);
    snprintf(command, sizeof(command), "cd '%s' && pcap2mjr -c vp8 v.pcap theirs.mjr >theirs.log 2>&1", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(run("convert theirs.mjr theirs.webm"), 0);
    count("theirs.webm", &track, 1);
    assert_int_equal(track.frames, 50);
    snprintf(command, sizeof(command), "cd '%s' && mjr2pcap v.mjr theirs.pcap >>theirs.log 2>&1", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(run("mjr from-pcap -c vp8 theirs.pcap ours.mjr"), 0);
    assert_true(says("out", "101 packets"));
}

/* --- compose ------------------------------------------------------------------------------------------------------ */

static void composes_files(void **state)
{
    struct counted tracks[2];

    mjrs_write(in_folder("a.mjr"), &opus);
    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q a.mjr v.mjr one.webm"), 0);
    assert_int_equal(run("compose -q -s 320x180 -r 10 one.webm one.webm@1.5 both.webm"), 0);
    count("both.webm", tracks, 2);
    assert_in_range(tracks[0].frames, 36, 38); /* 1.5 s and 2.14 s, ten a second */
    assert_in_range(tracks[1].end_us, 3500000, 3900000);
    assert_int_equal(run("verify both.webm"), 0);
    assert_int_equal(run("compose -q -l speaker -s 320x180 -r 10 --from 1 --to 2 one.webm one.webm@0.5 part.mkv"), 0);
    count("part.mkv", tracks, 2);
    assert_int_equal(tracks[0].frames, 10);
    assert_int_equal(run("verify part.mkv"), 0);
    assert_int_equal(run("compose -q --no-video one.webm one.webm@1.5 sound.opus"), 0);
    count("sound.opus", tracks, 1);
    assert_in_range(tracks[0].end_us, 3500000, 3900000);
}

/* Grey values of the fifth picture. */
static char *fifth_picture(const char *name)
{
    char command[400], *bytes = NULL;
    gsize len;

    snprintf(command, sizeof(command),
             "ffmpeg -v error -y -i '%s' -vf 'select=eq(n\\,4),format=gray' -frames:v 1 -f rawvideo '%s/gray'",
             in_folder(name), folder);
    assert_int_equal(system(command), 0);
    assert_true(g_file_get_contents(in_folder("gray"), &bytes, &len, NULL));
    assert_int_equal(len, 320 * 180);
    return bytes;
}

/* How much two pictures differ, grey values a point, in these rows. */
static unsigned differ(const char *a, const char *b, int from, int to)
{
    unsigned sum = 0;

    for (int i = from * 320; i < to * 320; i++)
        sum += (unsigned)abs((uint8_t)a[i] - (uint8_t)b[i]);
    return sum / (unsigned)((to - from) * 320);
}

/* With a name there is something at the bottom of the picture, and nothing has changed at its top. */
static void composes_with_names(void **state)
{
    char *with, *without;

    if (system_in_folder("ffmpeg -v quiet -filters | grep -q drawtext"))
        skip();
    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q v.mjr 'It: is\\, [a name].webm'"), 0);
    assert_int_equal(run("compose -q -s 320x180 -r 10 -Q 4 'It: is\\, [a name].webm' with.mkv"), 0);
    assert_int_equal(run("compose -q -s 320x180 -r 10 -Q 4 --no-names 'It: is\\, [a name].webm' without.mkv"), 0);
    with = fifth_picture("with.mkv");
    without = fifth_picture("without.mkv");
    assert_true(differ(with, without, 0, 150) < 2);
    assert_true(differ(with, without, 164, 178) > 4);
    g_free(with);
    g_free(without);
}

/* A part from the middle is the same whether what comes before it was decoded or skipped. */
static void composes_a_part(void **state)
{
    struct counted tracks[2];
    char *skipped, *whole;

    mjrs_write(in_folder("a.mjr"), &opus);
    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q a.mjr v.mjr one.webm"), 0);
    assert_int_equal(run("compose -q --no-names -s 320x180 -r 10 -Q 4 --from 1 --to 2 one.webm part.mkv"), 0);
    count("part.mkv", tracks, 2);
    assert_int_equal(tracks[0].frames, 10);
    assert_in_range(tracks[1].end_us - tracks[1].first_us, 950000, 1050000);
    /* the same without an index: what was never finished has none */
    assert_int_equal(system_in_folder("ffmpeg -v error -y -i one.webm -c copy -live 1 unfinished.webm"), 0);
    assert_int_equal(run("compose -q --no-names -s 320x180 -r 10 -Q 4 --from 1 --to 2 unfinished.webm all.mkv"), 0);
    skipped = fifth_picture("part.mkv");
    whole = fifth_picture("all.mkv");
    assert_true(differ(skipped, whole, 0, 180) < 3);
    g_free(skipped);
    g_free(whole);
}

static void composes_a_folder(void **state)
{
    struct counted tracks[2];
    FILE *f;

    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q v.mjr take.webm"), 0);
    write_manifest("take.webm", "finished", "", 0);
    f = fopen(in_folder("session.json"), "w");
    fputs("{\"format\": \"cardea-session\", \"name\": \"s\", \"state\": \"finished\", \"recordings\": ["
          "{\"id\": 1, \"name\": \"take\", \"participant\": \"alice\", \"from_ms\": 0}]}",
          f);
    fclose(f);
    assert_int_equal(run("compose -q -s 160x90 -r 10 . room.webm"), 0);
    count("room.webm", tracks, 2);
    assert_in_range(tracks[0].frames, 19, 21);
    assert_int_equal(run("info ."), 0);
    assert_true(says("out", "alice"));
}

static void composing_refuses_clearly(void **state)
{
    mjrs_write(in_folder("v.mjr"), &vp8);
    assert_int_equal(run("convert -q v.mjr v.webm"), 0);
    assert_int_equal(run("compose -l pile v.webm x.webm"), 2);
    assert_true(says("err", "grid or speaker"));
    assert_int_equal(run("compose -s 12 v.webm x.webm"), 2);
    assert_int_equal(run("compose -V nonsense v.webm x.webm"), 1);
    assert_true(says("err", "no video encoder 'nonsense'"));
    assert_int_equal(run("compose v.webm x.xyz"), 1);
    assert_int_equal(run("compose . x.webm"), 1);
    assert_true(says("err", "no manifest"));
    assert_int_equal(run("compose --encoders"), 0);
    assert_true(says("out", "opus"));
    assert_int_equal(access(in_folder("x.webm"), F_OK), -1);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(puts_audio_and_video_in_step),
        WITH_FOLDER(converts_every_codec),
        WITH_FOLDER(silence_takes_the_place_of_what_is_missing),
        WITH_FOLDER(messages_become_subtitles),
        WITH_FOLDER(refuses_clearly),
        WITH_FOLDER(copies_media_files),
        WITH_FOLDER(tells_about_files),
        WITH_FOLDER(finds_what_is_not_what_was_recorded),
        WITH_FOLDER(repairs_with_the_manifest),
        WITH_FOLDER(goes_through_a_capture),
        WITH_FOLDER(reads_what_others_write),
        WITH_FOLDER(composes_files),
        WITH_FOLDER(composes_with_names),
        WITH_FOLDER(composes_a_part),
        WITH_FOLDER(composes_a_folder),
        WITH_FOLDER(composing_refuses_clearly),
    };

    setenv("G_MESSAGES_DEBUG", "", 1);
    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
