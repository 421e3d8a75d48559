/* SPDX-License-Identifier: Apache-2.0 */
/* Headers as they leave: taken from the packet before or made anew, they are the same, byte for byte. */
#include "media/write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "media/sender.h"

#define NOW 10000000

enum { FIRST = 70000, N = 2 };

static struct gw_counters counters;
static struct gw_timers *timers;
static struct gw_packet_pool *pool;
static struct gw_source *source;
static struct gw_dirty dirty;
static struct gw_sender sender;
static struct gw_sink *sink;
static struct gw_packet *pkts[N];
static struct gw_sent entries[N];

static void keyframe(void *owner, struct gw_source *s, unsigned layers, int64_t now_us)
{
}

static const struct gw_source_events events = {.keyframe = keyframe};

static struct gw_packet *come(unsigned n)
{
    struct gw_packet *pkt = gw_packet_take(pool);

    assert_non_null(pkt);
    pkt->len = 1000;
    pkt->arrival_us = NOW;
    memset(pkt->data, (int)n + 1, pkt->len);
    pkt->facts = (struct gw_rtp_facts){.ext_seq = FIRST + n,
                                       .timestamp = 90,
                                       .ssrc = 1,
                                       .payload_type = 96,
                                       .marker = n,
                                       .payload = {100, 900},
                                       .picture_id = -1,
                                       .tl0_picidx = -1,
                                       .audio_level = -1,
                                       .orientation = -1,
                                       .playout_delay = -1};
    gw_source_forwarded(source, pkt, NOW);
    entries[n] = (struct gw_sent){.src_seq = FIRST + n, .out_seq = 500 + n, .ts = 7, .used = true, .marker = n};
    return pkt;
}

static int set_up(void **state)
{
    const struct gw_source_conf conf = {.kind = GW_VIDEO, .codec = GW_VP8, .clock_rate = 90000, .payload_type = 96};
    struct gw_sink_conf line = {.send = true,
                                .kind = GW_VIDEO,
                                .codec = GW_VP8,
                                .clock_rate = 90000,
                                .ssrc = 77,
                                .payload_type = 98,
                                .nack = true,
                                .two_byte_ok = true,
                                .mid = "video0"};

    for (unsigned i = 0; i < GW_EXT_COUNT; i++)
        line.ext[i] = (uint8_t)(i + 1);
    memset(&counters, 0, sizeof(counters));
    dirty.first = NULL;
    if (gw_timers_new(&timers) || gw_packet_pool_new(&pool, 64) ||
        gw_source_new(&source, 1, &conf, &events, NULL, timers, &counters))
        return -1;
    gw_sender_init(&sender, &dirty, timers, &counters);
    if (gw_sink_new(&sink, 2, &sender, NULL, NULL, &counters, 1))
        return -1;
    gw_sink_configure(sink, &line, NOW);
    if (gw_sink_link(sink, source, NOW))
        return -1;
    for (unsigned i = 0; i < N; i++) {
        pkts[i] = come(i);
        entries[i].epoch = sink->epoch;
    }
    return 0;
}

static int tear_down(void **state)
{
    for (unsigned i = 0; i < N; i++)
        gw_packet_unref(pkts[i]);
    gw_sink_free(sink);
    gw_sender_end(&sender);
    gw_source_free(source);
    assert_int_equal(gw_packet_pool_used(pool), 0);
    gw_packet_pool_free(pool);
    gw_timers_free(timers);
    return 0;
}

/* Both packets, the second with or without what is known of the first. */
static void write_both(struct gw_outgoing o[N], uint8_t *out, bool again, bool prev)
{
    memset(o, 0x5a, N * sizeof(*o));
    sender.twcc_seq = 65534;
    for (unsigned i = 0; i < N; i++)
        assert_true(gw_outgoing_prepare(&o[i], i && prev ? &o[i - 1] : NULL, &sender, sink, &entries[i], again, NOW));
    gw_outgoing_write(&o[1], out);
}

static void assert_same(bool again)
{
    struct gw_outgoing o[N];
    uint8_t with[2048], without[2048];
    struct gw_sent entry;
    size_t len;

    write_both(o, without, again, false);
    entry = entries[1];
    len = gw_outgoing_size(&o[1]);
    memset(entries[1].abs_time, 0, sizeof(entry.abs_time));
    entries[1].twcc = again ? entry.twcc : 0;
    write_both(o, with, again, true);
    assert_int_equal(gw_outgoing_size(&o[1]), len);
    assert_memory_equal(with, without, len);
    assert_int_equal(entries[1].twcc, entry.twcc);
    if (!again)
        assert_memory_equal(entries[1].abs_time, entry.abs_time, sizeof(entry.abs_time));
    assert_int_equal(o[1].twcc_used, !again);
}

static void plain_packets(void **state)
{
    assert_same(false);
    assert_int_equal(sender.twcc_seq, 0); /* both were counted, and it wrapped */
    sink->conf.ext[GW_EXT_TRANSPORT_CC] = 0;
    sink->conf.ext[GW_EXT_ABS_SEND_TIME] = 0;
    sink->conf.mid[0] = 0;
    {
        struct gw_outgoing o[N];
        uint8_t out[2048];

        write_both(o, out, false, true);
        assert_int_equal(o[1].header_len, 12); /* no extension at all */
        assert_int_equal(out[0], 0x80);
        assert_int_equal(out[1], 0x80 | 98);
    }
}

static void each_of_what_packets_bring(void **state)
{
    for (unsigned which = 0; which < 1u << (2 * 6); which++) {
        for (unsigned i = 0; i < N; i++) {
            struct gw_rtp_facts *f = &pkts[i]->facts;
            unsigned has = which >> i * 6;

            f->audio_level = has & 1 ? 20 : -1;
            f->orientation = has & 2 ? 1 : -1;
            f->playout_delay = has & 4 ? 0x123456 : -1;
            f->capture_ntp = has & 8 ? 0x1234567890 + i : 0;
            f->dependency_descriptor = has & 16 ? (struct gw_span){20, (uint16_t)(3 + 20 * i)} : (struct gw_span){0, 0};
            f->layers_allocation = has & 32 ? (struct gw_span){60, 4} : (struct gw_span){0, 0};
        }
        assert_same(false);
    }
}

static void widened_for_what_comes_last(void **state)
{
    sink->conf.ext[GW_EXT_ORIENTATION] = 15; /* only two bytes can say it: what was written before moves */
    pkts[0]->facts.orientation = pkts[1]->facts.orientation = 3;
    assert_same(false);
    sink->conf.ext[GW_EXT_MID] = 200; /* from the beginning */
    assert_same(false);
}

static void repetitions_are_made_from_their_entries(void **state)
{
    assert_same(false);
    gw_put_u24(entries[1].abs_time, 0x123456);
    entries[1].twcc = 99;
    {
        struct gw_outgoing o[N];
        uint8_t out[2048];

        write_both(o, out, true, true);
        assert_int_equal(o[1].twcc, 99);
        assert_int_equal(gw_get_u24(entries[1].abs_time), 0x123456);
        assert_false(o[1].twcc_used);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(plain_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_of_what_packets_bring, set_up, tear_down),
        cmocka_unit_test_setup_teardown(widened_for_what_comes_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repetitions_are_made_from_their_entries, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
