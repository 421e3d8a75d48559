/* SPDX-License-Identifier: Apache-2.0 */
/* A depacketizer under test, and copies of the frames that came out of it. */
#ifndef TESTS_UNIT_RECORDER_FRAMES_H
#define TESTS_UNIT_RECORDER_FRAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../plugins/recorder/depacketize/depacketize.h"
#include "support/vectors.h"

#define FRAMES_MAX   64
#define VECTORS_MAX  64
#define FRAME_BUFFER 65536

struct frames {
    struct rec_depacketizer d;
    uint8_t *buffer;
    struct rec_frame at[FRAMES_MAX]; /* data and config are ours */
    size_t n;
};

static inline uint8_t *frames_copy(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);

    assert_non_null(copy);
    if (len)
        memcpy(copy, data, len);
    return copy;
}

static inline void frames_take(void *arg, const struct rec_frame *frame)
{
    struct frames *f = arg;

    assert_true(f->n < FRAMES_MAX);
    assert_true(frame->len > 0);
    f->at[f->n] = *frame;
    f->at[f->n].data = frames_copy(frame->data, frame->len);
    f->at[f->n].config = frame->config ? frames_copy(frame->config, frame->config_len) : NULL;
    f->n++;
}

static inline struct rec_depacketizer_conf frames_conf(enum rec_codec codec)
{
    return (struct rec_depacketizer_conf){.codec = codec, .payload_type = -1, .red_payload_type = -1};
}

/* conf without buffer and callback; size: of the frame buffer. */
static inline struct frames *frames_new(struct rec_depacketizer_conf conf, size_t size)
{
    struct frames *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->buffer = malloc(size);
    conf.buffer = f->buffer;
    conf.buffer_size = size;
    conf.emit = frames_take;
    conf.arg = f;
    assert_int_equal(rec_depacketizer_init(&f->d, &conf), 0);
    return f;
}

static inline void frames_free(struct frames *f)
{
    while (f->n--) {
        free((void *)f->at[f->n].data);
        free((void *)f->at[f->n].config);
    }
    free(f->buffer);
    free(f);
}

/* Packets of a fixture under their own sequence numbers, past 1 << 16; the ones in `without` are left out. */
static inline void frames_push(struct frames *f, const struct vector *v, size_t n, uint64_t without)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (!(without >> i & 1))
            rec_depacketizer_push(&f->d, v[i].data, v[i].len, 0x10000u + (uint64_t)(v[i].data[2] << 8 | v[i].data[3]),
                                  (int64_t)i * 1000);
    }
}

/* One packet with this payload in hex. */
static inline void frames_push_payload(struct frames *f, uint64_t seq, uint8_t payload_type, bool marker, uint32_t ts,
                                       const char *hex)
{
    struct vector v = vector_from_hex(hex);
    uint8_t *packet = malloc(12 + v.len);

    assert_non_null(packet);
    memset(packet, 0, 12);
    packet[0] = 0x80;
    packet[1] = (uint8_t)((marker ? 0x80 : 0) | payload_type);
    packet[2] = (uint8_t)(seq >> 8);
    packet[3] = (uint8_t)seq;
    packet[4] = (uint8_t)(ts >> 24);
    packet[5] = (uint8_t)(ts >> 16);
    packet[6] = (uint8_t)(ts >> 8);
    packet[7] = (uint8_t)ts;
    if (v.len)
        memcpy(packet + 12, v.data, v.len);
    rec_depacketizer_push(&f->d, packet, 12 + v.len, seq, (int64_t)seq * 1000);
    free(packet);
    free(v.data);
}

static inline void assert_frame_is(const struct rec_frame *f, const char *hex)
{
    struct vector v = vector_from_hex(hex);

    assert_int_equal(f->len, v.len);
    assert_memory_equal(f->data, v.data, v.len);
    free(v.data);
}

/*
 * What holds for every codec: each truncation of each packet of a fixture, between whole ones, harms nothing; every
 * buffer size is respected; and one missing packet costs the frame it belongs to.
 */
static inline void frames_survive(const char *fixture, enum rec_codec codec)
{
    struct vector v[VECTORS_MAX];
    size_t n = vectors_load(fixture, v, VECTORS_MAX), i, cut, size, whole;
    struct frames *f;

    assert_true(n > 2);
    for (i = 0; i < n; i++) {
        for (cut = 0; cut <= v[i].len; cut += cut < 64 ? 1 : 37) {
            struct vector kept = v[i], part = {frames_copy(v[i].data, cut), cut};
            uint64_t seq = 0x10000u + (uint64_t)(v[i].data[2] << 8 | v[i].data[3]);

            f = frames_new(frames_conf(codec), FRAME_BUFFER);
            frames_push(f, v, i, 0);
            rec_depacketizer_push(&f->d, part.data, part.len, seq, 0);
            frames_push(f, v + i + 1, n - i - 1, 0);
            rec_depacketizer_flush(&f->d);
            frames_free(f);
            free(part.data);
            v[i] = kept;
        }
    }
    f = frames_new(frames_conf(codec), FRAME_BUFFER);
    frames_push(f, v, n, 0);
    whole = f->n;
    assert_int_equal(f->d.counters.broken + f->d.counters.dropped + f->d.counters.too_big, 0);
    frames_free(f);
    for (size = 1; size < 12000; size = size * 3 / 2 + 1) {
        f = frames_new(frames_conf(codec), size);
        frames_push(f, v, n, 0);
        assert_true(f->n <= whole);
        frames_free(f);
    }
    for (i = 1; i + 1 < n; i++) {
        f = frames_new(frames_conf(codec), FRAME_BUFFER);
        frames_push(f, v, n, (uint64_t)1 << i);
        assert_true(f->n < whole);
        assert_int_equal(f->d.counters.lost, 1);
        frames_free(f);
    }
    vectors_free(v, n);
}

#endif
