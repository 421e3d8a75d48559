/* SPDX-License-Identifier: Apache-2.0 */
#include "host/life.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define S INT64_C(1000000)

enum what { READY, DRAIN, UNDRAIN, TERM, STOP, PULSE_BUSY, PULSE_IDLE, PULSE_LATE, WHATS };

static bool happen(struct gw_life *l, enum what what)
{
    switch (what) {
    case READY:
        return gw_life_ready(l, 2 * S);
    case DRAIN:
        return gw_life_drain(l, 10, 2 * S);
    case UNDRAIN:
        return gw_life_undrain(l, 2 * S);
    case TERM:
        return gw_life_term(l, 10, 2 * S);
    case STOP:
        return gw_life_stop(l, 2 * S);
    case PULSE_BUSY:
        return gw_life_pulse(l, true, 2 * S);
    case PULSE_IDLE:
        return gw_life_pulse(l, false, 2 * S);
    case PULSE_LATE:
        return gw_life_pulse(l, true, 60 * S);
    default:
        return false;
    }
}

/* Every phase, whatever happens in it. */
static void phases(void **state)
{
    static const enum gw_life_phase next[4][WHATS] = {
        [GW_LIFE_STARTING] = {[READY] = GW_LIFE_SERVING, [TERM] = GW_LIFE_STOPPING, [STOP] = GW_LIFE_STOPPING},
        [GW_LIFE_SERVING] = {[READY] = GW_LIFE_SERVING,
                             [DRAIN] = GW_LIFE_DRAINING,
                             [UNDRAIN] = GW_LIFE_SERVING,
                             [TERM] = GW_LIFE_DRAINING,
                             [STOP] = GW_LIFE_STOPPING,
                             [PULSE_BUSY] = GW_LIFE_SERVING,
                             [PULSE_IDLE] = GW_LIFE_SERVING,
                             [PULSE_LATE] = GW_LIFE_SERVING},
        [GW_LIFE_DRAINING] = {[READY] = GW_LIFE_DRAINING,
                              [DRAIN] = GW_LIFE_DRAINING,
                              [UNDRAIN] = GW_LIFE_SERVING,
                              [TERM] = GW_LIFE_STOPPING,
                              [STOP] = GW_LIFE_STOPPING,
                              [PULSE_BUSY] = GW_LIFE_DRAINING,
                              [PULSE_IDLE] = GW_LIFE_STOPPING,
                              [PULSE_LATE] = GW_LIFE_STOPPING},
        [GW_LIFE_STOPPING] = {[READY] = GW_LIFE_STOPPING,
                              [DRAIN] = GW_LIFE_STOPPING,
                              [UNDRAIN] = GW_LIFE_STOPPING,
                              [TERM] = GW_LIFE_STOPPING,
                              [STOP] = GW_LIFE_STOPPING,
                              [PULSE_BUSY] = GW_LIFE_STOPPING,
                              [PULSE_IDLE] = GW_LIFE_STOPPING,
                              [PULSE_LATE] = GW_LIFE_STOPPING},
    };

    for (int from = 0; from < 4; from++)
        for (int what = 0; what < WHATS; what++) {
            struct gw_life l = {.phase = (enum gw_life_phase)from, .since_us = S, .deadline_us = 20 * S};
            bool changed = happen(&l, (enum what)what);

            assert_int_equal(l.phase, next[from][what]);
            if (l.phase != (enum gw_life_phase)from)
                assert_true(changed && l.since_us > S);
            else
                assert_int_equal(changed, from == GW_LIFE_DRAINING && what == DRAIN);
        }
}

static void deadlines(void **state)
{
    struct gw_life l = {.phase = GW_LIFE_SERVING};

    assert_true(gw_life_drain(&l, 0, S));
    assert_true(l.deadline_us == INT64_MAX);
    assert_false(gw_life_pulse(&l, true, 1000000 * S));
    assert_true(gw_life_drain(&l, 5, 10 * S)); /* a deadline given later counts from then */
    assert_int_equal(l.since_us, S);
    assert_false(gw_life_pulse(&l, true, 15 * S - 1));
    assert_true(gw_life_pulse(&l, true, 15 * S));
    assert_string_equal(gw_life_name(l.phase), "stopping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phases),
        cmocka_unit_test(deadlines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
