/* SPDX-License-Identifier: Apache-2.0 */
/* A newcomer is queued the whole cache under one line of numbers, or nothing of it. */
#include "media/start.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/sender.h"

#define FRAME_US 33000
#define FRAME_TS 2970

static struct gw_counters counters;
static struct gw_timers *timers;
static struct gw_packet_pool *pool;
static struct gw_source *source;
static struct gw_dirty dirty;
static struct gw_sender sender;
static struct gw_sink *sink;
static unsigned asked;
static int64_t now;

static void keyframe(void *owner, struct gw_source *s, unsigned layers, int64_t now_us)
{
    asked++;
}

static const struct gw_source_events events = {.keyframe = keyframe};

static struct gw_source *make_source(uint64_t id)
{
    const struct gw_source_conf conf = {.kind = GW_VIDEO, .codec = GW_VP8, .clock_rate = 90000, .payload_type = 96};
    struct gw_source *s;

    assert_int_equal(gw_source_new(&s, id, &conf, &events, NULL, timers, &counters), 0);
    s->cache_us = 5000000;
    return s;
}

static int set_up(void **state)
{
    const struct gw_sink_conf conf = {
        .send = true, .kind = GW_VIDEO, .codec = GW_VP8, .clock_rate = 90000, .nack = true, .payload_type = 96};

    memset(&counters, 0, sizeof(counters));
    dirty.first = NULL;
    asked = 0;
    now = 10000000;
    if (gw_timers_new(&timers) || gw_packet_pool_new(&pool, 2048))
        return -1;
    source = make_source(1);
    gw_sender_init(&sender, &dirty, timers, &counters);
    sender.srtp = (struct gw_srtp *)&sender; /* ready; nothing is flushed here */
    if (gw_sink_new(&sink, 2, &sender, NULL, NULL, &counters, 12345))
        return -1;
    gw_sink_configure(sink, &conf, now);
    return 0;
}

static int tear_down(void **state)
{
    gw_sink_free(sink);
    gw_sender_end(&sender);
    gw_source_free(source);
    assert_int_equal(gw_packet_pool_used(pool), 0);
    gw_packet_pool_free(pool);
    gw_timers_free(timers);
    return 0;
}

static void come(struct gw_source *s, unsigned n)
{
    struct gw_packet *pkt = gw_packet_take(pool);

    assert_non_null(pkt);
    pkt->len = 1000;
    pkt->arrival_us = now;
    pkt->facts = (struct gw_rtp_facts){.ext_seq = 70000 + n,
                                       .timestamp = n * FRAME_TS,
                                       .ssrc = (uint32_t)s->id,
                                       .payload_type = 96,
                                       .marker = true,
                                       .payload = {12, 988},
                                       .keyframe = n == 0,
                                       .frame_start = true,
                                       .picture_id = -1,
                                       .tl0_picidx = -1};
    gw_source_forwarded(s, pkt, now);
    gw_packet_unref(pkt);
}

/* Frames first to last, of one packet each; frame 0 is the keyframe. */
static void stream(struct gw_source *s, unsigned first, unsigned last)
{
    for (unsigned n = first; n <= last; n++, now += FRAME_US)
        come(s, n);
}

static size_t queued(void)
{
    return sender.pacer.queue[GW_SEND_VIDEO].n;
}

static const struct gw_sent *entry(unsigned i)
{
    const struct gw_send_queue *q = &sender.pacer.queue[GW_SEND_VIDEO];
    const struct gw_sent *e = gw_sink_entry(sink, q->ring[(q->head + i) & (q->size - 1)].out_seq);

    assert_non_null(e);
    return e;
}

static void assert_one_line(unsigned n)
{
    assert_int_equal(queued(), n);
    for (unsigned i = 1; i < n; i++) {
        assert_int_equal(entry(i)->out_seq, entry(i - 1)->out_seq + 1);
        assert_int_equal(entry(i)->src_seq, entry(i - 1)->src_seq + 1);
        assert_true((int32_t)(entry(i)->ts - entry(i - 1)->ts) > 0);
    }
}

static void the_whole_cache_goes_first_and_the_camera_is_left_alone(void **state)
{
    stream(source, 0, 59);
    gw_sink_link(sink, source, now);
    assert_one_line(60);
    assert_int_equal(entry(0)->src_seq, 70000);
    assert_int_equal(asked, 0);
    stream(source, 60, 69);
    assert_one_line(70);
    assert_int_equal(entry(59)->ts - entry(58)->ts, FRAME_TS / GW_START_SQUEEZE);
    assert_int_equal(entry(60)->ts - entry(59)->ts, FRAME_TS);
    assert_true(entry(0)->cached && entry(59)->cached && !entry(60)->cached);
}

/* They are due when the pacer lets them go, the newest when it would be due without them. */
static void the_past_is_shown_as_it_leaves(void **state)
{
    uint32_t step, all;

    gw_pacer_set_rate(&sender.pacer, 1500000, 40000, now);
    stream(source, 0, 59);
    gw_sink_link(sink, source, now);
    assert_one_line(60);
    step = 1000 * 8 * 90000 / 1500000 + FRAME_TS / GW_START_SQUEEZE;
    all = entry(59)->ts - entry(0)->ts;
    assert_in_range(all, 59 * step - 60, 59 * step + 60);
    assert_in_range(entry(31)->ts - entry(30)->ts, step - 2, step + 2);
    stream(source, 60, 61);
    assert_int_equal(entry(60)->ts - entry(59)->ts, FRAME_TS);
}

static void a_gap_in_it_makes_it_useless(void **state)
{
    stream(source, 0, 9);
    stream(source, 11, 20);
    gw_sink_link(sink, source, now);
    assert_int_equal(queued(), 0);
    assert_int_equal(asked, 1);
}

static void a_gap_that_was_filled_does_not(void **state)
{
    stream(source, 0, 9);
    stream(source, 11, 20);
    come(source, 10);
    gw_sink_link(sink, source, now);
    assert_one_line(21);
}

static void what_would_take_too_long_is_not_sent(void **state)
{
    stream(source, 0, 59); /* 480 kbit */
    gw_pacer_set_rate(&sender.pacer, 600000, 5000, now);
    gw_sink_link(sink, source, now);
    assert_int_equal(queued(), 0);
    assert_int_equal(asked, 1);
    gw_sink_link(sink, NULL, now);
    gw_pacer_set_rate(&sender.pacer, 800000, 5000, now);
    gw_sink_link(sink, source, now);
    assert_one_line(60);
}

static void without_a_cache_nothing_changes(void **state)
{
    source->cache_us = 0;
    stream(source, 0, 20);
    gw_sink_link(sink, source, now);
    assert_int_equal(queued(), 0);
    assert_int_equal(asked, 1);
}

static void pictures_from_before_a_mute_are_forgotten(void **state)
{
    stream(source, 0, 20);
    gw_source_mute(source, true, now);
    gw_sink_link(sink, source, now);
    gw_source_mute(source, false, now);
    stream(source, 21, 22);
    assert_int_equal(queued(), 0);
}

/* The timestamp goes on by the time that has passed, not by the age of the cache. */
static void a_switch_keeps_the_line(void **state)
{
    struct gw_source *other = make_source(9);
    uint32_t last;

    stream(source, 0, 20);
    gw_sink_link(sink, source, now);
    for (unsigned n = 0; n < 30; n++, now += FRAME_US) {
        come(source, 21 + n);
        come(other, n);
    }
    assert_int_equal(queued(), 51);
    last = entry(50)->ts;
    gw_sink_link(sink, other, now);
    assert_int_equal(queued(), 81);
    assert_int_equal(entry(51)->out_seq, entry(50)->out_seq + 1);
    assert_true((int32_t)(entry(51)->ts - last) > 0);
    assert_in_range(entry(80)->ts - last, 1, 30 * FRAME_TS / GW_START_SQUEEZE + 1);
    gw_sink_link(sink, NULL, now);
    gw_source_free(other);
}

static void who_has_begun_does_not_begin_again(void **state)
{
    stream(source, 0, 20);
    gw_sink_link(sink, source, now);
    assert_int_equal(queued(), 21);
    gw_sink_want_keyframe(sink, now); /* a PLI */
    assert_int_equal(queued(), 21);
    assert_int_equal(asked, 1);
}

static void a_cached_packet_can_be_asked_back(void **state)
{
    uint16_t seq;

    stream(source, 0, 59); /* two seconds */
    gw_sink_link(sink, source, now);
    seq = (uint16_t)entry(0)->out_seq;
    gw_sink_entry(sink, entry(0)->out_seq)->sent_ms = (uint32_t)(now / 1000);
    gw_sink_nack(sink, seq, 200000, now + 100000);
    assert_int_equal(sender.pacer.queue[GW_SEND_RTX].n, 1);
    gw_sink_nack(sink, seq, 200000, now + 400000); /* too late */
    assert_int_equal(sender.pacer.queue[GW_SEND_RTX].n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_whole_cache_goes_first_and_the_camera_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_past_is_shown_as_it_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_in_it_makes_it_useless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_that_was_filled_does_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_would_take_too_long_is_not_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_cache_nothing_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pictures_from_before_a_mute_are_forgotten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_switch_keeps_the_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_has_begun_does_not_begin_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cached_packet_can_be_asked_back, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
