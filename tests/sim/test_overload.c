/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that has no time: sound goes on untouched, video steps down, stops for some, and comes back. */
#include "sim/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define VIEWERS 8

static struct call c;

static int tear_down(void **state)
{
    call_close(&c);
    return 0;
}

/* So long each turn takes this part of the worker's time, most of it to send. */
static void run_busy(int64_t ms, double busy)
{
    struct gw_engine *e = c.world->worker[0].engine;

    for (; ms > 0; ms -= 50) {
        call_run_ms(&c, 50);
        gw_engine_took(e, (int64_t)(busy * 50000), (int64_t)(busy * 45000), c.world->now_us);
    }
}

static double shed(void)
{
    struct gw_engine_stats s;

    gw_engine_get_stats(c.world->worker[0].engine, &s);
    return (double)s.shed_ppm / 1e6;
}

/* What is sent to all, the sinks' bytes of the last second, kbit/s. */
static unsigned video_kbps(void)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < c.n; i++)
        bytes += c.viewer[i].peer->tracks[1]->sink->bytes_second;
    return (unsigned)(bytes * 8 / 1000);
}

static unsigned held(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c.n; i++)
        n += c.viewer[i].peer->tracks[1]->sink->suspended;
    return n;
}

static void expect_all_sound(void)
{
    for (unsigned i = 0; i < c.n; i++) {
        assert_int_equal(sim_holes(c.viewer[i].audio, 2), 0);
        assert_true(c.world->now_us - c.viewer[i].audio->last_us < 60000);
    }
}

static struct gw_states *states_of(unsigned viewer)
{
    return gw_explain(c.viewer[viewer].peer, c.world->now_us);
}

static void expect_cause(unsigned viewer, enum cardea_cause cause)
{
    struct gw_states *all = states_of(viewer);

    assert_int_equal(all->n, 2);
    assert_int_equal(all->at[0].state.cause, CARDEA_CAUSE_NONE); /* sound */
    assert_int_equal(all->at[1].state.cause, cause);
    free(all);
}

static void open_call(bool fixed, bool no_feedback, bool single)
{
    call_open(&c,
              &(struct call_conf){.viewers = VIEWERS, .fixed = fixed, .no_feedback = no_feedback, .single = single});
    run_busy(6000, 0.5);
    assert_true(shed() == 0);
    for (unsigned i = 0; i < VIEWERS; i++)
        expect_cause(i, CARDEA_CAUSE_NONE);
}

/* Layers first, then pictures, and everything again; whoever chooses the layers, with an estimate or without. */
static void shed_and_recover(bool fixed, bool no_feedback)
{
    unsigned all;

    open_call(fixed, no_feedback, false);
    all = video_kbps();
    assert_true(all > VIEWERS * 1500);
    run_busy(700, 1);
    assert_true(shed() > 0.4);
    run_busy(2500, 0.9); /* just time enough: it stays so */
    assert_in_range(video_kbps(), all / 5, all * 3 / 4);
    assert_int_equal(held(), 0);
    expect_all_sound();
    run_busy(4000, 1);
    assert_in_range(held(), VIEWERS / 2, VIEWERS);
    assert_true(video_kbps() < all / 20);
    for (unsigned i = 0; i < VIEWERS; i++)
        expect_cause(i, CARDEA_CAUSE_OVERLOAD);
    run_busy(30000, 0.3);
    assert_true(shed() == 0);
    assert_int_equal(held(), 0);
    assert_true(video_kbps() > all * 9 / 10);
    for (unsigned i = 0; i < VIEWERS; i++)
        expect_cause(i, CARDEA_CAUSE_NONE);
    expect_all_sound();
}

static void sound_goes_on_and_video_becomes_less(void **state)
{
    shed_and_recover(false, false);
}

static void also_where_the_layers_are_fixed(void **state)
{
    shed_and_recover(true, false);
}

static void and_where_nothing_is_known_of_the_way(void **state)
{
    shed_and_recover(true, true);
}

/* Without layers the sender is asked for less, before anybody loses the picture. */
static void a_single_stream_is_made_smaller_by_its_sender(void **state)
{
    open_call(false, false, true);
    c.video[0]->obeys_remb = true;
    run_busy(700, 1);
    run_busy(3000, 0.9);
    assert_int_equal(held(), 0);
    assert_in_range(c.publisher->remb_bps, 300000, 1000000);
    assert_in_range(video_kbps(), VIEWERS * 200, VIEWERS * 1000);
    expect_all_sound();
    run_busy(20000, 0.3);
    assert_true(shed() == 0);
    assert_int_equal(held(), 0);
}

static void what_only_arrives_is_no_reason(void **state)
{
    struct gw_engine *e;

    open_call(false, false, false);
    e = c.world->worker[0].engine;
    for (unsigned i = 0; i < 60; i++) {
        call_run_ms(&c, 50);
        gw_engine_took(e, 50000, 5000, c.world->now_us);
    }
    assert_true(shed() == 0);
    assert_int_equal(held(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(sound_goes_on_and_video_becomes_less, tear_down),
        cmocka_unit_test_teardown(also_where_the_layers_are_fixed, tear_down),
        cmocka_unit_test_teardown(and_where_nothing_is_known_of_the_way, tear_down),
        cmocka_unit_test_teardown(a_single_stream_is_made_smaller_by_its_sender, tear_down),
        cmocka_unit_test_teardown(what_only_arrives_is_no_reason, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
