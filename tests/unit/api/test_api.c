/* SPDX-License-Identifier: Apache-2.0 */
/* Modules by their names, what is put off to the end of a turn, ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "base/err.h"
#include "support/world.h"

/* --- modules ------------------------------------------------------------------------------------------------------ */

static int starts, stops, start_result;

static int start(const struct cardea_host *host, const struct cardea_config *config)
{
    starts++;
    return start_result;
}

static void stop(void)
{
    stops++;
}

static int add(const struct cardea_plugin *table, char *why, size_t why_len)
{
    return gw_api_add_plugin(world.api, table, NULL, NULL, why, why_len);
}

static void names_are_taken_once(void **state)
{
    static const char *const alias[] = {"janus.plugin.mine", "mine", NULL}, *const theirs[] = {"janus.plugin.fake",
                                                                                               NULL};
    const struct cardea_plugin mine = {CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.mine", .aliases = alias,
                                       .start = start, .stop = stop};
    struct cardea_plugin other = mine;
    const struct cardea_plugin *table = NULL;
    char why[200] = "";

    starts = stops = start_result = 0;
    world_begin(NULL);
    assert_int_equal(add(&mine, why, sizeof(why)), 0);
    assert_int_equal(starts, 1);
    assert_int_equal(add(&mine, why, sizeof(why)), GW_EPROTO);
    assert_string_equal(why, "another plugin is already called janus.plugin.mine");
    other.name = "cardea.plugin.other";
    other.aliases = theirs; /* somebody else's name */
    assert_int_equal(add(&other, why, sizeof(why)), GW_EPROTO);
    other.aliases = NULL;
    other.name = "mine"; /* our second one */
    assert_int_equal(add(&other, why, sizeof(why)), GW_EPROTO);
    assert_int_equal(starts, 1); /* it was not even asked */
    assert_non_null(gw_plugin_find(world.api, "mine"));
    assert_null(gw_plugin_find(world.api, "min"));
    assert_int_equal(gw_api_remove_plugin(world.api, "nobody", NULL), GW_ENOENT);
    assert_int_equal(gw_api_remove_plugin(world.api, "mine", &table), 0);
    assert_ptr_equal(table, &mine);
    assert_int_equal(stops, 1);
    assert_null(gw_plugin_find(world.api, "cardea.plugin.mine"));
    world_end();
}

static void who_refuses_is_not_there(void **state)
{
    const struct cardea_plugin mine = {CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.mine", .start = start, .stop = stop};
    char why[200] = "";
    size_t before;

    starts = stops = 0;
    start_result = -7;
    world_begin(NULL);
    before = gw_api_plugins(world.api);
    assert_int_equal(add(&mine, why, sizeof(why)), GW_EPROTO);
    assert_string_equal(why, "its start() refused with -7");
    assert_int_equal(gw_api_plugins(world.api), before);
    assert_int_equal(stops, 0);
    world_end();
    start_result = 0;
}

static void who_has_handles_stays(void **state)
{
    uint64_t session, handle;

    world_begin(NULL);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    assert_int_equal(gw_api_remove_plugin(world.api, "janus.plugin.fake", NULL), GW_EPROTO);
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"detach\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                          (unsigned long long)session, (unsigned long long)handle));
    assert_int_equal(gw_api_remove_plugin(world.api, "janus.plugin.fake", NULL), 0);
    while (!world_quiet(WORLD_WS))
        json_decref(world_heard(WORLD_WS));
    assert_int_equal(world_code(world_ask(WORLD_WS,
                                          "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":%llu,"
                                          "\"plugin\":\"janus.plugin.fake\"}",
                                          (unsigned long long)session)),
                     460);
    world_end();
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    return NULL;
}

/* A module's table may be older than ours: what it lacks is not there, whatever lies behind it. */
static void a_shorter_table(void **state)
{
    struct cardea_plugin old = {CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.old"};
    const struct gw_plugin *p;
    char why[200];

    old.size = offsetof(struct cardea_plugin, describe);
    old.describe = describe; /* not part of it */
    world_begin(NULL);
    assert_int_equal(add(&old, why, sizeof(why)), 0);
    p = gw_plugin_find(world.api, "cardea.plugin.old");
    assert_non_null(p);
    assert_null(p->table.describe);
    assert_null(p->table.welcomes);
    world_end();
}

/* --- what is put off ---------------------------------------------------------------------------------------------- */

static GString *order;
static unsigned again;

static void note(struct gw_api *a, void *arg)
{
    g_string_append(order, arg);
    if (again) {
        again--;
        gw_defer(a, note, arg);
    }
}

static void in_order(void **state)
{
    world_begin(NULL);
    order = g_string_new(NULL);
    again = 1;
    gw_defer(world.api, note, "a");
    gw_defer(world.api, note, "b");
    assert_string_equal(order->str, ""); /* not at once */
    assert_false(gw_api_turn_end(world.api));
    assert_string_equal(order->str, "aba"); /* what is put off meanwhile comes last */
    again = 1000000;                        /* somebody never has enough: the loop turns all the same */
    gw_defer(world.api, note, "c");
    assert_true(gw_api_turn_end(world.api));
    again = 0;
    while (gw_api_turn_end(world.api))
        ;
    g_string_free(order, TRUE);
    world_end();
}

static unsigned turns;

static void turn_ended(void)
{
    turns++;
}

static void transports_hear_when_all_is_said(void **state)
{
    static const struct cardea_transport talker = {CARDEA_TRANSPORT_HEAD, .name = "cardea.transport.talker",
                                                   .turn_end = turn_ended};
    char why[100];

    world_begin(NULL); /* whose own transport does not want to know */
    assert_int_equal(gw_api_add_transport(world.api, &talker, NULL, NULL, why, sizeof(why)), 0);
    turns = 0;
    gw_api_turn_end(world.api); /* descriptions may follow */
    assert_int_equal(turns, 0);
    gw_api_said(world.api);
    assert_int_equal(turns, 1);
    world_end();
}

static void ids(void **state)
{
    uint64_t all = 0;

    for (int i = 0; i < 10000; i++) {
        uint64_t id = gw_api_random_id();

        assert_in_range(id, 1, GW_MAX_ID);
        all |= id;
    }
    assert_true(all == GW_MAX_ID); /* every bit is used */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_taken_once),
        cmocka_unit_test(who_refuses_is_not_there),
        cmocka_unit_test(who_has_handles_stays),
        cmocka_unit_test(a_shorter_table),
        cmocka_unit_test(in_order),
        cmocka_unit_test(transports_hear_when_all_is_said),
        cmocka_unit_test(ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
