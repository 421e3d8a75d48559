/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several viewers behind one narrow way, each with a connection of his own: none knows of the others but by the queue
 * they all see. What counts is that everybody sees something all the time.
 */
#include "sim/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct call c;

static int tear_down(void **state)
{
    call_close(&c);
    return 0;
}

/* The way is narrow only after the handshakes: signatures differ in length from run to run, all that happens then is
 * the same each time. */
static void open_shared(struct call_conf conf)
{
    uint32_t down_bps = conf.down_bps;

    conf.down_bps = 0;
    call_open(&c, &conf);
    c.viewer[0].down->rate_bps = down_bps;
    for (unsigned i = 1; i < c.n; i++)
        c.viewer[i].down->shared = c.viewer[0].down;
}

/* A minute of it, after a quarter to settle. */
static void share(struct call_conf conf)
{
    open_shared(conf);
    call_run_ms(&c, 15000);
    call_measure(&c);
    for (unsigned i = 0; i < c.n; i++)
        c.viewer[i].audio->packets = 0;
    call_run_ms(&c, 60000);
}

static void assert_watchable(uint32_t down_bps)
{
    uint64_t bytes = 0;
    int64_t frozen_us = 0;
    unsigned freezes = 0;

    for (unsigned i = 0; i < c.n; i++) {
        const struct sim_viewer *v = c.viewer[i].video;

        freezes += v->freezes;
        frozen_us += v->frozen_us;
        bytes += v->bytes;
        assert_true(v->frames > 250);
        assert_true(sim_viewer_longest_us(v, c.world->now_us) < 8000000);
        assert_true(c.viewer[i].audio->packets > 2960); /* of 3000 */
    }
    print_message("%u viewers: %.1f freezes a minute, %.0f ms; they get %.0f %% of the way\n", c.n,
                  (double)freezes / c.n, (double)frozen_us / 1000 / c.n, (double)bytes * 8 / 60 * 100 / down_bps);
    assert_true(freezes < 4 * c.n);
    assert_true(frozen_us < 3500000 * (int64_t)c.n);
    assert_true((double)bytes * 8 / 60 > 0.3 * down_bps);
}

static void four_viewers(void **state)
{
    share((struct call_conf){.viewers = 4, .down_bps = 2000000});
    assert_watchable(2000000);
}

static void four_viewers_with_temporal_layers(void **state)
{
    share((struct call_conf){.viewers = 4, .down_bps = 2000000, .temporal = true});
    assert_watchable(2000000);
}

static void four_viewers_with_little(void **state)
{
    share((struct call_conf){.viewers = 4, .down_bps = 1000000, .temporal = true});
    assert_watchable(1000000);
}

static void eight_viewers(void **state)
{
    share((struct call_conf){.viewers = 8, .down_bps = 4000000, .temporal = true});
    assert_watchable(4000000);
}

/* One is there already and takes it all; the second gets his part, and the first gives it without a stop. */
static void who_comes_later_gets_his_part(void **state)
{
    double rate[2];

    open_shared((struct call_conf){.viewers = 2, .down_bps = 2500000});
    c.viewer[1].down->loss = 1; /* not there yet */
    call_run_ms(&c, 15000);
    assert_int_equal(c.viewer[0].video->layer, 2);
    c.viewer[1].down->loss = 0;
    call_run_ms(&c, 10000);
    call_measure(&c);
    call_run_ms(&c, 60000);
    for (unsigned i = 0; i < 2; i++) {
        rate[i] = (double)c.viewer[i].video->bytes * 8 / 60;
        assert_true(rate[i] > 300000);
        assert_true(sim_viewer_longest_us(c.viewer[i].video, c.world->now_us) < 1500000);
    }
}

/* Four pictures with temporal layers in one connection: one estimate for all of them, so nothing to find out. */
static void pictures_of_one_connection(void **state)
{
    open_shared((struct call_conf){.viewers = 1, .down_bps = 2000000, .pictures = 4, .temporal = true});
    call_run_ms(&c, 15000);
    call_measure(&c);
    call_run_ms(&c, 60000);
    for (unsigned i = 0; i < 4; i++) {
        const struct sim_viewer *v = c.viewer[0].picture[i];

        assert_true(v->frames > 800);
        assert_true(v->freezes < 2);
        assert_true(sim_viewer_longest_us(v, c.world->now_us) < 500000);
    }
    assert_int_equal(c.viewer[0].down->lost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(four_viewers, tear_down),
        cmocka_unit_test_teardown(four_viewers_with_temporal_layers, tear_down),
        cmocka_unit_test_teardown(four_viewers_with_little, tear_down),
        cmocka_unit_test_teardown(eight_viewers, tear_down),
        cmocka_unit_test_teardown(who_comes_later_gets_his_part, tear_down),
        cmocka_unit_test_teardown(pictures_of_one_connection, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
