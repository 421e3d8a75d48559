/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_worker.h"

static struct gw_link *pub, *sub;
static cardea_source source;
static cardea_sink sink;

/* A publisher and a subscriber with one VP8 sink; the subscriber has not been offered anything yet. */
static void begin(unsigned workers)
{
    fake_start(workers, 0, false);
    pub = publisher_make(1, 0);
    source = gw_track_make(peer_of(pub), 0);
    sub = link_make(2);
    assert_int_equal(place(sub, "vp8", &sink), 0);
}

static void subscribe(void)
{
    assert_int_equal(offer(sub, false), 0);
    news_gathered(gw_track_peer(sink), "x4Qd");
    assert_int_equal(jsep(sub, "answer", SUBSCRIBE), GW_JSEP_OK);
    fake.events[0] = '\0';
}

static void end(void)
{
    gw_link_free(sub);
    gw_link_free(pub);
    fake_stop();
}

static void links_a_sink_to_a_source(void **state)
{
    const struct cardea_link limits = {.limit_substream = true,
                                       .substream = 1,
                                       .fallback_us = 7,
                                       .delay_set = true,
                                       .min_delay = 2,
                                       .max_delay = 40,
                                       .priority = 3,
                                       .automatic = true};
    const struct cardea_link none = {.paused = true};
    struct cardea_sink_state now;
    struct gw_order o;

    begin(2);
    subscribe();
    orders_clear();
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &limits), 0);
    assert_int_equal(fake.worker[0], gw_track_worker(sink)); /* the worker of the sink, not of the source */
    assert_int_not_equal(gw_track_worker(sink), gw_track_worker(source));
    o = order_take(GW_ORDER_LINK);
    assert_true(o.track == sink && o.other == source);
    assert_int_equal(o.u.link.substream, 1);
    assert_int_equal(o.u.link.temporal, 2);
    assert_int_equal(o.u.link.spatial, 2);
    assert_int_equal(o.u.link.fallback_us, 7);
    assert_int_equal(o.u.link.playout_delay, 2 << 12 | 40);
    assert_int_equal(o.u.link.priority, 3);
    assert_true(o.u.link.automatic && !o.u.link.paused);
    assert_int_equal(gw_link_adjust(fake.ls, sink, &none), 0);
    o = order_take(GW_ORDER_ADJUST);
    assert_int_equal(o.u.link.fallback_us, 250000);
    assert_int_equal(o.u.link.playout_delay, -1);
    assert_true(o.u.link.paused);
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), 0);
    assert_true(now.source == source && now.paused);
    assert_int_equal(now.substream, -1);
    assert_int_equal(gw_link_disconnect(fake.ls, sink), 0);
    o = order_take(GW_ORDER_UNLINK);
    assert_true(o.track == sink);
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), 0);
    assert_true(now.source == 0);
    assert_int_equal(gw_link_adjust(fake.ls, sink, &none), GW_ENOENT);
    assert_int_equal(fake.n, 0);
    end();
}

static void linked_before_the_peer_lives(void **state)
{
    const struct cardea_link o = {0};
    struct gw_order order;

    begin(1);
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0);
    assert_int_equal(fake.n, 0);
    assert_int_equal(offer(sub, false), 0);
    order_done(GW_ORDER_PEER_NEW);
    order = order_take(GW_ORDER_LINK);
    assert_true(order.track == sink && order.other == source);
    assert_int_equal(fake.n, 0);
    end();
}

#define DATA                                                                                                           \
    HEAD "a=setup:actpass\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\na=sctp-port:5000\r\n"

static struct gw_link *data_publisher(int owner)
{
    struct gw_link *l = link_make(owner);

    assert_int_equal(jsep(l, "offer", DATA), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    news_gathered(peer_of(l), "x4Qd");
    return l;
}

static void place_data(struct gw_link *l, cardea_sink *out)
{
    const struct cardea_place w = {.kind = CARDEA_DATA};
    int mindex = -1;

    assert_int_equal(gw_link_place(l, &mindex, &w, out), 0);
}

static void expect_listen(cardea_source from, const char *label)
{
    struct gw_order o = order_take(GW_ORDER_LISTEN);

    assert_true(o.track == sink && o.other == from);
    if (label)
        assert_string_equal(o.u.text, label);
    else
        assert_null(o.u.text);
    gw_order_drop(&o);
}

static void expect_unlisten(cardea_source from)
{
    struct gw_order o = order_take(GW_ORDER_UNLISTEN);

    assert_true(o.track == sink && o.other == from);
}

static void a_data_sink_has_many_sources(void **state)
{
    const struct cardea_link ada = {.data_label = "ada"}, same = {0}, paused = {.paused = true};
    struct gw_link *other;
    cardea_source first, second;

    fake_start(1, 0, false);
    pub = data_publisher(1);
    other = data_publisher(3);
    sub = link_make(2);
    first = gw_track_make(peer_of(pub), 0);
    second = gw_track_make(peer_of(other), 0);
    place_data(sub, &sink);
    assert_int_equal(gw_link_connect(fake.ls, sink, first, &ada), 0); /* before it is on a worker */
    orders_clear();
    assert_int_equal(offer(sub, false), 0);
    order_done(GW_ORDER_PEER_NEW);
    expect_listen(first, "ada");
    order_done(GW_ORDER_ADJUST);
    assert_int_equal(gw_link_connect(fake.ls, sink, first, &ada), 0); /* nothing new */
    assert_int_equal(fake.n, 0);
    assert_int_equal(gw_link_connect(fake.ls, sink, second, &same), 0);
    expect_listen(second, NULL);
    assert_int_equal(gw_link_adjust(fake.ls, sink, &paused), 0);
    assert_true(order_take(GW_ORDER_ADJUST).u.link.paused);
    assert_int_equal(gw_link_disconnect_from(fake.ls, sink, first), 0);
    expect_unlisten(first);
    assert_int_equal(gw_link_disconnect_from(fake.ls, sink, first), 0); /* again: fine */
    assert_int_equal(fake.n, 0);
    gw_link_close(other, NULL); /* the worker of the sink is told, because its list would only grow */
    expect_unlisten(second);
    order_done(GW_ORDER_PEER_CLOSE);
    gw_link_free(other);
    orders_clear();
    end();
}

static void a_data_sink_has_not_too_many_sources(void **state)
{
    const struct cardea_link o = {0};
    struct gw_link *all[257];

    fake_start(1, 0, false);
    pub = data_publisher(1);
    sub = link_make(2);
    source = gw_track_make(peer_of(pub), 0);
    place_data(sub, &sink);
    for (int i = 0; i < 257; i++) {
        all[i] = data_publisher(10 + i);
        assert_int_equal(gw_link_connect(fake.ls, sink, gw_track_make(peer_of(all[i]), 0), &o),
                         i < 256 ? 0 : GW_ELIMIT);
        orders_clear();
    }
    assert_int_equal(gw_link_disconnect(fake.ls, sink), 0);
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0);
    for (int i = 0; i < 257; i++)
        gw_link_free(all[i]);
    end();
}

static struct {
    unsigned calls, ends;
    cardea_sink sink;
} told;

static void tell_state(void *arg, cardea_sink k, const struct cardea_sink_state *state)
{
    assert_ptr_equal(arg, &told);
    told.calls++;
    told.ends += !k && !state;
    if (k)
        told.sink = k;
}

static void what_sinks_do_is_told_in_any_case(void **state)
{
    const struct gw_states_ask ask = {tell_state, &told};
    struct gw_news n = {.tag = GW_NEWS_STATES};
    struct gw_order o;

    begin(1);
    assert_int_equal(gw_link_states(sub, &ask), GW_ENOENT); /* there is no PeerConnection yet */
    subscribe();
    orders_clear();
    assert_int_equal(gw_link_states(sub, &ask), 0);
    o = order_take(GW_ORDER_STATES);
    n.peer = o.peer;
    n.u.states.ask = o.u.states;
    n.u.states.states = calloc(1, sizeof(*n.u.states.states) + sizeof(n.u.states.states->at[0]));
    n.u.states.states->n = 1;
    n.u.states.states->at[0].sink = sink;
    news(&n);
    assert_int_equal(told.calls, 2);
    assert_int_equal(told.ends, 1);
    assert_true(told.sink == sink);
    n.peer = 12345; /* whose link has gone */
    n.u.states.states = NULL;
    news(&n);
    assert_int_equal(told.ends, 2);
    end();
}

static void what_cannot_be_linked(void **state)
{
    const struct cardea_link o = {0};
    struct cardea_sink_state now;
    cardea_sink audio, vp9;
    struct cardea_place w = {.kind = CARDEA_AUDIO, .codec = "opus", .payload_type = -1};
    int mindex = -1;

    begin(1);
    assert_int_equal(gw_link_place(sub, &mindex, &w, &audio), 0);
    assert_int_equal(place(sub, "vp9", &vp9), 2);
    assert_int_equal(offer(sub, false), 0);
    assert_int_equal(gw_link_connect(fake.ls, audio, source, &o), GW_EINVAL);
    assert_int_equal(gw_link_connect(fake.ls, vp9, source, &o), GW_EINVAL);
    assert_int_equal(gw_link_connect(fake.ls, sink, sink, &o), GW_ENOENT);     /* a sink is no source */
    assert_int_equal(gw_link_connect(fake.ls, source, source, &o), GW_ENOENT); /* receive only: no sink */
    assert_int_equal(gw_link_connect(fake.ls, sink, source + 1, &o), GW_ENOENT);
    assert_int_equal(gw_link_connect(fake.ls, 0, 0, &o), GW_ENOENT);
    assert_int_equal(gw_link_disconnect(fake.ls, 12345), GW_ENOENT);
    assert_int_equal(gw_link_disconnect(fake.ls, sink), 0); /* not linked: fine */
    assert_int_equal(gw_link_sink_state(fake.ls, 12345, &now), GW_ENOENT);
    end();
}

static void layers_are_mirrored(void **state)
{
    const struct cardea_link o = {0};
    struct gw_news n = {.tag = GW_NEWS_LAYER};
    struct cardea_sink_state now;

    begin(1);
    subscribe();
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0);
    n.track = sink;
    n.u.layer.source = source;
    n.u.layer.substream = 1;
    n.u.layer.temporal = 2;
    n.u.layer.spatial = -1;
    n.u.layer.target_substream = 2;
    n.u.layer.bitrate_bps = 800;
    news(&n);
    assert_events("2:layer(0,1)");
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), 0);
    assert_int_equal(now.substream, 1);
    assert_int_equal(now.temporal, 2);
    assert_int_equal(now.spatial, -1);
    assert_int_equal(now.target_substream, 2);
    assert_int_equal(now.bitrate_bps, 800);
    n.u.layer.source = source + 1; /* about an older link */
    n.u.layer.substream = 2;
    news(&n);
    assert_events("");
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0); /* linked again: nothing is known yet */
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), 0);
    assert_int_equal(now.substream, -1);
    assert_true(now.source == source);
    end();
}

static void a_source_goes_with_its_peer(void **state)
{
    const struct cardea_link o = {0};
    struct cardea_sink_state now;

    begin(2);
    subscribe();
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0);
    orders_clear();
    gw_link_close(pub, "x");
    order_done(GW_ORDER_PEER_CLOSE); /* the workers see to the link themselves */
    assert_int_equal(fake.n, 0);
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), 0);
    assert_true(now.source == 0);
    assert_int_equal(gw_link_adjust(fake.ls, sink, &o), GW_ENOENT);
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), GW_ENOENT);
    end();
}

static void a_sink_goes_with_its_peer(void **state)
{
    const struct cardea_link o = {0};
    struct cardea_sink_state now;
    gw_peer_id peer;

    begin(1);
    subscribe();
    peer = gw_track_peer(sink);
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0);
    news_text(GW_NEWS_DOWN, peer, "DTLS alert");
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), GW_ENOENT);
    assert_int_equal(gw_link_disconnect(fake.ls, sink), GW_ENOENT);
    news_simple(GW_NEWS_CLOSED, peer);
    gw_link_close(pub, NULL); /* finds no listener any more */
    end();
}

static void orders_for_a_source(void **state)
{
    struct gw_tap tap = {NULL, (void *)9};
    struct gw_order o;

    begin(2);
    orders_clear();
    assert_int_equal(gw_link_source_order(fake.ls, source, GW_ORDER_MUTE, 1), 0);
    assert_int_equal(fake.worker[0], gw_track_worker(source));
    o = order_take(GW_ORDER_MUTE);
    assert_true(o.track == source && o.u.number == 1);
    assert_int_equal(gw_link_source_order(fake.ls, source, GW_ORDER_KEYFRAME, 0), 0);
    order_done(GW_ORDER_KEYFRAME);
    assert_int_equal(gw_link_source_order(fake.ls, source, GW_ORDER_PEER_CLOSE, 0), GW_EINVAL);
    assert_int_equal(gw_link_source_order(fake.ls, source + 1, GW_ORDER_MUTE, 0), GW_ENOENT);
    assert_int_equal(gw_link_talk(fake.ls, source, 100, 25), 0);
    o = order_take(GW_ORDER_TALK);
    assert_int_equal(o.u.talk.packets, 100);
    assert_int_equal(o.u.talk.threshold, 25);
    assert_int_equal(gw_link_tap(fake.ls, source, &tap), 0);
    o = order_take(GW_ORDER_TAP);
    assert_true(o.u.tap.arg == (void *)9);
    assert_int_equal(gw_link_tap(fake.ls, sink, &tap), GW_ENOENT);
    assert_int_equal(gw_link_untap(fake.ls, source, &tap), 0);
    order_done(GW_ORDER_UNTAP);
    assert_int_equal(fake.n, 0);
    end();
}

static void many_sinks_of_one_source(void **state)
{
    const struct cardea_link o = {0};
    struct gw_link *l[50];
    cardea_sink k[50];
    struct cardea_sink_state now;

    begin(2);
    for (int i = 0; i < 50; i++) {
        l[i] = link_make(10 + i);
        assert_int_equal(place(l[i], "vp8", &k[i]), 0);
        assert_int_equal(offer(l[i], false), 0);
        assert_int_equal(gw_link_connect(fake.ls, k[i], source, &o), 0);
    }
    for (int i = 0; i < 50; i += 2)
        gw_link_free(l[i]);
    gw_link_close(pub, NULL);
    for (int i = 1; i < 50; i += 2) {
        assert_int_equal(gw_link_sink_state(fake.ls, k[i], &now), 0);
        assert_true(now.source == 0);
        gw_link_free(l[i]);
    }
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_a_sink_to_a_source),
        cmocka_unit_test(linked_before_the_peer_lives),
        cmocka_unit_test(a_data_sink_has_many_sources),
        cmocka_unit_test(a_data_sink_has_not_too_many_sources),
        cmocka_unit_test(what_sinks_do_is_told_in_any_case),
        cmocka_unit_test(what_cannot_be_linked),
        cmocka_unit_test(layers_are_mirrored),
        cmocka_unit_test(a_source_goes_with_its_peer),
        cmocka_unit_test(a_sink_goes_with_its_peer),
        cmocka_unit_test(orders_for_a_source),
        cmocka_unit_test(many_sinks_of_one_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
