/* SPDX-License-Identifier: Apache-2.0 */
/* A source without a PeerConnection: what a tap hears of one publisher is injected into inlets that others watch. */
#include "sim/room.h"

#include <cardea/plugin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct room r;
static GQueue kept = G_QUEUE_INIT; /* struct gw_injected */
static atomic_uint waiting;
static unsigned reports, recovered, every, heard, asked;

static int tear_down(void **state)
{
    struct gw_injected *in;

    while ((in = g_queue_pop_head(&kept)))
        gw_injected_free(in);
    room_close(&r);
    return 0;
}

/* --- from the tap to the inlet ------------------------------------------------------------------------------------ */

static void keep(const void *data, size_t len)
{
    struct gw_injected *in = calloc(1, sizeof(*in) + len);

    atomic_fetch_add(&waiting, 1);
    in->waiting = &waiting;
    in->len = (uint32_t)len;
    memcpy(in->bytes, data, len);
    g_queue_push_tail(&kept, in);
}

static void on_packet(void *tap, const struct cardea_packet *p)
{
    heard++;
    recovered += p->recovered;
    assert_true(p->payload_len && p->payload > p->data && p->payload + p->payload_len <= p->data + p->len);
    if (!every || heard % every)
        keep(p->data, p->len);
}

static void on_report(void *tap, const struct cardea_report *p)
{
    uint8_t sr[28] = {0x80, 200, 0, 6};

    reports++;
    assert_true(llabs(p->local_us - r.world->now_us) < 100000);
    for (int i = 0; i < 4; i++)
        sr[4 + i] = (uint8_t)(p->ssrc >> (24 - 8 * i));
    for (int i = 0; i < 8; i++)
        sr[8 + i] = (uint8_t)(p->ntp >> (56 - 8 * i));
    for (int i = 0; i < 4; i++)
        sr[16 + i] = (uint8_t)(p->rtp >> (24 - 8 * i));
    keep(sr, sizeof(sr));
}

static const struct cardea_tap tap = {on_packet, on_report, NULL};

static void order_tap(enum gw_order_tag tag, gw_track_id source, void *arg)
{
    sim_order(r.world, gw_track_worker(source), &(struct gw_order){.tag = tag, .track = source, .u.tap = {&tap, arg}});
}

static gw_track_id make_inlet(unsigned worker, unsigned mindex, bool any_type, uint64_t serial)
{
    struct gw_order o = {.tag = GW_ORDER_INLET_NEW, .track = gw_track_make(gw_peer_make(serial, worker), mindex)};
    struct gw_media *m = calloc(1, sizeof(*m) + sizeof(m->m[0]));

    m->n = 1;
    m->m[0] = sim_video(mindex, true, false);
    m->m[0].any_type = any_type;
    m->m[0].payload_type = any_type ? 101 : SIM_PT_VP8;
    m->m[0].rtx_payload_type = 0;
    m->m[0].layers = 1;
    o.u.media = m;
    sim_order(r.world, worker, &o);
    return o.track;
}

static void pour(gw_track_id inlet)
{
    struct gw_injected *in;

    while ((in = g_queue_pop_head(&kept)))
        sim_order(r.world, gw_track_worker(inlet),
                  &(struct gw_order){.tag = GW_ORDER_INJECT, .track = inlet, .u.injected = in});
}

/* Packets go from the tap to the inlet, and wishes for keyframes back. */
static void run(gw_track_id inlet, unsigned ms)
{
    for (unsigned i = 0; i < ms; i += 5) {
        unsigned now = sim_count_news(r.world, GW_NEWS_KEYFRAME, 0, inlet);

        if (now > asked)
            sim_order(r.world, 0, &(struct gw_order){.tag = GW_ORDER_KEYFRAME, .track = sim_track(r.publisher, 1)});
        asked = now;
        sim_run_ms(r.world, 5);
        pour(inlet);
    }
}

static void open_room(unsigned subscribers, double loss_up, double loss_down)
{
    reports = recovered = every = heard = asked = 0;
    room_open(&r, &(struct room_conf){.subscribers = subscribers, .loss_up = loss_up, .loss_down = loss_down});
    order_tap(GW_ORDER_TAP, sim_track(r.publisher, 1), &r);
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static void a_sink_gets_what_is_injected(void **state)
{
    const struct sim_in *in;
    gw_track_id inlet;

    open_room(1, 0, 0);
    inlet = make_inlet(0, 0, true, 900);
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), inlet);
    run(inlet, 3000);
    in = r.sub[0].video;
    assert_true(in->packets > 300);
    assert_int_equal(sim_holes(in, 0), 0);
    assert_int_equal(in->bad, 0);
    assert_int_equal(in->duplicates, 0);
    assert_true(reports >= 2 && in->reports >= 2);
    assert_int_equal(atomic_load(&waiting), 0);
}

static void one_of_another_worker_too(void **state)
{
    gw_track_id inlet;

    open_room(1, 0, 0);
    inlet = make_inlet(1, 0, false, 900);
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), inlet);
    run(inlet, 3000);
    assert_true(r.sub[0].video->packets > 300);
    assert_int_equal(sim_holes(r.sub[0].video, 0), 0);
}

static void losses_behind_it_are_repaired(void **state)
{
    gw_track_id inlet;

    open_room(1, 0, 0.05);
    inlet = make_inlet(0, 0, true, 900);
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), inlet);
    run(inlet, 5000);
    assert_true(r.sub[0].video->rtx > 20);
    assert_in_range(sim_holes(r.sub[0].video, 40), 0, 4);
}

static void a_keyframe_is_asked_for(void **state)
{
    gw_track_id inlet;
    unsigned before;

    open_room(1, 0, 0);
    inlet = make_inlet(0, 3, true, 900);
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), inlet);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_KEYFRAME, 0, inlet), 1);
    run(inlet, 2000);
    before = sim_count_news(r.world, GW_NEWS_KEYFRAME, 0, inlet);
    sim_client_pli(r.sub[0].client, r.sub[0].video);
    sim_client_pli(r.sub[0].client, r.sub[0].video);
    run(inlet, 500);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_KEYFRAME, 0, inlet), before + 1);
}

static void it_mutes_and_tells_of_silence(void **state)
{
    gw_track_id inlet;
    unsigned packets;

    open_room(1, 0, 0);
    inlet = make_inlet(0, 0, true, 900);
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), inlet);
    run(inlet, 1000);
    assert_true(sim_news(r.world, GW_NEWS_MEDIA, 0, inlet)->u.media.receiving);
    sim_order(r.world, 0, &(struct gw_order){.tag = GW_ORDER_MUTE, .track = inlet, .u.number = 1});
    packets = r.sub[0].video->packets;
    run(inlet, 500);
    assert_in_range(r.sub[0].video->packets, packets, packets + 8);
    order_tap(GW_ORDER_UNTAP, sim_track(r.publisher, 1), &r);
    run(inlet, 3000);
    assert_false(sim_news(r.world, GW_NEWS_MEDIA, 0, inlet)->u.media.receiving);
}

static void it_closes_in_two_steps(void **state)
{
    struct gw_order close = {.tag = GW_ORDER_INLET_CLOSE};
    gw_track_id a, b;
    unsigned packets;

    open_room(1, 0, 0);
    a = make_inlet(0, 0, true, 900);
    b = make_inlet(0, 1, true, 900);
    order_tap(GW_ORDER_TAP, a, &kept);
    sim_link_tracks(r.world, sim_track(r.sub[0].client, 1), a);
    sim_run_ms(r.world, 200);
    close.track = a;
    sim_order(r.world, 0, &close);
    sim_run_ms(r.world, 10);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_INLET_GONE, 0, a), 1);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_TAP_GONE, 0, a), 1);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, gw_track_peer(a), 0), 0); /* b is there */
    packets = r.sub[0].video->packets;
    run(a, 200); /* into nothing */
    assert_int_equal(r.sub[0].video->packets, packets);
    assert_int_equal(atomic_load(&waiting), 0);
    close.track = b;
    sim_order(r.world, 0, &close);
    sim_run_ms(r.world, 10);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_INLET_GONE, 0, b), 1);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, gw_track_peer(a), 0), 1);
    sim_order(r.world, 0, &close); /* of what is not there: answered all the same */
    assert_int_equal(sim_count_news(r.world, GW_NEWS_INLET_GONE, 0, b), 2);
}

static void data_goes_to_linked_channels(void **state)
{
    struct sim_client *c;
    struct gw_mline m = sim_data(0);
    struct gw_order o = {.tag = GW_ORDER_INLET_NEW, .track = gw_track_make(gw_peer_make(900, 0), 0)};
    struct gw_injected *in = calloc(1, sizeof(*in) + 16);

    room_open(&r, &(struct room_conf){.subscribers = 1});
    c = sim_client_new(r.world, 0, true);
    sim_client_media(c, &m, 1);
    o.u.media = calloc(1, sizeof(*o.u.media) + sizeof(m));
    o.u.media->n = 1;
    o.u.media->m[0] = (struct gw_mline){.kind = GW_DATA, .receive = true, .layers = 1};
    sim_order(r.world, 0, &o);
    sim_order(r.world, 0, &(struct gw_order){.tag = GW_ORDER_LISTEN, .track = sim_track(c, 0), .other = o.track});
    sim_client_connect(c);
    sim_run_ms(r.world, 1000);
    atomic_fetch_add(&waiting, 1);
    *in = (struct gw_injected){.waiting = &waiting, .is_data = true, .label_len = 2, .len = 5};
    memcpy(in->bytes, "ab\0hello", 8);
    sim_order(r.world, 0, &(struct gw_order){.tag = GW_ORDER_INJECT, .track = o.track, .u.injected = in});
    sim_run_ms(r.world, 1000);
    assert_int_equal(c->messages, 1);
    assert_string_equal(c->text, "hello");
    assert_string_equal(c->label, "ab");
}

static void a_tap_gets_repaired_packets_and_reports(void **state)
{
    open_room(1, 0.05, 0);
    sim_run_ms(r.world, 5000);
    assert_true(recovered > 10);
    assert_true(reports >= 3);
}

static void there_are_four_taps_at_most(void **state)
{
    static char names[5];
    gw_track_id source;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    source = sim_track(r.publisher, 0);
    for (unsigned i = 0; i < 5; i++)
        order_tap(GW_ORDER_TAP, source, &names[i]);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_TAP_GONE, 0, source), 1);
    assert_ptr_equal(sim_news(r.world, GW_NEWS_TAP_GONE, 0, source)->u.tap.arg, &names[4]);
    order_tap(GW_ORDER_UNTAP, source, &names[1]);
    assert_ptr_equal(sim_news(r.world, GW_NEWS_TAP_GONE, 0, source)->u.tap.arg, &names[1]);
    order_tap(GW_ORDER_UNTAP, source, &names[1]); /* has been told already */
    assert_int_equal(sim_count_news(r.world, GW_NEWS_TAP_GONE, 0, source), 2);
    order_tap(GW_ORDER_UNTAP, source, NULL); /* all that remain */
    assert_int_equal(sim_count_news(r.world, GW_NEWS_TAP_GONE, 0, source), 5);
    order_tap(GW_ORDER_TAP, gw_track_make(gw_peer_make(777, 0), 0), names); /* nobody's */
    assert_int_equal(sim_count_news(r.world, GW_NEWS_TAP_GONE, 0, 0), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_sink_gets_what_is_injected, tear_down),
        cmocka_unit_test_teardown(one_of_another_worker_too, tear_down),
        cmocka_unit_test_teardown(losses_behind_it_are_repaired, tear_down),
        cmocka_unit_test_teardown(a_keyframe_is_asked_for, tear_down),
        cmocka_unit_test_teardown(it_mutes_and_tells_of_silence, tear_down),
        cmocka_unit_test_teardown(it_closes_in_two_steps, tear_down),
        cmocka_unit_test_teardown(data_goes_to_linked_channels, tear_down),
        cmocka_unit_test_teardown(a_tap_gets_repaired_packets_and_reports, tear_down),
        cmocka_unit_test_teardown(there_are_four_taps_at_most, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
