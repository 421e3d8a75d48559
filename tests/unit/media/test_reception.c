/* SPDX-License-Identifier: Apache-2.0 */
#include "media/reception.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_reception r;

static int set_up(void **state)
{
    memset(&r, 0, sizeof(r));
    return 0;
}

static uint64_t take(uint16_t seq)
{
    uint64_t ext = 0;
    bool restarted;

    if (!gw_reception_extend(&r, seq, &ext, &restarted))
        return 0;
    gw_reception_count(&r, ext, 0, 90000, 0);
    return ext;
}

static void numbers_are_extended_over_the_wrap(void **state)
{
    uint64_t first = take(65534);

    assert_int_equal(first, (1 << 16) + 65534);
    assert_int_equal(take(65535), first + 1);
    assert_int_equal(take(1), first + 3);
    assert_int_equal(take(0), first + 2);
    assert_int_equal(gw_reception_lost(&r), 0);
}

static void a_jump_must_be_confirmed(void **state)
{
    uint64_t first = take(100);

    assert_int_equal(take(20000), 0);
    assert_int_equal(take(101), first + 1);
    assert_int_equal(take(30000), 0);
    assert_true(take(30001) > first + 65536);
}

static void a_restart_goes_beyond_what_was(void **state)
{
    uint64_t first = take(60000);

    gw_reception_restart(&r);
    assert_true(take(10) > first);
}

static void losses_are_reported_as_rfc_3550_says(void **state)
{
    struct gw_rtcp_report v = {.ssrc = 7};

    for (unsigned i = 0; i < 100; i++)
        if (i % 4)
            take((uint16_t)(1000 + i));
    /* 1000 itself never came: the first was 1001; 99 expected, 75 received */
    gw_reception_report(&r, &v);
    assert_int_equal(v.lost, 24);
    assert_int_equal(v.fraction, (24 << 8) / 99);
    assert_int_equal(v.ssrc, 7);
    assert_int_equal(v.highest_seq, 1099);
    gw_reception_report(&r, &v);
    assert_int_equal(v.fraction, 0);
    assert_int_equal(v.lost, 24);
    gw_reception_repaired(&r);
    assert_int_equal(gw_reception_lost(&r), 23);
}

static void jitter_follows_the_variation_of_transit(void **state)
{
    bool restarted;
    uint64_t ext;

    for (unsigned i = 0; i < 200; i++) {
        gw_reception_extend(&r, (uint16_t)i, &ext, &restarted);
        gw_reception_count(&r, ext, i / 2 * 900, 90000, (int64_t)(i / 2) * 10000 + (i / 2 % 2 ? 5000 : 0));
        i++; /* the same frame's next packet has no part in it, however late */
        gw_reception_extend(&r, (uint16_t)i, &ext, &restarted);
        gw_reception_count(&r, ext, i / 2 * 900, 90000, (int64_t)(i / 2) * 10000 + 9000);
    }
    assert_in_range(gw_reception_jitter(&r), 420, 460); /* 5 ms */
    gw_reception_extend(&r, 200, &ext, &restarted);
    gw_reception_count(&r, ext, 0x80000000, 90000, 1001000); /* the sender's clock starts anew */
    assert_in_range(gw_reception_jitter(&r), 420, 460);
}

static void a_steady_stream_has_no_jitter(void **state)
{
    bool restarted;
    uint64_t ext;

    /* timestamps wrap on the way; arrivals of a machine that has been up for a year */
    for (unsigned i = 0; i < 1000; i++) {
        gw_reception_extend(&r, (uint16_t)i, &ext, &restarted);
        gw_reception_count(&r, ext, 0xfffff000 + i * 1800, 90000, INT64_C(31536000000000) + i * 20000);
    }
    assert_int_equal(gw_reception_jitter(&r), 0);
}

static void quality_falls_with_losses_and_repair_counts_for_media(void **state)
{
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 100; i++)
            if (i % 10)
                take((uint16_t)(round * 100 + i));
            else
                gw_reception_repaired(&r);
        gw_reception_update_quality(&r);
    }
    assert_in_range((unsigned)r.quality, 88, 92);
    assert_in_range((unsigned)r.media_quality, 98, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(numbers_are_extended_over_the_wrap, set_up),
        cmocka_unit_test_setup(a_jump_must_be_confirmed, set_up),
        cmocka_unit_test_setup(a_restart_goes_beyond_what_was, set_up),
        cmocka_unit_test_setup(losses_are_reported_as_rfc_3550_says, set_up),
        cmocka_unit_test_setup(jitter_follows_the_variation_of_transit, set_up),
        cmocka_unit_test_setup(a_steady_stream_has_no_jitter, set_up),
        cmocka_unit_test_setup(quality_falls_with_losses_and_repair_counts_for_media, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
