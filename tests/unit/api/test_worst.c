/* SPDX-License-Identifier: Apache-2.0 */
/* The connections that fare worst: when workers are asked, and who is first. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

#define S 1000000ll

static GHashTable *asked; /* peer → how often */

static void note(const struct gw_order *o)
{
    gint64 key = (gint64)o->peer, *kept;

    if (o->tag != GW_ORDER_STATES)
        return;
    kept = g_memdup2(&key, sizeof(key));
    g_hash_table_insert(asked, kept, GINT_TO_POINTER(GPOINTER_TO_INT(g_hash_table_lookup(asked, &key)) + 1));
}

/* So many connections that are up. */
static void begin(unsigned n)
{
    static const char *const settings[] = {"general.session_timeout",
                                           "0",
                                           "limits.handles_per_session",
                                           "100000",
                                           "limits.requests_per_session",
                                           "0",
                                           "limits.requests_per_address",
                                           "0",
                                           NULL};
    uint64_t session;

    asked = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    world_peers = 2 * n;
    world_begin(settings);
    session = world_session(WORLD_WS);
    for (unsigned i = 0; i < n; i++) {
        world_jsep(session, world_attach(WORLD_WS, session), "{\"request\":\"answer\"}", "offer", "chromium-data");
        world_news(GW_NEWS_UP, NULL);
        while (!world_quiet(WORLD_WS))
            json_decref(world_heard(WORLD_WS));
    }
    world.watch = note;
}

static void end(void)
{
    world_end();
    world_peers = 100;
    g_hash_table_destroy(asked);
}

static size_t shown(unsigned most)
{
    json_t *list = gw_api_worst(world.api, most);
    size_t n = json_array_size(list);

    json_decref(list);
    return n;
}

static unsigned questions(void)
{
    GHashTableIter it;
    gpointer n;
    unsigned sum = 0;

    g_hash_table_iter_init(&it, asked);
    while (g_hash_table_iter_next(&it, NULL, &n))
        sum += (unsigned)GPOINTER_TO_INT(n);
    return sum;
}

static void only_while_somebody_asks(void **state)
{
    begin(10);
    world_wait(30 * S);
    assert_int_equal(questions(), 0);
    assert_int_equal(shown(5), 0); /* from now on */
    world_wait(11 * S);
    assert_int_equal(g_hash_table_size(asked), 10);
    assert_in_range(questions(), 10, 12);
    world_wait(120 * S);
    g_hash_table_remove_all(asked);
    world_wait(30 * S);
    assert_int_equal(questions(), 0); /* nobody has looked for a minute */
    shown(5);
    world_wait(11 * S);
    assert_int_equal(g_hash_table_size(asked), 10);
    end();
}

/* More than can be asked in ten seconds: it takes longer, and nobody is left out. */
static void very_many_come_round(void **state)
{
    begin(2600);
    shown(5);
    world_wait(14 * S); /* 200 a second */
    assert_int_equal(g_hash_table_size(asked), 2600);
    assert_in_range(questions(), 2600, 14 * 200);
    end();
}

static void fare(struct gw_handle *h, struct gw_quality q)
{
    q.at_us = world.now_us;
    h->quality = q;
}

static void who_is_first(void **state)
{
    struct gw_handle *h[4];
    unsigned n = 0;
    GHashTableIter it;
    gpointer value;
    json_t *list, *first;

    begin(4);
    g_hash_table_iter_init(&it, world.api->handles.objects);
    while (g_hash_table_iter_next(&it, NULL, &value))
        h[n++] = value;
    fare(h[0], (struct gw_quality){.sinks = 2, .rtt_ms = 40});
    fare(h[1], (struct gw_quality){.sinks = 2, .loss = 0.1234, .rtt_ms = 50, .estimate_bps = 7, .sent_bps = 8});
    fare(h[2], (struct gw_quality){.sinks = 2, .waiting = 2});
    assert_int_equal(shown(9), 3); /* of the fourth nothing is known */
    list = gw_api_worst(world.api, 2);
    assert_int_equal(json_array_size(list), 2);
    first = json_array_get(list, 0);
    assert_int_equal(json_integer_value(json_object_get(first, "handle_id")), h[2]->id);
    assert_int_equal(json_integer_value(json_object_get(first, "session_id")), h[2]->session->id);
    assert_int_equal(json_integer_value(json_object_get(first, "tracks_waiting")), 2);
    assert_string_equal(json_string_value(json_object_get(first, "plugin")), "janus.plugin.fake");
    first = json_array_get(list, 1);
    assert_int_equal(json_integer_value(json_object_get(first, "handle_id")), h[1]->id);
    assert_true(json_real_value(json_object_get(first, "loss")) == 0.123);
    assert_int_equal(json_integer_value(json_object_get(first, "estimate_bps")), 7);
    assert_int_equal(json_integer_value(json_object_get(first, "sent_bps")), 8);
    assert_int_equal(json_integer_value(json_object_get(first, "age_s")), 0);
    json_decref(list);
    world_wait(61 * S); /* too long ago */
    assert_int_equal(shown(9), 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_while_somebody_asks),
        cmocka_unit_test(very_many_come_round),
        cmocka_unit_test(who_is_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
