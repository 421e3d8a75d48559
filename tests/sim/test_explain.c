/* SPDX-License-Identifier: Apache-2.0 */
/* What a sink does and why: each cause in turn, for a real link under a virtual clock. */
#include "sim/call.h"
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

/* State of a client's video, as its worker says it now. */
static struct cardea_sink_state ask_about(struct sim_world *world, const struct sim_client *client)
{
    struct gw_order o = {.tag = GW_ORDER_STATES, .peer = client->id};
    const struct gw_news *n;
    const struct gw_states *all;

    sim_forget_news(world);
    sim_order(world, client->worker, &o);
    n = sim_news(world, GW_NEWS_STATES, client->id, 0);
    assert_non_null(n);
    all = n->u.states.states;
    for (unsigned i = 0; i < all->n; i++)
        if (all->at[i].sink == sim_track(client, 1))
            return all->at[i].state;
    fail_msg("the video sink is not there");
    return (struct cardea_sink_state){0};
}

static struct cardea_sink_state ask(void)
{
    return ask_about(r.world, r.sub[0].client);
}

static void adjust(unsigned substream, bool paused)
{
    struct gw_order o = {.tag = GW_ORDER_ADJUST, .track = sim_track(r.sub[0].client, 1)};

    o.u.link = (struct gw_link_options){
        .substream = (uint8_t)substream, .temporal = 2, .spatial = 2, .playout_delay = -1, .paused = paused};
    sim_order(r.world, gw_track_worker(o.track), &o);
}

static void source_order(enum gw_order_tag tag, int64_t number)
{
    struct gw_order o = {.tag = tag, .track = sim_track(r.publisher, 1), .u.number = number};

    sim_order(r.world, gw_track_worker(o.track), &o);
    sim_run_ms(r.world, 2); /* other workers hear of it */
}

static void expect_cause(enum cardea_cause cause)
{
    assert_int_equal(ask().cause, cause);
}

static void all_is_well(void **state)
{
    struct cardea_sink_state now;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 3000);
    now = ask();
    assert_int_equal(now.cause, CARDEA_CAUSE_NONE);
    assert_true(now.source == sim_track(r.publisher, 1));
    assert_true(now.bitrate_bps > 100000 && now.source_bps[0] > 100000);
    assert_true(now.packets > 100 && now.bytes > 10000);
    assert_true(now.keyframe_age_ms >= 0 && now.keyframe_age_ms <= 4000);
    assert_true(now.rtt_ms > 0);
}

/* The subscriber is on this worker, the publisher on 0. */
static void find_causes(unsigned worker)
{
    room_open(&r, &(struct room_conf){.subscribers = 1, .layers = 3, .subscriber_worker = worker});
    sim_run_ms(r.world, 3000);
    assert_int_equal(ask().substream, 2);
    expect_cause(CARDEA_CAUSE_NONE);
    adjust(1, false);
    sim_run_ms(r.world, 1500);
    assert_int_equal(ask().substream, 1);
    expect_cause(CARDEA_CAUSE_ASKED);
    adjust(2, false);
    r.video[2]->on = false;
    sim_run_ms(r.world, 1500);
    expect_cause(CARDEA_CAUSE_SENDER);
    adjust(2, true);
    expect_cause(CARDEA_CAUSE_PAUSED);
    adjust(2, false);
    sim_run_ms(r.world, 1500);
    source_order(GW_ORDER_MUTE, 1);
    expect_cause(CARDEA_CAUSE_MUTED);
    source_order(GW_ORDER_MUTE, 0);
    expect_cause(CARDEA_CAUSE_KEYFRAME);
    sim_run_ms(r.world, 1500);
    for (unsigned i = 0; i < 3; i++)
        r.video[i]->on = false;
    sim_run_ms(r.world, 1500);
    expect_cause(CARDEA_CAUSE_SILENT);
    sim_order(r.world, worker, &(struct gw_order){.tag = GW_ORDER_UNLINK, .track = sim_track(r.sub[0].client, 1)});
    expect_cause(CARDEA_CAUSE_UNLINKED);
}

static void the_cause_is_found(void **state)
{
    find_causes(0);
    room_close(&r);
    find_causes(1);
}

static void a_line_that_is_not_up_is_closed(void **state)
{
    struct gw_mline m = sim_video(1, false, true);
    struct sim_client *late;

    room_open(&r, &(struct room_conf){.subscribers = 0});
    late = sim_client_new(r.world, 0, true);
    sim_client_media(late, &m, 1);
    sim_link_tracks(r.world, sim_track(late, 1), sim_track(r.publisher, 1));
    assert_int_equal(ask_about(r.world, late).cause, CARDEA_CAUSE_CLOSED);
    sim_client_connect(late);
    sim_run_ms(r.world, 3000);
    assert_int_equal(ask_about(r.world, late).cause, CARDEA_CAUSE_NONE);
}

/* What the bandwidth does: a lower layer, then nothing at all, and all of it again. */
static void bandwidth_is_a_cause(unsigned worker)
{
    struct sim_client *viewer;
    struct cardea_sink_state now;
    struct call c;

    call_open(&c, &(struct call_conf){.viewers = 1, .viewers_worker = worker, .down_bps = 5000000});
    viewer = c.viewer[0].client;
    call_run_ms(&c, 8000);
    now = ask_about(c.world, viewer);
    assert_int_equal(now.cause, CARDEA_CAUSE_NONE);
    assert_in_range(now.source_bps[1], 400000, 600000); /* the same on any worker */
    c.viewer[0].down->rate_bps = 600000;
    call_run_ms(&c, 6000);
    now = ask_about(c.world, viewer);
    assert_int_equal(now.cause, CARDEA_CAUSE_BUDGET);
    assert_true(now.substream < 2 && now.target_substream == 2);
    assert_in_range(now.budget_bps, 50000, 620000);
    c.viewer[0].down->rate_bps = 90000;
    call_run_ms(&c, 6000);
    now = ask_about(c.world, viewer);
    assert_int_equal(now.cause, CARDEA_CAUSE_HELD);
    c.viewer[0].down->rate_bps = 5000000;
    call_run_ms(&c, 15000);
    assert_int_equal(ask_about(c.world, viewer).cause, CARDEA_CAUSE_NONE);
    call_close(&c);
}

static void so_is_bandwidth(void **state)
{
    bandwidth_is_a_cause(0);
    bandwidth_is_a_cause(1);
}

static void a_peer_that_has_gone_answers_too(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_STATES, .peer = 4711};

    room_open(&r, &(struct room_conf){.subscribers = 0});
    sim_order(r.world, 0, &o);
    assert_non_null(sim_news(r.world, GW_NEWS_STATES, 4711, 0));
    assert_null(sim_news(r.world, GW_NEWS_STATES, 4711, 0)->u.states.states);
}

/* Hushed, a source is not heard but measured. */
static void a_hushed_source_is_measured(void **state)
{
    struct gw_order hush = {.tag = GW_ORDER_HUSH, .u.number = 1}, loud = {.tag = GW_ORDER_LOUDNESS, .u.number = 5};
    unsigned heard, packets;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    hush.track = loud.track = sim_track(r.publisher, 0);
    sim_order(r.world, 0, &loud);
    sim_run_ms(r.world, 1000);
    assert_true(r.sub[0].audio->packets > 10);
    sim_order(r.world, 0, &hush);
    sim_run_ms(r.world, 100);
    heard = r.sub[0].audio->packets;
    sim_forget_news(r.world);
    sim_run_ms(r.world, 1000);
    assert_int_equal(r.sub[0].audio->packets, heard);
    assert_in_range(sim_count_news(r.world, GW_NEWS_LOUDNESS, 0, hush.track), 8, 12);
    hush.u.number = 0;
    packets = r.sub[0].audio->packets;
    sim_order(r.world, 0, &hush);
    sim_run_ms(r.world, 15);                                    /* before the next packet of its own is due, */
    assert_in_range(r.sub[0].audio->packets - packets, 13, 16); /* what was said in the last 300 ms is heard */
    sim_run_ms(r.world, 500);
    assert_true(r.sub[0].audio->packets > heard + 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(all_is_well, tear_down),
        cmocka_unit_test_teardown(the_cause_is_found, tear_down),
        cmocka_unit_test_teardown(a_line_that_is_not_up_is_closed, tear_down),
        cmocka_unit_test(so_is_bandwidth),
        cmocka_unit_test_teardown(a_peer_that_has_gone_answers_too, tear_down),
        cmocka_unit_test_teardown(a_hushed_source_is_measured, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
