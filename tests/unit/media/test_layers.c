/* SPDX-License-Identifier: Apache-2.0 */
#include "media/layers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gw_layers l;
static struct gw_layer_view view;
static struct gw_layer_verdict v;
static int64_t now;

static int set_up(void **state)
{
    gw_layers_init(&l);
    memset(&view, 0, sizeof(view));
    view.video = true;
    now = 1000000;
    return 0;
}

static bool offer(unsigned layer, unsigned temporal, bool keyframe, bool sync)
{
    struct gw_rtp_facts f = {.layer = (uint8_t)layer,
                             .temporal = (uint8_t)temporal,
                             .keyframe = keyframe,
                             .layer_sync = sync,
                             .timestamp = (uint32_t)(now * 9 / 100)};

    view.last_us[layer] = now;
    gw_layers_decide(&l, &view, &f, now, &v);
    return v.pass;
}

static void video_begins_at_a_keyframe(void **state)
{
    gw_layers_restart(&l, now);
    assert_false(offer(0, 0, false, false));
    assert_true(v.want_keyframe);
    assert_false(offer(0, 0, false, false));
    assert_false(v.want_keyframe); /* asked already */
    now += GW_LAYER_STALL_US;
    assert_false(offer(0, 0, false, false));
    assert_true(v.want_keyframe);
    assert_true(offer(0, 0, true, false));
    assert_true(v.switched);
    assert_true(offer(0, 0, false, false));
    assert_false(v.switched);
}

static void audio_begins_at_once(void **state)
{
    view.video = false;
    gw_layers_restart(&l, now);
    assert_true(offer(0, 0, false, false));
}

static void encrypted_video_does_not_wait(void **state)
{
    view.opaque = true;
    gw_layers_restart(&l, now);
    assert_true(offer(0, 0, false, false));
}

static void patience_ends(void **state)
{
    gw_layers_restart(&l, now);
    assert_false(offer(0, 0, false, false));
    now += GW_LAYER_PATIENCE_US;
    assert_true(offer(0, 0, false, false));
}

static void all_three(bool keyframe)
{
    now += 33000;
    for (unsigned i = 0; i < 3; i++)
        offer(i, 0, keyframe, false);
}

static void the_highest_substream_is_relayed(void **state)
{
    view.simulcast = true;
    gw_layers_restart(&l, now);
    all_three(false);
    all_three(true);
    all_three(true);
    assert_int_equal(l.substream, 2);
    assert_false(offer(0, 0, true, false));
    assert_false(offer(1, 0, true, false));
    assert_true(offer(2, 0, false, false));
}

static void going_down_waits_for_a_keyframe(void **state)
{
    the_highest_substream_is_relayed(state);
    l.target_substream = 0;
    now += 33000;
    assert_true(offer(2, 0, false, false));
    assert_false(offer(0, 0, false, false));
    assert_true(v.want_keyframe);
    assert_true(offer(2, 0, false, false));
    assert_true(offer(0, 0, true, false));
    assert_true(v.switched);
    assert_int_equal(l.substream, 0);
    assert_false(offer(2, 0, false, false));
}

static void bandwidth_caps_as_targets_do(void **state)
{
    the_highest_substream_is_relayed(state);
    l.cap_substream = 1;
    now += 33000;
    assert_true(offer(1, 0, true, false));
    assert_int_equal(l.substream, 1);
}

static void a_silent_substream_is_left(void **state)
{
    the_highest_substream_is_relayed(state);
    for (int i = 0; i < 10; i++) { /* substream 2 sends nothing any more */
        now += 33000;
        offer(0, 0, false, false);
        offer(1, 0, false, false);
    }
    assert_int_equal(l.substream, 2);
    now += 33000;
    assert_true(offer(1, 0, true, false));
    assert_int_equal(l.substream, 1);
    now += 33000;
    assert_true(offer(1, 0, false, false));
    /* it comes back */
    now += 33000;
    offer(1, 0, false, false);
    assert_false(offer(2, 0, false, false));
    assert_true(v.want_keyframe);
    assert_true(offer(2, 0, true, false));
    assert_int_equal(l.substream, 2);
}

static void a_slow_substream_is_not_silent(void **state)
{
    the_highest_substream_is_relayed(state);
    view.gap_us[2] = 500000; /* two frames a second */
    now += 900000;
    assert_true(offer(0, 0, false, false) == false);
    assert_false(v.want_keyframe);
    assert_true(offer(2, 0, false, false));
    now += 1600000;
    offer(0, 0, false, false);
    assert_true(v.want_keyframe);
}

static void nothing_below_the_limit_means_what_there_is(void **state)
{
    view.simulcast = true;
    l.target_substream = 0;
    gw_layers_restart(&l, now);
    now += 33000;
    assert_true(offer(2, 0, true, false));
}

static void temporal_layers_go_down_at_once_and_up_at_sync(void **state)
{
    gw_layers_restart(&l, now);
    assert_true(offer(0, 0, true, false));
    assert_false(offer(0, 2, false, false)); /* no sync point yet */
    assert_true(v.whole_frame);
    assert_true(offer(0, 1, false, true));
    assert_false(offer(0, 2, false, false));
    assert_true(offer(0, 2, false, true));
    l.target_temporal = 1;
    assert_false(offer(0, 2, false, false));
    assert_true(offer(0, 1, false, false));
    assert_true(v.pass);
    l.target_temporal = 0;
    assert_false(offer(0, 1, false, false));
    assert_true(offer(0, 0, false, false));
}

/* Of a substream that is too much, the lowest rate goes on until there is a keyframe of a smaller one. */
static void too_large_a_substream_thins_out_first(void **state)
{
    view.simulcast = true;
    for (unsigned i = 0; i < GW_LAYER_COUNT; i++)
        view.last_us[i] = now;
    gw_layers_restart(&l, now);
    assert_true(offer(2, 0, true, false));
    assert_true(offer(2, 1, false, true));
    gw_layers_cap(&l, 1, 2, 2, false, now);
    assert_false(offer(2, 1, false, false));
    assert_true(offer(2, 0, false, false));
    assert_true(offer(1, 0, true, false));
    assert_false(offer(2, 0, false, false));
    assert_true(offer(1, 1, false, true));
}

static bool offer_spatial(unsigned spatial, bool keyframe, bool sync, bool end)
{
    struct gw_rtp_facts f = {.spatial = (uint8_t)spatial,
                             .keyframe = keyframe,
                             .spatial_sync = sync,
                             .frame_end = end,
                             .timestamp = (uint32_t)(now * 9 / 100)};

    view.last_us[0] = now;
    gw_layers_decide(&l, &view, &f, now, &v);
    return v.pass;
}

static void the_top_spatial_layer_carries_the_marker(void **state)
{
    view.svc = true;
    l.target_spatial = 1;
    gw_layers_restart(&l, now);
    assert_true(offer_spatial(0, true, false, true));
    assert_true(offer_spatial(1, false, true, true));
    assert_true(v.marker);
    assert_false(offer_spatial(2, false, true, true));
    now += 33000;
    assert_true(offer_spatial(0, false, false, true));
    assert_false(v.marker);
    assert_true(offer_spatial(1, false, false, true));
    assert_true(v.marker);
    l.target_spatial = 0;
    now += 33000;
    assert_true(offer_spatial(0, false, false, true));
    assert_true(v.marker);
    assert_false(offer_spatial(1, false, false, true));
    l.target_spatial = 2;
    now += 33000;
    assert_true(offer_spatial(0, false, false, true));
    assert_false(offer_spatial(1, false, false, true));
    assert_true(v.want_keyframe);
    now += 33000;
    assert_true(offer_spatial(0, true, false, true));
    assert_true(offer_spatial(1, true, false, true));
    assert_true(offer_spatial(2, true, false, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(video_begins_at_a_keyframe, set_up),
        cmocka_unit_test_setup(audio_begins_at_once, set_up),
        cmocka_unit_test_setup(encrypted_video_does_not_wait, set_up),
        cmocka_unit_test_setup(patience_ends, set_up),
        cmocka_unit_test_setup(the_highest_substream_is_relayed, set_up),
        cmocka_unit_test_setup(going_down_waits_for_a_keyframe, set_up),
        cmocka_unit_test_setup(bandwidth_caps_as_targets_do, set_up),
        cmocka_unit_test_setup(a_silent_substream_is_left, set_up),
        cmocka_unit_test_setup(a_slow_substream_is_not_silent, set_up),
        cmocka_unit_test_setup(nothing_below_the_limit_means_what_there_is, set_up),
        cmocka_unit_test_setup(temporal_layers_go_down_at_once_and_up_at_sync, set_up),
        cmocka_unit_test_setup(too_large_a_substream_thins_out_first, set_up),
        cmocka_unit_test_setup(the_top_spatial_layer_carries_the_marker, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
