/* SPDX-License-Identifier: Apache-2.0 */
/* Who has had enough: connections, sessions, handles and requests of an address, a token, a session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/metrics.h"
#include "support/world.h"

#define FAR      50 /* connections from another host */
#define SAME_64  51
#define OTHER_64 52
#define PER_TURN "{\"transaction\":\"x\",\"janus\":\"ping\"}"

static void open_from(cardea_connection c, const char *address)
{
    gw_api_opened(world.api, &world_transport, c, CARDEA_DOOR_CLIENT, address);
}

static int create(cardea_connection c, const char *more)
{
    return world_code(world_ask(c, "{\"janus\":\"create\",\"transaction\":\"x\"%s}", more));
}

/* Of cardea_limits_reached_total in a page of metrics. */
static long refused(const char *page, const char *limit)
{
    char *name = g_strdup_printf("cardea_limits_reached_total{limit=\"%s\"} ", limit);
    const char *at = strstr(page, name);
    long n = at ? atol(at + strlen(name)) : 0;

    g_free(name);
    return n;
}

static void connections_of_an_address(void **state)
{
    static const char *const settings[] = {"limits.connections_per_address", "1", "limits.exempt", "192.0.2.", NULL};

    world_begin(settings);
    open_from(FAR, "2001:db8::1");
    open_from(SAME_64, "2001:db8::2");
    open_from(OTHER_64, "2001:db8:0:1::2");
    assert_int_equal(create(FAR, ""), 0);
    world_say(SAME_64, PER_TURN);
    assert_true(world_quiet(SAME_64)); /* it was shut */
    assert_int_equal(create(OTHER_64, ""), 0);
    gw_api_closed(world.api, &world_transport, FAR);
    open_from(SAME_64, "2001:db8::2");
    assert_int_equal(create(SAME_64, ""), 0);
    world_end();
}

static void sessions_of_an_address_and_a_token(void **state)
{
    static const char *const settings[] = {
        "limits.sessions_per_address", "3", "limits.sessions_per_token", "2", "limits.exempt", "192.0.2.", NULL};
    uint64_t first;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    first = world_session(FAR);
    assert_int_equal(create(FAR, ""), 0);
    assert_int_equal(create(FAR, ""), 0);
    assert_int_equal(create(FAR, ""), 429);
    assert_int_equal(world_code(world_ask(FAR, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                                          (unsigned long long)first)),
                     0);
    assert_int_equal(create(FAR, ""), 0);
    for (int i = 0; i < 10; i++) /* from this host: not counted */
        assert_int_equal(create(WORLD_WS, ""), 0);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"t\""), 0);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"t\""), 0);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"t\""), 429);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"u\""), 0);
    world_end();
}

static int attach(cardea_connection c, uint64_t session)
{
    return world_code(world_ask(c,
                                "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":%llu,"
                                "\"plugin\":\"janus.plugin.fake\"}",
                                (unsigned long long)session));
}

static void handles_of_an_address_and_in_all(void **state)
{
    static const char *const settings[] = {"limits.handles_per_address", "2", "limits.handles", "4", NULL};
    uint64_t far, near;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    far = world_session(FAR);
    near = world_session(WORLD_WS);
    assert_int_equal(attach(FAR, far), 0);
    assert_int_equal(attach(FAR, world_session(FAR)), 0); /* all its sessions together */
    assert_int_equal(attach(FAR, far), 429);
    assert_int_equal(attach(WORLD_WS, near), 0);
    assert_int_equal(attach(WORLD_WS, near), 0);
    assert_int_equal(attach(WORLD_WS, near), 461);
    assert_int_equal(world_code(world_ask(FAR, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                                          (unsigned long long)far)),
                     0);
    world_turn();
    assert_int_equal(attach(FAR, world_session(FAR)), 0);
    world_end();
}

static void requests_a_second(void **state)
{
    static const char *const settings[] = {"limits.requests_per_address", "5", "limits.requests_per_session", "2",
                                           NULL};
    uint64_t session;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    for (int i = 0; i < 20; i++)
        assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 0);
    assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 429);
    world_wait(1000000);
    for (int i = 0; i < 5; i++)
        assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 0);
    assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 429);
    session = world_session(WORLD_WS); /* its address is not counted, it is */
    for (int i = 0; i < 9; i++)
        assert_int_equal(
            world_code(world_ask(WORLD_WS, "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":%llu}",
                                 (unsigned long long)session)),
            i < 8 ? 0 : 429);
    world_end();
}

/* Every refusal is counted under the name of the limit. */
static void what_is_refused_is_counted(void **state)
{
    static const char *const settings[] = {"limits.sessions_per_address", "1", NULL};
    char *before, *after;

    world_begin(settings);
    before = gw_metrics_render();
    open_from(FAR, "203.0.113.9");
    assert_int_equal(create(FAR, ""), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(create(FAR, ""), 429);
    after = gw_metrics_render();
    assert_int_equal(refused(after, "sessions_per_address") - refused(before, "sessions_per_address"), 3);
    assert_int_equal(refused(after, "handles") - refused(before, "handles"), 0);
    free(before);
    free(after);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_of_an_address),        cmocka_unit_test(sessions_of_an_address_and_a_token),
        cmocka_unit_test(handles_of_an_address_and_in_all), cmocka_unit_test(requests_a_second),
        cmocka_unit_test(what_is_refused_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
