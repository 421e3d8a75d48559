/* SPDX-License-Identifier: Apache-2.0 */
/* How connections begin and end, and what the control thread hears of it. */
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

static void assert_dead(gw_peer_id id, const char *reason)
{
    const struct gw_news *down = sim_news(r.world, GW_NEWS_DOWN, id, 0), *last = NULL;

    if (reason) {
        assert_non_null(down);
        assert_string_equal(down->u.text, reason);
    } else {
        assert_null(down);
    }
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, id, 0), 1);
    for (const GList *l = r.world->news.head; l; l = l->next)
        if (((const struct gw_news *)l->data)->peer == id)
            last = l->data;
    assert_int_equal(last->tag, GW_NEWS_CLOSED); /* the last word */
}

static void news_come_in_order(void **state)
{
    static const enum gw_news_tag order[] = {GW_NEWS_GATHERED, GW_NEWS_ICE, GW_NEWS_SELECTED,
                                             GW_NEWS_DTLS,     GW_NEWS_UP,  GW_NEWS_MEDIA};
    unsigned at = 0;

    room_open(&r, &(struct room_conf){.subscribers = 0});
    sim_run_ms(r.world, 100);
    for (const GList *l = r.world->news.head; l && at < 6; l = l->next)
        at += ((const struct gw_news *)l->data)->tag == order[at];
    assert_int_equal(at, 6);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_UP, r.publisher->id, 0), 1);
}

/* A flight that is lost is sent again, and who watches is told how often that was. */
static void a_handshake_says_what_was_lost(void **state)
{
    struct sim_client *c;
    const struct gw_news *n;

    room_open(&r, &(struct room_conf){.subscribers = 0});
    n = sim_news(r.world, GW_NEWS_DTLS, r.publisher->id, 0);
    assert_int_equal(n->u.dtls.state, GW_DTLS_CONNECTED);
    assert_int_equal(n->u.dtls.retransmissions, 0);
    c = sim_client_new(r.world, 0, true);
    sim_client_connect(c);
    c->down.loss = 1;
    sim_run_ms(r.world, 300);
    n = sim_news(r.world, GW_NEWS_DTLS, c->id, 0);
    assert_int_equal(n->u.dtls.state, GW_DTLS_TRYING);
    assert_int_equal(n->u.dtls.retransmissions, 0);
    c->down.loss = 0;
    sim_run_ms(r.world, 5000);
    n = sim_news(r.world, GW_NEWS_DTLS, c->id, 0);
    assert_int_equal(n->u.dtls.state, GW_DTLS_CONNECTED);
    assert_true(n->u.dtls.retransmissions >= 1);
}

/* What handle_info is made of. */
static void tells_an_operator(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_QUERY, .u.number = 7};
    const struct gw_news *told;

    room_open(&r, &(struct room_conf){.subscribers = 0});
    sim_run_ms(r.world, 100);
    o.peer = r.publisher->id;
    sim_order(r.world, r.publisher->worker, &o);
    sim_run_ms(r.world, 0);
    told = sim_news(r.world, GW_NEWS_QUERY, r.publisher->id, 0);
    assert_non_null(told);
    assert_int_equal(told->u.query.ticket, 7);
    assert_non_null(strstr(told->u.query.json, "{\"agent\":{\"agent-created\":"));
    assert_non_null(strstr(told->u.query.json, ",\"agent-started\":"));
    assert_non_null(strstr(told->u.query.json, "\"ice-mode\":\"lite\",\"ice-role\":\"controlled\""));
    assert_non_null(strstr(told->u.query.json, "\"dtls-state\":\"connected\""));
}

static void close_peer(struct sim_client *c, const char *reason)
{
    struct gw_order o = {.tag = GW_ORDER_PEER_CLOSE, .peer = c->id};

    o.u.text = reason ? strdup(reason) : NULL;
    sim_order(r.world, c->worker, &o);
    sim_run_ms(r.world, 0);
    c->ice = NULL;
}

static void a_publisher_that_is_closed_leaves_its_subscribers_in_peace(void **state)
{
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 2});
    sim_run_ms(r.world, 1000);
    close_peer(r.publisher, "Janus API");
    assert_dead(r.publisher->id, "Janus API");
    sim_run_ms(r.world, 100);
    assert_string_equal(r.publisher->closed, "DTLS alert"); /* it was told goodbye */
    before = r.sub[0].video->packets;
    sim_run_ms(r.world, 2000);
    assert_int_equal(r.sub[0].video->packets, before);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, 0, 0), 1);
}

/* Where somebody collects figures, each connection gives its last ones before it ends, whoever ended it. */
static void last_figures(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_SETTINGS};
    const GList *figures = NULL, *down = NULL;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    o.u.settings = (struct gw_media_settings){
        .min_nack_queue_ms = 200, .no_media_s = 1, .twcc_period_ms = 200, .last_figures = true};
    sim_order(r.world, 0, &o);
    sim_run_ms(r.world, 6000);
    close_peer(r.sub[0].client, "Janus API");
    for (const GList *l = r.world->news.head; l; l = l->next) {
        const struct gw_news *n = l->data;

        if (n->peer == r.sub[0].client->id && n->tag == GW_NEWS_QUERY)
            figures = l;
        if (n->peer == r.sub[0].client->id && n->tag == GW_NEWS_DOWN)
            down = l;
    }
    assert_non_null(figures);
    assert_ptr_equal(figures->next, down);
    assert_int_equal(((const struct gw_news *)figures->data)->u.query.ticket, GW_QUERY_STATISTICS);
    assert_non_null(strstr(((const struct gw_news *)figures->data)->u.query.json, "\"rtt-values\":{\"ntp\":"));
}

static void closing_without_a_reason_is_silent(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 500);
    close_peer(r.sub[0].client, NULL);
    assert_dead(r.sub[0].client->id, NULL);
    sim_run_ms(r.world, 2000);
}

static void the_peer_says_goodbye(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 500);
    gw_dtls_close(r.publisher->dtls, r.world->now_us);
    r.publisher->deaf = true;
    sim_run_ms(r.world, 9);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, 0, 0), 0);
    sim_run_ms(r.world, 1);
    r.publisher->ice = NULL;
    assert_dead(r.publisher->id, "DTLS alert");
}

static void a_handshake_that_never_ends_times_out(void **state)
{
    struct sim_client *c;

    room_open(&r, &(struct room_conf){.subscribers = 0});
    c = sim_client_new(r.world, 0, true);
    c->up.loss = 1;
    sim_client_connect(c);
    sim_run_ms(r.world, 19000);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, c->id, 0), 0);
    c->deaf = true;
    sim_run_ms(r.world, 3000);
    c->ice = NULL;
    assert_dead(c->id, "DTLS timeout");
}

static void both_dtls_roles_work_over_a_lossy_path(void **state)
{
    struct sim_client *c[2];

    room_open(&r, &(struct room_conf){.subscribers = 0});
    for (unsigned i = 0; i < 2; i++) {
        c[i] = sim_client_new(r.world, 0, i);
        c[i]->up.loss = c[i]->down.loss = 0.2;
        sim_client_connect(c[i]);
    }
    sim_run_ms(r.world, 15000);
    assert_true(c[0]->connected && c[1]->connected);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_UP, 0, 0), 3);
}

static void a_wrong_fingerprint_is_refused(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_PEER_NEW};
    struct sim_client *c;
    struct gw_remote *remote;

    room_open(&r, &(struct room_conf){.subscribers = 0});
    c = sim_client_new(r.world, 0, true);
    close_peer(c, NULL);
    /* the same client, to a peer that expects another certificate */
    o.peer = c->id = gw_peer_make(++r.world->serial, 0);
    sim_order(r.world, 0, &o);
    remote = calloc(1, sizeof(*remote));
    strcpy(remote->ufrag, "wrong");
    strcpy(remote->pwd, "a-password-of-twenty-two-and-more");
    strcpy(remote->hash, "sha-256");
    strcpy(remote->fingerprint, "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
                                "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF");
    o.tag = GW_ORDER_PEER_REMOTE;
    o.u.remote = remote;
    sim_order(r.world, 0, &o);
    c->ice = sim_ice_of(r.world, c->id);
    sim_client_connect(c);
    sim_run_ms(r.world, 100);
    c->ice = NULL;
    assert_non_null(sim_news(r.world, GW_NEWS_DOWN, c->id, 0));
    assert_null(sim_news(r.world, GW_NEWS_UP, c->id, 0));
}

static void garbage_does_no_harm(void **state)
{
    struct gw_engine_stats stats;
    unsigned before;

    room_open(&r, &(struct room_conf){.subscribers = 1});
    sim_run_ms(r.world, 1000);
    before = r.sub[0].video->packets;
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t data[1500];
        size_t len = 1 + sim_random(r.world->net) % (i % 10 ? 100 : sizeof(data));

        for (size_t j = 0; j < len; j++)
            data[j] = (uint8_t)sim_random(r.world->net);
        data[0] = (uint8_t)(i % 3 ? 0x80 | (data[0] & 0x3f) : 20 + data[0] % 44); /* RTP, RTCP or DTLS */
        gw_ice_sim_deliver(r.publisher->ice, data, len, r.world->now_us);
        if (i % 100 == 0)
            sim_run_ms(r.world, 10);
    }
    gw_engine_get_stats(r.world->worker[0].engine, &stats);
    assert_true(stats.drops_srtp > 5000);
    assert_true(r.sub[0].video->packets > before + 150);
    assert_int_equal(sim_count_news(r.world, GW_NEWS_CLOSED, 0, 0), 0);
}

static void ice_state(struct sim_client *c, enum gw_ice_state state)
{
    gw_engine_ice_events()->state(gw_engine_find(r.world->worker[c->worker].engine, c->id), state, r.world->now_us);
}

static void a_failed_path_has_time_to_recover(void **state)
{
    struct gw_order done = {.tag = GW_ORDER_PEER_CANDIDATE};

    room_open(&r, &(struct room_conf){.subscribers = 1});
    ice_state(r.publisher, GW_ICE_FAILED);
    sim_run_ms(r.world, 10000);
    assert_null(sim_news(r.world, GW_NEWS_DOWN, 0, 0));
    ice_state(r.publisher, GW_ICE_CONNECTED);
    sim_run_ms(r.world, 20000);
    assert_null(sim_news(r.world, GW_NEWS_DOWN, 0, 0));
    /* once the peer has nothing more to offer, 5 s are enough */
    done.peer = r.publisher->id;
    sim_order(r.world, 0, &done);
    ice_state(r.publisher, GW_ICE_FAILED);
    sim_run_ms(r.world, 4400);
    assert_null(sim_news(r.world, GW_NEWS_DOWN, 0, 0));
    r.publisher->deaf = true;
    sim_run_ms(r.world, 1200);
    r.publisher->ice = NULL;
    assert_dead(r.publisher->id, "ICE failed");
}

static void a_path_that_stays_away_ends_the_connection(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 1});
    ice_state(r.publisher, GW_ICE_FAILED);
    sim_run_ms(r.world, 14000);
    assert_null(sim_news(r.world, GW_NEWS_DOWN, 0, 0));
    r.publisher->deaf = true;
    sim_run_ms(r.world, 1500);
    r.publisher->ice = NULL;
    assert_dead(r.publisher->id, "ICE failed");
}

static void the_end_of_the_engine_frees_everything(void **state)
{
    room_open(&r, &(struct room_conf){.subscribers = 4, .subscriber_worker = 1});
    sim_run_ms(r.world, 700);
    /* tear_down: the sanitizer counts */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(news_come_in_order, tear_down),
        cmocka_unit_test_teardown(a_handshake_says_what_was_lost, tear_down),
        cmocka_unit_test_teardown(tells_an_operator, tear_down),
        cmocka_unit_test_teardown(a_publisher_that_is_closed_leaves_its_subscribers_in_peace, tear_down),
        cmocka_unit_test_teardown(last_figures, tear_down),
        cmocka_unit_test_teardown(closing_without_a_reason_is_silent, tear_down),
        cmocka_unit_test_teardown(the_peer_says_goodbye, tear_down),
        cmocka_unit_test_teardown(a_handshake_that_never_ends_times_out, tear_down),
        cmocka_unit_test_teardown(both_dtls_roles_work_over_a_lossy_path, tear_down),
        cmocka_unit_test_teardown(a_wrong_fingerprint_is_refused, tear_down),
        cmocka_unit_test_teardown(garbage_does_no_harm, tear_down),
        cmocka_unit_test_teardown(a_failed_path_has_time_to_recover, tear_down),
        cmocka_unit_test_teardown(a_path_that_stays_away_ends_the_connection, tear_down),
        cmocka_unit_test_teardown(the_end_of_the_engine_frees_everything, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
