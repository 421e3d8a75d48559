/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_worker.h"

#include "peer/inlet.h"
#include "peer/outlet.h"

static void on_keyframe(void *user, cardea_source source)
{
    note(user, "keyframe(%u)", gw_track_mindex(source));
}

static void on_inlet_media(void *user, cardea_source source, bool receiving, int substream)
{
    note(user, "media(%d,%d)", receiving, substream);
}

static void on_gone(void *user, cardea_source source)
{
    note(user, "gone(%u)", gw_track_mindex(source));
}

static const struct cardea_inlet_events events = {.keyframe = on_keyframe, .media = on_inlet_media, .gone = on_gone};

static struct cardea_inlet *in;
static cardea_source source;

static int make(const char *codec, struct cardea_inlet *beside)
{
    const struct cardea_inlet_conf conf = {.kind = CARDEA_VIDEO,
                                           .codec = codec,
                                           .payload_type = -1,
                                           .beside = beside,
                                           .orientation_id = 13,
                                           .events = &events,
                                           .user = (void *)5};

    return gw_inlet_new(fake.ls, &conf, &in, &source);
}

static void gone(cardea_source s)
{
    news(&(struct gw_news){.tag = GW_NEWS_INLET_GONE, .peer = gw_track_peer(s), .track = s});
}

static void close_one(struct cardea_inlet *one, cardea_source s)
{
    gw_inlet_close(one);
    orders_clear();
    gone(s);
}

static void is_made_and_closed_in_two_steps(void **state)
{
    struct gw_order o;

    fake_start(2, 0, false);
    assert_int_equal(make("vp8", NULL), 0);
    o = order_take(GW_ORDER_INLET_NEW);
    assert_true(o.track == source && o.u.media->n == 1);
    assert_int_equal(o.u.media->m[0].codec, GW_VP8);
    assert_int_equal(o.u.media->m[0].clock_rate, 90000);
    assert_int_equal(o.u.media->m[0].ext[GW_EXT_ORIENTATION], 13);
    assert_true(o.u.media->m[0].any_type && o.u.media->m[0].receive);
    gw_order_drop(&o);
    assert_int_equal(gw_link_source_order(fake.ls, source, GW_ORDER_MUTE, 1), 0);
    order_done(GW_ORDER_MUTE);
    gw_inlet_close(in);
    gw_inlet_close(in);
    order_done(GW_ORDER_INLET_CLOSE);
    assert_int_equal(fake.n, 0);
    assert_int_equal(gw_link_source_order(fake.ls, source, GW_ORDER_MUTE, 1), GW_ENOENT);
    assert_events("");
    gone(source);
    assert_events("5:gone(0)");
    gone(source);
    assert_events("");
    fake_stop();
}

static void refuses_what_makes_no_sense(void **state)
{
    const struct cardea_inlet_conf deaf = {.kind = CARDEA_AUDIO, .codec = "opus"};
    const struct cardea_inlet_conf layered = {.kind = CARDEA_AUDIO, .codec = "opus", .layers = 2, .events = &events};

    fake_start(1, 0, false);
    assert_int_equal(make("h263", NULL), GW_EINVAL);
    assert_int_equal(make(NULL, NULL), GW_EINVAL);
    assert_int_equal(gw_inlet_new(fake.ls, &deaf, &in, &source), GW_EINVAL);
    assert_int_equal(gw_inlet_new(fake.ls, &layered, &in, &source), GW_EINVAL);
    assert_int_equal(fake.n, 0);
    fake_stop();
}

static void those_of_one_sender_are_neighbours(void **state)
{
    struct cardea_inlet *first;
    cardea_source a;

    fake_start(2, 0, false);
    assert_int_equal(make("vp8", NULL), 0);
    first = in;
    a = source;
    assert_int_equal(make("vp8", first), 0);
    assert_true(gw_track_peer(a) == gw_track_peer(source) && a != source);
    orders_clear();
    gw_inlet_close(first);
    assert_int_equal(make("vp8", first), 0); /* the other is open still */
    gw_inlet_close(in);
    orders_clear();
    gone(source);
    gone(a);
    assert_events("5:gone(2) 5:gone(0)");
    fake_stop(); /* frees the one that was left open */
}

static void a_sink_is_linked_to_it(void **state)
{
    const struct cardea_link o = {0};
    struct cardea_sink_state now;
    struct gw_order order;
    struct gw_link *sub;
    cardea_sink sink;

    fake_start(1, 0, false);
    assert_int_equal(make("vp8", NULL), 0);
    sub = link_make(2);
    assert_int_equal(place(sub, "vp8", &sink), 0);
    assert_int_equal(offer(sub, false), 0);
    news_gathered(gw_track_peer(sink), "x4Qd");
    assert_int_equal(jsep(sub, "answer", SUBSCRIBE), GW_JSEP_OK);
    orders_clear();
    fake.events[0] = '\0';
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), 0);
    order = order_take(GW_ORDER_LINK);
    assert_true(order.track == sink && order.other == source);
    close_one(in, source);
    assert_events("5:gone(0)");
    assert_int_equal(gw_link_sink_state(fake.ls, sink, &now), 0);
    assert_true(now.source == 0);
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), GW_ENOENT);
    assert_int_equal(make("vp9", NULL), 0);
    assert_int_equal(gw_link_connect(fake.ls, sink, source, &o), GW_EINVAL); /* another codec */
    close_one(in, source);
    gw_link_free(sub);
    fake_stop();
}

static void what_is_injected_is_bounded(void **state)
{
    uint8_t packet[GW_INLET_PACKET + 1] = {0x80};
    struct gw_order o;

    fake_start(1, 0, false);
    assert_int_equal(make("vp8", NULL), 0);
    orders_clear();
    assert_int_equal(gw_inlet_inject(in, packet, sizeof(packet)), GW_EINVAL);
    for (unsigned i = 0; i < GW_INLET_WAITING; i++)
        assert_int_equal(gw_inlet_inject(in, packet, 12 + i), 0);
    assert_int_equal(gw_inlet_inject(in, packet, 12), GW_ELIMIT);
    o = order_take(GW_ORDER_INJECT);
    assert_true(o.track == source && o.u.injected->len == 12);
    gw_order_drop(&o);
    assert_int_equal(gw_inlet_inject(in, packet, 12), 0); /* there is room again */
    fake.full = true;
    order_done(GW_ORDER_INJECT);
    assert_int_equal(gw_inlet_inject(in, packet, 12), GW_ELIMIT);
    fake.full = false;
    orders_clear();
    close_one(in, source);
    fake_stop();
}

static void it_tells_its_owner(void **state)
{
    struct gw_news n = {.tag = GW_NEWS_MEDIA};

    fake_start(1, 0, false);
    assert_int_equal(make("vp8", NULL), 0);
    news(&(struct gw_news){.tag = GW_NEWS_KEYFRAME, .track = source});
    n.track = source;
    n.u.media.receiving = true;
    n.u.media.substream = -1;
    news(&n);
    n.track = source + 1; /* nobody */
    news(&n);
    assert_events("5:keyframe(0) 5:media(1,-1)");
    gw_inlet_close(in);
    news(&(struct gw_news){.tag = GW_NEWS_KEYFRAME, .track = source});
    assert_events("");
    gone(source);
    fake_stop();
}

static bool is_ours(void *arg, const void *address)
{
    return address == arg;
}

static void on_tap_gone(void *tap, cardea_source s)
{
    note(tap, "tap_gone");
}

static void on_forward_gone(void *user, cardea_forwarder f)
{
    note(user, "forward_gone");
}

/* Whoever wants to unload a plugin asks whether it is still to be told of something. */
static void what_is_owed(void **state)
{
    static const struct cardea_tap tap = {.gone = on_tap_gone};
    const struct cardea_forward_conf to = {
        .host = "127.0.0.1", .port = 9, .payload_type = -1, .gone = on_forward_gone, .user = (void *)7};
    void *function = (void *)(uintptr_t)on_forward_gone, *table = (void *)(uintptr_t)&events;
    struct gw_news n = {.tag = GW_NEWS_FORWARD_GONE};
    cardea_forwarder f;

    fake_start(1, 0, false);
    assert_false(gw_links_owes(fake.ls, is_ours, table));
    assert_int_equal(make("vp8", NULL), 0);
    assert_int_equal(gw_link_tap(fake.ls, source, &(struct gw_tap){&tap, (void *)6}), 0);
    assert_int_equal(gw_outlet_new(fake.ls, source, &to, &f), 0);
    assert_true(gw_links_owes(fake.ls, is_ours, table) && gw_links_owes(fake.ls, is_ours, (void *)(uintptr_t)&tap) &&
                gw_links_owes(fake.ls, is_ours, function));
    gw_inlet_close(in);
    news(&(struct gw_news){.tag = GW_NEWS_TAP_GONE, .track = source, .u.tap = {&tap, (void *)6}});
    n.track = source;
    n.u.number = (int64_t)f;
    news(&n);
    gone(source);
    assert_events("6:tap_gone 7:forward_gone 5:gone(0)");
    assert_false(gw_links_owes(fake.ls, is_ours, table) || gw_links_owes(fake.ls, is_ours, (void *)(uintptr_t)&tap) ||
                 gw_links_owes(fake.ls, is_ours, function));
    assert_int_equal(make("vp8", NULL), 0); /* left open: told at the end */
    assert_int_equal(gw_outlet_new(fake.ls, source, &to, &f), 0);
    fake_stop();
    assert_string_equal(fake.events, "7:forward_gone 5:gone(0)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_made_and_closed_in_two_steps),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(those_of_one_sender_are_neighbours),
        cmocka_unit_test(a_sink_is_linked_to_it),
        cmocka_unit_test(what_is_injected_is_bounded),
        cmocka_unit_test(it_tells_its_owner),
        cmocka_unit_test(what_is_owed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
