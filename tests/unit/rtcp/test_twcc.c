/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/twcc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vectors.h"

static uint8_t room[2048];
static int64_t arrivals[1024];
static struct gw_twcc_table table;

/* Reads the only packet in v. */
static int read_vector(const struct vector *v, struct gw_twcc_head *head, int64_t *out, size_t cap)
{
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;

    gw_rtcp_begin(&it, v->data, v->len);
    if (!gw_rtcp_next(&it, &p))
        return GW_EPARSE;
    return gw_twcc_read(&p, head, out, cap);
}

static int read_written(const struct gw_writer *w, struct gw_twcc_head *head)
{
    const struct vector v = {w->data, w->pos};

    assert_int_equal(gw_rtcp_check(w->data, w->pos), 0);
    return read_vector(&v, head, arrivals, 1024);
}

static void reads_a_browser(void **state)
{
    /* 15 packets, one run of small deltas; no padding */
    struct vector v = vector_from_hex("afcd0008fa17fa17d673d584000f000d014b5402200de62b6113010e010d110102010b01");
    static const uint8_t deltas[] = {0xe6, 0x2b, 0x61, 0x13, 1, 0x0e, 1, 0x0d, 0x11, 1, 2, 1, 0x0b};
    int64_t expected = INT64_C(0x014b54) * 64000;
    struct gw_twcc_head h;
    unsigned i;

    assert_int_equal(read_vector(&v, &h, arrivals, 1024), 13);
    assert_int_equal(h.base_seq, 15);
    assert_int_equal(h.count, 13);
    assert_int_equal(h.reference, 0x14b54);
    assert_int_equal(h.feedback_count, 2);
    assert_true(h.sender_ssrc == 0xfa17fa17);
    for (i = 0; i < 13; i++) {
        expected += deltas[i] * 250;
        assert_true(arrivals[i] == expected);
    }
    assert_int_equal(read_vector(&v, &h, arrivals, 5), 5);
    assert_int_equal(h.count, 13);
    free(v.data);
}

static void reads_all_kinds_of_chunks(void **state)
{
    /*
     * Draft section 3.1's shapes: a run of 3 lost; two-bit vector 1 2 0 0 0 0 0; one-bit vector 1 0 … cut to 4;
     * reference -1; deltas +1, -2 (large), +3
     */
    struct vector v =
        vector_from_hex("8fcd0007 00000001 00000002 fffe000e ffffff05 0003 d800 a000 01 fffe 03 0000 00000000");
    struct gw_twcc_head h;
    unsigned i;

    assert_int_equal(read_vector(&v, &h, arrivals, 1024), 14);
    assert_int_equal(h.reference, -1);
    for (i = 0; i < 14; i++) {
        if (i != 3 && i != 4 && i != 10)
            assert_true(arrivals[i] == GW_TWCC_LOST);
    }
    assert_true(arrivals[3] == -64000 + 250);
    assert_true(arrivals[4] == -64000 + 250 - 500);
    assert_true(arrivals[10] == -64000 + 250 - 500 + 750);
    free(v.data);
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {
        "8fcd0004 00000001 00000002 00010000 00000000",           /* about nothing */
        "8fcd0005 00000001 00000002 00010001 00000000 0000 0000", /* an empty run */
        "8fcd0005 00000001 00000002 00010001 00000000 6001 0000", /* the reserved symbol */
        "8fcd0005 00000001 00000002 00010003 00000000 2003 0101", /* a delta is missing */
        "8fcd0005 00000001 00000002 ffffffff 00000000 1fff 1fff", /* chunks are missing */
        "81cd0005 00000001 00000002 00010001 00000000 2001 0100", /* a NACK */
    };
    struct gw_twcc_head h;
    struct vector v;
    unsigned i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        v = vector_from_hex(bad[i]);
        assert_int_equal(read_vector(&v, &h, arrivals, 1024), GW_EPARSE);
        free(v.data);
    }
}

static void read_cut(const uint8_t *data, size_t len)
{
    const struct vector v = {(uint8_t *)data, len};
    struct gw_twcc_head h;

    assert_true(read_vector(&v, &h, arrivals, 1024) <= 1024);
    if (len >= 4) { /* the same with a length that fits */
        struct gw_rtcp_packet p = {.type = GW_RTCP_RTPFB, .count = GW_RTPFB_TWCC, .body = data + 4, .len = len - 4};

        gw_twcc_read(&p, &h, arrivals, 1024);
    }
}

static void survives_truncation(void **state)
{
    struct vector v[16];
    size_t n = vectors_load("rtp/chromium-rtcp.hex", v, 16), i;

    for (i = 0; i < n; i++)
        vector_truncations(&v[i], read_cut);
    vectors_free(v, n);
}

/* Writes n arrivals and reads them back: the same to within half a tick. */
static void round_trip(const int64_t *in, size_t n, int expected)
{
    const struct gw_twcc_head head = {.sender_ssrc = 1, .media_ssrc = 2, .base_seq = 65530, .feedback_count = 9};
    struct gw_writer w = gw_writer_make(room, 1200);
    struct gw_twcc_head back;
    int64_t off;
    int i;

    assert_int_equal(gw_twcc_write(&w, &head, in, n), expected);
    if (!expected)
        return;
    assert_int_equal(read_written(&w, &back), expected);
    assert_int_equal(back.base_seq, 65530);
    assert_int_equal(back.feedback_count, 9);
    for (i = 0; i < expected; i++) {
        assert_int_equal(arrivals[i] == GW_TWCC_LOST, in[i] == GW_TWCC_LOST);
        if (in[i] == GW_TWCC_LOST)
            continue;
        off = in[i] - arrivals[i];
        assert_true(off >= -125 && off <= 125);
    }
}

static void writes_what_it_reads(void **state)
{
    static int64_t in[GW_TWCC_MAX_ENTRIES];
    uint32_t random = 1;
    unsigned i, n, round;
    int64_t now;

    for (round = 0; round < 200; round++) {
        now = 5000000 + (int64_t)round * 77777777;
        n = round < 190 ? 1 + round * 2 : GW_TWCC_MAX_ENTRIES;
        for (i = 0; i < n; i++) {
            random = random * 1664525 + 1013904223;
            now += random >> 28 ? random >> 20 & 0x1fff
                                : (int64_t)(random >> 8 & 0x1ffff) - 0x8000; /* now and then back */
            in[i] = i && random % 100 < round % 50 ? GW_TWCC_LOST : now;
        }
        round_trip(in, n, (int)n);
    }
}

static void the_reference_wraps(void **state)
{
    const int64_t late = (INT64_C(1) << 23) * 64000 + 1000, early = -64000 + 1000;
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    const struct gw_twcc_head head = {.base_seq = 1};
    struct gw_twcc_head back;

    assert_int_equal(gw_twcc_write(&w, &head, &late, 1), 1);
    assert_int_equal(read_written(&w, &back), 1);
    assert_int_equal(back.reference, -(1 << 23));
    assert_true(arrivals[0] == late - (INT64_C(64000) << 24));
    w = gw_writer_make(room, sizeof(room));
    assert_int_equal(gw_twcc_write(&w, &head, &early, 1), 1);
    assert_int_equal(read_written(&w, &back), 1);
    assert_true(arrivals[0] == early);
}

static void stops_at_its_limits(void **state)
{
    static int64_t in[600];
    struct gw_writer w;
    unsigned i;
    int n;

    for (i = 0; i < 600; i++)
        in[i] = i * 1000;
    round_trip(in, 600, GW_TWCC_MAX_ENTRIES);
    for (i = 0; i < 600; i++)
        in[i] = GW_TWCC_LOST;
    round_trip(in, 600, 0);
    in[0] = 1000;
    in[2] = 1000 + 8191750; /* 32767 ticks: fits */
    in[3] = in[2] + 8192000;
    round_trip(in, 4, 3);
    for (i = 0; i < 600; i++)
        in[i] = i * 100000;     /* all large */
    for (i = 0; i < 900; i++) { /* whatever the room, a whole packet or nothing */
        const struct gw_twcc_head head = {.base_seq = 65530};
        struct gw_twcc_head back;

        w = gw_writer_make(room, i);
        n = gw_twcc_write(&w, &head, in, 300);
        assert_false(w.failed);
        if (n)
            assert_int_equal(read_written(&w, &back), n);
        else
            assert_int_equal(w.pos, 0);
    }
    assert_int_equal(n, 300);
}

/* Tells all there is; every number told received once goes to seen[]. Returns packets written. */
static int tell_all(uint8_t *seen)
{
    struct gw_twcc_head h;
    struct gw_writer w;
    int packets = 0, n, i;

    for (;;) {
        w = gw_writer_make(room, 1200);
        n = gw_twcc_table_write(&table, &w, 1, 2);
        if (!n)
            break;
        assert_int_equal(read_written(&w, &h), n);
        for (i = 0; i < n; i++) {
            if (arrivals[i] != GW_TWCC_LOST)
                seen[(uint16_t)(h.base_seq + i)]++;
        }
        packets++;
        assert_true(packets < 100);
    }
    assert_int_equal(w.pos, 0);
    assert_false(gw_twcc_table_is_pending(&table));
    return packets;
}

static void tells_each_arrival_once(void **state)
{
    static uint8_t seen[65536];
    uint16_t seq = 65000;
    unsigned i;

    memset(seen, 0, sizeof(seen));
    gw_twcc_table_init(&table);
    assert_false(gw_twcc_table_is_pending(&table));
    assert_int_equal(tell_all(seen), 0);
    for (i = 0; i < 3000; i++, seq++) {
        if (i % 10 == 3)
            continue;    /* lost */
        if (i % 10 == 5) /* comes late, some of them past a feedback */
            continue;
        gw_twcc_table_add(&table, seq, i * 1000);
        gw_twcc_table_add(&table, seq, i * 1000 + 7); /* a duplicate */
        if (i % 10 == 8 && i > 20)
            gw_twcc_table_add(&table, (uint16_t)(seq - 13), i * 1000);
        assert_true(gw_twcc_table_is_pending(&table));
        if (i % 97 == 0)
            tell_all(seen);
    }
    tell_all(seen);
    for (i = 0, seq = 65000; i < 2980; i++, seq++)
        assert_int_equal(seen[seq], i % 10 == 3 || (i < 15 && i % 10 == 5) ? 0 : 1);
    assert_true(table.too_late == 0);
}

static void a_long_gap_is_left_out(void **state)
{
    static uint8_t seen[65536];

    memset(seen, 0, sizeof(seen));
    gw_twcc_table_init(&table);
    gw_twcc_table_add(&table, 10, 1000);
    assert_int_equal(tell_all(seen), 1);
    gw_twcc_table_add(&table, 5000, 2000);
    assert_int_equal(tell_all(seen), 1);
    gw_twcc_table_add(&table, 5600, 3000); /* inside the window, longer than a feedback */
    assert_int_equal(tell_all(seen), 1);
    assert_int_equal(seen[10] + seen[5000] + seen[5600], 3);
    gw_twcc_table_add(&table, 4000, 4000);
    assert_true(table.too_late == 1);
    assert_int_equal(tell_all(seen), 0);
    gw_twcc_table_add(&table, 5500, 4000); /* late, but told */
    assert_int_equal(tell_all(seen), 1);
    assert_int_equal(seen[5500], 1);
}

static void feedback_is_numbered(void **state)
{
    struct gw_twcc_head h;
    struct gw_writer w;
    unsigned i;

    gw_twcc_table_init(&table);
    for (i = 0; i < 300; i++) {
        gw_twcc_table_add(&table, (uint16_t)i, i * 20000);
        w = gw_writer_make(room, 10); /* no room: nothing is lost */
        assert_int_equal(gw_twcc_table_write(&table, &w, 1, 2), 0);
        w = gw_writer_make(room, sizeof(room));
        assert_int_equal(gw_twcc_table_write(&table, &w, 1, 2), 1);
        assert_int_equal(read_written(&w, &h), 1);
        assert_int_equal(h.feedback_count, i & 0xff);
        assert_int_equal(h.base_seq, i);
        assert_int_equal(h.sender_ssrc, 1);
        assert_int_equal(h.media_ssrc, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_browser),        cmocka_unit_test(reads_all_kinds_of_chunks),
        cmocka_unit_test(refuses_what_is_none),   cmocka_unit_test(survives_truncation),
        cmocka_unit_test(writes_what_it_reads),   cmocka_unit_test(the_reference_wraps),
        cmocka_unit_test(stops_at_its_limits),    cmocka_unit_test(tells_each_arrival_once),
        cmocka_unit_test(a_long_gap_is_left_out), cmocka_unit_test(feedback_is_numbered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
