/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody joins while the camera takes its time to answer: what he sees and when, with and without the cache. */
#include "sim/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CAMERA_US 1500000 /* so late it answers */

static struct room r;

static int tear_down(void **state)
{
    room_close(&r);
    return 0;
}

/* A room with a subscriber; the last keyframe of all layers is `age_ms` old, and the next will be late. */
static void open_room(uint32_t cache_ms, unsigned layers, unsigned worker, int64_t age_ms)
{
    struct gw_order o = {.tag = GW_ORDER_SETTINGS};

    room_open(&r, &(struct room_conf){.subscribers = 1, .layers = layers, .subscriber_worker = worker});
    o.u.settings = (struct gw_media_settings){
        .min_nack_queue_ms = 200, .no_media_s = 1, .twcc_period_ms = 200, .keyframe_cache_ms = cache_ms};
    sim_order(r.world, 0, &o);
    sim_order(r.world, 1, &o);
    sim_run_ms(r.world, 3000);
    for (unsigned i = 0; i < layers; i++) {
        r.video[i]->keyframe_late_us = CAMERA_US;
        r.video[i]->want_keyframe = true;
    }
    sim_run_ms(r.world, age_ms);
}

struct joined {
    struct sim_client *client;
    struct sim_in *in;
};

static struct joined join(unsigned worker, bool watch, double loss)
{
    struct gw_mline m = sim_video(0, false, true);
    struct joined j;

    j.client = sim_client_new(r.world, worker, true);
    j.client->down.loss = loss;
    sim_client_media(j.client, &m, 1);
    j.in = sim_client_expect(j.client, &m);
    if (watch)
        j.in->viewer = g_new0(struct sim_viewer, 1);
    if (watch) { /* as a browser does; else nothing comes twice, as a probe */
        j.client->heard = g_new0(struct gw_twcc_table, 1);
        gw_twcc_table_init(j.client->heard);
        j.client->feedback_every_us = 50000;
    }
    sim_link_tracks(r.world, sim_track(j.client, 0), sim_track(r.publisher, 1));
    sim_client_connect(j.client);
    return j;
}

/* Milliseconds from joining to the first picture shown, all of ICE, DTLS and the network included. */
static int64_t first_picture_ms(unsigned worker)
{
    struct joined j = join(worker, true, 0);
    int64_t began = r.world->now_us;

    while (!j.in->viewer->frames && r.world->now_us - began < 5000000)
        sim_run_ms(r.world, 1);
    return (r.world->now_us - began) / 1000;
}

static void a_newcomer_does_not_wait_for_the_camera(void **state)
{
    int64_t without, with;
    unsigned plis;

    open_room(0, 1, 0, 800);
    without = first_picture_ms(0);
    room_close(&r);
    open_room(5000, 1, 0, 800);
    plis = r.video[0]->plis;
    with = first_picture_ms(0);
    print_message("join to first picture: %d ms without the cache, %d ms with it\n", (int)without, (int)with);
    assert_true(without >= CAMERA_US / 1000);
    assert_true(with < 300);
    sim_run_ms(r.world, 2000);
    assert_in_range(r.video[0]->plis - plis, 0, 1); /* when it was linked, before there was anybody to send to */
}

/* Every packet from the keyframe on came once, in one line; the timestamps only grow, and soon at the usual pace. */
static void assert_one_line(const struct sim_in *in, bool exactly)
{
    unsigned n = (uint16_t)(in->newest - in->first) + 1u, squeezed = 0;

    assert_true(in->seen[0].keyframe && in->seen[0].first_of_frame);
    assert_int_equal(sim_holes(in, 10), 0);
    assert_int_equal(in->bad, 0);
    if (exactly)
        assert_int_equal(in->packets, n);
    for (unsigned i = 1; i + 10 < n; i++) {
        const struct sim_seen *a = &in->seen[i - 1], *b = &in->seen[i];

        if (a->frame == b->frame) {
            assert_int_equal(a->ts, b->ts);
            continue;
        }
        assert_int_equal(b->frame, a->frame + 1);
        assert_true((int32_t)(b->ts - a->ts) > 0);
        squeezed += b->ts - a->ts < 1000;
    }
    assert_in_range(squeezed, 10, 60);
    assert_true(in->seen[n - 20].ts - in->seen[n - 60].ts > 9000);
}

static void live_packets_follow_without_a_seam(void **state)
{
    struct joined j;

    open_room(5000, 1, 0, 800);
    j = join(0, false, 0);
    sim_run_ms(r.world, 1500);
    assert_one_line(j.in, true);
    assert_int_equal(j.in->duplicates, 0);
}

static void cached_packets_are_repeated_when_lost(void **state)
{
    struct joined j;

    open_room(5000, 1, 0, 1000);
    j = join(0, false, 0.1);
    sim_run_ms(r.world, 1500);
    assert_true(j.in->rtx > 5);
    assert_one_line(j.in, false);
}

static void a_simulcast_layer_is_cached_too(void **state)
{
    open_room(5000, 3, 0, 800);
    assert_true(first_picture_ms(0) < 300);
}

static void too_old_a_picture_is_not_shown(void **state)
{
    open_room(500, 1, 0, 800);
    assert_true(first_picture_ms(0) >= CAMERA_US / 1000);
}

/* Somebody on another worker than the camera: where others watch there already, and where nobody does. */
static void on_another_worker_it_is_the_same(void **state)
{
    unsigned plis;

    open_room(5000, 1, 1, 800);
    assert_true(first_picture_ms(1) < 300);
    room_close(&r);
    open_room(5000, 1, 0, 800);
    plis = r.video[0]->plis;
    assert_true(first_picture_ms(1) < 300);
    sim_run_ms(r.world, 2000);
    assert_in_range(r.video[0]->plis - plis, 0, 1);
    room_close(&r);
    open_room(5000, 3, 0, 800);
    assert_true(first_picture_ms(1) < 300);
    room_close(&r);
    open_room(500, 1, 0, 800);
    assert_true(first_picture_ms(1) >= CAMERA_US / 1000);
}

static void there_the_packets_are_one_line_too(void **state)
{
    struct joined j;

    open_room(5000, 1, 0, 800);
    j = join(1, false, 0);
    sim_run_ms(r.world, 1500);
    assert_one_line(j.in, true);
}

static void silence(unsigned worker, enum gw_order_tag tag)
{
    struct gw_order o = {.tag = tag};
    struct joined j;

    open_room(5000, 1, worker, 800);
    o.track = sim_track(r.publisher, 1);
    o.u.number = 1;
    sim_order(r.world, 0, &o);
    j = join(worker, false, 0);
    sim_run_ms(r.world, 1000);
    assert_int_equal(j.in->packets, 0);
    o.u.number = 0; /* and with the end of it comes what the camera was asked for, nothing old */
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 300);
    assert_int_equal(j.in->packets, 0);
    sim_run_ms(r.world, 2000);
    assert_true(j.in->packets > 0);
    room_close(&r);
}

static void nobody_sees_what_was_before_the_silence(void **state)
{
    silence(0, GW_ORDER_MUTE);
    silence(0, GW_ORDER_HUSH);
    silence(1, GW_ORDER_MUTE);
    silence(1, GW_ORDER_HUSH);
}

static void a_plugin_may_do_without(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_FAST_START};

    open_room(5000, 1, 1, 100);
    o.track = sim_track(r.publisher, 1);
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 700);
    assert_true(first_picture_ms(0) >= CAMERA_US / 1000);
    room_close(&r);
    open_room(5000, 1, 1, 100);
    o.track = sim_track(r.publisher, 1);
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 700);
    assert_true(first_picture_ms(1) >= CAMERA_US / 1000);
}

static void what_is_kept_is_let_go(void **state)
{
    size_t used;

    open_room(2000, 1, 0, 100);
    sim_run_ms(r.world, 8000);
    used = gw_packet_pool_used(gw_engine_pool(r.world->worker[0].engine));
    assert_true(used < 500); /* two seconds of audio and video, at most */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_newcomer_does_not_wait_for_the_camera, tear_down),
        cmocka_unit_test_teardown(live_packets_follow_without_a_seam, tear_down),
        cmocka_unit_test_teardown(cached_packets_are_repeated_when_lost, tear_down),
        cmocka_unit_test_teardown(a_simulcast_layer_is_cached_too, tear_down),
        cmocka_unit_test_teardown(too_old_a_picture_is_not_shown, tear_down),
        cmocka_unit_test(nobody_sees_what_was_before_the_silence),
        cmocka_unit_test_teardown(on_another_worker_it_is_the_same, tear_down),
        cmocka_unit_test_teardown(there_the_packets_are_one_line_too, tear_down),
        cmocka_unit_test_teardown(a_plugin_may_do_without, tear_down),
        cmocka_unit_test_teardown(what_is_kept_is_let_go, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
