/* SPDX-License-Identifier: Apache-2.0 */
/* What waits to be sent: bounded, in order, several at once where that is wanted; and which addresses are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "events/inside.h"

static unsigned woken, changes;

static void wake(void *state)
{
    woken++;
}

static void changed(void *state)
{
    changes++;
}

static const struct gw_way nowhere = {.wake = wake, .changed = changed};
static struct gw_deliverer d;

static int set_up(void **state)
{
    woken = changes = 0;
    memset(&d, 0, sizeof(d));
    d.by = GW_BY_WEBHOOK;
    d.way = &nowhere;
    d.most_waiting = 3;
    g_mutex_init(&d.lock);
    g_queue_init(&d.waiting);
    return 0;
}

static int tear_down(void **state)
{
    g_queue_clear_full(&d.waiting, g_free);
    g_mutex_clear(&d.lock);
    g_free(d.backend);
    g_free(d.user);
    g_free(d.password);
    g_free(d.subprotocol);
    return 0;
}

static void next_is(const char *text, unsigned events)
{
    unsigned n = 99;
    char *got = gw_deliverer_next(&d, &n);

    if (text)
        assert_string_equal(got, text);
    else
        assert_null(got);
    assert_int_equal(n, events);
    g_free(got);
}

static void the_oldest_goes_first_and_falls_out_first(void **state)
{
    static const char *const events[] = {"1", "2", "3", "4", "5"};

    next_is(NULL, 0);
    for (unsigned i = 0; i < 5; i++)
        gw_deliverer_take(&d, events[i]);
    assert_int_equal(woken, 5);
    assert_int_equal(gw_deliverer_stats(&d)->events, 5);
    assert_int_equal(gw_deliverer_stats(&d)->dropped, 2);
    next_is("3", 1);
    next_is("4", 1);
    next_is("5", 1);
    next_is(NULL, 0);
}

static void a_group_is_an_array(void **state)
{
    d.grouping = true;
    gw_deliverer_take(&d, "{\"a\":1}");
    next_is("[{\"a\":1}]", 1);
    gw_deliverer_take(&d, "1");
    gw_deliverer_take(&d, "2");
    next_is("[1,2]", 2);
    next_is(NULL, 0);
    d.most_waiting = 1000;
    for (unsigned i = 0; i < GW_BATCH_MOST + 1; i++)
        gw_deliverer_take(&d, "0");
    for (unsigned i = 0; i < 2; i++) {
        unsigned n;

        g_free(gw_deliverer_next(&d, &n));
        assert_int_equal(n, i ? 1 : GW_BATCH_MOST);
    }
}

static void what_is_endless_is_dropped(void **state)
{
    char *text = g_strnfill((1 << 20) + 1, 'x');

    gw_deliverer_take(&d, text);
    assert_int_equal(gw_deliverer_stats(&d)->dropped, 1);
    assert_int_equal(woken, 0);
    next_is(NULL, 0);
    text[1 << 20] = '\0'; /* the longest there may be */
    gw_deliverer_take(&d, text);
    assert_int_equal(d.waiting.length, 1);
    g_free(text);
}

static void a_change_is_taken_whole_or_not_at_all(void **state)
{
    struct gw_delivery_conf c = {
        .backend = "https://example.org/hook", .user = "u", .grouping = true, .most_waiting = 0, .backoff_ms = 0};
    char why[300] = "";

    assert_int_equal(gw_deliverer_change(&d, &c, why, sizeof(why)), 0);
    assert_string_equal(d.backend, "https://example.org/hook");
    assert_true(d.grouping && changes == 1);
    assert_int_equal(d.most_waiting, 1); /* none at all would lose everything */
    assert_int_equal(d.backoff_ms, 1);
    c = (struct gw_delivery_conf){.backend = "example.org", .user = "other"};
    assert_int_equal(gw_deliverer_change(&d, &c, why, sizeof(why)), GW_EINVAL);
    assert_non_null(strstr(why, "\"example.org\""));
    assert_string_equal(d.backend, "https://example.org/hook");
    assert_string_equal(d.user, "u");
    assert_int_equal(changes, 1);
}

static void an_address_must_be_one_of_its_way(void **state)
{
    static const struct {
        enum gw_delivery by;
        const char *backend;
    } rows[] = {
        {GW_BY_WEBHOOK, NULL},           {GW_BY_WEBHOOK, ""},         {GW_BY_WEBHOOK, "ws://h/"},
        {GW_BY_WEBHOOK, "http:///path"}, {GW_BY_WEBHOOK, "file:///"}, {GW_BY_WEBHOOK, "http://[::1"},
        {GW_BY_WEBSOCKET, "http://h/"},  {GW_BY_WEBSOCKET, "ws://"},  {GW_BY_WEBSOCKET, "/path"},
    };
    struct gw_deliverer *out = NULL;
    char why[300];

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct gw_delivery_conf c = {.by = rows[i].by, .backend = rows[i].backend};

        why[0] = '\0';
        assert_int_equal(gw_deliverer_new(&out, &c, why, sizeof(why)), GW_EINVAL);
        assert_true(strstr(why, rows[i].by == GW_BY_WEBHOOK ? "http://host/path" : "ws://host/path") && !out);
    }
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(the_oldest_goes_first_and_falls_out_first),
        CASE(a_group_is_an_array),
        CASE(what_is_endless_is_dropped),
        CASE(a_change_is_taken_whole_or_not_at_all),
        CASE(an_address_must_be_one_of_its_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
