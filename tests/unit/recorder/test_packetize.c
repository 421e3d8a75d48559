/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/packetize.h"

#include "frames.h"

struct again {
    struct frames *frames;
    uint64_t seq;
    uint32_t ts;
    unsigned n, last;
};

static void push(void *arg, const uint8_t *payload, size_t len, bool last)
{
    struct again *a = arg;
    uint8_t packet[12 + REC_PAYLOAD_MOST] = {0x80, last ? 0x80 : 0};

    assert_in_range(len, 1, REC_PAYLOAD_MOST);
    for (int i = 0; i < 4; i++)
        packet[4 + i] = (uint8_t)(a->ts >> (24 - 8 * i));
    memcpy(packet + 12, payload, len);
    rec_depacketizer_push(&a->frames->d, packet, 12 + len, a->seq++, 0);
    a->n++;
    a->last += last;
}

/* Frames of a browser, cut anew and put together again, are what they were. */
static void comes_back(const char *fixture, enum rec_codec codec)
{
    struct frames *first = frames_new(frames_conf(codec), 1 << 20), *second = frames_new(frames_conf(codec), 1 << 20);
    struct again a = {.frames = second, .seq = 0x10000};
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load(fixture, v, VECTORS_MAX);

    frames_push(first, v, n, 0);
    rec_depacketizer_flush(&first->d);
    assert_true(first->n > 0);
    for (size_t i = 0; i < first->n; i++) {
        unsigned before = a.n, said;

        a.ts = first->at[i].timestamp;
        said = rec_packetize(codec, first->at[i].data, first->at[i].len, first->at[i].keyframe, push, &a);
        assert_int_equal(said, a.n - before);
        assert_int_equal(a.last, i + 1);
    }
    rec_depacketizer_flush(&second->d);
    assert_int_equal(second->n, first->n);
    for (size_t i = 0; i < first->n; i++) {
        assert_int_equal(second->at[i].len, first->at[i].len);
        assert_memory_equal(second->at[i].data, first->at[i].data, first->at[i].len);
        assert_int_equal(second->at[i].keyframe, first->at[i].keyframe);
    }
    frames_free(first);
    frames_free(second);
    vectors_free(v, n);
}

static void vp8(void **state)
{
    comes_back("rtp/chromium-vp8-l1t3.hex", REC_VP8);
}

static void vp9(void **state)
{
    comes_back("rtp/chromium-vp9.hex", REC_VP9);
}

static void h264(void **state)
{
    comes_back("rtp/chromium-h264.hex", REC_H264);
}

static void av1(void **state)
{
    comes_back("rtp/chromium-av1-l1t3.hex", REC_AV1);
}

static void opus(void **state)
{
    comes_back("rtp/chromium-opus.hex", REC_OPUS);
}

static void count(void *arg, const uint8_t *payload, size_t len, bool last)
{
    assert_in_range(len, 1, REC_PAYLOAD_MOST);
    *(unsigned *)arg += 1;
}

/* Frames of every length, and rubbish: never a payload that is too long, never a byte read past the end. */
static void any_bytes(void **state)
{
    unsigned seed = 3;

    for (enum rec_codec codec = REC_CODEC_NONE; codec <= REC_CODEC_COUNT; codec++)
        for (size_t len = 0; len < 6000; len += 1 + len / 7) {
            uint8_t *frame = malloc(len ? len : 1);
            unsigned n = 0;

            for (size_t i = 0; i < len; i++)
                frame[i] = rand_r(&seed) % 3 ? (uint8_t)(rand_r(&seed) % 4) : (uint8_t)rand_r(&seed);
            unsigned said = rec_packetize(codec, frame, len, len % 2, count, &n);

            assert_int_equal(said, n);
            free(frame);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vp8), cmocka_unit_test(vp9),  cmocka_unit_test(h264),
        cmocka_unit_test(av1), cmocka_unit_test(opus), cmocka_unit_test(any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
