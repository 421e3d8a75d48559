/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_worker.h"

static unsigned worker_of(struct gw_link *l)
{
    return gw_peer_worker(peer_of(l));
}

static void close_and_forget(struct gw_link *l)
{
    gw_peer_id peer = peer_of(l);

    gw_link_free(l);
    news_simple(GW_NEWS_CLOSED, peer);
    orders_clear();
}

static void spreads_over_workers(void **state)
{
    struct gw_link *l[6];
    unsigned on[3] = {0};

    fake_start(3, 0, false);
    for (int i = 0; i < 6; i++) {
        l[i] = publisher_make(i, 0);
        on[worker_of(l[i])]++;
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(on[i], 2);
    assert_int_equal(gw_links_count(fake.ls), 6);
    for (int i = 0; i < 6; i++)
        close_and_forget(l[i]);
    fake_stop();
}

static void groups_stay_together_while_they_fit(void **state)
{
    struct gw_link *room[5], *other;

    fake_start(2, 3, false);
    for (int i = 0; i < 3; i++)
        room[i] = publisher_make(i, 77);
    assert_int_equal(worker_of(room[1]), worker_of(room[0]));
    assert_int_equal(worker_of(room[2]), worker_of(room[0]));
    other = publisher_make(9, 78);
    assert_int_not_equal(worker_of(other), worker_of(room[0]));
    room[3] = publisher_make(3, 77); /* spills over */
    assert_int_not_equal(worker_of(room[3]), worker_of(room[0]));
    close_and_forget(room[2]);
    room[2] = publisher_make(2, 77); /* there is room at home again */
    assert_int_equal(worker_of(room[2]), worker_of(room[0]));
    room[4] = publisher_make(4, 77);
    assert_int_equal(worker_of(room[4]), worker_of(room[3]));
    for (int i = 0; i < 5; i++)
        close_and_forget(room[i]);
    close_and_forget(other);
    assert_int_equal(gw_links_count(fake.ls), 0);
    fake_stop();
}

static void who_has_enough_to_do_gets_nobody(void **state)
{
    struct gw_link *room[3];

    fake_start(2, 0, false);
    room[0] = publisher_make(0, 77);
    gw_links_avoid(fake.ls, 1u << worker_of(room[0]));
    room[1] = publisher_make(1, 77); /* elsewhere, although there is room at home */
    assert_int_not_equal(worker_of(room[1]), worker_of(room[0]));
    room[2] = publisher_make(2, 0);
    assert_int_equal(worker_of(room[2]), worker_of(room[1]));
    close_and_forget(room[2]);
    gw_links_avoid(fake.ls, 3);
    room[2] = publisher_make(2, 0); /* all have: somebody has to take it */
    for (int i = 0; i < 3; i++)
        close_and_forget(room[i]);
    fake_stop();
}

static void large_groups_are_spread_from_the_first_on(void **state)
{
    struct gw_link *room[4];

    fake_start(2, 3, false);
    gw_links_expect(fake.ls, 77, 4);
    for (int i = 0; i < 4; i++)
        room[i] = publisher_make(i, 77);
    assert_int_not_equal(worker_of(room[1]), worker_of(room[0]));
    assert_int_equal(worker_of(room[2]), worker_of(room[0]));
    assert_int_equal(worker_of(room[3]), worker_of(room[1]));
    for (int i = 0; i < 4; i++)
        close_and_forget(room[i]);
    gw_links_expect(fake.ls, 77, 3); /* fits */
    room[0] = publisher_make(0, 77);
    room[1] = publisher_make(1, 77);
    assert_int_equal(worker_of(room[1]), worker_of(room[0]));
    gw_links_expect(fake.ls, 77, 0);
    close_and_forget(room[0]);
    close_and_forget(room[1]);
    fake_stop();
}

static void ids_are_never_used_again(void **state)
{
    gw_peer_id seen[20];

    fake_start(1, 0, false);
    for (int i = 0; i < 20; i++) {
        struct gw_link *l = publisher_make(1, 0);

        seen[i] = peer_of(l);
        assert_true(gw_links_find(fake.ls, seen[i]) == l);
        for (int k = 0; k < i; k++)
            assert_true(seen[k] != seen[i]);
        close_and_forget(l);
        assert_null(gw_links_find(fake.ls, seen[i]));
    }
    fake_stop();
}

static void full_mailboxes_are_tried_again_in_order(void **state)
{
    struct gw_link *l;

    fake_start(1, 0, false);
    l = link_make(1);
    fake.full = true;
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    assert_int_equal(fake.n, 0);
    assert_true(gw_links_turn(fake.ls)); /* something is left */
    fake.full = false;
    gw_link_bitrate(l, 1); /* must not overtake */
    assert_int_equal(fake.n, 0);
    assert_false(gw_links_turn(fake.ls));
    order_done(GW_ORDER_PEER_NEW);
    order_done(GW_ORDER_PEER_MEDIA);
    order_done(GW_ORDER_PEER_REMOTE);
    order_done(GW_ORDER_BITRATE);
    assert_int_equal(gw_links_dropped(fake.ls), 0);
    gw_link_free(l);
    fake_stop();
}

static void the_backlog_is_bounded(void **state)
{
    const struct cardea_message msg = {"", "", false, (const uint8_t *)"x", 1};
    struct gw_link *l;
    int err = 0, sent = 0;

    fake_start(1, 0, false);
    l = publisher_make(1, 0);
    fake.full = true;
    while (!(err = gw_link_send_data(l, &msg)))
        assert_true(++sent < 100000);
    assert_int_equal(err, GW_ELIMIT);
    assert_int_equal(gw_links_dropped(fake.ls), 1);
    gw_link_free(l); /* an end is never lost */
    assert_int_equal(gw_links_dropped(fake.ls), 1);
    fake.full = false;
    while (gw_links_turn(fake.ls)) {
        if (fake.n == MAX_ORDERS && fake.orders[0].tag == GW_ORDER_DATA)
            orders_clear();
    }
    assert_int_equal(fake.orders[fake.n - 1].tag, GW_ORDER_PEER_CLOSE);
    fake_stop();
}

static void undelivered_orders_are_freed(void **state)
{
    struct gw_link *l;

    fake_start(2, 0, false);
    l = link_make(1);
    fake.full = true;
    assert_int_equal(jsep(l, "offer", PUBLISH), GW_JSEP_OK);
    assert_int_equal(answer(l), 0);
    gw_link_free(l);
    fake_stop(); /* the leak checker looks */
}

static void refuses_impossible_settings(void **state)
{
    struct gw_links_conf conf = {.workers = 0};
    struct gw_links *ls;

    assert_int_equal(gw_links_new(&ls, &conf), GW_EINVAL);
    conf.workers = GW_MAX_WORKERS + 1;
    assert_int_equal(gw_links_new(&ls, &conf), GW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreads_over_workers),
        cmocka_unit_test(groups_stay_together_while_they_fit),
        cmocka_unit_test(who_has_enough_to_do_gets_nobody),
        cmocka_unit_test(large_groups_are_spread_from_the_first_on),
        cmocka_unit_test(ids_are_never_used_again),
        cmocka_unit_test(full_mailboxes_are_tried_again_in_order),
        cmocka_unit_test(the_backlog_is_bounded),
        cmocka_unit_test(undelivered_orders_are_freed),
        cmocka_unit_test(refuses_impossible_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
