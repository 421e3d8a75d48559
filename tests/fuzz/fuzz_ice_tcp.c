/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of RFC 4571 frames, cut into pieces as the first byte says: the same frames must come out as from a plain
 * reading of the whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ice/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The frame at *at, not empty; 1, 0 or -1 as gw_deframer_take(). */
static int plain(const uint8_t *data, size_t len, size_t *at, const uint8_t **frame, size_t *n)
{
    while (len - *at >= 2) {
        size_t size = (size_t)(data[*at] << 8 | data[*at + 1]);

        if (size > GW_FRAME_MAX)
            return -1;
        if (len - *at - 2 < size)
            return 0;
        *frame = data + *at + 2;
        *n = size;
        *at += 2 + size;
        if (size)
            return 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gw_deframer *d = malloc(sizeof(*d));
    size_t cut, fed = 0, at = 0;
    int got = 0;

    if (!d || len < 1) {
        free(d);
        return 0;
    }
    cut = (size_t)data[0] * 7 + 1;
    data++;
    len--;
    gw_deframer_init(d);
    while (fed < len && got >= 0) {
        size_t room, n;
        uint8_t *to = gw_deframer_room(d, &room), *frame;

        if (!room)
            abort();
        n = cut < room ? cut : room;
        n = n < len - fed ? n : len - fed;
        memcpy(to, data + fed, n);
        gw_deframer_add(d, n);
        fed += n;
        while ((got = gw_deframer_take(d, &frame, &n)) != 0) {
            const uint8_t *expected = NULL;
            size_t expected_len = 0;
            int result = plain(data, len, &at, &expected, &expected_len);

            if (got < 0) {
                if (result >= 0)
                    abort();
                break;
            }
            if (result != 1 || n != expected_len || memcmp(frame, expected, n))
                abort();
        }
    }
    free(d);
    return 0;
}
