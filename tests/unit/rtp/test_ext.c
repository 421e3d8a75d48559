/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/ext.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vectors.h"

/* RFC 8285 4.2's example: ids 1, 2, 3 with one, two and four bytes, padding between. */
static const char one_byte[] = "90600001 00000000 00000001 bede0003 10aa 21bbbb 0000 33cccccccc 00 77";
/* The same in section 4.3's form, an empty element in between. */
static const char two_byte[] = "90600001 00000000 00000001 10000004 0100 0202bbbb 00 0304cccccccc 000000 77";

static struct gw_rtp_header header_of(const struct vector *v)
{
    struct gw_rtp_header h;

    assert_int_equal(gw_rtp_parse(&h, v->data, v->len), 0);
    return h;
}

static void finds_one_byte_elements(void **state)
{
    struct vector v = vector_from_hex(one_byte);
    struct gw_rtp_header h = header_of(&v);
    struct gw_span s = gw_ext_find(v.data, &h, 3);

    assert_int_equal(s.len, 4);
    assert_int_equal(v.data[s.offset], 0xcc);
    assert_int_equal(gw_ext_find(v.data, &h, 2).len, 2);
    assert_int_equal(gw_ext_find(v.data, &h, 1).len, 1);
    assert_int_equal(gw_ext_find(v.data, &h, 4).len, 0);
    assert_int_equal(gw_ext_find(v.data, &h, 0).len, 0);
    free(v.data);
}

static void finds_two_byte_elements(void **state)
{
    struct vector v = vector_from_hex(two_byte);
    struct gw_rtp_header h = header_of(&v);
    struct gw_ext_iter it = {0};
    struct gw_ext_element e;

    assert_true(gw_ext_next(&it, &e, v.data, &h));
    assert_int_equal(e.id, 1);
    assert_int_equal(e.value.len, 0);
    assert_true(gw_ext_next(&it, &e, v.data, &h));
    assert_int_equal(e.id, 2);
    assert_int_equal(e.value.len, 2);
    assert_true(gw_ext_next(&it, &e, v.data, &h));
    assert_int_equal(e.id, 3);
    assert_int_equal(e.value.len, 4);
    assert_false(gw_ext_next(&it, &e, v.data, &h));
    assert_false(gw_ext_next(&it, &e, v.data, &h));
    free(v.data);
}

static void stops_where_the_rfc_says(void **state)
{
    /* id 15, and id 0 with a length, end the block (RFC 8285 4.2); so does an element that is cut off */
    static const char *const blocks[] = {
        "90600001 00000000 00000001 bede0002 10aa f0bb 21cccc 00",
        "90600001 00000000 00000001 bede0002 10aa 01bbbb 20cc 00",
        "90600001 00000000 00000001 bede0001 10aa 21cc",
    };
    struct gw_rtp_header h;
    struct vector v;
    unsigned i;

    for (i = 0; i < 3; i++) {
        v = vector_from_hex(blocks[i]);
        h = header_of(&v);
        assert_int_equal(gw_ext_find(v.data, &h, 1).len, 1);
        assert_int_equal(gw_ext_find(v.data, &h, 2).len, 0);
        free(v.data);
    }
    v = vector_from_hex("90600001 00000000 00000001 12340001 10aa 10aa"); /* neither form */
    h = header_of(&v);
    assert_int_equal(gw_ext_find(v.data, &h, 1).len, 0);
    free(v.data);
}

static void scans_what_a_browser_sent(void **state)
{
    /* audio level 1 (-127 dBov, voice), abs-send-time 2, transport-cc 3, mid 4 */
    struct vector v = vector_from_hex("90ef72582693d10d779255a3bede000322f759f7310001403010ff00780be4c1");
    struct gw_rtp_header h = header_of(&v);
    uint8_t ids[GW_EXT_COUNT] = {
        [GW_EXT_AUDIO_LEVEL] = 1, [GW_EXT_ABS_SEND_TIME] = 2, [GW_EXT_TRANSPORT_CC] = 3, [GW_EXT_MID] = 4};
    struct gw_ext_spans spans;
    const struct gw_span *at = spans.at;
    uint32_t time;
    uint16_t seq;
    int8_t level;
    bool voice;
    char mid[17];

    gw_ext_scan(&spans, v.data, &h, ids);
    assert_true(
        gw_ext_read_audio_level(v.data + at[GW_EXT_AUDIO_LEVEL].offset, at[GW_EXT_AUDIO_LEVEL].len, &level, &voice));
    assert_int_equal(level, 127);
    assert_true(voice);
    assert_true(
        gw_ext_read_abs_send_time(v.data + at[GW_EXT_ABS_SEND_TIME].offset, at[GW_EXT_ABS_SEND_TIME].len, &time));
    assert_int_equal(time, 0xf759f7);
    assert_true(gw_ext_read_transport_cc(v.data + at[GW_EXT_TRANSPORT_CC].offset, at[GW_EXT_TRANSPORT_CC].len, &seq));
    assert_int_equal(seq, 1);
    assert_true(gw_ext_read_text(v.data + at[GW_EXT_MID].offset, at[GW_EXT_MID].len, mid, sizeof(mid)));
    assert_string_equal(mid, "0");
    assert_int_equal(at[GW_EXT_RID].len, 0);
    assert_int_equal(at[GW_EXT_TOFFSET].len, 0);
    free(v.data);
}

static void scan_cut(const uint8_t *data, size_t len)
{
    uint8_t ids[GW_EXT_COUNT];
    struct gw_ext_spans spans;
    struct gw_rtp_header h;
    unsigned i;

    memset(ids, 1, sizeof(ids));
    if (gw_rtp_parse(&h, data, len))
        return;
    gw_ext_scan(&spans, data, &h, ids);
    for (i = 0; i < GW_EXT_COUNT; i++)
        assert_true(spans.at[i].offset + spans.at[i].len <= len);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex(one_byte), v2 = vector_from_hex(two_byte);
    unsigned words;

    vector_truncations(&v, scan_cut);
    vector_truncations(&v2, scan_cut);
    for (words = 0; words <= 3; words++) { /* the block itself cut shorter */
        v.data[15] = v2.data[15] = (uint8_t)words;
        scan_cut(v.data, v.len);
        scan_cut(v2.data, v2.len);
    }
    free(v.data);
    free(v2.data);
}

static void refuses_wrong_lengths(void **state)
{
    static const uint8_t value[] = {0xff, 0xff, 0xfe, 'a', 0};
    int32_t number = 4711;
    int16_t byte = 4711;
    uint32_t time = 4711;
    uint16_t seq = 4711;
    bool voice;
    int8_t level;
    char text[4];

    assert_false(gw_ext_read_audio_level(value, 0, &level, &voice));
    assert_false(gw_ext_read_orientation(value, 0, &byte));
    assert_false(gw_ext_read_playout_delay(value, 2, &number));
    assert_false(gw_ext_read_abs_send_time(value, 4, &time));
    assert_false(gw_ext_read_transport_cc(value, 1, &seq));
    assert_false(gw_ext_read_toffset(value, 2, &number));
    assert_int_equal(number, 4711);
    assert_int_equal(byte, 4711);
    assert_int_equal(time, 4711);
    assert_int_equal(seq, 4711);
    assert_true(gw_ext_read_toffset(value, 3, &number));
    assert_int_equal(number, -2);
    assert_false(gw_ext_read_text(value + 3, 0, text, sizeof(text)));
    assert_false(gw_ext_read_text(value, 3, text, sizeof(text)));                     /* not printable */
    assert_false(gw_ext_read_text((const uint8_t *)"abcd", 4, text, sizeof(text)));   /* too long */
    assert_true(gw_ext_read_text((const uint8_t *)"abc\0\0", 5, text, sizeof(text))); /* padded */
    assert_string_equal(text, "abc");
}

static void capture_times(void **state)
{
    static const uint8_t value[16] = {0xe8, 0x72, 0xfb, 0x85, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xc0, 0, 0, 0};
    struct gw_ext_builder b;
    struct gw_rtp_header h;
    uint8_t data[64] = {0x80};
    struct gw_span s;
    uint64_t ntp;
    int64_t offset;

    assert_true(gw_ext_read_capture_time(value, 16, &ntp, &offset));
    assert_true(ntp == UINT64_C(0xe872fb8580000000) && offset == -(INT64_C(1) << 30)); /* a quarter of a second */
    assert_true(gw_ext_read_capture_time(value, 8, &ntp, &offset));
    assert_int_equal(offset, 0);
    assert_false(gw_ext_read_capture_time(value, 15, &ntp, &offset));
    assert_false(gw_ext_read_capture_time((const uint8_t *)"\0\0\0\0\0\0\0\0", 8, &ntp, &offset));
    gw_ext_begin(&b, data, 12, sizeof(data), false);
    assert_true(gw_ext_add_capture_time(&b, 7, ntp, -(INT64_C(1) << 30)));
    assert_int_equal(gw_rtp_parse(&h, data, gw_ext_end(&b)), 0);
    s = gw_ext_find(data, &h, 7);
    assert_int_equal(s.len, 16);
    assert_memory_equal(data + s.offset, value, 16);
    gw_ext_begin(&b, data, 12, sizeof(data), false);
    assert_true(gw_ext_add_capture_time(&b, 7, ntp, 0)); /* nothing is known of the clock */
    assert_int_equal(gw_rtp_parse(&h, data, gw_ext_end(&b)), 0);
    assert_int_equal(gw_ext_find(data, &h, 7).len, 8);
}

static void send_time_is_seconds_in_6_18(void **state)
{
    assert_int_equal(gw_abs_send_time(0), 0);
    assert_int_equal(gw_abs_send_time(1000000), 1 << 18);
    assert_int_equal(gw_abs_send_time(500000), 1 << 17);
    assert_int_equal(gw_abs_send_time(64000000), 0);
    assert_int_equal(gw_abs_send_time(INT64_C(1000000) * 86400 * 365 + 1500000), gw_abs_send_time(1500000));
}

/* A packet of twelve bytes for blocks to be built behind. */
static void start(uint8_t *data, size_t cap)
{
    struct gw_writer w = gw_writer_make(data, cap);

    gw_rtp_write(&w, &(struct gw_rtp_header){.payload_type = 96});
}

static void builds_one_byte_form(void **state)
{
    static const uint8_t expected[] = {0x90, 0x60, 0,    0,    0,    0,    0,    0,    0,   0,   0,   0,   0xbe, 0xde,
                                       0,    3,    0x10, 0x85, 0x31, 0x12, 0x34, 0x43, 'm', 'i', 'd', '1', 0,    0};
    uint8_t data[64];
    struct gw_ext_builder b;

    start(data, sizeof(data));
    gw_ext_begin(&b, data, 12, sizeof(data), true);
    assert_true(gw_ext_add_audio_level(&b, 1, 5, true));
    assert_true(gw_ext_add_orientation(&b, 0, 1)); /* not negotiated */
    assert_true(gw_ext_add_transport_cc(&b, 3, 0x1234));
    assert_true(gw_ext_add_text(&b, 4, "mid1"));
    assert_int_equal(gw_ext_end(&b), sizeof(expected));
    assert_memory_equal(data, expected, sizeof(expected));
}

static void builds_nothing_from_nothing(void **state)
{
    uint8_t data[12];
    struct gw_ext_builder b;

    start(data, sizeof(data));
    gw_ext_begin(&b, data, 12, sizeof(data), true);
    assert_int_equal(gw_ext_end(&b), 12);
    assert_int_equal(data[0], 0x80);
}

static void widens_for_a_long_element(void **state)
{
    uint8_t data[128], descriptor[17], back[17];
    struct gw_ext_builder b;
    struct gw_rtp_header h;
    struct gw_span s;
    size_t len;

    memset(descriptor, 0xdd, sizeof(descriptor));
    start(data, sizeof(data));
    gw_ext_begin(&b, data, 12, sizeof(data), true);
    assert_true(gw_ext_add_text(&b, 4, "video"));
    assert_true(gw_ext_add_abs_send_time(&b, 2, 0xabcdef));
    assert_true(gw_ext_add(&b, 12, descriptor, sizeof(descriptor)));
    assert_true(gw_ext_add_orientation(&b, 13, 3));
    len = gw_ext_end(&b);
    assert_int_equal(gw_rtp_parse(&h, data, len), 0);
    assert_int_equal(h.ext_profile, GW_EXT_TWO_BYTE);
    assert_int_equal(h.payload.len, 0);
    s = gw_ext_find(data, &h, 4);
    assert_int_equal(s.len, 5);
    assert_memory_equal(data + s.offset, "video", 5);
    s = gw_ext_find(data, &h, 2);
    assert_int_equal(s.len, 3);
    assert_memory_equal(data + s.offset, "\xab\xcd\xef", 3);
    s = gw_ext_find(data, &h, 12);
    assert_int_equal(s.len, 17);
    memcpy(back, data + s.offset, 17);
    assert_memory_equal(back, descriptor, 17);
    assert_int_equal(gw_ext_find(data, &h, 13).len, 1);
}

static void widens_only_when_allowed(void **state)
{
    uint8_t data[64], long_value[17] = {0};
    struct gw_ext_builder b;
    struct gw_rtp_header h;

    start(data, sizeof(data));
    gw_ext_begin(&b, data, 12, sizeof(data), false);
    assert_false(gw_ext_add(&b, 1, long_value, 17));
    assert_false(gw_ext_add(&b, 15, long_value, 1));
    assert_false(gw_ext_add(&b, 1, long_value, 0));
    assert_true(gw_ext_add(&b, 14, long_value, 16));
    assert_int_equal(gw_rtp_parse(&h, data, gw_ext_end(&b)), 0);
    assert_int_equal(h.ext_profile, GW_EXT_ONE_BYTE);
    assert_int_equal(gw_ext_find(data, &h, 14).len, 16);
}

/* Whatever the room: what was accepted is found again, and nothing is written past the room. */
static void stays_inside_its_room(void **state)
{
    static const uint8_t value[20] = {1, 2, 3, 4, 5};
    static const size_t lens[] = {3, 16, 1, 20, 2};
    struct gw_ext_builder b;
    struct gw_rtp_header h;
    bool added[5];
    uint8_t *data;
    size_t cap, len;
    unsigned i;

    for (cap = 12; cap < 80; cap++) {
        data = calloc(1, cap);
        assert_non_null(data);
        start(data, cap);
        gw_ext_begin(&b, data, 12, cap, true);
        for (i = 0; i < 5; i++)
            added[i] = gw_ext_add(&b, (uint8_t)(i + 1), value, lens[i]);
        len = gw_ext_end(&b);
        assert_true(len <= cap);
        assert_int_equal(gw_rtp_parse(&h, data, len), 0);
        for (i = 0; i < 5; i++)
            assert_int_equal(gw_ext_find(data, &h, (uint8_t)(i + 1)).len, added[i] ? lens[i] : 0);
        free(data);
    }
    assert_true(added[0] && added[1] && added[2] && added[3] && added[4]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_one_byte_elements),
        cmocka_unit_test(finds_two_byte_elements),
        cmocka_unit_test(stops_where_the_rfc_says),
        cmocka_unit_test(scans_what_a_browser_sent),
        cmocka_unit_test(survives_truncation),
        cmocka_unit_test(refuses_wrong_lengths),
        cmocka_unit_test(capture_times),
        cmocka_unit_test(send_time_is_seconds_in_6_18),
        cmocka_unit_test(builds_one_byte_form),
        cmocka_unit_test(builds_nothing_from_nothing),
        cmocka_unit_test(widens_for_a_long_element),
        cmocka_unit_test(widens_only_when_allowed),
        cmocka_unit_test(stays_inside_its_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
