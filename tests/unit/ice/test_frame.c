/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static uint8_t stream[16384];
static size_t stream_len;

static void write_frame(size_t len)
{
    stream[stream_len++] = (uint8_t)(len >> 8);
    stream[stream_len++] = (uint8_t)len;
    for (size_t i = 0; i < len; i++)
        stream[stream_len++] = (uint8_t)(len + i);
}

/* The same frames come out, however the stream is cut. */
static void any_cut(void **state)
{
    static const size_t sizes[] = {1, 0, 20, GW_FRAME_MAX, 0, 0, GW_FRAME_MAX, 2, 700, 800, GW_FRAME_MAX};
    static struct gw_deframer d;

    stream_len = 0;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        write_frame(sizes[i]);
    for (size_t cut = 1; cut < 4000; cut += cut < 10 ? 1 : 97) {
        size_t at = 0, next = 0;

        gw_deframer_init(&d);
        while (at < stream_len) {
            uint8_t *frame, *to;
            size_t room, n, len;

            to = gw_deframer_room(&d, &room);
            assert_true(room > 0);
            n = cut < room ? cut : room;
            n = n < stream_len - at ? n : stream_len - at;
            memcpy(to, stream + at, n);
            gw_deframer_add(&d, n);
            at += n;
            while (gw_deframer_take(&d, &frame, &len) == 1) {
                while (!sizes[next])
                    next++;
                assert_int_equal(len, sizes[next]);
                for (size_t i = 0; i < len; i++)
                    assert_int_equal(frame[i], (uint8_t)(len + i));
                next++;
            }
        }
        assert_int_equal(next, sizeof(sizes) / sizeof(sizes[0]));
    }
}

static void too_long(void **state)
{
    static struct gw_deframer d;
    uint8_t *frame, *to;
    size_t room, len;

    gw_deframer_init(&d);
    to = gw_deframer_room(&d, &room);
    to[0] = (GW_FRAME_MAX + 1) >> 8;
    to[1] = (GW_FRAME_MAX + 1) & 0xff;
    gw_deframer_add(&d, 1);
    assert_int_equal(gw_deframer_take(&d, &frame, &len), 0);
    gw_deframer_add(&d, 1);
    assert_int_equal(gw_deframer_take(&d, &frame, &len), GW_EPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut),
        cmocka_unit_test(too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
