/* SPDX-License-Identifier: Apache-2.0 */
/* Lossy and jittery links: NACK and retransmission, towards the publisher and towards subscribers. */
#include "peer/state.h"
#include "rtcp/stats.h"
#include "sim/room.h"
#include "sim/stream.h"

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

static struct gw_engine_stats stats(void)
{
    struct gw_engine_stats s;

    gw_engine_get_stats(r.world->worker[0].engine, &s);
    return s;
}

static void losses_downwards_are_repaired_by_rtx(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 3, .loss_down = 0.05});
    sim_run_ms(r.world, 10000);
    for (unsigned i = 0; i < 3; i++) {
        const struct sim_in *in = r.sub[i].video;

        assert_true(in->packets > 1200);
        assert_true(in->rtx > 30);
        /* two requests at 5 %: about one in a hundred of the lost ones stays lost */
        assert_in_range(sim_holes(in, 40), 0, 5);
        assert_int_equal(in->bad, 0);
    }
    assert_true(stats().retransmitted > 100);
}

static void losses_upwards_are_repaired_before_they_are_forwarded(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 2, .loss_up = 0.05});
    sim_run_ms(r.world, 10000);
    assert_true(r.video[0]->resent > 30);
    for (unsigned i = 0; i < 2; i++) {
        const struct sim_in *in = r.sub[i].video;

        assert_in_range(sim_holes(in, 40), 0, 8);
        assert_true(in->packets > 1150);
        assert_int_equal(in->bad, 0);
        assert_int_equal(in->duplicates, 0);
    }
    assert_true(stats().nacks_out > 30);
}

static void without_rtx_the_same_packet_comes_again(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 2, .loss_down = 0.05, .no_rtx = true});
    sim_run_ms(r.world, 10000);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(r.sub[i].video->rtx, 0);
        assert_in_range(sim_holes(r.sub[i].video, 40), 0, 5);
        assert_int_equal(r.sub[i].video->bad, 0);
    }
    assert_true(stats().retransmitted > 60);
}

static void audio_is_repaired_when_negotiated(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 1, .loss_down = 0.05, .audio_nack = true});
    sim_run_ms(r.world, 10000);
    assert_in_range(sim_holes(r.sub[0].audio, 20), 0, 3);
    tear_down(state);
    room_open(&r, &(struct room_conf){.subscribers = 1, .loss_down = 0.05});
    sim_run_ms(r.world, 10000);
    assert_in_range(sim_holes(r.sub[0].audio, 20), 10, 50);
}

static void reordering_is_no_loss(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 2, .jitter_us = 5000});
    sim_run_ms(r.world, 5000);
    for (unsigned i = 0; i < 2; i++) {
        const struct sim_in *in = r.sub[i].video;

        assert_int_equal(sim_holes(in, 8), 0);
        assert_int_equal(in->duplicates, 0);
        assert_int_equal(in->bad, 0);
    }
    assert_int_equal(r.video[0]->resent, 0);
}

static void both_ways_at_once_with_jitter(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 3, .loss_up = 0.03, .loss_down = 0.03, .jitter_us = 15000});
    sim_run_ms(r.world, 10000);
    for (unsigned i = 0; i < 3; i++) {
        assert_in_range(sim_holes(r.sub[i].video, 60), 0, 10);
        assert_int_equal(r.sub[i].video->bad, 0);
    }
}

static void ask_again(struct sim_in *in, uint16_t seq)
{
    uint8_t data[200];
    struct gw_writer w = gw_writer_make(data, 100);

    gw_rtcp_write_nack(&w, 1, in->ssrc, &seq, 1);
    sim_client_rtcp(r.sub[0].client, data, w.pos);
}

static void a_packet_is_not_repeated_at_once(void **state)
{
    struct sim_in *in;
    uint64_t before;
    uint16_t seq;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    before = stats().retransmitted;
    seq = in->newest;
    for (unsigned i = 0; i < 20; i++) { /* over 150 ms: at 0, after 40, and after 80 more */
        ask_again(in, seq);
        sim_run_ms(r.world, 8);
    }
    assert_int_equal(stats().retransmitted - before, 3);
    assert_int_equal(in->duplicates, 3);
}

static void old_packets_are_not_repeated(void **state)
{
    struct sim_in *in;
    uint64_t before;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 5000);
    in = r.sub[0].video;
    before = stats().retransmitted;
    ask_again(in, in->newest - 60);  /* half a second ago, where a round trip is 20 ms */
    ask_again(in, in->newest + 100); /* never sent */
    sim_run_ms(r.world, 100);
    assert_int_equal(stats().retransmitted, before);
    assert_int_equal(stats().nacks_in, 2);
}

static void slow_links_are_told(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_SETTINGS};
    const struct gw_news *n;

    room_open(&r, &(struct room_conf){.subscribers = 1, .loss_up = 0.2});
    o.u.settings = (struct gw_media_settings){
        .min_nack_queue_ms = 200, .no_media_s = 1, .twcc_period_ms = 200, .slowlink_threshold = 4};
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 5000);
    n = sim_news(r.world, GW_NEWS_SLOW_LINK, 0, sim_track(r.publisher, 0));
    assert_non_null(n);
    assert_false(n->u.slow.uplink);
    assert_true(n->u.slow.lost >= 4);
}

/* Told for what receivers report as lost, when it is enough in a second. */
static void and_those_of_receivers(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_SETTINGS};
    struct sim_client *c;
    const struct gw_news *n;
    gw_track_id track;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    c = r.sub[0].client;
    track = sim_track(c, 0);
    o.u.settings = (struct gw_media_settings){.min_nack_queue_ms = 200, .no_media_s = 1, .twcc_period_ms = 200};
    for (unsigned threshold = 0; threshold <= 4; threshold += 4) { /* 0: never */
        o.u.settings.slowlink_threshold = threshold;
        sim_order(r.world, 0, &o);
        sim_run_ms(r.world, 2000);
        for (unsigned second = 0; second < 5; second++, sim_run_ms(r.world, 1000))
            c->report_lost += 3;
        assert_null(sim_news(r.world, GW_NEWS_SLOW_LINK, 0, track));
    }
    for (unsigned second = 0; second < 5; second++, sim_run_ms(r.world, 1000))
        c->report_lost += 7;
    n = sim_news(r.world, GW_NEWS_SLOW_LINK, 0, track);
    assert_non_null(n);
    assert_true(n->u.slow.uplink);
    assert_int_equal(n->u.slow.lost, 7);
    assert_in_range(sim_count_news(r.world, GW_NEWS_SLOW_LINK, 0, track), 4, 5); /* one a second */
}

/* Who only receives asks what a round trip takes (RFC 3611), and gets an answer; a flood of questions gets few. */
static void receivers_learn_the_round_trip(void **state)
{
    struct gw_writer w;
    uint8_t data[200];

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 1000);
    for (unsigned i = 0; i < 50; i++) {
        w = gw_writer_make(data, 100);
        gw_rtcp_write_rr(&w, 1, NULL, 0);
        gw_write_u32(&w, 0x80cf0004); /* XR of one block: */
        gw_write_u32(&w, 1);
        gw_write_u32(&w, 0x04000002); /* a reference time */
        gw_write_u64(&w, gw_ntp_from_us(r.world->now_us));
        sim_client_rtcp(r.sub[0].client, data, w.pos);
        sim_run_ms(r.world, 10);
    }
    sim_run_ms(r.world, 100);
    assert_in_range(r.sub[0].client->dlrrs, 1, 4);
    assert_int_equal(r.sub[0].client->dlrr_rtt_us / 1000, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(losses_downwards_are_repaired_by_rtx, tear_down),
        cmocka_unit_test_teardown(losses_upwards_are_repaired_before_they_are_forwarded, tear_down),
        cmocka_unit_test_teardown(without_rtx_the_same_packet_comes_again, tear_down),
        cmocka_unit_test_teardown(audio_is_repaired_when_negotiated, tear_down),
        cmocka_unit_test_teardown(reordering_is_no_loss, tear_down),
        cmocka_unit_test_teardown(both_ways_at_once_with_jitter, tear_down),
        cmocka_unit_test_teardown(a_packet_is_not_repeated_at_once, tear_down),
        cmocka_unit_test_teardown(old_packets_are_not_repeated, tear_down),
        cmocka_unit_test_teardown(slow_links_are_told, tear_down),
        cmocka_unit_test_teardown(and_those_of_receivers, tear_down),
        cmocka_unit_test_teardown(receivers_learn_the_round_trip, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
