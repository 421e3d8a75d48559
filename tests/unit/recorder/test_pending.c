/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/pending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void add(struct rec_pending *p, int stream, int64_t time, bool key)
{
    const struct rec_pending_frame f = {.stream = (struct rec_stream *)(intptr_t)stream,
                                        .time_us = time,
                                        .keyframe = key,
                                        .video = stream == 2,
                                        .len = 10};
    static const uint8_t bytes[10] = {1, 2, 3};

    rec_pending_push(p, &f, bytes);
}

static void takes(struct rec_pending *p, int64_t time)
{
    struct rec_pending_frame *f = rec_pending_pop(p);

    assert_non_null(f);
    assert_int_equal(f->time_us, time);
    assert_int_equal(f->bytes[2], 3);
    g_free(f);
}

static void begins_with_keyframes(void **state)
{
    struct rec_pending p = {0};

    add(&p, 2, 10, false);
    add(&p, 1, 5, true);
    add(&p, 2, 20, false);
    add(&p, 2, 30, true);
    add(&p, 2, 40, false);
    assert_int_equal(rec_pending_first_us(&p), 5);
    rec_pending_to_keyframes(&p);
    assert_int_equal(p.bytes, 30);
    takes(&p, 5);
    takes(&p, 30);
    takes(&p, 40);
    assert_null(rec_pending_pop(&p));
    assert_int_equal(rec_pending_first_us(&p), INT64_MAX);
}

static void is_bounded(void **state)
{
    struct rec_pending p = {0};

    for (int i = 0; i < 100; i++) {
        add(&p, 1, i, true);
        rec_pending_trim(&p, i - 20, 150);
        assert_true(p.bytes <= 150);
    }
    rec_pending_trim(&p, 95, 1000);
    assert_int_equal(p.frames.length, 5);
    add(&p, 2, 200, true);
    rec_pending_forget(&p, (struct rec_stream *)1);
    takes(&p, 200);
    add(&p, 1, 1, true);
    rec_pending_clear(&p);
    assert_int_equal(p.bytes, 0);
}

/* What pictures stand on is kept: sound and pictures from the keyframe on that the earliest of them needs. */
static void looks_back_to_a_keyframe(void **state)
{
    struct rec_pending p = {0};

    for (int i = 0; i < 100; i++) {
        add(&p, 1, i * 10, true);
        add(&p, 2, i * 10 + 1, i % 30 == 0);
    }
    rec_pending_trim(&p, 700, 100000);
    assert_int_equal(rec_pending_first_us(&p), 601);
    assert_true(rec_pending_has(&p, (struct rec_stream *)2));
    rec_pending_trim(&p, 650, 100000);
    takes(&p, 601);
    rec_pending_trim(&p, 0, 15);
    assert_int_equal(p.frames.length, 1);
    add(&p, 1, 995, true);
    rec_pending_trim(&p, 994, 100000); /* nobody needs pictures of a camera that sends none any more */
    takes(&p, 995);
    assert_false(rec_pending_has(&p, (struct rec_stream *)2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(begins_with_keyframes), cmocka_unit_test(is_bounded),
                                       cmocka_unit_test(looks_back_to_a_keyframe)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
