/* SPDX-License-Identifier: Apache-2.0 */
/* One publisher, several subscribers, good links: everything arrives, once, in order, under the subscriber's numbers.
 */
#include "sim/room.h"

#include <cardea/plugin.h>

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

/* Every packet is there, from one frame to the next, with one timestamp a frame that only grows. */
static void assert_continuous(const struct sim_in *in, uint32_t publisher, unsigned least)
{
    unsigned n = (uint16_t)(in->newest - in->first) + 1u;

    assert_true(in->packets >= least);
    assert_int_equal(in->packets, n);
    assert_int_equal(in->duplicates, 0);
    assert_int_equal(in->bad, 0);
    for (unsigned i = 1; i < n; i++) {
        const struct sim_seen *a = &in->seen[i - 1], *b = &in->seen[i];

        assert_int_equal(b->publisher, publisher);
        if (a->frame == b->frame)
            assert_int_equal(a->ts, b->ts);
        else
            assert_true(b->frame == a->frame + 1 && (int32_t)(b->ts - a->ts) > 0);
    }
}

static void everybody_gets_everything(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 3});
    assert_true(r.publisher->connected);
    sim_run_ms(r.world, 5000);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(r.sub[i].client->connected);
        assert_continuous(r.sub[i].audio, r.audio->ssrc, 250);
        assert_continuous(r.sub[i].video, r.video[0]->ssrc, 600);
        assert_true(r.sub[i].video->seen[0].keyframe);
        assert_true(r.sub[i].video->seen[3].marker && !r.sub[i].video->seen[2].marker);
    }
}

static void streams_are_found_by_mid_when_no_ssrc_was_told(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 1, .no_ssrcs = true});
    sim_run_ms(r.world, 1000);
    assert_continuous(r.sub[0].audio, r.audio->ssrc, 40);
    assert_continuous(r.sub[0].video, r.video[0]->ssrc, 100);
}

static void packets_of_a_frame_are_padded_to_one_size(void **state)
{
    const struct sim_in *in;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    assert_true(in->padded > 50);
    for (unsigned i = 4; i + 3 < in->packets; i += 4)
        if (!in->seen[i].keyframe)
            assert_int_equal(in->seen[i + 1].wire, in->seen[i + 2].wire);
}

static void a_late_subscriber_gets_a_keyframe(void **state)
{
    struct sim_client *c;
    struct gw_mline m = sim_video(0, false, true);
    struct sim_in *in;
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 3000);
    before = r.video[0]->keyframes;
    c = sim_client_new(r.world, 0, true);
    sim_client_media(c, &m, 1);
    in = sim_client_expect(c, &m);
    sim_link_tracks(r.world, sim_track(c, 0), sim_track(r.publisher, 1));
    sim_client_connect(c);
    sim_run_ms(r.world, 2000);
    assert_true(in->packets > 100);
    assert_true(in->seen[0].keyframe);
    assert_in_range(r.video[0]->keyframes - before, 1, 2);
}

static void keyframe_requests_are_coalesced(void **state)
{
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 3});
    sim_run_ms(r.world, 3000);
    before = r.video[0]->plis;
    for (unsigned i = 0; i < 3; i++)
        sim_client_pli(r.sub[i].client, r.sub[i].video);
    sim_run_ms(r.world, 500);
    assert_int_equal(r.video[0]->plis - before, 1);
    /* one that comes after the keyframe and inside the second is remembered */
    sim_client_pli(r.sub[0].client, r.sub[0].video);
    sim_run_ms(r.world, 300);
    assert_int_equal(r.video[0]->plis - before, 1);
    sim_run_ms(r.world, 700);
    assert_int_equal(r.video[0]->plis - before, 2);
}

static void reports_keep_audio_and_video_together(void **state)
{
    const struct sim_in *a, *v;
    int64_t audio_us, video_us;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 5500);
    a = r.sub[0].audio;
    v = r.sub[0].video;
    assert_true(a->reports >= 3 && v->reports >= 3);
    /* when was the newest packet of each captured, in the gateway's time? Both within a packet of each other. */
    audio_us = a->last_sr_ntp_us +
               (int32_t)(a->seen[(uint16_t)(a->newest - a->first)].ts - a->last_sr_rtp) * 1000000ll / 48000;
    video_us = v->last_sr_ntp_us +
               (int32_t)(v->seen[(uint16_t)(v->newest - v->first)].ts - v->last_sr_rtp) * 1000000ll / 90000;
    assert_true(llabs(audio_us - video_us) < 40000);
}

static void the_publisher_hears_how_it_is_received(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 5000);
    assert_true(r.publisher->reports >= 3);
    assert_int_equal(r.publisher->last_report.lost, 0);
    assert_true(r.publisher->last_report.lsr != 0);
    assert_in_range(r.publisher->twccs, 20, 30);
    assert_true(r.publisher->twcc_packets > 700);
}

static void a_bitrate_cap_reaches_the_publisher(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_BITRATE};

    room_open(&r, &(struct room_conf){.subscribers = 1});
    o.peer = r.publisher->id;
    o.u.number = 600000;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 6000);
    assert_int_equal(r.publisher->rembs_seen[0], 600000);
    assert_in_range(r.publisher->rembs, 2, 3);
}

static void round_trips_are_measured(void **state)
{
    const struct gw_news *n;
    struct gw_order o = {.tag = GW_ORDER_QUERY};

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 5000);
    o.peer = r.sub[0].client->id;
    o.u.number = 42;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 10);
    n = sim_news(r.world, GW_NEWS_QUERY, o.peer, 0);
    assert_non_null(n);
    assert_int_equal(n->u.query.ticket, 42);
    assert_non_null(strstr(n->u.query.json, "\"rtt\":20,"));
    assert_non_null(strstr(n->u.query.json, "\"dtls-state\":\"connected\""));
    assert_non_null(strstr(n->u.query.json, "\"codec\":\"vp8\""));
}

static void muting_stops_and_unmuting_begins_at_a_keyframe(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_MUTE};
    unsigned packets, at;
    struct sim_in *in;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 2000);
    in = r.sub[0].video;
    o.track = sim_track(r.publisher, 1);
    o.u.number = 1;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 100);
    packets = in->packets;
    sim_run_ms(r.world, 3000);
    assert_int_equal(in->packets, packets);
    at = (uint16_t)(in->newest - in->first) + 1u;
    o.u.number = 0;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 1000);
    assert_true(in->packets > packets + 50);
    assert_true(in->seen[at].got && in->seen[at].keyframe);
    assert_in_range(in->seen[at].ts - in->seen[at - 1].ts, 90 * 2900, 90 * 3300);
}

static void media_events_tell_when_it_flows(void **state)
{
    const struct gw_news *n;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 1000);
    n = sim_news(r.world, GW_NEWS_MEDIA, 0, sim_track(r.publisher, 1));
    assert_non_null(n);
    assert_true(n->u.media.receiving);
    assert_int_equal(n->u.media.substream, -1);
    r.video[0]->on = false;
    sim_run_ms(r.world, 2500);
    n = sim_news(r.world, GW_NEWS_MEDIA, 0, sim_track(r.publisher, 1));
    assert_false(n->u.media.receiving);
    r.video[0]->on = true;
    sim_run_ms(r.world, 1000);
    n = sim_news(r.world, GW_NEWS_MEDIA, 0, sim_track(r.publisher, 1));
    assert_true(n->u.media.receiving);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_MEDIA, 0, sim_track(r.publisher, 1)), 3);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_MEDIA, 0, sim_track(r.publisher, 0)), 1);
}

static void talking_is_told_once(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_TALK};
    const struct gw_news *n;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    o.track = sim_track(r.publisher, 0);
    o.u.talk.packets = 50;
    o.u.talk.threshold = 40;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 3500);
    n = sim_news(r.world, GW_NEWS_TALKING, 0, o.track);
    assert_non_null(n);
    assert_true(n->u.talking.talking);
    assert_int_equal((int)n->u.talking.level, 30);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_TALKING, 0, o.track), 1);
}

static unsigned tapped;
static struct cardea_packet last_tapped;

static void on_tapped(void *arg, const struct cardea_packet *packet)
{
    assert_ptr_equal(arg, &tapped);
    tapped++;
    last_tapped = *packet;
}

static const struct cardea_tap tap = {.packet = on_tapped};

static void a_tap_sees_every_packet_until_it_is_gone(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_TAP};
    unsigned seen;

    tapped = 0;
    room_open(&r, &(struct room_conf){.subscribers = 1});
    o.track = sim_track(r.publisher, 0);
    o.u.tap.events = &tap;
    o.u.tap.arg = &tapped;
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 1000);
    assert_in_range(tapped, 48, 52);
    assert_int_equal(last_tapped.source, o.track);
    o.tag = GW_ORDER_UNTAP;
    sim_order(r.world, 0, &o);
    seen = tapped;
    sim_run_ms(r.world, 500);
    assert_int_equal(tapped, seen);
    assert_ptr_equal(sim_news(r.world, GW_NEWS_TAP_GONE, 0, o.track)->u.tap.arg, &tapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(everybody_gets_everything, tear_down),
        cmocka_unit_test_teardown(streams_are_found_by_mid_when_no_ssrc_was_told, tear_down),
        cmocka_unit_test_teardown(packets_of_a_frame_are_padded_to_one_size, tear_down),
        cmocka_unit_test_teardown(a_late_subscriber_gets_a_keyframe, tear_down),
        cmocka_unit_test_teardown(keyframe_requests_are_coalesced, tear_down),
        cmocka_unit_test_teardown(reports_keep_audio_and_video_together, tear_down),
        cmocka_unit_test_teardown(the_publisher_hears_how_it_is_received, tear_down),
        cmocka_unit_test_teardown(a_bitrate_cap_reaches_the_publisher, tear_down),
        cmocka_unit_test_teardown(round_trips_are_measured, tear_down),
        cmocka_unit_test_teardown(muting_stops_and_unmuting_begins_at_a_keyframe, tear_down),
        cmocka_unit_test_teardown(media_events_tell_when_it_flows, tear_down),
        cmocka_unit_test_teardown(talking_is_told_once, tear_down),
        cmocka_unit_test_teardown(a_tap_sees_every_packet_until_it_is_gone, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
