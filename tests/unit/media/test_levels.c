/* SPDX-License-Identifier: Apache-2.0 */
#include "media/levels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW 100000000

static struct gw_source source;
static struct gw_source_layer layer[GW_LAYER_COUNT];
static struct gw_sink sink;
static struct gw_level level[GW_ALLOCATOR_LEVELS];

static int set_up(void **state)
{
    memset(&source, 0, sizeof(source));
    memset(layer, 0, sizeof(layer));
    memset(&sink, 0, sizeof(sink));
    source.view.video = true;
    sink.source = &source;
    sink.conf.kind = GW_VIDEO;
    gw_layers_init(&sink.layers);
    return 0;
}

static void comes(unsigned i, uint32_t t0, uint32_t t1, uint32_t t2)
{
    source.layer[i] = &layer[i];
    source.view.last_us[i] = NOW;
    layer[i].rates.bps[0][0] = t0;
    layer[i].rates.bps[0][1] = t1;
    layer[i].rates.bps[0][2] = t2;
}

static void is_level(unsigned i, unsigned substream, unsigned spatial, unsigned temporal, uint32_t bps)
{
    assert_int_equal(level[i].substream, substream);
    assert_int_equal(level[i].spatial, spatial);
    assert_int_equal(level[i].temporal, temporal);
    assert_int_equal(level[i].bps, bps);
}

static void without_figures_there_are_no_levels(void **state)
{
    assert_int_equal(gw_levels_of(&sink, level, NOW), 0);
    comes(0, 0, 0, 0);
    assert_int_equal(gw_levels_of(&sink, level, NOW), 0);
    sink.source = NULL;
    assert_int_equal(gw_levels_of(&sink, level, NOW), 0);
}

static void simulcast_offers_substreams_with_their_upper_frame_rates(void **state)
{
    source.view.simulcast = true;
    comes(0, 60, 30, 60);
    comes(1, 200, 100, 200);
    comes(2, 700, 300, 700);
    assert_int_equal(gw_levels_of(&sink, level, NOW), 7);
    is_level(0, 0, 2, 0, 60);
    is_level(1, 0, 2, 1, 90);
    is_level(2, 0, 2, 2, 150);
    is_level(3, 1, 2, 1, 300);
    is_level(4, 1, 2, 2, 500);
    is_level(5, 2, 2, 1, 1000);
    is_level(6, 2, 2, 2, 1700);
    assert_int_equal(gw_levels_most(level, 7), 1700);
}

static void what_was_not_asked_for_is_not_on_offer(void **state)
{
    source.view.simulcast = true;
    comes(0, 150, 0, 0);
    comes(1, 200, 100, 200);
    comes(2, 1700, 0, 0);
    sink.layers.target_substream = 1;
    sink.layers.target_temporal = 1;
    assert_int_equal(gw_levels_of(&sink, level, NOW), 3);
    is_level(0, 0, 2, 2, 150); /* all it has: no limit */
    is_level(1, 1, 2, 0, 200);
    is_level(2, 1, 2, 2, 300); /* the link's own limit is in the sink's target */
}

static void a_silent_substream_is_not_on_offer(void **state)
{
    source.view.simulcast = true;
    comes(0, 150, 0, 0);
    comes(2, 1700, 0, 0);
    source.view.last_us[2] = NOW - GW_LEVELS_FRESH_US;
    assert_int_equal(gw_levels_of(&sink, level, NOW), 1);
    source.view.last_us[2] = NOW - GW_LEVELS_FRESH_US + 1;
    assert_int_equal(gw_levels_of(&sink, level, NOW), 2);
}

static void svc_offers_spatial_layers_that_add_up(void **state)
{
    source.view.svc = true;
    comes(0, 100, 50, 0);
    layer[0].rates.bps[1][0] = 300;
    layer[0].rates.bps[1][1] = 100;
    assert_int_equal(gw_levels_of(&sink, level, NOW), 4);
    is_level(0, 2, 0, 0, 100);
    is_level(1, 2, 0, 2, 150);
    is_level(2, 2, 1, 0, 400);
    is_level(3, 2, 1, 2, 550);
}

static void one_layer_offers_its_frame_rates(void **state)
{
    comes(0, 500, 200, 300);
    assert_int_equal(gw_levels_of(&sink, level, NOW), 3);
    is_level(0, 2, 2, 0, 500);
    is_level(2, 2, 2, 2, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_figures_there_are_no_levels, set_up),
        cmocka_unit_test_setup(simulcast_offers_substreams_with_their_upper_frame_rates, set_up),
        cmocka_unit_test_setup(what_was_not_asked_for_is_not_on_offer, set_up),
        cmocka_unit_test_setup(a_silent_substream_is_not_on_offer, set_up),
        cmocka_unit_test_setup(svc_offers_spatial_layers_that_add_up, set_up),
        cmocka_unit_test_setup(one_layer_offers_its_frame_rates, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
