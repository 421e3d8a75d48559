/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t bytes[1200];

static struct rec_track *video(void)
{
    const struct rec_track_conf conf = {.kind = CARDEA_VIDEO, .codec = REC_VP8, .mid = strdup("1")};

    return rec_track_new(&conf, 7, 65536);
}

static void give(struct rec_track *t, uint64_t seq, uint8_t layer, bool key, int64_t at_us)
{
    const struct cardea_packet p = {
        .data = bytes, .len = sizeof(bytes), .ext_seq = seq, .substream = layer, .keyframe = key, .arrival_us = at_us};

    rec_track_packet(t, &p);
}

static uint64_t next(struct rec_track *t, bool *gap)
{
    struct rec_entry *e = rec_ring_next(&t->ring);
    uint64_t seq = e ? e->ext_seq : 0;

    if (e && gap)
        *gap = e->gap;
    if (e)
        rec_ring_release(&t->ring, e);
    return seq;
}

/* A disk that stands still: frames are left out as groups, counted, and what comes back begins with a keyframe. */
static void overload_drops_groups(void **state)
{
    struct rec_track *t = video();
    uint64_t seq = 1, taken = 0;
    bool gap;

    give(t, seq++, 0, true, 0);
    while (!atomic_load(&t->starving))
        give(t, seq++, 0, false, 0);
    assert_int_equal(atomic_load(&t->dropped_packets), 1);
    give(t, seq++, 0, true, 0); /* a keyframe, but there is no room */
    assert_int_equal(atomic_load(&t->dropped_packets), 2);
    while (next(t, &gap)) {
        assert_false(gap);
        taken++;
    }
    assert_int_equal(taken, seq - 1 - 2);
    give(t, seq++, 0, false, 0); /* room, but no keyframe */
    assert_int_equal(next(t, NULL), 0);
    give(t, seq, 0, true, 0);
    assert_false(atomic_load(&t->starving));
    assert_int_equal(next(t, &gap), seq);
    assert_true(gap);
    assert_int_equal(atomic_load(&t->dropped_bytes), 3 * sizeof(bytes));
    rec_track_free(t);
}

static void the_best_layer_is_taken(void **state)
{
    struct rec_track *t = video();

    give(t, 100, 0, true, 0);
    give(t, 200, 1, false, 1000); /* better, but decoding cannot begin there */
    give(t, 101, 0, false, 2000);
    give(t, 201, 1, true, 3000);
    give(t, 102, 0, true, 4000); /* worse */
    give(t, 202, 1, false, 5000);
    give(t, 103, 0, true, 900000);
    give(t, 104, 0, true, 1100000); /* the better one is silent */
    give(t, 105, 0, false, 1200000);
    assert_int_equal(next(t, NULL), 100);
    assert_int_equal(next(t, NULL), 101);
    assert_int_equal(next(t, NULL), 201);
    assert_int_equal(next(t, NULL), 202);
    assert_int_equal(next(t, NULL), 104);
    assert_int_equal(next(t, NULL), 105);
    assert_int_equal(next(t, NULL), 0);
    rec_track_free(t);
}

static void reports_go_the_same_way(void **state)
{
    struct rec_track *t = video();
    const struct cardea_report r = {.rtp = 1234, .local_us = 5678, .substream = 2};
    struct rec_entry *e;

    rec_track_report(t, &r);
    e = rec_ring_next(&t->ring);
    assert_int_equal(e->kind, REC_ENTRY_REPORT);
    assert_int_equal(e->timestamp, 1234);
    assert_int_equal(e->time_us, 5678);
    assert_int_equal(e->substream, 2);
    atomic_store(&t->closed, true);
    rec_ring_release(&t->ring, e);
    give(t, 1, 0, true, 0);
    assert_int_equal(next(t, NULL), 0);
    rec_track_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overload_drops_groups),
        cmocka_unit_test(the_best_layer_is_taken),
        cmocka_unit_test(reports_go_the_same_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
