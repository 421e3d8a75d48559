/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receivers that do not mean well: floods of NACK, PLI, FIR and REMB, feedback about what was never sent. Work is
 * bounded, what is odd is counted, and nobody else notices.
 */
#include "peer/state.h"
#include "sim/call.h"
#include "sim/room.h"
#include "sim/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct room r;
static struct call c;

static int close_room(void **state)
{
    room_close(&r);
    return 0;
}

static int close_call(void **state)
{
    call_close(&c);
    return 0;
}

static struct gw_engine_stats stats(struct sim_world *w)
{
    struct gw_engine_stats s;

    gw_engine_get_stats(w->worker[0].engine, &s);
    return s;
}

/* Two subscribers: the first is the bad one, the other must have everything. */
static void open_room(void)
{
    room_open(&r, &(struct room_conf){.subscribers = 2});
    sim_run_ms(r.world, 2000);
}

static void the_other_has_everything(void)
{
    const struct sim_in *in = r.sub[1].video;

    assert_int_equal(sim_holes(in, 0), 0);
    assert_int_equal(in->duplicates, 0);
    assert_true(r.world->now_us - in->last_us < 100000);
}

static void nacks(void **state)
{
    uint64_t again = 0, sent = 0;
    struct sim_in *in;

    open_room();
    in = r.sub[0].video;
    sent = in->packets;
    again = stats(r.world).retransmitted;
    for (unsigned i = 0; i < 400;
         i++, sim_run_ms(r.world, 5)) { /* for two seconds all of the last second, and the future */
        uint16_t seqs[200];
        uint8_t data[1500];
        struct gw_writer w = gw_writer_make(data, 1400);

        for (unsigned k = 0; k < 200; k++)
            seqs[k] = (uint16_t)(in->newest - 150 + k);
        gw_rtcp_write_nack(&w, 1, in->ssrc, seqs, 200);
        sim_client_rtcp(r.sub[0].client, data, w.pos);
    }
    sent = in->packets - sent;
    again = stats(r.world).retransmitted - again;
    assert_true(stats(r.world).nacks_in >= 400 * 150);
    assert_true(again <= sent * 4); /* at once, after 40 ms, after 80: then it is too old */
    the_other_has_everything();
}

/* A PLI and a FIR each 2 ms. */
static void keyframe_requests(void **state)
{
    unsigned before;

    open_room();
    before = r.video[0]->plis;
    for (unsigned i = 0; i < 1500; i++, sim_run_ms(r.world, 2)) {
        uint8_t data[200];
        struct gw_writer w = gw_writer_make(data, 100);

        sim_client_pli(r.sub[0].client, r.sub[0].video);
        gw_rtcp_write_fir(&w, 1, r.sub[0].video->ssrc, (uint8_t)i);
        sim_client_rtcp(r.sub[0].client, data, w.pos);
    }
    assert_in_range(r.video[0]->plis - before, 2, 5); /* one a second */
    assert_true(stats(r.world).plis_in >= 2900);
    the_other_has_everything();
}

static void send_remb(struct sim_client *from, uint64_t bps)
{
    uint8_t data[200];
    struct gw_writer w = gw_writer_make(data, 100);
    uint32_t ssrc = 1;

    gw_rtcp_write_remb(&w, 1, bps, &ssrc, 1);
    sim_client_rtcp(from, data, w.pos);
}

/* Of nothing, of everything, in turns: the receiver has what it asked for, within bounds, and nobody else. */
static void limits(void **state)
{
    call_open(&c, &(struct call_conf){.viewers = 2, .down_bps = 5000000});
    call_run_ms(&c, 8000);
    send_remb(c.viewer[0].client, 0);
    call_run_ms(&c, 1000);
    assert_int_equal(call_estimate(&c, 0), GW_BWE_MIN_BPS);
    call_measure(&c);
    call_run_ms(&c, 5000);
    assert_int_equal(c.viewer[0].video->frames, 0); /* whole or not at all */
    for (unsigned i = 0; i < 1000; i++, call_run_ms(&c, 5))
        send_remb(c.viewer[0].client, i % 2 ? 0 : UINT64_C(1) << 63);
    assert_in_range(call_estimate(&c, 0), GW_BWE_MIN_BPS, GW_BWE_MAX_BPS);
    send_remb(c.viewer[0].client, UINT64_C(1) << 63);
    call_run_ms(&c, 10000);
    assert_in_range(call_estimate(&c, 0), 1500000, 10000000);
    assert_true(c.viewer[1].video->of_layer[2] > 590);
    assert_true(c.viewer[1].video->longest_us < 100000);
    assert_true(c.video[0]->keyframes < 25);
}

/* Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1): so many packets, all of them
 * there. */
static void send_feedback(struct sim_client *from, uint16_t base, uint16_t count, uint32_t reference)
{
    uint8_t data[1500];
    struct gw_writer w = gw_writer_make(data, 1400);
    size_t deltas = count <= 200 ? count : 0, len = (20 + 2 + deltas + 3) / 4 * 4;

    gw_write_u32(&w, 0x8fcd0000 | (uint32_t)(len / 4 - 1));
    gw_write_u32(&w, 1);
    gw_write_u32(&w, 2);
    gw_write_u32(&w, (uint32_t)base << 16 | count);
    gw_write_u32(&w, reference << 8 | 1);
    gw_write_u16(&w, (uint16_t)(0x2000 | (count & 0x1fff))); /* a run of small deltas */
    memset(data + w.pos, 1, len - w.pos);
    sim_client_rtcp(from, data, len);
}

static void feedback_about_what_was_never_sent(void **state)
{
    const struct gw_bwe *b;
    struct gw_bwe before;
    uint32_t estimate;

    call_open(&c, &(struct call_conf){.viewers = 2, .down_bps = 5000000});
    call_run_ms(&c, 8000);
    b = &c.viewer[0].peer->sender.bwe;
    estimate = call_estimate(&c, 0);
    before = *b;
    for (unsigned i = 0; i < 200; i++, call_run_ms(&c, 5)) {
        uint16_t next = (uint16_t)(c.viewer[0].peer->sender.twcc_seq + 1000);

        send_feedback(c.viewer[0].client, next, 100, (uint32_t)b->twcc->reference);                    /* the future */
        send_feedback(c.viewer[0].client, (uint16_t)(next - 1150), 100, (uint32_t)b->twcc->reference); /* again */
        send_feedback(c.viewer[0].client, next, 8000, (uint32_t)b->twcc->reference); /* more than there is */
    }
    assert_true(b->unsent - before.unsent >= 19000);
    assert_true(b->repeated - before.repeated > 5000);
    assert_in_range(stats(c.world).drops_feedback, 190, 200);
    assert_in_range(call_estimate(&c, 0), estimate * 3 / 4, estimate * 5 / 4);
    for (unsigned i = 0; i < 200; i++, call_run_ms(&c, 5)) /* a clock that is somewhere else each time */
        send_feedback(c.viewer[0].client, c.viewer[0].peer->sender.twcc_seq, 1, i * 77777u & 0xffffff);
    assert_true(b->clock_jumps > 100);
    assert_in_range(call_estimate(&c, 0), GW_BWE_MIN_BPS, GW_BWE_MAX_BPS);
    call_measure(&c);
    call_run_ms(&c, 10000);
    assert_true(c.viewer[0].video->frames > 290);
    assert_true(c.viewer[1].video->longest_us < 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nacks, close_room),
        cmocka_unit_test_teardown(keyframe_requests, close_room),
        cmocka_unit_test_teardown(limits, close_call),
        cmocka_unit_test_teardown(feedback_about_what_was_never_sent, close_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
