/* SPDX-License-Identifier: Apache-2.0 */
/* Simulcast and temporal layers: one stream for the subscriber, whichever of them it comes from. */
#include "sim/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct room r;

static int tear_down(void **state)
{
    room_close(&r);
    return 0;
}

static void adjust(unsigned substream, unsigned temporal)
{
    struct gw_order o = {.tag = GW_ORDER_ADJUST, .track = sim_track(r.sub[0].client, 1)};

    o.u.link = (struct gw_link_options){
        .substream = (uint8_t)substream, .temporal = (uint8_t)temporal, .spatial = 2, .playout_delay = -1};
    sim_order(r.world, gw_track_worker(o.track), &o);
}

/* No hole, frames whole, timestamps rising, picture ids without a gap, every change of layer at a keyframe. */
static void assert_one_stream(const struct sim_in *in)
{
    unsigned n = (uint16_t)(in->newest - in->first) + 1u;

    assert_int_equal(sim_holes(in, 0), 0);
    assert_int_equal(in->bad, 0);
    for (unsigned i = 1; i < n; i++) {
        const struct sim_seen *a = &in->seen[i - 1], *b = &in->seen[i];

        if (!b->first_of_frame) {
            assert_int_equal(b->ts, a->ts);
            assert_int_equal(b->picture_id, a->picture_id);
            continue;
        }
        assert_true(a->marker);
        assert_true((int32_t)(b->ts - a->ts) > 0);
        assert_int_equal(b->picture_id, (a->picture_id + 1) & 0x7fff);
        assert_true((uint8_t)(b->tl0 - a->tl0) <= 1);
        if (a->layer != b->layer)
            assert_true(b->keyframe);
    }
}

static unsigned last_layer(void)
{
    const struct sim_in *in = r.sub[0].video;

    return in->seen[(uint16_t)(in->newest - in->first)].layer;
}

static void the_best_layer_comes_by_default(void **state)
{
    const struct gw_news *n;

    room_open(&r, &(struct room_conf){.subscribers = 1, .layers = 3});
    sim_run_ms(r.world, 3000);
    assert_int_equal(last_layer(), 2);
    assert_one_stream(r.sub[0].video);
    n = sim_news(r.world, GW_NEWS_LAYER, 0, sim_track(r.sub[0].client, 1));
    assert_non_null(n);
    assert_int_equal(n->u.layer.substream, 2);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_MEDIA, 0, sim_track(r.publisher, 1)), 3);
}

static void layers_can_be_chosen_at_any_time(void **state)
{
    static const unsigned wishes[] = {0, 1, 2, 0, 2, 1};

    room_open(&r, &(struct room_conf){.subscribers = 1, .layers = 3});
    sim_run_ms(r.world, 2000);
    for (unsigned i = 0; i < 6; i++) {
        adjust(wishes[i], 2);
        sim_run_ms(r.world, 1500);
        assert_int_equal(last_layer(), wishes[i]);
    }
    assert_one_stream(r.sub[0].video);
    assert_true(r.sub[0].video->packets > 1100);
}

static void a_layer_that_stops_is_replaced_and_comes_back(void **state)
{
    const struct sim_in *in;
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 1, .layers = 3});
    sim_run_ms(r.world, 3000);
    in = r.sub[0].video;
    assert_int_equal(last_layer(), 2);
    r.video[2]->on = false;
    sim_run_ms(r.world, 1500);
    assert_int_equal(last_layer(), 1);
    before = in->packets;
    sim_run_ms(r.world, 1000);
    assert_in_range(in->packets - before, 110, 130);
    r.video[2]->on = true;
    sim_run_ms(r.world, 2000);
    assert_int_equal(last_layer(), 2);
    assert_one_stream(in);
}

static void only_temporal_base_frames_when_asked(void **state)
{
    const struct sim_in *in;
    unsigned before, at;

    room_open(&r, &(struct room_conf){.subscribers = 1, .temporal = true});
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    adjust(2, 0);
    before = in->packets;
    at = (uint16_t)(in->newest - in->first) + 5u;
    sim_run_ms(r.world, 4000);
    assert_in_range(in->packets - before, 110, 140); /* a quarter of the frames */
    for (unsigned i = at; i < in->packets; i++)
        assert_int_equal(in->seen[i].temporal, 0);
    adjust(2, 1);
    before = in->packets;
    sim_run_ms(r.world, 4000);
    assert_in_range(in->packets - before, 220, 280);
    adjust(2, 2);
    before = in->packets;
    sim_run_ms(r.world, 4000);
    assert_in_range(in->packets - before, 450, 500);
    assert_one_stream(in);
}

static void losses_do_not_disturb_the_numbers_of_a_filtered_stream(void **state)
{
    const struct sim_in *in;

    room_open(&r,
              &(struct room_conf){.subscribers = 1, .temporal = true, .layers = 2, .loss_down = 0.03, .loss_up = 0.01});
    sim_run_ms(r.world, 1000);
    for (unsigned i = 0; i < 6; i++) {
        adjust(i % 2, i % 3);
        sim_run_ms(r.world, 1500);
    }
    in = r.sub[0].video;
    assert_int_equal(in->bad, 0);
    assert_in_range(in->duplicates, 0, 6); /* a repair from above may cross with a second request from below */
    for (unsigned i = 1; i < (uint16_t)(in->newest - in->first); i++)
        if (in->seen[i].got && in->seen[i - 1].got && in->seen[i].first_of_frame) {
            assert_true((int32_t)(in->seen[i].ts - in->seen[i - 1].ts) > 0);
            /* the end of a frame may have been lost on its way to us when another layer took over */
            assert_true(in->seen[i - 1].marker || in->seen[i].keyframe);
        }
    assert_in_range(sim_holes(in, 40), 0, 25);
}

static void a_switch_of_source_is_seamless(void **state)
{
    struct gw_mline m = sim_video(0, true, false);
    struct sim_client *other;
    struct sim_out *out;
    const struct sim_in *in;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    other = sim_client_new(r.world, 0, true);
    sim_client_media(other, &m, 1);
    out = sim_client_send(other, 0, true, 0, NULL);
    sim_client_connect(other);
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    for (unsigned i = 0; i < 4; i++) {
        sim_link_tracks(r.world, sim_track(r.sub[0].client, 1),
                        i % 2 ? sim_track(r.publisher, 1) : sim_track(other, 0));
        sim_run_ms(r.world, 1500);
        assert_int_equal(in->seen[(uint16_t)(in->newest - in->first)].publisher, i % 2 ? r.video[0]->ssrc : out->ssrc);
    }
    assert_int_equal(sim_holes(in, 0), 0);
    for (unsigned i = 1; i < in->packets; i++) {
        if (in->seen[i].publisher != in->seen[i - 1].publisher)
            assert_true(in->seen[i].keyframe);
        if (in->seen[i].first_of_frame)
            assert_true((int32_t)(in->seen[i].ts - in->seen[i - 1].ts) > 0);
    }
}

static void a_pause_leaves_no_hole(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_ADJUST};
    const struct sim_in *in;
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    o.track = sim_track(r.sub[0].client, 1);
    o.u.link =
        (struct gw_link_options){.substream = 2, .temporal = 2, .spatial = 2, .playout_delay = -1, .paused = true};
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 50);
    before = in->packets;
    sim_run_ms(r.world, 2000);
    assert_int_equal(in->packets, before);
    o.u.link.paused = false;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 2000);
    assert_true(in->packets > before + 200);
    assert_one_stream(in);
    assert_true(in->seen[before].keyframe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_best_layer_comes_by_default, tear_down),
        cmocka_unit_test_teardown(layers_can_be_chosen_at_any_time, tear_down),
        cmocka_unit_test_teardown(a_layer_that_stops_is_replaced_and_comes_back, tear_down),
        cmocka_unit_test_teardown(only_temporal_base_frames_when_asked, tear_down),
        cmocka_unit_test_teardown(losses_do_not_disturb_the_numbers_of_a_filtered_stream, tear_down),
        cmocka_unit_test_teardown(a_switch_of_source_is_seamless, tear_down),
        cmocka_unit_test_teardown(a_pause_leaves_no_hole, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
