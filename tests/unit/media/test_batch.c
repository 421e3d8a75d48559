/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves together is arranged for long runs: counted as the kernel would, a run being equal sizes and a shorter
 * end. */
#include "media/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct gw_sink camera = {.conf = {.kind = GW_VIDEO}}, screen = {.conf = {.kind = GW_VIDEO}},
                      voice = {.conf = {.kind = GW_AUDIO}}, other = {.conf = {.kind = GW_AUDIO}};
static struct gw_sent entries[GW_BATCH_MOST];
static struct gw_batch batch;

static int set_up(void **state)
{
    memset(entries, 0, sizeof(entries));
    memset(&batch, 0, sizeof(batch));
    return 0;
}

static struct gw_outgoing *put(struct gw_sink *sink, uint32_t ts, uint16_t len)
{
    struct gw_outgoing *o = &batch.o[batch.n];

    o->sink = sink;
    o->entry = &entries[batch.n++];
    o->entry->ts = ts;
    o->header_len = 20;
    o->payload_len = len;
    o->paddable = sink->conf.kind == GW_VIDEO;
    return o;
}

static void put_frame(struct gw_sink *sink, uint32_t ts, const uint16_t *len, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(sink, ts, len[i]);
}

static unsigned runs(void)
{
    size_t size = 0;
    unsigned n = 0;
    bool ended = true;

    for (size_t i = 0; i < batch.n; i++) {
        size_t len = gw_outgoing_size(&batch.o[i]);

        if (ended || len > size) {
            size = len;
            ended = false;
            n++;
        }
        ended = len < size;
    }
    return n;
}

static void a_frame_is_one_run(void **state)
{
    put_frame(&camera, 90, (const uint16_t[]){1040, 1040, 1041, 1041, 700}, 5);
    gw_batch_even_out(&batch);
    assert_int_equal(runs(), 1);
    assert_int_equal(batch.o[0].pad, 1);
    assert_int_equal(entries[0].pad, 1); /* a repetition without RTX must be the same, bit for bit */
    assert_true(batch.o[0].header[0] & 1 << 5);
    assert_int_equal(batch.o[2].pad, 0);
    assert_int_equal(batch.o[4].pad, 0); /* it ends the run */
}

static void nothing_is_padded_by_much(void **state)
{
    put_frame(&camera, 90, (const uint16_t[]){1000, 1000 + GW_BATCH_PAD + 1, 1000}, 3);
    gw_batch_even_out(&batch);
    for (size_t i = 0; i < batch.n; i++)
        assert_int_equal(batch.o[i].pad, 0);
    assert_int_equal(runs(), 2);
}

static void two_frames_are_not_mixed(void **state)
{
    put_frame(&camera, 90, (const uint16_t[]){1040, 1041}, 2);
    put_frame(&camera, 180, (const uint16_t[]){1044, 1045}, 2);
    put_frame(&screen, 180, (const uint16_t[]){1046, 1047}, 2);
    gw_batch_even_out(&batch);
    assert_int_equal(batch.o[0].pad, 1);
    assert_int_equal(batch.o[2].pad, 1);
    assert_int_equal(batch.o[4].pad, 1);
    assert_int_equal(batch.o[1].pad + batch.o[3].pad + batch.o[5].pad, 0);
}

static void sound_ends_the_run_of_a_frame(void **state)
{
    put_frame(&camera, 90, (const uint16_t[]){1040, 1041, 1040}, 3);
    put(&voice, 7, 100);
    gw_batch_even_out(&batch);
    assert_int_equal(batch.o[2].pad, 1); /* the run goes on behind the frame */
    assert_int_equal(batch.o[3].pad, 0);
    assert_int_equal(runs(), 1);
}

static void speakers_share_a_run(void **state)
{
    put(&voice, 7, 90);
    put(&other, 9, 100);
    put(&voice, 8, 80);
    put(&other, 10, 60);
    gw_batch_even_out(&batch);
    assert_int_equal(batch.o[0].pad, 10);
    assert_int_equal(batch.o[1].pad, 0);
    assert_int_equal(batch.o[2].pad, 20);
    assert_int_equal(batch.o[3].pad, 0);
    assert_int_equal(runs(), 1);
}

static void silence_is_not_blown_up(void **state)
{
    put(&voice, 7, 3);
    put(&other, 9, 100);
    gw_batch_even_out(&batch);
    assert_int_equal(batch.o[0].pad, 0);
    assert_int_equal(runs(), 2);
}

/* A repetition without RTX has the length it had. */
static void repetitions_stay_as_they_were(void **state)
{
    struct gw_outgoing *o;

    o = put(&voice, 7, 90);
    o->again = true;
    o = put(&camera, 90, 1000);
    o->again = true;
    o->paddable = false;
    put_frame(&camera, 180, (const uint16_t[]){1003, 1004}, 2);
    gw_batch_even_out(&batch);
    assert_int_equal(batch.o[0].pad, 0);
    assert_int_equal(batch.o[1].pad, 0);
    assert_int_equal(batch.o[2].pad, 1);
}

static void a_full_batch(void **state)
{
    for (unsigned i = 0; i < GW_BATCH_MOST; i++)
        put(i < 24 ? &camera : &voice, i / 8, (uint16_t)(i < 24 ? 1000 + i % 3 : 100 + i % 5));
    gw_batch_even_out(&batch);
    assert_in_range(runs(), 3, 4);
    batch.n = 0;
    gw_batch_even_out(&batch);
    batch.n = 1;
    gw_batch_even_out(&batch);
}

static void sound_is_sorted_behind_pictures(void **state)
{
    static const enum gw_send_class classes[] = {GW_SEND_AUDIO, GW_SEND_AUDIO, GW_SEND_RTX,
                                                 GW_SEND_VIDEO, GW_SEND_VIDEO, GW_SEND_AUDIO};
    static const uint32_t expected[] = {2, 3, 4, 0, 1, 5};
    struct gw_batch_item items[GW_BATCH_MOST];

    for (uint32_t i = 0; i < 6; i++)
        items[i] = (struct gw_batch_item){.item = {.sink = &camera, .out_seq = i}, .class = classes[i]};
    gw_batch_sort(items, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(items[i].item.out_seq, expected[i]);
        assert_int_equal(items[i].class, classes[expected[i]]);
    }
    for (uint32_t i = 0; i < GW_BATCH_MOST; i++)
        items[i] = (struct gw_batch_item){.item = {.sink = &voice, .out_seq = i}, .class = GW_SEND_AUDIO};
    gw_batch_sort(items, GW_BATCH_MOST);
    for (uint32_t i = 0; i < GW_BATCH_MOST; i++)
        assert_int_equal(items[i].item.out_seq, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_frame_is_one_run, set_up),
        cmocka_unit_test_setup(nothing_is_padded_by_much, set_up),
        cmocka_unit_test_setup(two_frames_are_not_mixed, set_up),
        cmocka_unit_test_setup(sound_ends_the_run_of_a_frame, set_up),
        cmocka_unit_test_setup(speakers_share_a_run, set_up),
        cmocka_unit_test_setup(silence_is_not_blown_up, set_up),
        cmocka_unit_test_setup(repetitions_stay_as_they_were, set_up),
        cmocka_unit_test_setup(sound_is_sorted_behind_pictures, set_up),
        cmocka_unit_test_setup(a_full_batch, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
