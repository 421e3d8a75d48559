/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

static void makes_frames_of_a_browsers_packets(void **state)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-vp9.hex", v, VECTORS_MAX), i;
    struct frames *f = frames_new(frames_conf(REC_VP9), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, 5);
    assert_int_equal(f->at[0].width, 640);
    assert_int_equal(f->at[0].height, 480);
    for (i = 0; i < f->n; i++) {
        assert_int_equal(f->at[i].keyframe, i == 0);
        assert_int_equal(f->at[i].data[0] >> 6, 2); /* frame marker */
        assert_int_equal(f->at[i].data[0] >> 2 & 1, i != 0);
        assert_false(f->at[i].lost || f->at[i].undecodable);
    }
    frames_free(f);
    vectors_free(v, n);
}

/* The frames of a picture and where the index says that they lie. */
static void assert_superframe(const struct rec_frame *f, unsigned frames)
{
    const uint8_t *index = f->data + f->len;
    uint8_t last = index[-1], bytes = (last >> 3 & 3) + 1;
    size_t total = 0, length = 2 + (size_t)frames * bytes;
    unsigned i, j;

    assert_int_equal(last & 0xe0, 0xc0);
    assert_int_equal((last & 7) + 1, frames);
    index -= length;
    assert_int_equal(index[0], last);
    for (i = 0; i < frames; i++) {
        size_t size = 0;

        for (j = 0; j < bytes; j++)
            size |= (size_t)index[1 + i * bytes + j] << (8 * j);
        assert_int_equal(f->data[total] >> 6, 2);
        assert_int_equal(!!(f->data[total] & 0x02), i + 1 == frames); /* only the highest is shown */
        total += size;
    }
    assert_int_equal(total + length, f->len);
}

static void layers_become_superframes(void **state)
{
    static const unsigned layers[] = {1, 1, 1, 2, 2, 2};
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load("rtp/chromium-vp9-l3t3key.hex", v, VECTORS_MAX), i;
    struct frames *f = frames_new(frames_conf(REC_VP9), FRAME_BUFFER);

    frames_push(f, v, n, 0);
    assert_int_equal(f->n, 6);
    for (i = 0; i < f->n; i++) {
        if (layers[i] > 1)
            assert_superframe(&f->at[i], layers[i]);
    }
    assert_true(f->at[0].keyframe);
    assert_int_equal(f->at[0].width, 320);
    assert_true(f->at[3].keyframe); /* the second layer begins with another key picture */
    assert_int_equal(f->at[3].width, 640);
    assert_int_equal(f->at[3].height, 480);
    frames_free(f);
    vectors_free(v, n);
}

static void hides_frames(void **state)
{
    /* resilient inter frame of 16x16: refresh 1, references 0, size written out, and so on */
    static const char header[] =
        "10 0 0 0 1 1 1 00000001 0000 0000 0000 000 0000000000001111 0000000000001111 0 0 1 00 "
        "000001 000 0 00000001 000 0 0 0000000000000101";
    struct rec_vp9_size references[REC_VP9_REFERENCES] = {{0}};
    struct rec_vp9_header h, again;
    uint8_t frame[32] = {0}, before[32];
    size_t bits = 0, bytes, i;
    const char *c;

    for (c = header; *c; c++) {
        if (*c != ' ') {
            frame[bits / 8] |= (uint8_t)((*c - '0') << (7 - bits % 8));
            bits++;
        }
    }
    bytes = (bits + 7) / 8;
    memset(frame + bytes, 0xee, 5);
    memcpy(before, frame, sizeof(frame));
    assert_true(rec_vp9_read(&h, references, frame, bytes + 5));
    assert_true(h.shown && h.resilient && !h.key && h.can_hide);
    assert_int_equal(h.bits, bits);
    assert_int_equal(h.size.width, 16);
    assert_int_equal(references[0].height, 16);
    assert_int_equal(references[1].height, 0);
    if (bits % 8 == 0)
        assert_int_equal(rec_vp9_hide(&h, frame, bytes + 5, bytes + 5, bytes + 5), 0); /* no room */
    assert_int_equal(rec_vp9_hide(&h, frame, bytes + 5, bytes + 5, sizeof(frame)), (bits + 1 + 7) / 8 + 5);
    assert_int_equal(frame[0], before[0] & ~0x02);
    for (i = 8; i < bits; i++)
        assert_int_equal(frame[(i + 1) / 8] >> (7 - (i + 1) % 8) & 1, before[i / 8] >> (7 - i % 8) & 1);
    assert_int_equal(frame[1] >> 7, 0);
    for (i = 0; i < 5; i++)
        assert_int_equal(frame[(bits + 1 + 7) / 8 + i], 0xee);
    assert_false(rec_vp9_read(&again, references, frame, sizeof(frame)));
    for (i = 0; i < bytes; i++)
        assert_false(rec_vp9_read(&again, references, before, i)); /* cut off */
}

static void a_layer_without_its_end_costs_the_picture(void **state)
{
    struct frames *f = frames_new(frames_conf(REC_VP9), FRAME_BUFFER);

    frames_push_payload(f, 1, 98, false, 0, "8c 9234 a2498342e005f003f060"); /* B E */
    frames_push_payload(f, 2, 98, true, 0, "28 13 09 87aabb");               /* B of layer 1, and never E */
    frames_push_payload(f, 3, 98, true, 3000, "8c 9235 a2498342e005f003f060");
    assert_int_equal(f->n, 1);
    assert_true(f->at[0].lost);
    assert_true(f->at[0].keyframe);
    assert_false(f->at[0].undecodable);
    assert_int_equal(f->at[0].width, 96);
    assert_int_equal(f->d.counters.dropped, 1);
    frames_free(f);
}

static void survives(void **state)
{
    frames_survive("rtp/chromium-vp9.hex", REC_VP9);
    frames_survive("rtp/chromium-vp9-l3t3key.hex", REC_VP9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_frames_of_a_browsers_packets),
        cmocka_unit_test(layers_become_superframes),
        cmocka_unit_test(hides_frames),
        cmocka_unit_test(a_layer_without_its_end_costs_the_picture),
        cmocka_unit_test(survives),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
