/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "sctp/channel.h"

static const struct gw_dcep chat = {.type = GW_DCEP_OPEN, .label = "chat"};

static void holds_a_bounded_number(void **state)
{
    struct gw_channels t = {0};
    struct gw_channel *c;

    for (uint16_t i = 0; i < GW_CHANNELS; i++)
        assert_int_equal(gw_channels_add(&c, &t, (uint16_t)(2 * i), &chat), 0);
    assert_int_equal(gw_channels_add(&c, &t, 299, &chat), GW_ELIMIT);
    assert_int_equal(gw_channels_add(&c, &t, 4, &chat), GW_EPROTO);
    gw_channels_remove(&t, gw_channels_find(&t, 4));
    assert_null(gw_channels_find(&t, 4));
    assert_non_null(gw_channels_find(&t, 6));
    assert_int_equal(gw_channels_add(&c, &t, 299, &chat), 0);
    assert_ptr_equal(gw_channels_find(&t, 299), c);
    gw_channels_clear(&t);
    assert_int_equal(t.count, 0);
}

static void finds_by_label(void **state)
{
    struct gw_channels t = {0};
    struct gw_channel *a, *b;

    assert_null(gw_channels_labelled(&t, "chat"));
    assert_int_equal(gw_channels_add(&a, &t, 2, &chat), 0);
    assert_int_equal(gw_channels_add(&b, &t, 0, &chat), 0);
    assert_ptr_equal(gw_channels_labelled(&t, "chat"), a);
    assert_null(gw_channels_labelled(&t, "cha"));
    gw_channels_remove(&t, a);
    assert_ptr_equal(gw_channels_labelled(&t, "chat"), b);
    gw_channels_clear(&t);
}

static void bounds_unfinished_messages(void **state)
{
    static const uint8_t bytes[64 * 1024];
    struct gw_channels t = {0};
    struct gw_channel *c[6];

    for (uint16_t i = 0; i < 6; i++)
        assert_int_equal(gw_channels_add(&c[i], &t, i, &chat), 0);
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            assert_int_equal(gw_channel_append(&t, c[i], bytes, sizeof(bytes)), 0);
    assert_int_equal(c[0]->part_len, GW_CHANNEL_MESSAGE);
    assert_int_equal(t.part_bytes, GW_CHANNEL_PARTS);
    assert_int_equal(gw_channel_append(&t, c[4], bytes, 1), GW_ELIMIT); /* all together */
    assert_int_equal(gw_channel_append(&t, c[0], bytes, 1), GW_ELIMIT); /* one alone; it is dropped */
    assert_int_equal(c[0]->part_len, 0);
    assert_int_equal(gw_channel_append(&t, c[4], bytes, 1), 0);
    gw_channels_remove(&t, c[1]);
    gw_channel_drop_part(&t, c[4]);
    assert_int_equal(t.part_bytes, 2 * GW_CHANNEL_MESSAGE);
    gw_channels_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_a_bounded_number),
        cmocka_unit_test(finds_by_label),
        cmocka_unit_test(bounds_unfinished_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
