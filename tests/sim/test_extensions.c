/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes through to receivers beside the media itself: capture times in our clock, layers allocations of their own
 * stream, redundant audio as far as they understand it. And what does not: extensions they have not asked for.
 */
#include "peer/state.h"
#include "rtcp/stats.h"
#include "rtp/ext.h"
#include "rtp/red.h"
#include "rtp/vla.h"
#include "sim/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ID_CAPTURE = 7, ID_ALLOCATION = 9, PT_RED = 63 };

static struct sim_world *world;
static struct sim_client *publisher, *asking, *plain; /* plain has negotiated none of it */
static struct sim_in *in_asking, *in_plain;
static struct {
    unsigned packets, captures, allocations;
    uint64_t ntp;
    int64_t offset;
    struct gw_vla vla;
    uint8_t payload_type, payload[64];
    size_t len;
} seen[2];

static void look(struct sim_in *in, const uint8_t *data, const struct gw_rtp_header *h)
{
    __typeof__(*seen) *s = &seen[in == in_plain];
    struct gw_span capture = gw_ext_find(data, h, ID_CAPTURE), allocation = gw_ext_find(data, h, ID_ALLOCATION);

    s->packets++;
    s->captures += capture.len && gw_ext_read_capture_time(data + capture.offset, capture.len, &s->ntp, &s->offset);
    s->allocations += allocation.len && !gw_vla_read(&s->vla, data + allocation.offset, allocation.len);
    s->payload_type = h->payload_type;
    s->len = h->payload.len < sizeof(s->payload) ? h->payload.len : sizeof(s->payload);
    memcpy(s->payload, data + h->payload.offset, s->len);
}

static struct sim_client *add(const struct gw_mline *m, struct sim_in **in)
{
    struct sim_client *c = sim_client_new(world, 0, true);

    sim_client_media(c, m, 1);
    if (in) {
        *in = sim_client_expect(c, m);
        (*in)->look = look;
        sim_link_tracks(world, sim_track(c, 0), sim_track(publisher, 0));
    }
    sim_client_connect(c);
    return c;
}

/* sent: of the publisher; got: of the one who asks; the other one has it without extensions and RED. */
static void open_with(const struct gw_mline *sent, const struct gw_mline *got)
{
    struct gw_mline less = *got;

    memset(seen, 0, sizeof(seen));
    less.ext[GW_EXT_ABS_CAPTURE_TIME] = less.ext[GW_EXT_LAYERS_ALLOCATION] = less.red_payload_type = 0;
    world = sim_world_new(3);
    publisher = add(sent, NULL);
    asking = add(got, &in_asking);
    plain = add(&less, &in_plain);
    sim_run_ms(world, 600);
}

static int tear_down(void **state)
{
    sim_world_free(world);
    return 0;
}

/* --- video -------------------------------------------------------------------------------------------------------- */

/* Two streams of two temporal layers; each packet says which one it belongs to. */
static void extend(const struct sim_out *o, struct gw_ext_builder *b)
{
    uint8_t allocation[] = {(uint8_t)(o->layer << 6 | 0x11), 0x50, 50, 100, 0x90, 0x03, 0xf4, 0x03};

    gw_ext_add_capture_time(b, ID_CAPTURE, UINT64_C(0xe0000000) << 32, (int64_t)2 << 32);
    gw_ext_add(b, ID_ALLOCATION, allocation, sizeof(allocation));
}

static void with_video(void)
{
    static const char *const rids[] = {"l", "h"};
    struct gw_mline sent = sim_video(0, true, false), got = sim_video(0, false, true);

    sent.layers = 2;
    sent.ext[GW_EXT_ABS_CAPTURE_TIME] = got.ext[GW_EXT_ABS_CAPTURE_TIME] = ID_CAPTURE;
    sent.ext[GW_EXT_LAYERS_ALLOCATION] = got.ext[GW_EXT_LAYERS_ALLOCATION] = ID_ALLOCATION;
    got.ext_two_byte_ok = true;
    for (unsigned i = 0; i < 2; i++)
        strcpy(sent.rid[i], rids[i]);
    open_with(&sent, &got);
    for (unsigned i = 0; i < 2; i++) {
        struct sim_out *o = sim_client_send(publisher, 0, true, i, rids[i]);

        o->extend = extend;
    }
    sim_run_ms(world, 5000);
    assert_true(seen[0].packets > 100);
    assert_true(seen[1].packets > 100);
}

/* The capturer's clock is two seconds ahead of the sender's, which is 777 s ahead of ours (stream.c). */
static void capture_times_are_of_our_clock(void **state)
{
    with_video();
    assert_int_equal(seen[0].captures, seen[0].packets);
    assert_true(seen[0].ntp == UINT64_C(0xe0000000) << 32);
    assert_in_range(seen[0].offset >> 32, 778, 779); /* less the way, which nobody can tell from a clock */
    assert_int_equal(seen[1].captures, 0);
}

static void allocations_are_of_the_receivers_stream(void **state)
{
    with_video();
    assert_int_equal(seen[0].allocations, seen[0].packets);
    assert_int_equal(seen[0].vla.streams, 1);
    assert_int_equal(seen[0].vla.layer[0][0].temporal, 2);
    assert_int_equal(seen[0].vla.layer[0][0].kbps[1], 500);
    assert_int_equal(seen[1].allocations, 0);
}

static struct {
    uint8_t data[1500];
    size_t len;
} first[65536];
static unsigned again;

/* Each packet before it is sealed. */
static void compare(void *arg, const uint8_t *data, size_t len)
{
    __typeof__(*first) *f = &first[data[2] << 8 | data[3]];

    if ((data[1] & 127) != SIM_PT_VP8)
        return;
    if (f->len) {
        again++;
        assert_int_equal(len, f->len);
        assert_memory_equal(data, f->data, len);
    }
    memcpy(f->data, data, len);
    f->len = len;
}

/* Without RTX a repetition has the same number, and so must be the same bytes: also when the clock is known better. */
static void repetitions_say_the_same(void **state)
{
    struct gw_mline sent = sim_video(0, true, false), got = sim_video(0, false, true);

    sent.ext[GW_EXT_ABS_CAPTURE_TIME] = got.ext[GW_EXT_ABS_CAPTURE_TIME] = ID_CAPTURE;
    sent.ext[GW_EXT_LAYERS_ALLOCATION] = got.ext[GW_EXT_LAYERS_ALLOCATION] = ID_ALLOCATION;
    got.rtx_payload_type = 0;
    open_with(&sent, &got);
    again = 0;
    gw_engine_find(world->worker[0].engine, asking->id)->sender.watch = compare;
    sim_client_send(publisher, 0, true, 0, NULL)->extend = extend;
    asking->down.loss = 0.1;
    publisher->up.jitter_us = 20000; /* the fastest report so far tells the clock best */
    sim_run_ms(world, 10000);
    assert_true(again > 50);
}

/* --- redundant audio ---------------------------------------------------------------------------------------------- */

static void send_red(uint16_t seq, const uint8_t *payload, size_t len)
{
    struct gw_rtp_header h = {.seq = seq, .timestamp = seq * 960u, .ssrc = sim_ssrc(publisher, 0, 0)};
    uint8_t data[200];
    struct gw_writer w = gw_writer_make(data, 12);

    h.payload_type = PT_RED;
    gw_rtp_write(&w, &h);
    memcpy(data + 12, payload, len);
    sim_client_rtp(publisher, data, 12, 12 + len, seq);
    sim_run_ms(world, 20);
}

static void red_is_stripped_for_those_without_it(void **state)
{
    static const char primary[] = "the present twenty milliseconds", before[] = "those before";
    const struct gw_red_block blocks[] = {{111, 960, (const uint8_t *)before, sizeof(before)},
                                          {111, 0, (const uint8_t *)primary, sizeof(primary)}};
    struct gw_mline sent = sim_audio(0, true, false), got = sim_audio(0, false, true);
    uint8_t red[100];
    int len = gw_red_join(red, sizeof(red), blocks, 2);

    sent.red_payload_type = got.red_payload_type = PT_RED;
    open_with(&sent, &got);
    sent.ssrc[0] = sim_ssrc(publisher, 0, 0);
    sim_client_media(publisher, &sent, 1);
    sim_run_ms(world, 100);
    for (uint16_t i = 1; i <= 20; i++)
        send_red(i, red, (size_t)len);
    assert_in_range(seen[0].packets, 19, 20);
    assert_int_equal(seen[0].payload_type, PT_RED);
    assert_int_equal(seen[0].len, len);
    assert_memory_equal(seen[0].payload, red, (size_t)len);
    assert_in_range(seen[1].packets, 19, 20);
    assert_int_equal(seen[1].payload_type, SIM_PT_OPUS);
    assert_int_equal(seen[1].len, sizeof(primary));
    assert_memory_equal(seen[1].payload, primary, sizeof(primary));
    send_red(21, (const uint8_t *)"\xff\xff\xff\xff", 4); /* not RED at all: only for those who know what it is */
    send_red(22, red, (size_t)len);
    assert_memory_equal(seen[1].payload, primary, sizeof(primary));
    assert_int_equal(seen[0].packets - seen[1].packets, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(capture_times_are_of_our_clock, tear_down),
        cmocka_unit_test_teardown(allocations_are_of_the_receivers_stream, tear_down),
        cmocka_unit_test_teardown(repetitions_say_the_same, tear_down),
        cmocka_unit_test_teardown(red_is_stripped_for_those_without_it, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
