/* SPDX-License-Identifier: Apache-2.0 */
/* Capacity that falls and returns: 2500, 500, 2500 kbit/s. What a viewer of simulcast video sees of it. */
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

static void step(uint32_t bps)
{
    c.viewer[0].down->rate_bps = bps;
    call_measure(&c);
}

/* The sum of a second's kbit/s, by the second since call_measure(). */
static uint32_t kbps(unsigned second)
{
    return c.viewer[0].video->second[second];
}

static void steps(bool temporal, int64_t delay_us)
{
    struct call_viewer *v = &c.viewer[0];
    int64_t took;

    call_open(&c, &(struct call_conf){.viewers = 1, .down_bps = 2500000, .temporal = temporal, .delay_us = delay_us});
    call_run_ms(&c, 3000); /* by then it has the best layer */
    assert_int_equal(v->video->layer, 2);
    call_measure(&c);
    call_run_ms(&c, 10000);
    assert_true(v->video->of_layer[2] > 290);
    assert_int_equal(v->video->freezes, 0);
    assert_true(sim_link_waited_ms(v->down, 95) < 60);
    assert_in_range(call_estimate(&c, 0), 1700000, 2600000);

    step(500000); /* fits in under 1.5 s, without a freeze of more than a second */
    took = call_until_layer(&c, 0, 0, 1, 5000);
    assert_true(took < 1500);
    call_run_ms(&c, 1500 - took);
    assert_true(sim_viewer_longest_us(v->video, c.world->now_us) < 1000000);
    call_run_ms(&c, 1500); /* the queue of before drains */
    call_measure(&c);
    call_run_ms(&c, 8000);
    assert_int_equal(v->video->freezes, 0);
    assert_int_equal(v->video->of_layer[2], 0);
    assert_in_range(call_estimate(&c, 0), 425000, 500000);
    assert_true(v->down->lost == 0);
    assert_true(sim_link_waited_ms(v->down, 95) < 110);

    step(2500000); /* back at the top within 8 s of the capacity's return, all frames of it */
    took = call_until_layer(&c, 0, 2, 2, 20000);
    assert_true(took < 6500);
    call_run_ms(&c, 8000 - took);
    call_measure(&c);
    call_run_ms(&c, 5000);
    assert_true(v->video->of_layer[2] > 140);
    assert_int_equal(v->video->freezes, 0);
    assert_in_range(kbps(3), 1500, 2200);
}

static void a_step_down_and_up(void **state)
{
    steps(false, 0);
}

static void the_same_with_temporal_layers(void **state)
{
    steps(true, 0);
}

static void the_same_over_a_longer_way(void **state)
{
    steps(false, 75000);
}

/* The stop while it gives way, in ms, at its worst: the drop comes at ten moments between two frames. */
static int64_t worst_stop(struct call_conf conf)
{
    int64_t worst = 0;

    conf.viewers = 1;
    conf.down_bps = 2500000;
    for (unsigned i = 0; i < 10; i++) {
        int64_t longest;

        call_open(&c, &conf);
        call_run_ms(&c, 10000 + i * 17);
        assert_int_equal(c.viewer[0].video->layer, 2);
        step(500000);
        call_run_ms(&c, 2500);
        longest = sim_viewer_longest_us(c.viewer[0].video, c.world->now_us) / 1000;
        worst = longest > worst ? longest : worst;
        if (i < 9)
            call_close(&c);
    }
    return worst;
}

static void the_stop_at_a_drop_is_short(void **state)
{
    static const struct {
        struct call_conf conf;
        int64_t most_ms;
    } cases[] = {
        {{.fps = 30}, 500},
        {{.fps = 15}, 650},
        {{.fps = 15, .temporal = true}, 700},
        {{.fps = 8}, 700},
        {{.fps = 15, .temporal = true, .feedback_us = 100000, .keyframe_late_us = 60000}, 800},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(worst_stop(cases[i].conf) < cases[i].most_ms);
        if (i + 1 < sizeof(cases) / sizeof(cases[0]))
            call_close(&c);
    }
}

/* Frames of a sender that is short of processor are far between: the queue is full after two of them. */
static void few_large_frames(void **state)
{
    struct call_viewer *v = &c.viewer[0];

    call_open(&c, &(struct call_conf){.viewers = 1, .down_bps = 2500000, .fps = 10});
    call_run_ms(&c, 10000);
    assert_int_equal(v->video->layer, 2);
    step(500000);
    assert_true(call_until_layer(&c, 0, 0, 1, 5000) < 2000);
    call_run_ms(&c, 1500);
    call_measure(&c);
    call_run_ms(&c, 8000);
    assert_true(v->video->frames > 75);
    assert_int_equal(v->down->lost, 0);
    step(2500000);
    assert_true(call_until_layer(&c, 0, 2, 2, 20000) < 8000);
}

static void to_almost_nothing_and_back(void **state)
{
    struct call_viewer *v = &c.viewer[0];
    unsigned audio;

    call_open(&c, &(struct call_conf){.viewers = 1, .down_bps = 2500000});
    call_run_ms(&c, 8000);
    step(120000); /* audio, and no room for any video */
    call_run_ms(&c, 5000);
    call_measure(&c);
    audio = v->audio->packets;
    call_run_ms(&c, 10000);
    assert_true(v->audio->packets - audio > 490);                      /* of 500 */
    assert_true(v->video->frames == 0 || v->video->of_layer[0] > 100); /* all or nothing */
    step(2500000);
    assert_true(call_until_layer(&c, 0, 2, 2, 30000) < 15000);
}

/* Without simulcast the sender itself has to fit; a browser does what REMB says. */
static void one_layer(unsigned viewers_worker)
{
    call_open(&c,
              &(struct call_conf){.viewers = 1, .down_bps = 5000000, .single = true, .viewers_worker = viewers_worker});
    c.video[0]->obeys_remb = true;
    call_run_ms(&c, 8000);
    assert_true(c.viewer[0].video->frames > 200);
    step(600000);
    call_run_ms(&c, 8000);
    assert_in_range(c.publisher->remb_bps, 300000, 620000);
    call_measure(&c);
    call_run_ms(&c, 10000);
    assert_true(c.viewer[0].video->frames > 290); /* all of them, smaller ones */
    step(5000000);
    call_run_ms(&c, 15000);
    assert_true(c.publisher->remb_bps > 1500000);
    assert_in_range(kbps(14), 1300, 2200);
}

static void a_sender_of_one_layer_is_told(void **state)
{
    one_layer(0);
}

static void a_sender_on_another_worker_is_told(void **state)
{
    one_layer(1);
}

/* And with one who can take it all, the others do not count. */
static void the_best_receiver_decides(void **state)
{
    call_open(&c, &(struct call_conf){.viewers = 3, .down_bps = 5000000, .single = true});
    c.video[0]->obeys_remb = true;
    c.viewer[0].down->rate_bps = 300000;
    c.viewer[1].down->rate_bps = 400000;
    call_run_ms(&c, 15000);
    call_measure(&c);
    call_run_ms(&c, 10000);
    assert_true(c.viewer[2].video->bytes * 8 / 10 > 1500000);
    assert_true(c.viewer[2].video->frames > 295);
}

/* A plugin knows that nobody takes the upper layers: they stop, and come back when somebody does. */
static void layers_that_nobody_takes(void **state)
{
    struct gw_order o = {.tag = GW_ORDER_TOP_LAYER};

    call_open(&c, &(struct call_conf){.viewers = 1, .down_bps = 5000000});
    call_run_ms(&c, 6000);
    assert_int_equal(c.publisher->rembs, 0);
    o.track = sim_track(c.publisher, 1);
    o.u.number = 1;
    sim_order(c.world, 0, &o);
    call_run_ms(&c, 500);
    assert_in_range(c.publisher->remb_bps, 810000, 910000); /* 150 and 500, and some to spare; not 1700 more */
    o.u.number = -1;
    sim_order(c.world, 0, &o);
    call_run_ms(&c, 500);
    assert_in_range(c.publisher->remb_bps, 180000, 210000);
    o.u.number = 2;
    sim_order(c.world, 0, &o);
    call_run_ms(&c, 500);
    assert_true(c.publisher->remb_bps > 5000000);
}

/* Without the estimate the queue stays full and the picture freezes: what this is all for. */
static void fixed_layers_show_the_difference(void **state)
{
    call_open(&c, &(struct call_conf){.viewers = 1, .down_bps = 2500000, .fixed = true, .no_feedback = true});
    call_run_ms(&c, 8000);
    step(500000);
    call_run_ms(&c, 10000);
    assert_true(c.viewer[0].video->frozen_us > 3000000 ||
                sim_viewer_longest_us(c.viewer[0].video, c.world->now_us) > 3000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_step_down_and_up, tear_down),
        cmocka_unit_test_teardown(the_same_with_temporal_layers, tear_down),
        cmocka_unit_test_teardown(the_same_over_a_longer_way, tear_down),
        cmocka_unit_test_teardown(the_stop_at_a_drop_is_short, tear_down),
        cmocka_unit_test_teardown(few_large_frames, tear_down),
        cmocka_unit_test_teardown(to_almost_nothing_and_back, tear_down),
        cmocka_unit_test_teardown(a_sender_of_one_layer_is_told, tear_down),
        cmocka_unit_test_teardown(a_sender_on_another_worker_is_told, tear_down),
        cmocka_unit_test_teardown(the_best_receiver_decides, tear_down),
        cmocka_unit_test_teardown(layers_that_nobody_takes, tear_down),
        cmocka_unit_test_teardown(fixed_layers_show_the_difference, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
