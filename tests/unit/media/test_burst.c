/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of a frame are handed on together, none of them waits too long, and none is handed on twice. */
#include "media/burst.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/sender.h"
#include "media/source.h"

static struct gw_counters counters;
static struct gw_timers *timers;
static struct gw_packet_pool *pool;
static struct gw_burst burst;
static struct gw_source *source;
static unsigned told[256], n_told;

static void forward(void *owner, struct gw_source *s, unsigned worker, struct gw_packet *pkt)
{
    told[n_told++] = (unsigned)(pkt->facts.ext_seq & 0xffff);
}

static const struct gw_source_events events = {.forward = forward};

static int set_up(void **state)
{
    const struct gw_source_conf conf = {.kind = GW_VIDEO, .codec = GW_VP8, .clock_rate = 90000, .payload_type = 96};

    memset(&counters, 0, sizeof(counters));
    memset(&burst, 0, sizeof(burst));
    n_told = 0;
    if (gw_timers_new(&timers) || gw_packet_pool_new(&pool, 512) ||
        gw_source_new(&source, 1, &conf, &events, NULL, timers, &counters))
        return -1;
    source->burst = &burst;
    source->workers = 1;
    return 0;
}

static int tear_down(void **state)
{
    gw_source_free(source);
    gw_packet_pool_free(pool);
    gw_timers_free(timers);
    return 0;
}

/* What a mirror gets: the facts are found already. */
static void arrive(unsigned seq, bool marker, bool keyframe, int64_t now_us)
{
    struct gw_packet *pkt = gw_packet_take(pool);

    assert_non_null(pkt);
    pkt->len = 112;
    pkt->arrival_us = now_us;
    pkt->facts = (struct gw_rtp_facts){.ext_seq = (1u << 16) + seq,
                                       .ssrc = 7,
                                       .timestamp = 3000,
                                       .payload_type = 96,
                                       .payload = {.offset = 12, .len = 100},
                                       .marker = marker,
                                       .keyframe = keyframe,
                                       .frame_start = keyframe,
                                       .picture_id = -1,
                                       .tl0_picidx = -1,
                                       .audio_level = -1,
                                       .orientation = -1,
                                       .playout_delay = -1};
    gw_source_forwarded(source, pkt, now_us);
    gw_packet_unref(pkt);
}

static void a_frame_is_handed_on_when_it_is_complete(void **state)
{
    arrive(1, false, false, 1000);
    assert_int_equal(gw_burst_flush(&burst, 1000), 1000 + GW_BURST_HOLD_US);
    arrive(2, false, false, 1100);
    assert_int_equal(gw_burst_flush(&burst, 1100), 1000 + GW_BURST_HOLD_US);
    assert_int_equal(n_told, 0);
    arrive(3, true, false, 1150);
    assert_true(gw_burst_flush(&burst, 1150) == INT64_MAX);
    assert_int_equal(n_told, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(told[i], i + 1);
    assert_true(gw_burst_flush(&burst, 9000) == INT64_MAX);
    assert_int_equal(n_told, 3);
}

static void an_incomplete_frame_waits_no_longer_than_allowed(void **state)
{
    arrive(1, false, false, 1000);
    assert_int_equal(gw_burst_flush(&burst, 1000 + GW_BURST_HOLD_US - 1), 1000 + GW_BURST_HOLD_US);
    assert_int_equal(n_told, 0);
    assert_true(gw_burst_flush(&burst, 1000 + GW_BURST_HOLD_US) == INT64_MAX);
    assert_int_equal(n_told, 1);
    arrive(2, false, false, 5000); /* waits anew */
    assert_int_equal(gw_burst_flush(&burst, 5001), 5000 + GW_BURST_HOLD_US);
}

static void sound_never_waits(void **state)
{
    source->conf.kind = GW_AUDIO;
    arrive(1, false, false, 1000);
    assert_true(gw_burst_flush(&burst, 1000) == INT64_MAX);
    assert_int_equal(n_told, 1);
}

static void a_frame_larger_than_the_room_goes_in_parts(void **state)
{
    for (unsigned i = 0; i < GW_BURST_MOST + 5; i++)
        arrive(i, false, false, 1000);
    assert_int_equal(n_told, GW_BURST_MOST);
    gw_burst_flush(&burst, 2000);
    assert_int_equal(n_told, GW_BURST_MOST + 5);
    for (unsigned i = 0; i < n_told; i++)
        assert_int_equal(told[i], i);
}

static void many_sources_wait_in_one_list(void **state)
{
    struct gw_source *first = source, *others[2];

    for (int i = 0; i < 2; i++) {
        assert_int_equal(gw_source_new(&others[i], 2, &first->conf, &events, NULL, timers, &counters), 0);
        others[i]->burst = &burst;
        others[i]->workers = 1;
    }
    arrive(1, false, false, 1000);
    source = others[0];
    arrive(2, false, false, 1010);
    source = others[1];
    arrive(3, true, false, 1020);
    source = first;
    assert_int_equal(gw_burst_flush(&burst, 1030), 1000 + GW_BURST_HOLD_US);
    assert_int_equal(n_told, 1);
    assert_int_equal(told[0], 3);
    gw_source_free(others[0]); /* what it held is dropped */
    arrive(4, true, false, 1040);
    gw_burst_flush(&burst, 1040);
    assert_int_equal(n_told, 3);
    assert_int_equal(told[2], 4);
    gw_source_free(others[1]);
    assert_int_equal(gw_packet_pool_used(pool), 2); /* of the history of the first */
}

/* A keyframe's second packet overtook its first: the sink sends both, each once. */
static void an_overtaken_keyframe_is_whole(void **state)
{
    struct gw_sink_conf conf = {
        .send = true, .kind = GW_VIDEO, .codec = GW_VP8, .clock_rate = 90000, .ssrc = 9, .payload_type = 96};
    struct gw_dirty dirty = {0};
    struct gw_send_item item;
    enum gw_send_class class;
    struct gw_sender sender;
    struct gw_sink *sink;
    unsigned sent = 0;

    gw_sender_init(&sender, &dirty, timers, &counters);
    sender.srtp = (struct gw_srtp *)&sender; /* ready; nothing is sealed here */
    assert_int_equal(gw_sink_new(&sink, 5, &sender, NULL, NULL, &counters, 1), 0);
    gw_sink_configure(sink, &conf, 0);
    assert_int_equal(gw_sink_link(sink, source, 0), 0);
    arrive(11, false, false, 1000);
    arrive(10, false, true, 1010);
    arrive(12, true, false, 1020);
    gw_burst_flush(&burst, 1020);
    while (gw_pacer_next(&sender.pacer, &item, &class, 1020))
        sent++;
    assert_int_equal(sent, 3);
    assert_int_equal(n_told, 3);
    gw_sink_free(sink);
    gw_sender_end(&sender);
}

/* --- many sinks --------------------------------------------------------------------------------------------------- */

enum { SINKS = 40 };

static struct gw_sender senders[SINKS];
static struct gw_sink *sinks[SINKS];

static void watch(struct gw_dirty *dirty, struct gw_srtp *srtp)
{
    const struct gw_sink_conf conf = {
        .send = true, .kind = GW_VIDEO, .codec = GW_VP8, .clock_rate = 90000, .ssrc = 9, .payload_type = 96};

    for (unsigned i = 0; i < SINKS; i++) {
        gw_sender_init(&senders[i], dirty, timers, &counters);
        senders[i].srtp = srtp; /* ready, but there is no way to the peer: nothing leaves */
        assert_int_equal(gw_sink_new(&sinks[i], 5, &senders[i], NULL, NULL, &counters, 1), 0);
        gw_sink_configure(sinks[i], &conf, 0);
        assert_int_equal(gw_sink_link(sinks[i], source, 0), 0);
    }
}

static void unwatch(void)
{
    for (unsigned i = 0; i < SINKS; i++) {
        gw_sink_free(sinks[i]);
        gw_sender_end(&senders[i]);
    }
}

static unsigned length(const struct gw_dirty *dirty)
{
    unsigned n = 0;

    for (const struct gw_sender *s = dirty->first; s; s = s->next)
        n++;
    return n;
}

/* While more is to come in a turn, what goes to one receiver is gathered; beside the last source nothing is waited for.
 */
static void senders_of_the_last_source_are_flushed_beside_it(void **state)
{
    const uint8_t key[28] = {0};
    struct gw_source *first = source, *last;
    struct gw_dirty dirty = {0};
    struct gw_sealer *sealer;
    struct gw_srtp *srtp;

    assert_int_equal(gw_sealer_new(&sealer, NULL), 0);
    assert_int_equal(gw_srtp_new(&srtp, sealer, GW_SRTP_GCM_128, key, key, sizeof(key)), 0);
    assert_int_equal(gw_source_new(&last, 2, &first->conf, &events, NULL, timers, &counters), 0);
    last->burst = &burst;
    burst.dirty = &dirty;
    watch(&dirty, srtp);

    arrive(1, true, true, 1000);
    assert_true(gw_burst_flush(&burst, 1000) == INT64_MAX);
    assert_int_equal(length(&dirty), SINKS % 16);
    gw_dirty_flush(&dirty, 1000);

    arrive(2, true, false, 2000);
    source = last;
    arrive(1, true, true, 2000);
    source = first;
    assert_true(gw_burst_flush(&burst, 2000) == INT64_MAX);
    assert_int_equal(length(&dirty), SINKS);
    for (unsigned i = 0; i < SINKS; i++)
        assert_int_equal(gw_pacer_waiting(&senders[i].pacer), 2);

    /* A sender that is flushed meanwhile may begin its sink anew: whoever comes later is still to have what is held. */
    arrive(3, true, false, 3000);
    source->pending.sink = 1;
    source->pending.at = source->pending.n;
    assert_false(gw_burst_holds(source, sinks[0], source->pending.pkt[0]));
    assert_false(gw_burst_holds(source, sinks[1], source->pending.pkt[0]));
    assert_true(gw_burst_holds(source, sinks[2], source->pending.pkt[0]));
    source->pending.sink = source->pending.at = 0;
    assert_true(gw_burst_holds(source, sinks[0], source->pending.pkt[0]));

    unwatch();
    gw_source_free(last);
    gw_srtp_free(srtp);
    gw_sealer_free(sealer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_frame_is_handed_on_when_it_is_complete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_incomplete_frame_waits_no_longer_than_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sound_never_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frame_larger_than_the_room_goes_in_parts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_sources_wait_in_one_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_overtaken_keyframe_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(senders_of_the_last_source_are_flushed_beside_it, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
