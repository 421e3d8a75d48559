/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog: how exactly it keeps to the seconds that it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

#define S 1000000ll

/* Seconds until a session that says nothing is gone, of 40 at most. */
static unsigned ends_after(void)
{
    unsigned s = 0;

    for (; s < 40 && gw_api_sessions(world.api); s++)
        world_wait(1 * S);
    while (!world_quiet(WORLD_WS)) /* that it is over */
        json_decref(world_heard(WORLD_WS));
    return s;
}

static void never_early_and_soon_enough(void **state)
{
    static const char *const timeouts[] = {"1", "2", "5", "10", "33"};

    for (size_t i = 0; i < G_N_ELEMENTS(timeouts); i++)
        for (int offset = 0; offset < 3; offset++) { /* wherever in its two seconds it is */
            unsigned timeout = (unsigned)atoi(timeouts[i]);

            world_begin((const char *[]){"general.session_timeout", timeouts[i], NULL});
            world_wait(offset * 700000);
            world_session(WORLD_WS);
            assert_in_range(ends_after(), timeout, timeout + 2);
            world_end();
        }
}

/* An operator's word for one session goes before that for all. */
static void each_session_may_have_its_own(void **state)
{
    struct gw_session *s;

    world_begin((const char *[]){"general.session_timeout", "5", NULL});
    s = gw_session_find(world.api, world_session(WORLD_WS));
    assert_int_equal(gw_session_timeout_s(s), 5);
    s->timeout_s = 20;
    assert_in_range(ends_after(), 20, 22);
    s = gw_session_find(world.api, world_session(WORLD_WS));
    s->timeout_s = 0;
    assert_int_equal(ends_after(), 40);
    s->timeout_s = -1;
    assert_in_range(ends_after(), 0, 2);
    world_end();
}

/* A claim within the time saves it, requests alone only put the end off. */
static void lost_ones(void **state)
{
    static const char *const settings[] = {"general.session_timeout", "0", "general.reclaim_session_timeout", "6",
                                           NULL};
    uint64_t id;

    world_begin(settings);
    id = world_session(WORLD_WS);
    gw_api_closed(world.api, &world_transport, WORLD_WS);
    for (int i = 0; i < 4; i++) {
        world_wait(4 * S);
        assert_int_equal(
            world_code(world_ask(WORLD_OTHER, "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":%llu}",
                                 (unsigned long long)id)),
            0);
    }
    assert_in_range(ends_after(), 6, 8);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_early_and_soon_enough),
        cmocka_unit_test(each_session_may_have_its_own),
        cmocka_unit_test(lost_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
