/* SPDX-License-Identifier: Apache-2.0 */
/* .mjr files for tests: the packets of a browser, over and over, under new numbers. */
#ifndef TESTS_UNIT_REC_MJRS_H
#define TESTS_UNIT_REC_MJRS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../plugins/recorder/mjr.h"
#include "support/vectors.h"

struct mjrs_conf {
    const char *fixture, *codec;
    enum rec_mjr_kind kind;
    uint32_t rate, step; /* Hz; ticks between frames */
    unsigned frames;
    int64_t first_us; /* since the epoch */
};

static inline void mjrs_head(FILE *f, const struct rec_mjr_info *info)
{
    uint8_t out[REC_MJR_MAGIC + 2 + REC_MJR_INFO_MAX];
    size_t n = rec_mjr_write_magic(out);

    n += (size_t)rec_mjr_write_info(out + n, sizeof(out) - n, info);
    assert_int_equal(fwrite(out, 1, n, f), n);
}

/* Frames are packets with one timestamp; a fixture's last frame may be cut off, and is left out when it is. */
static inline void mjrs_write(const char *path, const struct mjrs_conf *c)
{
    static uint8_t out[70000];
    struct rec_mjr_writer w;
    struct rec_mjr_info info;
    struct vector v[64];
    size_t n = vectors_load(c->fixture, v, 64), i = 0;
    unsigned frame = 0;
    uint16_t seq = 1;
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    rec_mjr_info_clear(&info, c->kind, c->codec);
    info.created_us = info.first_us = c->first_us;
    mjrs_head(f, &info);
    rec_mjr_writer_init(&w, c->kind == REC_MJR_VIDEO, c->rate);
    while (c->kind == REC_MJR_VIDEO && n && !(v[n - 1].data[1] & 0x80))
        free(v[--n].data);
    while (frame < c->frames) {
        uint32_t ts = frame * c->step;
        uint8_t old[4];
        int len;

        memcpy(old, v[i].data + 4, 4);
        v[i].data[2] = (uint8_t)(seq >> 8);
        v[i].data[3] = (uint8_t)seq++;
        v[i].data[4] = (uint8_t)(ts >> 24);
        v[i].data[5] = (uint8_t)(ts >> 16);
        v[i].data[6] = (uint8_t)(ts >> 8);
        v[i].data[7] = (uint8_t)ts;
        len = rec_mjr_write_packet(&w, out, sizeof(out), v[i].data, v[i].len, (int64_t)ts * 1000000 / c->rate);
        assert_true(len > 0);
        assert_int_equal(fwrite(out, 1, (size_t)len, f), len);
        memcpy(v[i].data + 4, old, 4);
        if (i + 1 == n || memcmp(v[i + 1].data + 4, old, 4))
            frame++;
        i = (i + 1) % n;
    }
    fclose(f);
    vectors_free(v, n);
}

#endif
