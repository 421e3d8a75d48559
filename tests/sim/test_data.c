/* SPDX-License-Identifier: Apache-2.0 */
/* Data channels: to the control thread, from it, and from peer to peer, on one worker and across two. */
#include "sim/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sim_world *w;
static struct sim_client *a, *b;

static int tear_down(void **state)
{
    sim_world_free(w);
    return 0;
}

static struct sim_client *with_data(unsigned worker, bool dtls_client)
{
    struct sim_client *c = sim_client_new(w, worker, dtls_client);
    struct gw_mline m = sim_data(0);

    sim_client_media(c, &m, 1);
    sim_client_connect(c);
    return c;
}

static void open_pair(unsigned other_worker)
{
    w = sim_world_new(3);
    a = with_data(0, true);
    b = with_data(other_worker, false);
    sim_run_ms(w, 1500);
    assert_true(a->connected && b->connected);
    assert_true(a->sctp_up && b->sctp_up);
}

static void say(struct sim_client *c, const char *label, const char *text)
{
    struct gw_sctp_message m = {.label = label, .protocol = "", .data = (const uint8_t *)text, .len = strlen(text)};

    assert_int_equal(gw_sctp_send(c->sctp, &m), 0);
}

static void order_number(struct sim_client *c, enum gw_order_tag tag, int64_t number)
{
    struct gw_order o = {.tag = tag, .peer = c->id, .u.number = number};

    sim_order(w, c->worker, &o);
}

static void a_tap_tells_the_control_thread(void **state)
{
    const struct gw_news *n;

    open_pair(0);
    order_number(a, GW_ORDER_DATA_TAP, 1);
    say(a, "chat", "hello");
    say(b, "chat", "nobody hears this");
    sim_run_ms(w, 500);
    assert_int_equal(sim_count_news(w, GW_NEWS_DATA, 0, 0), 1);
    n = sim_news(w, GW_NEWS_DATA, a->id, 0);
    assert_non_null(n);
    assert_false(n->u.data->binary);
    assert_string_equal(n->u.data->bytes, "chat");
    assert_int_equal(n->u.data->len, 5);
    assert_memory_equal(n->u.data->bytes + 4 + 1 + 1, "hello", 5);
    order_number(a, GW_ORDER_QUERY, 1);
    sim_run_ms(w, 0);
    n = sim_news(w, GW_NEWS_QUERY, a->id, 0);
    assert_non_null(n);
    assert_non_null(strstr(n->u.query.json, "\"stats\":{\"in\":{\"packets\":1,\"bytes\":5},\"out\":{\"packets\":0,"));
}

static void send_order(struct sim_client *c, const char *label, const char *text)
{
    struct gw_order o = {.tag = GW_ORDER_DATA, .peer = c->id};

    o.u.data = gw_data_blob_new(label, "", false, text, strlen(text));
    sim_order(w, c->worker, &o);
}

static void orders_are_sent_on_the_channel_of_their_label(void **state)
{
    open_pair(0);
    send_order(b, "from-the-room", "good morning");
    sim_run_ms(w, 500);
    assert_int_equal(b->messages, 1);
    assert_string_equal(b->label, "from-the-room");
    assert_string_equal(b->text, "good morning");
    assert_false(b->text_binary);
}

static void what_is_sent_before_the_association_is_up_waits(void **state)
{
    w = sim_world_new(3);
    b = with_data(0, true);
    while (!sim_news(w, GW_NEWS_UP, 0, 0))
        sim_run_ms(w, 1);
    assert_false(b->sctp_up);
    send_order(b, "early", "bird");
    sim_run_ms(w, 1500);
    assert_int_equal(b->messages, 1);
    assert_string_equal(b->text, "bird");
}

static void link_data(const char *label)
{
    struct gw_order o = {.tag = GW_ORDER_LISTEN, .track = sim_track(b, 0), .other = sim_track(a, 0)};

    o.u.text = label ? strdup(label) : NULL;
    sim_order(w, b->worker, &o);
}

static void a_link_carries_messages(unsigned worker)
{
    open_pair(worker);
    link_data("1234");
    sim_run_ms(w, 100);
    say(a, "mine", "over there");
    sim_run_ms(w, 500);
    assert_int_equal(b->messages, 1);
    assert_string_equal(b->label, "1234");
    assert_string_equal(b->text, "over there");
    link_data(NULL);
    sim_run_ms(w, 100);
    say(a, "mine", "again");
    sim_run_ms(w, 500);
    assert_int_equal(b->messages, 2);
    assert_string_equal(b->label, "mine");
    sim_order(w, worker,
              &(struct gw_order){.tag = GW_ORDER_UNLISTEN, .track = sim_track(b, 0), .other = sim_track(a, 0)});
    sim_run_ms(w, 100);
    say(a, "mine", "too late");
    sim_run_ms(w, 500);
    assert_int_equal(b->messages, 2);
}

static void a_link_on_one_worker(void **state)
{
    a_link_carries_messages(0);
}

static void a_link_across_workers(void **state)
{
    a_link_carries_messages(1);
}

static void two_publishers_have_a_channel_each(void **state)
{
    struct sim_client *c;

    open_pair(0);
    c = with_data(1, true);
    sim_run_ms(w, 1500);
    assert_true(c->sctp_up);
    link_data("ada");
    sim_order(w, b->worker,
              &(struct gw_order){
                  .tag = GW_ORDER_LISTEN, .track = sim_track(b, 0), .other = sim_track(c, 0), .u.text = strdup("cem")});
    sim_run_ms(w, 100);
    say(a, "chat", "from ada");
    sim_run_ms(w, 300);
    assert_string_equal(b->label, "ada");
    say(c, "chat", "from cem");
    sim_run_ms(w, 300);
    assert_string_equal(b->label, "cem");
    assert_string_equal(b->text, "from cem");
    sim_order(w, b->worker,
              &(struct gw_order){.tag = GW_ORDER_UNLISTEN, .track = sim_track(b, 0), .other = sim_track(a, 0)});
    sim_run_ms(w, 100);
    say(a, "chat", "not any more");
    say(c, "chat", "still here");
    sim_run_ms(w, 300);
    assert_int_equal(b->messages, 3);
    assert_string_equal(b->text, "still here");
}

static void a_paused_sink_hears_nothing(void **state)
{
    struct gw_order pause = {.tag = GW_ORDER_ADJUST};

    open_pair(0);
    link_data("ada");
    pause.track = sim_track(b, 0);
    pause.u.link.paused = true;
    sim_order(w, b->worker, &pause);
    say(a, "chat", "nobody listens");
    sim_run_ms(w, 300);
    assert_int_equal(b->messages, 0);
    pause.u.link.paused = false;
    sim_order(w, b->worker, &pause);
    say(a, "chat", "now they do");
    sim_run_ms(w, 300);
    assert_int_equal(b->messages, 1);
}

static void a_lossy_path_loses_no_message(void **state)
{
    open_pair(0);
    link_data("x");
    a->up.loss = b->down.loss = b->up.loss = a->down.loss = 0.1;
    for (unsigned i = 0; i < 50; i++) {
        say(a, "mine", "one of fifty");
        sim_run_ms(w, 20);
    }
    sim_run_ms(w, 1000);
    /* usrsctp's own timers run on real time: finish over a clean path, driven by what is sent */
    a->up.loss = b->down.loss = b->up.loss = a->down.loss = 0;
    for (unsigned i = 0; i < 200 && b->messages < 50; i++) {
        g_usleep(20000);
        sim_run_ms(w, 20);
    }
    assert_int_equal(b->messages, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_tap_tells_the_control_thread, tear_down),
        cmocka_unit_test_teardown(orders_are_sent_on_the_channel_of_their_label, tear_down),
        cmocka_unit_test_teardown(what_is_sent_before_the_association_is_up_waits, tear_down),
        cmocka_unit_test_teardown(a_link_on_one_worker, tear_down),
        cmocka_unit_test_teardown(a_link_across_workers, tear_down),
        cmocka_unit_test_teardown(two_publishers_have_a_channel_each, tear_down),
        cmocka_unit_test_teardown(a_paused_sink_hears_nothing, tear_down),
        cmocka_unit_test_teardown(a_lossy_path_loses_no_message, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
