/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/mjr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/vectors.h"

static const char header[] =
    "{\"t\": \"v\", \"c\": \"vp9\", \"f\": \"profile-id=0\", \"d\": \"desk camera\", "
    "\"x\": {\"13\": \"urn:3gpp:video-orientation\"}, \"s\": 1741504542000000, \"u\": 1741504542180312}";

static struct rec_mjr_info desk_camera(void)
{
    struct rec_mjr_info info;

    rec_mjr_info_clear(&info, REC_MJR_VIDEO, "vp9");
    strcpy(info.fmtp, "profile-id=0");
    strcpy(info.description, "desk camera");
    strcpy(info.extension[13].uri, "urn:3gpp:video-orientation");
    info.created_us = 1741504542000000;
    info.first_us = 1741504542180312;
    return info;
}

static void writes_the_info_byte_for_byte(void **state)
{
    struct rec_mjr_info info = desk_camera();
    uint8_t out[REC_MJR_INFO_MAX];
    int n = rec_mjr_write_info(out, sizeof(out), &info);

    assert_int_equal(n, 2 + sizeof(header) - 1);
    assert_int_equal(out[0] << 8 | out[1], sizeof(header) - 1);
    assert_memory_equal(out + 2, header, sizeof(header) - 1);
    assert_int_equal(rec_mjr_write_info(out, (size_t)n - 1, &info), -5);
    info.red_payload_type = 63;
    info.e2ee = true;
    n = rec_mjr_write_info(out, sizeof(out), &info);
    assert_memory_equal(out + n - 24, "180312, \"or\": 63, \"e\": true}" + 4, 24);
    memset(info.fmtp, 'x', sizeof(info.fmtp) - 1);
    memset(info.description, '"', sizeof(info.description) - 1); /* two bytes each, escaped */
    assert_int_equal(rec_mjr_write_info(out, sizeof(out), &info), -5);
}

static void writes_the_frame_of_the_specification(void **state)
{
    struct vector v = vector_from_hex("80ef 1234 55667788 99aabbcc 0102030405060708"),
                  expected = vector_from_hex("4d454554 00000000 0014 80ef 0001 00000000 99aabbcc 0102030405060708");
    struct rec_mjr_writer w;
    uint8_t out[64];

    rec_mjr_writer_init(&w, false, 48000);
    assert_int_equal(rec_mjr_write_packet(&w, out, sizeof(out), v.data, v.len, 5000000), (int)expected.len);
    assert_memory_equal(out, expected.data, expected.len);
    free(v.data);
    free(expected.data);
}

struct numbers {
    uint16_t seq;
    uint32_t ts, ms;
};

static struct numbers put(struct rec_mjr_writer *w, uint16_t seq, uint32_t ts, uint8_t ssrc, int64_t now)
{
    uint8_t out[64], packet[13] = {0x80, 96, (uint8_t)(seq >> 8), (uint8_t)seq};
    struct numbers n;

    packet[4] = (uint8_t)(ts >> 24);
    packet[5] = (uint8_t)(ts >> 16);
    packet[6] = (uint8_t)(ts >> 8);
    packet[7] = (uint8_t)ts;
    packet[11] = ssrc;
    assert_int_equal(rec_mjr_write_packet(w, out, sizeof(out), packet, sizeof(packet), now), 23);
    n.ms = (uint32_t)out[4] << 24 | (uint32_t)out[5] << 16 | (uint32_t)out[6] << 8 | out[7];
    n.seq = (uint16_t)(out[12] << 8 | out[13]);
    n.ts = (uint32_t)out[14] << 24 | (uint32_t)out[15] << 16 | (uint32_t)out[16] << 8 | out[17];
    assert_int_equal(out[21], w->one_ssrc ? 1 : ssrc);
    return n;
}

static void assert_numbers(struct numbers n, uint16_t seq, uint32_t ts, uint32_t ms)
{
    assert_int_equal(n.seq, seq);
    assert_int_equal(n.ts, ts);
    assert_int_equal(n.ms, ms);
}

static void numbers_begin_anew_and_keep_their_gaps(void **state)
{
    struct rec_mjr_writer w;

    rec_mjr_writer_init(&w, true, 90000);
    assert_numbers(put(&w, 65534, 0xffffff00, 1, 1000000), 1, 0, 0);
    assert_numbers(put(&w, 2, 0x100, 1, 1040000), 5, 0x200, 40);  /* two are missing, and both wrapped */
    assert_numbers(put(&w, 0, 0xffffff00, 1, 1041999), 3, 0, 41); /* late */
    assert_numbers(put(&w, 77, 5000, 2, 1080000), 6, 3512, 80);   /* another source: no hole */
    assert_numbers(put(&w, 78, 8000, 2, 1100000), 7, 6512, 100);
    rec_mjr_writer_splice(&w);
    assert_numbers(put(&w, 200, 80000, 2, 9100000), 8, 9512, 8100); /* pause */
    assert_numbers(put(&w, 201, 83000, 2, 9000), 9, 12512, 0);      /* a clock that goes backwards harms nothing */
}

/* A layer of simulcast comes, another goes: for readers it is one stream. */
static void layers_are_one_stream(void **state)
{
    struct rec_mjr_writer w;

    rec_mjr_writer_init(&w, true, 90000);
    w.one_ssrc = true;
    assert_numbers(put(&w, 10, 1000, 1, 1000000), 1, 0, 0);
    assert_numbers(put(&w, 900, 70000, 2, 1040000), 2, 3000, 40);
    assert_numbers(put(&w, 901, 73000, 2, 1080000), 3, 6000, 80);
    assert_numbers(put(&w, 13, 10000, 1, 1120000), 4, 9000, 120);
}

static void refuses_what_it_cannot_write(void **state)
{
    uint8_t packet[REC_MJR_BODY_MAX + 1] = {0x80}, out[64];
    struct rec_mjr_writer w;

    rec_mjr_writer_init(&w, false, 8000);
    assert_int_equal(rec_mjr_write_packet(&w, out, sizeof(out), packet, 11, 0), -3);
    assert_int_equal(rec_mjr_write_packet(&w, out, sizeof(out), packet, sizeof(packet), 0), -5);
    assert_int_equal(rec_mjr_write_packet(&w, out, 21, packet, 12, 0), -5);
    assert_int_equal(rec_mjr_write_data(&w, out, 20, packet, 3, 0, 0), -5);
    assert_false(w.begun);
    assert_int_equal(rec_mjr_write_packet(&w, out, 22, packet, 12, 0), 22);
}

/* A file in memory. */
struct file {
    uint8_t data[65536];
    size_t len;
};

static void add_hex(struct file *f, const char *hex)
{
    struct vector v = vector_from_hex(hex);

    memcpy(f->data + f->len, v.data, v.len);
    f->len += v.len;
    free(v.data);
}

static void add_text(struct file *f, const char *text)
{
    memcpy(f->data + f->len, text, strlen(text));
    f->len += strlen(text);
}

static void reads_what_it_wrote(void **state)
{
    static struct file f;
    struct rec_mjr_info info = desk_camera();
    struct rec_mjr_writer w;
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;
    struct vector v[64];
    size_t n = vectors_load("rtp/chromium-vp9.hex", v, 64), i;

    f.len = rec_mjr_write_magic(f.data);
    f.len += (size_t)rec_mjr_write_info(f.data + f.len, sizeof(f.data) - f.len, &info);
    rec_mjr_writer_init(&w, true, 90000);
    for (i = 0; i < n; i++)
        f.len += (size_t)rec_mjr_write_packet(&w, f.data + f.len, sizeof(f.data) - f.len, v[i].data, v[i].len,
                                              (int64_t)i * 33000);
    assert_int_equal(rec_mjr_open(&r, f.data, f.len), 0);
    assert_int_equal(r.version, 2);
    assert_false(r.empty);
    assert_int_equal(r.json_len, sizeof(header) - 1);
    assert_memory_equal(r.json, header, sizeof(header) - 1);
    assert_memory_equal(&r.info, &info, sizeof(info));
    assert_int_equal(rec_mjr_extension_id(&r.info, "urn:3gpp:video-orientation"), 13);
    assert_int_equal(rec_mjr_extension_id(&r.info, "urn:other"), 0);
    for (i = 0; i < n; i++) {
        assert_int_equal(rec_mjr_next(&r, &frame), 1);
        assert_int_equal(frame.len, v[i].len);
        assert_int_equal(frame.ms, i * 33);
        assert_int_equal(frame.body[3], i + 1);
        assert_memory_equal(frame.body + 8, v[i].data + 8, v[i].len - 8);
    }
    assert_int_equal(rec_mjr_next(&r, &frame), 0);
    assert_false(r.truncated);
    vectors_free(v, n);
}

static void reads_older_files(void **state)
{
    static struct file f;
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;

    add_text(&f, "MEETECHO");
    add_hex(&f, "0005");
    add_text(&f, "audioMEETECHO");
    add_hex(&f, "000d 806f000100000000000000aa 78");
    assert_int_equal(rec_mjr_open(&r, f.data, f.len), 0);
    assert_int_equal(r.version, 0);
    assert_false(r.has_info);
    assert_string_equal(r.info.codec, "opus");
    assert_int_equal(rec_mjr_next(&r, &frame), 1);
    assert_int_equal(frame.len, 13);
    assert_false(frame.has_ms);
    assert_int_equal(rec_mjr_next(&r, &frame), 0);

    f.len = 0;
    add_text(&f, "MJR00001");
    add_hex(&f, "0020");
    add_text(&f, "{\"t\":\"a\",\"c\":\"pcma\",\"s\":1,\"u\":2}MEETECHO");
    add_hex(&f, "000b 8008000100000000000000"); /* shorter than a header: stepped over */
    add_text(&f, "MEETECHO");
    add_hex(&f, "000d 8008000100000000000000aa d5");
    assert_int_equal(rec_mjr_open(&r, f.data, f.len), 0);
    assert_int_equal(r.version, 1);
    assert_string_equal(r.info.codec, "pcma");
    assert_int_equal(rec_mjr_next(&r, &frame), 1);
    assert_int_equal(frame.len, 13);
    assert_int_equal(r.skipped, 1);
}

static void reads_data(void **state)
{
    static struct file f;
    struct rec_mjr_writer w;
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;
    struct rec_mjr_info info;

    rec_mjr_info_clear(&info, REC_MJR_DATA, "text");
    f.len = rec_mjr_write_magic(f.data);
    f.len += (size_t)rec_mjr_write_info(f.data + f.len, 1000, &info);
    rec_mjr_writer_init(&w, false, 1000);
    f.len += (size_t)rec_mjr_write_data(&w, f.data + f.len, 100, (const uint8_t *)"hello", 5, 1741504542000000, 7);
    f.len += (size_t)rec_mjr_write_data(&w, f.data + f.len, 100, (const uint8_t *)"you", 3, 1741504543000000, 1000007);
    assert_int_equal(rec_mjr_open(&r, f.data, f.len), 0);
    assert_int_equal(rec_mjr_next(&r, &frame), 1);
    assert_int_equal(frame.len, 5);
    assert_memory_equal(frame.body, "hello", 5);
    assert_true(frame.wall_us == 1741504542000000);
    assert_int_equal(rec_mjr_next(&r, &frame), 1);
    assert_int_equal(frame.ms, 1000);
    assert_int_equal(rec_mjr_next(&r, &frame), 0);
}

static void eight_bytes_are_an_empty_recording(void **state)
{
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;

    assert_int_equal(rec_mjr_open(&r, "MJR00002", 8), 0);
    assert_true(r.empty);
    assert_int_equal(rec_mjr_next(&r, &frame), 0);
    assert_int_equal(rec_mjr_open(&r, "MJR00003", 8), -3);
    assert_int_equal(rec_mjr_open(&r, "MJR0000", 7), -3);
    assert_int_equal(rec_mjr_open(&r, "MJR00002\0\2{}", 12), -3); /* says nothing */
    assert_int_equal(rec_mjr_open(&r, "MJR00002\0\3{}", 12), -3);
}

/* However much of a file is there: what is read is what was written, and only whole frames. */
static void every_truncation(void **state)
{
    static struct file f;
    struct rec_mjr_info info = desk_camera();
    struct rec_mjr_writer w;
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;
    struct vector v[64];
    size_t n = vectors_load("rtp/chromium-opus.hex", v, 64), i, cut, first, ends[64];
    uint8_t *part;

    f.len = rec_mjr_write_magic(f.data);
    f.len += (size_t)rec_mjr_write_info(f.data + f.len, 1000, &info);
    first = f.len;
    rec_mjr_writer_init(&w, false, 48000);
    for (i = 0; i < n; i++) {
        f.len += (size_t)rec_mjr_write_packet(&w, f.data + f.len, 1000, v[i].data, v[i].len, 0);
        ends[i] = f.len;
    }
    for (cut = 0; cut <= f.len; cut++) {
        part = malloc(cut ? cut : 1);
        memcpy(part, f.data, cut);
        if (cut < first && cut != 8) {
            assert_int_equal(rec_mjr_open(&r, part, cut), -3);
        } else {
            assert_int_equal(rec_mjr_open(&r, part, cut), 0);
            for (i = 0; i < n && ends[i] <= cut; i++)
                assert_int_equal(rec_mjr_next(&r, &frame), 1);
            assert_int_equal(rec_mjr_next(&r, &frame), 0);
            assert_int_equal(r.truncated, cut > first && cut != (i ? ends[i - 1] : first));
        }
        free(part);
    }
    assert_int_equal(rec_mjr_open(&r, f.data, f.len), 0);
    f.data[ends[0]] ^= 1; /* the second frame does not begin there */
    assert_int_equal(rec_mjr_next(&r, &frame), 1);
    assert_int_equal(rec_mjr_next(&r, &frame), -3);
    vectors_free(v, n);
}

/* Another implementation's converter takes our files. */
static void others_convert_ours(void **state)
{
    static const struct {
        const char *fixture, *codec, *ending;
        enum rec_mjr_kind kind;
    } files[] = {
        {"rtp/chromium-opus.hex", "opus", "opus", REC_MJR_AUDIO},
        {"rtp/chromium-vp8-l1t3.hex", "vp8", "webm", REC_MJR_VIDEO},
        {"rtp/chromium-vp9.hex", "vp9", "webm", REC_MJR_VIDEO},
        {"rtp/chromium-h264.hex", "h264", "mp4", REC_MJR_VIDEO},
        {"rtp/chromium-av1-l1t3.hex", "av1", "mp4", REC_MJR_VIDEO},
    };
    char folder[] = "/tmp/cardea-mjr-XXXXXX", source[200], target[200], command[600];
    static uint8_t out[70000];
    struct rec_mjr_info info;
    struct rec_mjr_writer w;
    struct vector v[64];
    struct stat st;
    size_t n, i, k;
    FILE *f;

    if (system("command -v janus-pp-rec >/dev/null 2>&1")) {
        print_message("janus-pp-rec is not installed (Debian: janus-tools): not tried\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    for (k = 0; k < sizeof(files) / sizeof(files[0]); k++) {
        n = vectors_load(files[k].fixture, v, 64);
        snprintf(source, sizeof(source), "%s/%s.mjr", folder, files[k].codec);
        snprintf(target, sizeof(target), "%s/%s.%s", folder, files[k].codec, files[k].ending);
        rec_mjr_info_clear(&info, files[k].kind, files[k].codec);
        info.created_us = info.first_us = 1741504542000000;
        rec_mjr_writer_init(&w, files[k].kind == REC_MJR_VIDEO, files[k].kind == REC_MJR_VIDEO ? 90000 : 48000);
        f = fopen(source, "wb");
        assert_non_null(f);
        fwrite(out, 1, rec_mjr_write_magic(out), f);
        fwrite(out, 1, (size_t)rec_mjr_write_info(out, sizeof(out), &info), f);
        for (i = 0; i < n; i++)
            fwrite(out, 1, (size_t)rec_mjr_write_packet(&w, out, sizeof(out), v[i].data, v[i].len, (int64_t)i * 20000),
                   f);
        fclose(f);
        snprintf(command, sizeof(command), "janus-pp-rec '%s' '%s' >'%s/log' 2>&1 || { cat '%s/log'; false; }", source,
                 target, folder, folder);
        assert_int_equal(system(command), 0);
        assert_int_equal(stat(target, &st), 0);
        assert_true(st.st_size > 200);
        unlink(source);
        unlink(target);
        vectors_free(v, n);
    }
    snprintf(command, sizeof(command), "%s/log", folder);
    unlink(command);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_info_byte_for_byte),
        cmocka_unit_test(writes_the_frame_of_the_specification),
        cmocka_unit_test(numbers_begin_anew_and_keep_their_gaps),
        cmocka_unit_test(layers_are_one_stream),
        cmocka_unit_test(refuses_what_it_cannot_write),
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(reads_older_files),
        cmocka_unit_test(reads_data),
        cmocka_unit_test(eight_bytes_are_an_empty_recording),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(others_convert_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
