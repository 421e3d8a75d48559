/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t room[2048];

static void report_reads_back(void **state)
{
    const struct gw_rtcp_sr sr = {1, UINT64_C(0x0123456789abcdef), 3, 4, 5};
    struct gw_rtcp_report blocks[2] = {{6, 7, -1, 9, 10, 11, 12}, {13, 255, 0x7fffff, 14, 15, 16, 17}}, b;
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;
    struct gw_rtcp_sr back;
    const char *cname;
    uint32_t ssrc;
    size_t len;
    unsigned i, round;

    gw_rtcp_write_sr(&w, &sr, blocks, 2);
    gw_rtcp_write_rr(&w, 99, blocks, 2);
    gw_rtcp_write_sdes(&w, 1, "cardea");
    gw_rtcp_write_bye(&w, 77);
    assert_false(w.failed);
    assert_int_equal(gw_rtcp_check(room, w.pos), 0);
    gw_rtcp_begin(&it, room, w.pos);
    assert_true(gw_rtcp_next(&it, &p));
    assert_int_equal(gw_rtcp_read_sr(&p, &back), 0);
    assert_int_equal(back.ssrc, 1);
    assert_true(back.ntp == sr.ntp);
    assert_int_equal(back.rtp_timestamp, 3);
    assert_int_equal(back.packets, 4);
    assert_int_equal(back.octets, 5);
    for (round = 0; round < 2; round++) {
        for (i = 0; i < 2; i++) {
            assert_int_equal(gw_rtcp_read_report(&p, i, &b), 0);
            assert_int_equal(b.ssrc, blocks[i].ssrc);
            assert_int_equal(b.fraction, blocks[i].fraction);
            assert_int_equal(b.lost, blocks[i].lost);
            assert_int_equal(b.highest_seq, blocks[i].highest_seq);
            assert_int_equal(b.jitter, blocks[i].jitter);
            assert_int_equal(b.lsr, blocks[i].lsr);
            assert_int_equal(b.dlsr, blocks[i].dlsr);
        }
        assert_true(gw_rtcp_next(&it, &p));
        if (!round) {
            assert_int_equal(gw_rtcp_read_rr(&p, &ssrc), 0);
            assert_int_equal(ssrc, 99);
        }
    }
    assert_int_equal(gw_rtcp_read_cname(&p, 0, &ssrc, &cname, &len), 0);
    assert_int_equal(len, 6);
    assert_memory_equal(cname, "cardea", 6);
    assert_true(gw_rtcp_next(&it, &p));
    assert_int_equal(gw_rtcp_read_bye(&p, 0, &ssrc), 0);
    assert_int_equal(ssrc, 77);
    assert_false(gw_rtcp_next(&it, &p));
}

static void names_of_every_length(void **state)
{
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;
    struct gw_writer w;
    char name[257] = "";
    const char *cname;
    uint32_t ssrc;
    size_t len, i;

    for (i = 0; i <= 255; i++) {
        w = gw_writer_make(room, sizeof(room));
        gw_rtcp_write_sdes(&w, 5, name);
        assert_int_equal(gw_rtcp_check(room, w.pos), 0);
        gw_rtcp_begin(&it, room, w.pos);
        assert_true(gw_rtcp_next(&it, &p));
        assert_int_equal(gw_rtcp_read_cname(&p, 0, &ssrc, &cname, &len), 0);
        assert_int_equal(len, i);
        name[i] = 'a';
        name[i + 1] = 0;
    }
    w = gw_writer_make(room, sizeof(room));
    gw_rtcp_write_sdes(&w, 5, name); /* 256 bytes */
    assert_true(w.failed);
}

static void answers_reference_time(void **state)
{
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    uint32_t ssrc, lrr, dlrr;
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;

    gw_rtcp_write_dlrr(&w, 1, 2, 3, 4);
    gw_rtcp_begin(&it, room, w.pos);
    assert_true(gw_rtcp_next(&it, &p));
    assert_int_equal(gw_rtcp_read_dlrr(&p, 0, &ssrc, &lrr, &dlrr), 0);
    assert_int_equal(ssrc, 2);
    assert_int_equal(lrr, 3);
    assert_int_equal(dlrr, 4);
}

static void writes_whole_or_nothing(void **state)
{
    const struct gw_rtcp_report block = {0};
    const struct gw_rtcp_sr sr = {0};
    struct gw_writer w;
    size_t cap;

    for (cap = 0; cap < 32; cap++) {
        w = gw_writer_make(room, cap);
        gw_rtcp_write_sr(&w, &sr, &block, 1);
        assert_true(w.failed && !w.pos);
        w = gw_writer_make(room, cap);
        gw_rtcp_write_rr(&w, 1, &block, 1);
        assert_int_equal(w.failed, cap < 32);
        w = gw_writer_make(room, cap);
        gw_rtcp_write_dlrr(&w, 1, 2, 3, 4);
        assert_int_equal(w.failed, cap < 24);
        w = gw_writer_make(room, cap);
        gw_rtcp_write_bye(&w, 1);
        assert_int_equal(w.failed, cap < 8);
    }
    w = gw_writer_make(room, sizeof(room));
    gw_rtcp_write_rr(&w, 1, NULL, 32);
    assert_true(w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_reads_back),
        cmocka_unit_test(names_of_every_length),
        cmocka_unit_test(answers_reference_time),
        cmocka_unit_test(writes_whole_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
