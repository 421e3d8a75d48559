/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};

static void reads_in_network_order(void **state)
{
    struct gw_reader r = gw_reader_make(bytes, sizeof(bytes));

    assert_int_equal(gw_read_u8(&r), 0x01);
    assert_int_equal(gw_read_u16(&r), 0x0203);
    assert_int_equal(gw_read_u24(&r), 0x040506);
    assert_int_equal(gw_read_u32(&r), 0x0708090a);
    assert_true(gw_read_u64(&r) == UINT64_C(0x0b0c0d0e0f101112));
    assert_int_equal(gw_reader_left(&r), 0);
    assert_false(r.failed);
}

static void fails_once_and_for_good(void **state)
{
    struct gw_reader r = gw_reader_make(bytes, 3);

    assert_int_equal(gw_read_u32(&r), 0);
    assert_true(r.failed);
    assert_int_equal(gw_read_u8(&r), 0); /* would fit, but comes after a failure */
    assert_int_equal(gw_reader_left(&r), 0);
    assert_null(gw_read_bytes(&r, 0));
}

static void every_truncation_fails(void **state)
{
    for (size_t n = 0; n < sizeof(bytes); n++) {
        uint8_t *exact = malloc(n ? n : 1); /* the sanitizer watches the end */
        struct gw_reader r = gw_reader_make(exact, n);

        memcpy(exact, bytes, n);
        gw_read_u8(&r);
        gw_read_u16(&r);
        gw_read_u24(&r);
        gw_read_u32(&r);
        gw_read_u64(&r);
        assert_true(r.failed);
        free(exact);
    }
}

static void a_part_ends_where_it_should(void **state)
{
    struct gw_reader r = gw_reader_make(bytes, sizeof(bytes)), part = gw_read_part(&r, 2);

    assert_int_equal(gw_read_u16(&part), 0x0102);
    gw_read_u8(&part);
    assert_true(part.failed);
    assert_int_equal(gw_read_u8(&r), 3);
    part = gw_read_part(&r, 16);
    assert_true(part.failed && r.failed);
}

static void skips_and_copies(void **state)
{
    struct gw_reader r = gw_reader_make(bytes, sizeof(bytes));
    uint8_t to[4] = {0};

    assert_true(gw_read_skip(&r, 2));
    assert_true(gw_read_copy(&r, to, 4));
    assert_memory_equal(to, bytes + 2, 4);
    assert_false(gw_read_skip(&r, SIZE_MAX));
    assert_false(gw_read_copy(&r, to, 1));
}

static void an_empty_reader_has_nothing(void **state)
{
    struct gw_reader r = gw_reader_make(NULL, 0);

    assert_non_null(gw_read_bytes(&r, 0));
    assert_false(r.failed);
    assert_int_equal(gw_read_u8(&r), 0);
    assert_true(r.failed);
}

static void writes_what_is_read(void **state)
{
    uint8_t out[sizeof(bytes) + 4];
    struct gw_writer w = gw_writer_make(out, sizeof(out));

    gw_write_u8(&w, 0x01);
    gw_write_u16(&w, 0x0203);
    gw_write_u24(&w, 0x040506);
    gw_write_u32(&w, 0x0708090a);
    gw_write_u64(&w, UINT64_C(0x0b0c0d0e0f101112));
    gw_write_bytes(&w, "ab", 2);
    gw_write_zeros(&w, 2);
    assert_false(w.failed);
    assert_int_equal(w.pos, sizeof(out));
    assert_memory_equal(out, bytes, sizeof(bytes));
    assert_memory_equal(out + sizeof(bytes), "ab\0\0", 4);
}

static void does_not_write_past_the_end(void **state)
{
    uint8_t out[4] = {0xee, 0xee, 0xee, 0xee};
    struct gw_writer w = gw_writer_make(out, 3);

    gw_write_u32(&w, 0x01020304);
    assert_true(w.failed);
    gw_write_u8(&w, 1);
    gw_write_bytes(&w, NULL, 0);
    assert_int_equal(w.pos, 0);
    assert_int_equal(gw_writer_left(&w), 0);
    assert_memory_equal(out, "\xee\xee\xee\xee", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_network_order), cmocka_unit_test(fails_once_and_for_good),
        cmocka_unit_test(every_truncation_fails), cmocka_unit_test(a_part_ends_where_it_should),
        cmocka_unit_test(skips_and_copies),       cmocka_unit_test(an_empty_reader_has_nothing),
        cmocka_unit_test(writes_what_is_read),    cmocka_unit_test(does_not_write_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
