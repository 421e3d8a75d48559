/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

/* OBUs of a frame, each with its size: types as letters, S sequence header, F frame, t tile group, ? others. */
static void assert_obus(const struct rec_frame *f, const char *expected)
{
    size_t at = 0, size;
    unsigned shift;
    uint8_t head;

    while (at < f->len) {
        head = f->data[at++];
        assert_true(head & 0x02);
        at += head & 0x04 ? 1 : 0;
        for (size = 0, shift = 0;; shift += 7) {
            assert_true(at < f->len);
            size |= (size_t)(f->data[at] & 0x7f) << shift;
            if (!(f->data[at++] & 0x80))
                break;
        }
        assert_true(size <= f->len - at);
        at += size;
        switch (head >> 3 & 0x0f) {
        case 1:
            assert_int_equal(*expected++, 'S');
            break;
        case 6:
            assert_int_equal(*expected++, 'F');
            break;
        default:
            assert_int_equal(*expected++, '?');
        }
    }
    assert_int_equal(*expected, '\0');
}

static void makes_frames_of_a_browsers_packets(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-av1-l1t3.hex", v, VECTORS_MAX), i;
    struct frames *f = frames_new(frames_conf(REC_AV1), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, 5);
    for (i = 0; i < f->n; i++) {
        assert_obus(&f->at[i], i ? "F" : "SF");
        assert_int_equal(f->at[i].keyframe, i == 0);
        assert_int_equal(f->at[i].width, 640);
        assert_int_equal(f->at[i].height, 480);
        assert_int_equal(f->at[i].config_changed, i == 0);
    }
    assert_true(f->at[0].config_len > 5 && f->at[0].config_len < 20);
    assert_memory_equal(f->at[0].config, f->at[0].data, f->at[0].config_len);
    frames_free(f);
    vectors_free(v, n);
}

static void layers_stay_together(void **state)
{
    static const char *const obus[] = {"SF", "F", "F", "F", "FF", "FF", "FF"};
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-av1-l3t3.hex", v, VECTORS_MAX), i;
    struct frames *f = frames_new(frames_conf(REC_AV1), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, 7);
    for (i = 0; i < f->n; i++)
        assert_obus(&f->at[i], obus[i]);
    frames_free(f);
    vectors_free(v, n);
}

static void rewrites_sizes_and_leaves_delimiters_out(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_AV1), FRAME_BUFFER);

    /* three elements: temporal delimiter with a size of its own, frame (key) with one, padding without */
    frames_push_payload(f, 1, 45, true, 0, "38 02 1200 05 3203 10aabb 7803");
    assert_int_equal(f->n, 1);
    assert_frame_is(&f->at[0], "3203 10aabb");
    assert_false(f->at[0].keyframe); /* without a sequence header nobody can begin here */
    /* a frame in three packets */
    frames_push_payload(f, 2, 45, false, 3000, "50 30 aa");
    frames_push_payload(f, 3, 45, false, 3000, "d0 bb");
    frames_push_payload(f, 4, 45, true, 3000, "90 cc");
    assert_int_equal(f->n, 2);
    assert_frame_is(&f->at[1], "3203 aabbcc");
    frames_free(f);
}

static void refuses_what_does_not_fit_together(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_AV1), FRAME_BUFFER);

    frames_push_payload(f, 1, 45, false, 0, "50 30 aa");
    frames_push_payload(f, 2, 45, true, 0, "10 30 bb");       /* does not continue it */
    frames_push_payload(f, 3, 45, true, 3000, "50 30 aa");    /* promises more, with a marker */
    frames_push_payload(f, 4, 45, true, 6000, "10 32 7f aa"); /* a size past the end */
    frames_push_payload(f, 5, 45, true, 9000, "10 b0 aa");    /* forbidden bit */
    assert_int_equal(f->n, 0);
    assert_int_equal(f->d.counters.broken + f->d.counters.dropped, 4);
    frames_push_payload(f, 6, 45, true, 12000, "10 30 aa");
    assert_int_equal(f->n, 1);
    assert_true(f->at[0].lost && f->at[0].undecodable);
    frames_free(f);
}

static void survives(void **state)
{
    frames_survive("rtp/chromium-av1-l1t3.hex", REC_AV1);
    frames_survive("rtp/chromium-av1-l3t3.hex", REC_AV1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_frames_of_a_browsers_packets),
        cmocka_unit_test(layers_stay_together),
        cmocka_unit_test(rewrites_sizes_and_leaves_delimiters_out),
        cmocka_unit_test(refuses_what_does_not_fit_together),
        cmocka_unit_test(survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
