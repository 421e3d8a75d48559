/* SPDX-License-Identifier: Apache-2.0 */
/* Publisher on one worker, subscribers on another: each packet crosses once. */
#include "peer/state.h"
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

static unsigned mirrors(unsigned worker)
{
    return g_hash_table_size(r.world->worker[worker].engine->mirrors);
}

static void everything_crosses(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 3, .subscriber_worker = 1});
    sim_run_ms(r.world, 5000);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(r.sub[i].video->packets > 600);
        assert_int_equal(sim_holes(r.sub[i].video, 0), 0);
        assert_int_equal(sim_holes(r.sub[i].audio, 0), 0);
        assert_int_equal(r.sub[i].video->bad, 0);
        assert_true(r.sub[i].video->reports >= 3);
    }
    assert_int_equal(mirrors(1), 2);
}

static void losses_are_repaired_from_the_mirror(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 2, .subscriber_worker = 1, .loss_down = 0.05, .loss_up = 0.02});
    sim_run_ms(r.world, 8000);
    for (unsigned i = 0; i < 2; i++) {
        assert_in_range(sim_holes(r.sub[i].video, 40), 0, 8);
        assert_true(r.sub[i].video->rtx > 30);
    }
}

static void keyframe_requests_go_back(void **state)
{
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 2, .subscriber_worker = 1});
    sim_run_ms(r.world, 3000);
    before = r.video[0]->plis;
    sim_client_pli(r.sub[0].client, r.sub[0].video);
    sim_client_pli(r.sub[1].client, r.sub[1].video);
    sim_run_ms(r.world, 300);
    assert_int_equal(r.video[0]->plis, before + 1);
}

static void simulcast_switches_across(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_ADJUST};
    const struct sim_in *in;

    room_open(&r, &(struct room_conf){.subscribers = 1, .subscriber_worker = 1, .layers = 3});
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    o.track = sim_track(r.sub[0].client, 1);
    for (unsigned i = 0; i < 3; i++) {
        o.u.link = (struct gw_link_options){.substream = (uint8_t)i, .temporal = 2, .spatial = 2, .playout_delay = -1};
        sim_order(r.world, 1, &o);
        sim_run_ms(r.world, 1500);
        assert_int_equal(in->seen[(uint16_t)(in->newest - in->first)].layer, i);
    }
    assert_int_equal(sim_holes(in, 0), 0);
}

static void a_mirror_goes_with_its_last_sink(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_UNLINK};

    room_open(&r, &(struct room_conf){.subscribers = 2, .subscriber_worker = 1});
    sim_run_ms(r.world, 1000);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(mirrors(1), 2);
        o.track = sim_track(r.sub[i].client, 0);
        sim_order(r.world, 1, &o);
        o.track = sim_track(r.sub[i].client, 1);
        sim_order(r.world, 1, &o);
        sim_run_ms(r.world, 10);
    }
    assert_int_equal(mirrors(1), 0);
    assert_int_equal(g_hash_table_size(r.world->worker[0].engine->wishes), 0);
    assert_int_equal(gw_engine_track(r.world->worker[0].engine, sim_track(r.publisher, 1))->source->workers, 0);
}

static void the_source_may_go_first_or_come_last(void **state)
{
    struct gw_order close = {.tag = GW_ORDER_PEER_CLOSE};
    struct gw_mline m = sim_video(0, true, false);
    struct sim_client *late;
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 1, .subscriber_worker = 1});
    sim_run_ms(r.world, 1000);
    close.peer = r.publisher->id;
    sim_order(r.world, 0, &close);
    r.publisher->ice = NULL;
    sim_run_ms(r.world, 500);
    before = r.sub[0].video->packets;
    /* link to a source that does not exist yet; its peer will have the next number */
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), gw_track_make(gw_peer_make(r.world->serial + 1, 0), 0));
    sim_run_ms(r.world, 500);
    late = sim_client_new(r.world, 0, true);
    sim_client_media(late, &m, 1);
    sim_client_send(late, 0, true, 0, NULL);
    sim_client_connect(late);
    sim_run_ms(r.world, 2000);
    assert_true(r.sub[0].video->packets > before + 150);
    assert_int_equal(sim_holes(r.sub[0].video, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(everything_crosses, tear_down),
        cmocka_unit_test_teardown(losses_are_repaired_from_the_mirror, tear_down),
        cmocka_unit_test_teardown(keyframe_requests_go_back, tear_down),
        cmocka_unit_test_teardown(simulcast_switches_across, tear_down),
        cmocka_unit_test_teardown(a_mirror_goes_with_its_last_sink, tear_down),
        cmocka_unit_test_teardown(the_source_may_go_first_or_come_last, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
