/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_worker.h"

#include "ice/relay.h"

/* --- the peer offers ---------------------------------------------------------------------------------------------- */

static void answers_an_offer(void **state)
{
    struct gw_link *l;
    struct gw_order o;
    gw_peer_id peer;
    char *sdp = fixture_sdp("chromium-all");

    fake_start(1, 0, false);
    l = link_make(1);
    assert_false(gw_link_exists(l));
    assert_int_equal(jsep(l, "Offer", sdp), GW_JSEP_OK);
    assert_int_equal(fake.n, 0); /* nothing happens before somebody answers */
    assert_int_equal(answer(l), 0);
    assert_true(gw_link_exists(l));
    peer = peer_of(l);
    o = order_take(GW_ORDER_PEER_NEW);
    assert_true(o.peer == peer && !o.u.peer_new.controlling && !o.u.peer_new.full_trickle);
    o = order_take(GW_ORDER_PEER_MEDIA);
    assert_true(o.peer == peer);
    assert_int_equal(o.u.media->n, 3);
    gw_order_drop(&o);
    o = order_take(GW_ORDER_PEER_REMOTE);
    assert_string_equal(o.u.remote->ufrag, "8XIU");
    assert_int_equal(o.u.remote->n_candidates, 8);
    assert_false(o.u.remote->dtls_client || o.u.remote->full_restart);
    gw_order_drop(&o);
    assert_int_equal(fake.n, 0); /* Chromium trickles: no end of candidates yet */
    gw_links_turn(fake.ls);
    assert_events("");
    assert_null(gw_link_local_sdp(l));
    news_gathered(peer, "x4Qd");
    assert_events("1:answer");
    assert_has(fake.sdp, "a=ice-ufrag:x4Qd\r\n");
    assert_has(fake.sdp, "a=candidate:1 1 udp");
    assert_string_equal(gw_link_local_sdp(l), fake.sdp);
    assert_string_equal(gw_link_remote_sdp(l), sdp);
    free(sdp);
    gw_link_free(l);
    fake_stop();
}

static void sdp_says_that_candidates_are_complete(void **state)
{
    struct gw_link *l;
    struct gw_jsep j = {.type = "offer", .sdp = PUBLISH, .no_trickle = true, .relay_only = true};
    struct gw_order o;
    bool update;
    char *sdp = fixture_sdp("firefox-all");

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", sdp), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    order_done(GW_ORDER_PEER_NEW);
    order_done(GW_ORDER_PEER_MEDIA);
    order_done(GW_ORDER_PEER_REMOTE);
    o = order_take(GW_ORDER_PEER_CANDIDATE);
    assert_null(o.u.text);
    gw_link_free(l);
    orders_clear();
    l = link_make(2);
    assert_int_equal(gw_link_jsep(l, &j, &update, NULL, 0), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    assert_true(order_take(GW_ORDER_PEER_NEW).u.peer_new.relay_only);
    order_done(GW_ORDER_PEER_MEDIA);
    order_done(GW_ORDER_PEER_REMOTE);
    order_done(GW_ORDER_PEER_CANDIDATE);
    gw_link_free(l);
    free(sdp);
    fake_stop();
}

static void renegotiates_at_the_end_of_the_turn(void **state)
{
    struct gw_link *l;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    order_done(GW_ORDER_PEER_MEDIA);
    assert_int_equal(fake.n, 0); /* same credentials: nothing for ICE */
    assert_events("");
    gw_links_turn(fake.ls);
    assert_events("1:answer");
    assert_has(fake.sdp, "a=ice-ufrag:x4Qd\r\n");
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK); /* twice in one turn */
    assert_int_equal(answer(l), 0);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    while (gw_links_turn(fake.ls))
        ;
    assert_events("1:answer 1:answer");
    gw_link_free(l);
    fake_stop();
}

static void restarts_ice_for_the_peer(void **state)
{
    static const char again[] =
        "v=0\r\no=- 77 4 IN IP4 127.0.0.1\r\ns=-\r\na=ice-ufrag:efgh\r\na=ice-pwd:another\r\n"
        "a=fingerprint:sha-256 AA:BB\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=sendonly\r\n"
        "a=rtpmap:96 VP8/90000\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
    struct gw_link *l;
    struct gw_order o;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    assert_int_equal(jsep(l, "offer", again), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    order_done(GW_ORDER_PEER_RESTART);
    order_done(GW_ORDER_PEER_MEDIA);
    o = order_take(GW_ORDER_PEER_REMOTE);
    assert_true(o.u.remote->full_restart);
    assert_string_equal(o.u.remote->ufrag, "efgh");
    assert_int_equal(o.u.remote->n_candidates, 1);
    gw_order_drop(&o);
    gw_links_turn(fake.ls);
    assert_events("");
    assert_int_equal(jsep(l, "offer", again), GW_JSEP_WRONG_STATE); /* not before our answer is out */
    news_gathered(peer_of(l), "newU");
    assert_events("1:answer");
    assert_has(fake.sdp, "a=ice-ufrag:newU\r\n");
    gw_link_free(l);
    fake_stop();
}

static void an_ignored_offer_leaves_nothing(void **state)
{
    struct gw_link *l;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    gw_link_offer_ignored(l);
    assert_int_equal(answer(l), GW_EPROTO);
    assert_false(gw_link_exists(l));
    assert_int_equal(gw_links_count(fake.ls), 0);
    gw_link_free(l);
    assert_int_equal(fake.n, 0);
    fake_stop();
}

/* --- we offer ----------------------------------------------------------------------------------------------------- */

static void offers_and_takes_an_answer(void **state)
{
    struct gw_link *l;
    struct gw_order o;
    cardea_sink sink;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(offer(l, false), GW_EINVAL); /* nothing placed */
    assert_int_equal(place(l, "vp8", &sink), 0);
    assert_int_equal(gw_track_mindex(sink), 0);
    assert_false(gw_link_exists(l));
    assert_int_equal(fake.n, 0);
    assert_int_equal(offer(l, false), 0);
    assert_true(gw_link_offer_outstanding(l));
    o = order_take(GW_ORDER_PEER_NEW);
    assert_true(o.u.peer_new.controlling && o.peer == gw_track_peer(sink));
    assert_int_equal(fake.n, 0);
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_WRONG_STATE); /* to what? It was not told yet */
    news_gathered(o.peer, "x4Qd");
    assert_events("1:offer");
    assert_has(fake.sdp, "a=setup:actpass");
    assert_int_equal(offer(l, false), GW_EPROTO);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_UNEXPECTED); /* glare */
    assert_int_equal(jsep(l, "answer", "junk"), GW_JSEP_BAD_SDP);
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_OK);
    assert_false(gw_link_offer_outstanding(l));
    o = order_take(GW_ORDER_PEER_MEDIA);
    assert_true(o.u.media->m[0].send);
    gw_order_drop(&o);
    order_done(GW_ORDER_PEER_REMOTE);
    assert_int_equal(fake.n, 0);
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_UNEXPECTED);
    gw_link_free(l);
    fake_stop();
}

static void on_the_worker_that_was_asked_for(void **state)
{
    static const unsigned wishes[] = {2, 0, 2, 2, 1};
    struct gw_link *l[6];

    fake_start(3, 0, false);
    for (int i = 0; i < 5; i++) {
        l[i] = link_make(i + 1);
        gw_link_worker(l[i], wishes[i]);
        assert_int_equal(jsep(l[i], "offer", PUBLISH), GW_JSEP_OK);
        assert_int_equal(answer(l[i]), 0);
        assert_int_equal(gw_peer_worker(peer_of(l[i])), wishes[i]);
        orders_clear();
    }
    l[5] = link_make(6);
    gw_link_worker(l[5], 3); /* there is none: the least busy, as always */
    assert_int_equal(jsep(l[5], "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l[5]), 0);
    assert_int_not_equal(gw_peer_worker(peer_of(l[5])), 2);
    for (int i = 0; i < 6; i++)
        gw_link_free(l[i]);
    fake_stop();
}

/* --- TURN servers from elsewhere ---------------------------------------------------------------------------------- */

static struct gw_relays *some_relays(void)
{
    struct gw_relays *r = calloc(1, sizeof(*r));

    strcpy(r->user, "me");
    return r;
}

static void an_answer_waits_for_turn_servers(void **state)
{
    struct gw_link *l;
    struct gw_order o;
    gw_peer_id peer;

    fake_start(1, 0, false);
    fake.seeks = true;
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    assert_true(gw_link_exists(l));
    assert_int_equal(fake.n, 0);
    assert_int_equal(gw_link_trickle(l, "v", 0, "candidate:1 1 udp 1 192.0.2.44 5 typ host"), GW_TRICKLE_QUEUED);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_WRONG_STATE);
    peer = peer_of(l);
    gw_links_relays(fake.ls, peer, some_relays());
    o = order_take(GW_ORDER_PEER_NEW);
    assert_false(o.u.peer_new.controlling);
    assert_string_equal(o.u.peer_new.relays->user, "me");
    gw_order_drop(&o);
    order_done(GW_ORDER_PEER_MEDIA);
    order_done(GW_ORDER_PEER_REMOTE);
    order_done(GW_ORDER_PEER_CANDIDATE);
    gw_links_relays(fake.ls, peer, some_relays()); /* once is enough */
    assert_int_equal(fake.n, 0);
    news_gathered(peer, "x4Qd");
    assert_events("1:answer");
    gw_link_free(l);
    fake_stop();
}

static void an_offer_waits_for_turn_servers(void **state)
{
    struct gw_link *l;
    struct gw_order o;
    cardea_sink sink;

    fake_start(1, 0, false);
    fake.seeks = true;
    l = link_make(1);
    assert_int_equal(place(l, "vp8", &sink), 0);
    assert_int_equal(offer(l, false), 0);
    assert_int_equal(fake.n, 0);
    assert_int_equal(offer(l, false), GW_EPROTO);
    gw_links_relays(fake.ls, gw_track_peer(sink), NULL); /* none were to be had */
    o = order_take(GW_ORDER_PEER_NEW);
    assert_true(o.u.peer_new.controlling && !o.u.peer_new.relays);
    assert_int_equal(fake.n, 0);
    gw_link_free(l);
    fake_stop();
}

static void nobody_waits_for_turn_servers_to_close(void **state)
{
    struct gw_link *l;
    gw_peer_id peer;

    fake_start(1, 0, false);
    fake.seeks = true;
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    peer = peer_of(l);
    gw_link_close(l, "Janus API");
    order_done(GW_ORDER_PEER_NEW);
    order_done(GW_ORDER_PEER_MEDIA);
    order_done(GW_ORDER_PEER_REMOTE);
    order_done(GW_ORDER_PEER_CLOSE);
    gw_links_relays(fake.ls, peer, some_relays());
    assert_int_equal(fake.n, 0);
    gw_link_free(l);
    l = link_make(2);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    peer = peer_of(l);
    gw_link_free(l);
    gw_links_relays(fake.ls, peer, some_relays());
    assert_int_equal(fake.n, 0);
    fake_stop();
}

static void restarts_ice_by_itself(void **state)
{
    struct gw_link *l;
    cardea_sink sink;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(place(l, "vp8", &sink), 0);
    assert_int_equal(offer(l, false), 0);
    news_gathered(gw_track_peer(sink), "old1");
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_OK);
    orders_clear();
    assert_int_equal(offer(l, true), 0);
    order_done(GW_ORDER_PEER_RESTART);
    gw_links_turn(fake.ls);
    assert_events("1:offer");
    news_gathered(gw_track_peer(sink), "new1");
    assert_events("1:offer");
    assert_has(fake.sdp, "a=ice-ufrag:new1");
    gw_link_free(l);
    fake_stop();
}

static void codes_of_failures(void **state)
{
    struct gw_link *l;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_UNEXPECTED);
    assert_int_equal(jsep(l, "rollback", SUBSCRIBE), GW_JSEP_UNEXPECTED);
    assert_int_equal(jsep(l, "offer", "junk"), GW_JSEP_BAD_SDP);
    gw_link_free(l);
    l = publisher_make(2, 0);
    assert_int_equal(jsep(l, "offer", "junk"), GW_JSEP_UNEXPECTED); /* an update that cannot be applied */
    assert_true(gw_link_is_up(l));
    gw_link_close(l, "bye");
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_WRONG_STATE);
    assert_int_equal(answer(l), GW_ESTATE);
    assert_int_equal(offer(l, false), GW_ESTATE);
    gw_link_free(l);
    fake_stop();
}

static void tells_whether_it_is_an_update(void **state)
{
    struct gw_jsep j = {.type = "offer", .sdp = PUBLISH, .e2ee = true};
    struct gw_link *l;
    bool update = true;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(gw_link_jsep(l, &j, &update, NULL, 0), GW_JSEP_OK);
    assert_false(update);
    assert_true(gw_link_e2ee(l));
    gw_link_free(l);
    l = publisher_make(2, 0);
    assert_int_equal(gw_link_jsep(l, &j, &update, NULL, 0), GW_JSEP_OK);
    assert_true(update);
    gw_link_free(l);
    fake_stop();
}

/* --- candidates --------------------------------------------------------------------------------------------------- */

static void candidates_wait_for_their_description(void **state)
{
    struct gw_link *l;
    struct gw_order o;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(gw_link_trickle(l, "v", 0, "candidate:old"), GW_TRICKLE_QUEUED);
    fake.now_us += 46000000; /* too old by the time it could be used */
    assert_int_equal(gw_link_trickle(l, "v", 0, "candidate:a"), GW_TRICKLE_QUEUED);
    assert_int_equal(gw_link_trickle(l, "other", 1, "candidate:b"), GW_TRICKLE_QUEUED);
    assert_int_equal(gw_link_trickle(l, "v", -1, ""), GW_TRICKLE_QUEUED);
    assert_int_equal(gw_link_trickle(l, NULL, -1, NULL), GW_TRICKLE_QUEUED);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(gw_link_trickle(l, NULL, 0, "candidate:c"), GW_TRICKLE_QUEUED); /* while it is being handled */
    assert_int_equal(fake.n, 0);
    assert_int_equal(answer(l), 0);
    order_done(GW_ORDER_PEER_NEW);
    order_done(GW_ORDER_PEER_MEDIA);
    order_done(GW_ORDER_PEER_REMOTE);
    o = order_take(GW_ORDER_PEER_CANDIDATE);
    assert_string_equal(o.u.text, "candidate:a");
    gw_order_drop(&o);
    o = order_take(GW_ORDER_PEER_CANDIDATE);
    assert_null(o.u.text);
    o = order_take(GW_ORDER_PEER_CANDIDATE);
    assert_string_equal(o.u.text, "candidate:c");
    gw_order_drop(&o);
    assert_int_equal(fake.n, 0);
    gw_link_free(l);
    fake_stop();
}

static void candidates_of_a_negotiated_peer(void **state)
{
    char long_text[600];
    struct gw_link *l;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    assert_int_equal(gw_link_trickle(l, "v", 0, "candidate:a"), GW_TRICKLE_OK);
    order_done(GW_ORDER_PEER_CANDIDATE);
    assert_int_equal(gw_link_trickle(l, "v", -1, "candidate:a"), GW_TRICKLE_OK);
    order_done(GW_ORDER_PEER_CANDIDATE);
    assert_int_equal(gw_link_trickle(l, NULL, -1, NULL), GW_TRICKLE_OK);
    order_done(GW_ORDER_PEER_CANDIDATE);
    memset(long_text, 'x', sizeof(long_text));
    long_text[599] = '\0';
    assert_int_equal(gw_link_trickle(l, "v", 1, "candidate:a"), GW_TRICKLE_OK);
    assert_int_equal(gw_link_trickle(l, "w", 0, "candidate:a"), GW_TRICKLE_OK);
    assert_int_equal(gw_link_trickle(l, "v", 0, ""), GW_TRICKLE_OK);
    assert_int_equal(gw_link_trickle(l, "v", 0, "a=end-of-candidates"), GW_TRICKLE_OK);
    assert_int_equal(gw_link_trickle(l, "v", 0, long_text), GW_TRICKLE_OK);
    assert_int_equal(fake.n, 0); /* acknowledged and ignored */
    gw_link_close(l, NULL);
    assert_int_equal(gw_link_trickle(l, "v", 0, "candidate:a"), GW_TRICKLE_CLOSING);
    gw_link_free(l);
    fake_stop();
}

static void only_so_many_candidates_wait(void **state)
{
    struct gw_link *l;
    unsigned n = 0;

    fake_start(1, 0, false);
    l = link_make(1);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(gw_link_trickle(l, "v", 0, "candidate:a"), GW_TRICKLE_QUEUED);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    for (unsigned i = 0; i < fake.n; i++)
        n += fake.orders[i].tag == GW_ORDER_PEER_CANDIDATE;
    assert_int_equal(n, 128);
    gw_link_free(l);
    fake_stop();
}

static void full_trickle(void **state)
{
    struct gw_link *l;
    gw_peer_id peer;

    fake_start(1, 0, true);
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    peer = peer_of(l);
    assert_true(order_take(GW_ORDER_PEER_NEW).u.peer_new.full_trickle);
    news_text(GW_NEWS_CANDIDATE, peer, "1 1 udp"); /* will be told with the rest */
    assert_events("");
    news_gathered(peer, "x4Qd");
    assert_events("1:answer 1:trickle(v,1 1) 1:trickle(v,end)");
    assert_lacks(fake.sdp, "candidate");
    news_text(GW_NEWS_CANDIDATE, peer, "2 1 udp"); /* a late one */
    assert_events("1:trickle(v,2 1)");
    gw_link_free(l);
    fake_stop();
}

static void freed_while_it_trickles(void **state)
{
    struct gw_link *l;
    gw_peer_id peer;

    fake_start(1, 0, true);
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    peer = peer_of(l);
    fake.free_at = l;
    news_gathered(peer, "x4Qd");
    assert_events("1:answer");
    fake_stop();
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static void closes_in_two_steps(void **state)
{
    struct gw_link *l;
    struct gw_order o;
    gw_peer_id peer;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    peer = peer_of(l);
    gw_link_close(l, "Kicked");
    o = order_take(GW_ORDER_PEER_CLOSE);
    assert_string_equal(o.u.text, "Kicked");
    gw_order_drop(&o);
    assert_false(gw_link_is_up(l));
    gw_link_close(l, "Again"); /* once is enough */
    assert_int_equal(fake.n, 0);
    assert_events("");
    news_text(GW_NEWS_DOWN, peer, "Kicked");
    assert_events("1:down(Kicked)");
    assert_int_equal(gw_links_count(fake.ls), 1);
    news_simple(GW_NEWS_CLOSED, peer);
    assert_events("1:closed");
    assert_int_equal(gw_links_count(fake.ls), 0);
    assert_false(gw_link_exists(l));
    assert_null(gw_link_local_sdp(l));
    /* and it can begin anew, under another id */
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    assert_true(peer_of(l) != peer);
    order_done(GW_ORDER_PEER_NEW);
    news_gathered(peer, "late"); /* of the old one: nobody's */
    assert_events("");
    gw_link_free(l);
    fake_stop();
}

static void dies_by_itself(void **state)
{
    struct gw_link *l;
    gw_peer_id peer;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    peer = peer_of(l);
    news_text(GW_NEWS_DOWN, peer, "ICE failed");
    assert_events("1:down(ICE failed)");
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_WRONG_STATE);
    gw_link_close(l, "Too late");
    assert_int_equal(fake.n, 0);
    fake.free_at = l; /* the owner goes when it hears that */
    news_simple(GW_NEWS_CLOSED, peer);
    assert_events("1:closed");
    assert_int_equal(fake.n, 0);
    fake_stop();
}

static void freed_while_open(void **state)
{
    struct gw_link *l;
    struct gw_order o;
    gw_peer_id peer;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    peer = peer_of(l);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    order_done(GW_ORDER_PEER_MEDIA);
    gw_link_free(l); /* with something to tell */
    o = order_take(GW_ORDER_PEER_CLOSE);
    assert_null(o.u.text);
    gw_links_turn(fake.ls);
    news_simple(GW_NEWS_UP, peer);
    news_text(GW_NEWS_DOWN, peer, "x");
    assert_int_equal(gw_links_count(fake.ls), 1);
    news_simple(GW_NEWS_CLOSED, peer);
    assert_int_equal(gw_links_count(fake.ls), 0);
    assert_events("");
    fake_stop();
}

static void nothing_to_close(void **state)
{
    struct gw_link *l;
    cardea_sink first, second;

    fake_start(1, 0, false);
    l = link_make(1);
    gw_link_close(l, "x");
    assert_int_equal(place(l, "vp8", &first), 0);
    gw_link_close(l, "x"); /* placed only: no PeerConnection */
    gw_links_turn(fake.ls);
    assert_events("");
    assert_int_equal(place(l, "vp8", &second), 0);
    assert_true(first != second);
    gw_link_free(l);
    assert_int_equal(fake.n, 0);
    fake_stop();
}

/* --- other news and orders ---------------------------------------------------------------------------------------- */

static void up_is_told_once(void **state)
{
    struct gw_link *l;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    assert_true(gw_link_is_up(l));
    news_simple(GW_NEWS_UP, peer_of(l));
    assert_events("");
    gw_link_free(l);
    fake_stop();
}

/* Its worker did not know yet: what it tells of a connection that nobody heard of is told to nobody. */
static void closed_before_it_came_up(void **state)
{
    struct gw_link *l;
    gw_peer_id peer;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    peer = peer_of(l);
    news_gathered(peer, "x4Qd");
    gw_link_close(l, "x");
    fake.events[0] = '\0';
    news_simple(GW_NEWS_UP, peer);
    news(&(struct gw_news){.tag = GW_NEWS_MEDIA, .track = gw_track_make(peer, 0), .u.media = {.receiving = true}});
    news(&(struct gw_news){.tag = GW_NEWS_SLOW_LINK, .track = gw_track_make(peer, 0), .u.slow = {true, 9}});
    assert_events("");
    gw_link_free(l);
    fake_stop();
}

static void on_tap_gone(void *tap, cardea_source source)
{
    note(tap, "tap_gone(%u)", gw_track_mindex(source));
}

static const struct cardea_tap tap = {.gone = on_tap_gone};

static void what_the_worker_tells(void **state)
{
    struct gw_link *l;
    struct gw_news n = {.tag = GW_NEWS_MEDIA};
    gw_track_id track;
    gw_peer_id peer;

    fake_start(1, 0, false);
    l = publisher_make(7, 0);
    peer = peer_of(l);
    track = gw_track_make(peer, 0);
    n.track = track; /* only the track says whose it is */
    n.u.media.receiving = true;
    n.u.media.substream = 2;
    n.u.media.seconds = 3;
    news(&n);
    news(&(struct gw_news){.tag = GW_NEWS_SLOW_LINK, .track = track, .u.slow = {true, 9}});
    news(&(struct gw_news){.tag = GW_NEWS_TALKING, .peer = peer, .track = track, .u.talking = {true, 40.0}});
    news(&(struct gw_news){.tag = GW_NEWS_TAP_GONE, .track = track, .u.tap = {&tap, (void *)5}});
    news(&(struct gw_news){.tag = GW_NEWS_QUERY, .peer = peer, .u.query = {11, strdup("{}")}});
    news(&(struct gw_news){.tag = GW_NEWS_ICE, .peer = peer, .u.number = GW_ICE_READY});
    news_text(GW_NEWS_SELECTED, peer, "x");
    n = (struct gw_news){.tag = GW_NEWS_DATA, .peer = peer};
    n.u.data = gw_data_blob_new("ab", "", true, "xyz", 3);
    news(&n);
    assert_events("7:media(v,1,2,3) 7:slow(v,1,9) 7:talking(0,1,40) 5:tap_gone(0) 7:query(11,{}) 7:ice(4) "
                  "7:data(ab,,1,xyz)");
    news(&(struct gw_news){.tag = GW_NEWS_MEDIA, .track = gw_track_make(peer, 9)}); /* no such m-line */
    assert_events("");
    gw_link_free(l);
    fake_stop();
}

static void orders_for_the_whole_peer(void **state)
{
    const struct cardea_message msg = {"lab", "pro", false, (const uint8_t *)"hello", 5};
    struct cardea_message big = msg;
    struct gw_link *l;
    struct gw_order o;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(gw_link_bitrate(l, 5000), 0); /* before there is a peer: told when there is */
    assert_int_equal(gw_link_data_tap(l, true), 0);
    assert_int_equal(gw_link_send_data(l, &msg), GW_ENOENT);
    assert_int_equal(gw_link_query(l, 3), GW_ENOENT);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    order_done(GW_ORDER_PEER_NEW);
    assert_int_equal(order_take(GW_ORDER_BITRATE).u.number, 5000);
    assert_int_equal(order_take(GW_ORDER_DATA_TAP).u.number, 1);
    orders_clear();
    assert_int_equal(gw_link_send_data(l, &msg), 0);
    o = order_take(GW_ORDER_DATA);
    assert_int_equal(o.u.data->len, 5);
    assert_memory_equal(o.u.data->bytes, "lab\0pro\0hello", 13);
    gw_order_drop(&o);
    big.len = 0;
    assert_int_equal(gw_link_send_data(l, &big), 0);
    big.len = 256 * 1024 + 1;
    assert_int_equal(gw_link_send_data(l, &big), GW_ELIMIT);
    assert_int_equal(gw_link_query(l, 3), 0);
    assert_int_equal(order_take(GW_ORDER_QUERY).u.number, 3);
    assert_int_equal(fake.n, 0);
    gw_link_free(l);
    fake_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_an_offer),
        cmocka_unit_test(sdp_says_that_candidates_are_complete),
        cmocka_unit_test(renegotiates_at_the_end_of_the_turn),
        cmocka_unit_test(restarts_ice_for_the_peer),
        cmocka_unit_test(an_ignored_offer_leaves_nothing),
        cmocka_unit_test(offers_and_takes_an_answer),
        cmocka_unit_test(on_the_worker_that_was_asked_for),
        cmocka_unit_test(an_answer_waits_for_turn_servers),
        cmocka_unit_test(an_offer_waits_for_turn_servers),
        cmocka_unit_test(nobody_waits_for_turn_servers_to_close),
        cmocka_unit_test(restarts_ice_by_itself),
        cmocka_unit_test(codes_of_failures),
        cmocka_unit_test(tells_whether_it_is_an_update),
        cmocka_unit_test(candidates_wait_for_their_description),
        cmocka_unit_test(candidates_of_a_negotiated_peer),
        cmocka_unit_test(only_so_many_candidates_wait),
        cmocka_unit_test(full_trickle),
        cmocka_unit_test(freed_while_it_trickles),
        cmocka_unit_test(closes_in_two_steps),
        cmocka_unit_test(dies_by_itself),
        cmocka_unit_test(freed_while_open),
        cmocka_unit_test(nothing_to_close),
        cmocka_unit_test(up_is_told_once),
        cmocka_unit_test(closed_before_it_came_up),
        cmocka_unit_test(what_the_worker_tells),
        cmocka_unit_test(orders_for_the_whole_peer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
