/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/rtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vectors.h"

/* Opus from a browser: one extension block, 32 bytes of payload. */
static const char opus[] =
    "90ef72582693d10d779255a3bede000322f759f7310001403010ff00780be4c136ecc58d8c49469904c5aaed92e7"
    "634a3a1898ee62cb60ff6c1b2900";

static void kinds_of_datagrams(void **state)
{
    static const struct {
        uint8_t first, last;
        enum gw_datagram kind;
    } table[] = {
        {0, 3, GW_DATAGRAM_STUN},    {4, 15, GW_DATAGRAM_UNKNOWN},       {16, 19, GW_DATAGRAM_ZRTP},
        {20, 63, GW_DATAGRAM_DTLS},  {64, 79, GW_DATAGRAM_TURN_CHANNEL}, {80, 127, GW_DATAGRAM_UNKNOWN},
        {128, 191, GW_DATAGRAM_RTP}, {192, 255, GW_DATAGRAM_UNKNOWN},
    };
    uint8_t bytes[2] = {0};
    unsigned i, b;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        for (b = table[i].first; b <= table[i].last; b++) {
            bytes[0] = (uint8_t)b;
            assert_int_equal(gw_datagram_kind(bytes, 2), table[i].kind);
            assert_int_equal(gw_datagram_kind(bytes, 1), table[i].kind);
        }
    }
    assert_int_equal(gw_datagram_kind(bytes, 0), GW_DATAGRAM_UNKNOWN);
    bytes[0] = 0x80;
    for (b = 0; b < 256; b++) {
        bytes[1] = (uint8_t)b;
        assert_int_equal(gw_datagram_kind(bytes, 2), b >= 192 && b <= 223 ? GW_DATAGRAM_RTCP : GW_DATAGRAM_RTP);
    }
}

static void parses_a_header(void **state)
{
    struct vector v = vector_from_hex(opus);
    struct gw_rtp_header h;

    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), 0);
    assert_true(h.marker);
    assert_int_equal(h.payload_type, 111);
    assert_int_equal(h.seq, 0x7258);
    assert_true(h.timestamp == 0x2693d10d);
    assert_true(h.ssrc == 0x779255a3);
    assert_int_equal(h.ext_profile, 0xbede);
    assert_int_equal(h.ext.offset, 16);
    assert_int_equal(h.ext.len, 12);
    assert_int_equal(h.payload.offset, 28);
    assert_int_equal(h.payload.len, 32);
    assert_int_equal(h.padding, 0);
    free(v.data);
}

static void parses_sources_and_padding(void **state)
{
    /* two CSRCs, an empty extension block, one byte of payload, three of padding */
    struct vector v = vector_from_hex("b2600001 00000002 00000003 aaaaaaaa bbbbbbbb 10050000 77 000003");
    struct gw_rtp_header h;

    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), 0);
    assert_int_equal(h.csrc_count, 2);
    assert_int_equal(h.ext_profile, 0x1005);
    assert_int_equal(h.ext.len, 0);
    assert_int_equal(h.payload.offset, 24);
    assert_int_equal(h.payload.len, 1);
    assert_int_equal(h.padding, 3);
    v.data[v.len - 1] = 4; /* nothing but padding is fine: a probe */
    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), 0);
    assert_int_equal(h.payload.len, 0);
    v.data[v.len - 1] = 5;
    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), GW_EPARSE);
    v.data[v.len - 1] = 0;
    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), GW_EPARSE);
    v.data[v.len - 1] = 3;
    v.data[0] = 0x72;
    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), GW_EPARSE);
    free(v.data);
}

static void parse_cut(const uint8_t *data, size_t len)
{
    struct gw_rtp_header h;
    int err = gw_rtp_parse(&h, data, len);

    assert_int_equal(err, len < 28 ? GW_EPARSE : 0);
    if (!err)
        assert_int_equal(h.payload.offset + h.payload.len, len);
}

static void survives_truncation(void **state)
{
    struct vector v = vector_from_hex(opus);

    vector_truncations(&v, parse_cut);
    free(v.data);
}

static void extension_past_the_end_is_refused(void **state)
{
    struct vector v = vector_from_hex(opus);
    struct gw_rtp_header h;

    v.data[14] = 0x40; /* 16387 words: would be 3 in 16 bits of bytes */
    assert_int_equal(gw_rtp_parse(&h, v.data, v.len), GW_EPARSE);
    free(v.data);
}

static void writes_what_it_parsed(void **state)
{
    struct gw_rtp_header h = {.marker = true, .payload_type = 96, .seq = 0x1234, .timestamp = 0x89abcdef, .ssrc = 7},
                         back;
    uint8_t data[12];
    struct gw_writer w = gw_writer_make(data, sizeof(data));

    gw_rtp_write(&w, &h);
    assert_false(w.failed);
    assert_int_equal(w.pos, 12);
    assert_int_equal(gw_rtp_parse(&back, data, sizeof(data)), 0);
    h.payload.offset = 12;
    assert_memory_equal(&back, &h, sizeof(h));
    gw_rtp_write(&w, &h);
    assert_true(w.failed);
}

static void extends_sequence_numbers(void **state)
{
    struct gw_seq s = {0};

    assert_true(gw_seq_look(&s, 5) == 0);
    assert_true(gw_seq_extend(&s, 2) == 0x10002);
    assert_true(gw_seq_extend(&s, 0xfffe) == 0xfffe); /* before the first, across the wrap */
    assert_true(gw_seq_extend(&s, 3) == 0x10003);
    assert_true(gw_seq_extend(&s, 0x7fff) == 0x17fff);
    assert_true(gw_seq_extend(&s, 0xfffe) == 0x1fffe);
    assert_true(gw_seq_look(&s, 1) == 0x20001);
    assert_true(s.highest == 0x1fffe);
    assert_true(gw_seq_extend(&s, 0) == 0x20000);
    assert_true(gw_seq_extend(&s, 0xffff) == 0x1ffff);
    assert_true(s.highest == 0x20000);
    assert_true(gw_seq_after(1, 0xffff));
    assert_false(gw_seq_after(0xffff, 1));
    assert_false(gw_seq_after(9, 9));
}

static void extends_for_many_rounds(void **state)
{
    struct gw_seq s = {0};
    uint64_t n;

    for (n = 0x10000 + 60000; n < 0x10000 + 400000; n += 7)
        assert_true(gw_seq_extend(&s, (uint16_t)n) == n);
}

static void extends_timestamps(void **state)
{
    struct gw_ts s = {0};

    assert_true(gw_ts_extend(&s, 0xfffffff0) == UINT64_C(0x1fffffff0));
    assert_true(gw_ts_extend(&s, 0x10) == UINT64_C(0x200000010));
    assert_true(gw_ts_extend(&s, 0xfffffff8) == UINT64_C(0x1fffffff8));
    assert_int_equal(gw_ts_diff(0x10, 0xfffffff0), 0x20);
    assert_true(gw_ts_from_us(1000000, 90000) == 90000);
    assert_true(gw_ts_from_us(-20000, 48000) == -960);
    assert_true(gw_ts_to_us(90000 * INT64_C(86400) * 365, 90000) == INT64_C(1000000) * 86400 * 365);
    assert_true(gw_ts_to_us(5, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_datagrams),
        cmocka_unit_test(parses_a_header),
        cmocka_unit_test(parses_sources_and_padding),
        cmocka_unit_test(survives_truncation),
        cmocka_unit_test(extension_past_the_end_is_refused),
        cmocka_unit_test(writes_what_it_parsed),
        cmocka_unit_test(extends_sequence_numbers),
        cmocka_unit_test(extends_for_many_rounds),
        cmocka_unit_test(extends_timestamps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
