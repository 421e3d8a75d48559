/* SPDX-License-Identifier: Apache-2.0 */
/* Indices and replay windows; that all of it agrees with libsrtp2 is shown by tests/fuzz/fuzz_srtp. */
#include "srtp/heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "srtp/srtp.h"

static uint64_t index_of(struct gw_heard *h, uint32_t ssrc, uint16_t seq)
{
    uint64_t index = 0;

    gw_heard_rtp_index(h, ssrc, seq, &index);
    return index;
}

static bool take(struct gw_heard *h, uint32_t ssrc, uint16_t seq)
{
    uint64_t index;

    if (!gw_heard_rtp_index(h, ssrc, seq, &index))
        return false;
    assert_int_equal(gw_heard_rtp_note(h, ssrc, index), 0);
    return true;
}

static void counts_cycles_forwards_and_back(void **state)
{
    struct gw_heard h = {0};

    assert_int_equal(index_of(&h, 5, 65530), 65530);
    assert_true(take(&h, 5, 65530));
    assert_int_equal(index_of(&h, 5, 3), 65536 + 3);
    assert_true(take(&h, 5, 3));
    assert_int_equal(index_of(&h, 5, 65535), 65535);
    assert_true(take(&h, 5, 65535));
    for (unsigned i = 4; i < 5 * 65536; i += 1000)
        assert_true(take(&h, 5, (uint16_t)i));
    assert_int_equal(index_of(&h, 5, 60000) >> 16, 5);
    assert_int_equal(index_of(&h, 6, 3), 3); /* another one begins anew */
    gw_heard_clear(&h);
}

static void nothing_is_older_than_the_beginning(void **state)
{
    struct gw_heard h = {0};

    assert_true(take(&h, 5, 10));
    assert_int_equal(index_of(&h, 5, 65535), 65535);
    assert_int_equal(index_of(&h, 5, 9), 9);
    gw_heard_clear(&h);
}

static void each_number_passes_once(void **state)
{
    struct gw_heard h = {0};

    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < 3000; i += 3)
            assert_int_equal(take(&h, 5, (uint16_t)i), !round);
    assert_true(take(&h, 5, 2999));
    assert_true(take(&h, 5, 2999 - (GW_HEARD_RTP - 1))); /* never came */
    assert_false(take(&h, 5, 2999 - GW_HEARD_RTP));      /* nor did this, but who knows */
    assert_true(take(&h, 5, 2999 + 5000));
    assert_false(take(&h, 5, 2999));
    gw_heard_clear(&h);
}

static void rtcp_has_a_window_of_its_own(void **state)
{
    struct gw_heard h = {0};

    assert_true(take(&h, 5, 1));
    for (uint32_t i = 1; i <= 300; i += 2) {
        assert_true(gw_heard_rtcp_is_fresh(&h, 5, i));
        assert_int_equal(gw_heard_rtcp_note(&h, 5, i), 0);
        assert_false(gw_heard_rtcp_is_fresh(&h, 5, i));
    }
    assert_true(gw_heard_rtcp_is_fresh(&h, 5, 298));
    assert_true(gw_heard_rtcp_is_fresh(&h, 5, 299 - GW_HEARD_RTCP + 1));
    assert_false(gw_heard_rtcp_is_fresh(&h, 5, 299 - GW_HEARD_RTCP));
    assert_true(gw_heard_rtcp_is_fresh(&h, 6, 1));
    assert_int_equal(gw_heard_rtcp_note(&h, 5, 100000), 0);
    assert_true(gw_heard_rtcp_is_fresh(&h, 5, 99999));
    gw_heard_clear(&h);
}

static void the_longest_silent_makes_room(void **state)
{
    struct gw_heard h = {0};

    for (uint32_t i = 0; i < GW_SRTP_SSRCS; i++)
        assert_true(take(&h, i, 7));
    assert_true(take(&h, 0, 8));
    assert_true(take(&h, 1000, 7)); /* in the place of 1 */
    assert_int_equal(h.n, GW_SRTP_SSRCS);
    assert_false(take(&h, 0, 7));
    assert_true(take(&h, 1, 7));
    gw_heard_clear(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_cycles_forwards_and_back), cmocka_unit_test(nothing_is_older_than_the_beginning),
        cmocka_unit_test(each_number_passes_once),         cmocka_unit_test(rtcp_has_a_window_of_its_own),
        cmocka_unit_test(the_longest_silent_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
