/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vectors.h"

static uint8_t room[2048];

static struct gw_rtcp_packet only_packet(const struct gw_writer *w)
{
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;

    assert_false(w->failed);
    assert_int_equal(gw_rtcp_check(w->data, w->pos), 0);
    gw_rtcp_begin(&it, w->data, w->pos);
    assert_true(gw_rtcp_next(&it, &p));
    return p;
}

static void assert_bytes(const struct gw_writer *w, const char *hex)
{
    struct vector v = vector_from_hex(hex);

    assert_int_equal(w->pos, v.len);
    assert_memory_equal(w->data, v.data, v.len);
    free(v.data);
}

static void packs_sequence_numbers(void **state)
{
    /* 16 ahead still goes into the same item, 17 does not; numbers wrap */
    static const uint16_t seqs[] = {100, 101, 116, 117, 65535, 0, 14};
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    struct gw_rtcp_feedback f;
    struct gw_rtcp_packet p;
    uint16_t back[16];

    gw_rtcp_write_nack(&w, 1, 2, seqs, 7);
    assert_bytes(&w, "81cd0005 00000001 00000002 00648001 00750000 ffff4001");
    p = only_packet(&w);
    assert_int_equal(gw_rtcp_read_nack(&p, &f, back, 16), 7);
    assert_memory_equal(back, seqs, sizeof(seqs));
    assert_int_equal(f.sender_ssrc, 1);
    assert_int_equal(f.media_ssrc, 2);
    assert_int_equal(gw_rtcp_read_nack(&p, &f, back, 3), 3);
}

static void an_empty_list_is_no_request(void **state)
{
    struct gw_writer w = gw_writer_make(room, sizeof(room));

    gw_rtcp_write_nack(&w, 1, 2, NULL, 0);
    assert_true(w.failed);
    assert_int_equal(w.pos, 0);
}

static void asks_for_keyframes(void **state)
{
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    struct gw_rtcp_feedback f;
    struct gw_rtcp_packet p;
    uint32_t ssrc;
    uint8_t seq;

    gw_rtcp_write_pli(&w, 1, 2);
    assert_bytes(&w, "81ce0002 00000001 00000002");
    p = only_packet(&w);
    assert_int_equal(gw_rtcp_read_pli(&p, &f), 0);
    assert_int_equal(gw_rtcp_read_fir(&p, 0, &ssrc, &seq), GW_EPARSE);
    w = gw_writer_make(room, sizeof(room));
    gw_rtcp_write_fir(&w, 1, 2, 7);
    assert_bytes(&w, "84ce0004 00000001 00000000 00000002 07000000");
    p = only_packet(&w);
    assert_int_equal(gw_rtcp_read_fir(&p, 0, &ssrc, &seq), 1);
    assert_int_equal(ssrc, 2);
    assert_int_equal(seq, 7);
    assert_int_equal(gw_rtcp_read_fir(&p, 1, &ssrc, &seq), 0);
    assert_int_equal(gw_rtcp_read_pli(&p, &f), GW_EPARSE);
}

static uint64_t remb_round_trip(uint64_t bitrate)
{
    static const uint32_t ssrcs[] = {7, 8, 9};
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    struct gw_rtcp_packet p;
    uint32_t back[3];
    uint64_t got;
    size_t n;

    gw_rtcp_write_remb(&w, 1, bitrate, ssrcs, 3);
    p = only_packet(&w);
    assert_int_equal(gw_rtcp_read_remb(&p, &got, back, 3, &n), 0);
    assert_int_equal(n, 3);
    assert_memory_equal(back, ssrcs, sizeof(ssrcs));
    assert_int_equal(gw_rtcp_read_remb(&p, &got, back, 2, &n), 0);
    assert_int_equal(n, 2);
    return got;
}

static void limits_bitrate(void **state)
{
    struct gw_writer w = gw_writer_make(room, sizeof(room));
    uint64_t rate, got;
    uint32_t ssrc = 2;

    gw_rtcp_write_remb(&w, 1, 1 << 20, &ssrc, 1);
    assert_bytes(&w, "8fce0005 00000001 00000000 52454d42 010e0000 00000002");
    assert_true(remb_round_trip(0) == 0);
    assert_true(remb_round_trip(0x3ffff) == 0x3ffff);
    for (rate = 1; rate < (UINT64_C(1) << 62); rate = rate * 3 + 1) {
        got = remb_round_trip(rate);
        assert_true(got <= rate && got >= rate - (rate >> 17)); /* 18 bits of it */
    }
}

static void a_huge_bitrate_saturates(void **state)
{
    struct vector v = vector_from_hex("8fce0004 00000001 00000000 52454d42 00ffffff");
    struct gw_writer w = {.data = v.data, .cap = v.len, .pos = v.len};
    struct gw_rtcp_packet p = only_packet(&w);
    uint64_t rate;
    size_t n;

    assert_int_equal(gw_rtcp_read_remb(&p, &rate, NULL, 0, &n), 0);
    assert_true(rate == UINT64_MAX);
    assert_int_equal(n, 0);
    v.data[16] = 1; /* claims an SSRC that is not there */
    assert_int_equal(gw_rtcp_read_remb(&p, &rate, NULL, 0, &n), GW_EPARSE);
    v.data[16] = 0;
    v.data[12] = 'r';
    assert_int_equal(gw_rtcp_read_remb(&p, &rate, NULL, 0, &n), GW_EPARSE);
    free(v.data);
}

static void writes_whole_or_nothing(void **state)
{
    static const uint16_t seqs[] = {1, 50};
    static const uint32_t ssrcs[] = {1, 2};
    struct gw_writer w;
    size_t cap;

    for (cap = 0; cap < 20; cap++) {
        w = gw_writer_make(room, cap);
        gw_rtcp_write_nack(&w, 1, 2, seqs, 2);
        assert_int_equal(w.pos, 0);
        assert_true(w.failed);
        w = gw_writer_make(room, cap);
        gw_rtcp_write_fir(&w, 1, 2, 3);
        assert_int_equal(w.pos, 0);
        assert_true(w.failed);
        w = gw_writer_make(room, cap);
        gw_rtcp_write_remb(&w, 1, 2, ssrcs, 2);
        assert_int_equal(w.pos, 0);
        assert_true(w.failed);
    }
    w = gw_writer_make(room, sizeof(room));
    gw_rtcp_write_remb(&w, 1, 2, NULL, 256);
    assert_true(w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_sequence_numbers),   cmocka_unit_test(an_empty_list_is_no_request),
        cmocka_unit_test(asks_for_keyframes),       cmocka_unit_test(limits_bitrate),
        cmocka_unit_test(a_huge_bitrate_saturates), cmocka_unit_test(writes_whole_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
