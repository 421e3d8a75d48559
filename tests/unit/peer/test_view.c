/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/view.h"

#include "fake_worker.h"

static struct gw_link_view view;

static void look(const struct gw_link *l)
{
    gw_link_view(l, &view);
}

static void our_offer_and_a_restart(void **state)
{
    struct gw_link *l;
    struct gw_link_msid names;
    cardea_sink sink;

    fake_start(1, 0, true);
    l = link_make(1);
    look(l);
    assert_false(view.offered || view.answered || view.negotiated || view.trickles || view.in_step);
    assert_false(gw_link_msid(l, 0, &names));
    assert_int_equal(place(l, "vp8", &sink), 0);
    assert_int_equal(offer(l, false), 0);
    look(l);
    assert_true(view.offered && !view.answered && !view.negotiated && !view.restarting);
    news_gathered(gw_track_peer(sink), "old1");
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_OK);
    look(l);
    assert_true(view.answered && view.negotiated && view.trickles && view.in_step && !view.all_trickles);
    assert_false(view.sctp_port);
    assert_int_equal(gw_link_trickle(l, NULL, -1, NULL), GW_TRICKLE_OK);
    look(l);
    assert_true(view.all_trickles);
    assert_true(gw_link_msid(l, 0, &names));
    assert_string_equal(names.local_stream, "janus");
    assert_null(names.remote_stream);

    assert_int_equal(offer(l, true), 0);
    look(l);
    assert_true(view.restarting && view.resends && !view.all_trickles && !view.negotiated && view.answered);
    orders_clear();
    gw_links_turn(fake.ls);
    news_gathered(gw_track_peer(sink), "new1");
    look(l);
    assert_true(view.restarting); /* not agreed yet */
    assert_int_equal(jsep(l, "answer", SUBSCRIBE), GW_JSEP_OK);
    look(l);
    assert_false(view.restarting || view.resends);
    gw_link_free(l);
    fake_stop();
}

static void candidates_wait(void **state)
{
    struct gw_link *l;

    fake_start(1, 0, false);
    l = link_make(1);
    assert_int_equal(gw_link_trickle(l, "0", 0, "candidate:1 1 udp 1 192.0.2.1 9 typ host"), GW_TRICKLE_QUEUED);
    look(l);
    assert_int_equal(view.waiting, 1);
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    look(l);
    assert_int_equal(view.waiting, 0);
    assert_true(view.offered && view.answered);
    gw_link_free(l);
    fake_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_offer_and_a_restart),
        cmocka_unit_test(candidates_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
