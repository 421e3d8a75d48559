/* SPDX-License-Identifier: Apache-2.0 */
#include "turn.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/spherical.h>

#define HEADER_MOST (64 << 10) /* bytes in which the tracks are described; parameter sets are the largest part */

static bool add_matrix(AVStream *s, unsigned rotation)
{
    uint8_t *matrix = av_stream_new_side_data(s, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t));

    if (matrix)
        av_display_rotation_set((int32_t *)(void *)matrix, -(double)rotation);
    return matrix != NULL;
}

/* RFC 9559 section 5.1.4.1.28.41: the roll is counter-clockwise, -180…180 degrees. */
static bool add_projection(AVStream *s, unsigned rotation)
{
    size_t size;
    AVSphericalMapping *m = av_spherical_alloc(&size);

    if (!m)
        return false;
    m->projection = AV_SPHERICAL_EQUIRECTANGULAR;
    m->roll = (rotation <= 180 ? -(int32_t)rotation : 360 - (int32_t)rotation) * 65536;
    if (av_stream_add_side_data(s, AV_PKT_DATA_SPHERICAL, (uint8_t *)m, size) >= 0)
        return true;
    av_free(m);
    return false;
}

bool rec_turn_declare(AVStream *s, unsigned rotation)
{
    return !rotation || (av_dict_set_int(&s->metadata, "rotate", rotation, 0) >= 0 && add_matrix(s, rotation) &&
                         add_projection(s, rotation));
}

/*
 * What is written: Projection 76 70, its size; type 76 71 81 01; private data 76 72 94 and 20 bytes; roll. The type
 * becomes 0 (rectangular), and the private data, which a rectangle has none of, a Void of the same length. No other
 * bytes of a header look like this.
 */
static int settle(int fd, const uint8_t *header, size_t len)
{
    static const uint8_t written[] = {0x76, 0x71, 0x81, 0x01, 0x76, 0x72, 0x94};
    static const uint8_t right[] = {0x76, 0x71, 0x81, 0x00, 0xec, 0x95, 0x00};
    const uint8_t *at = header;

    while ((at = memmem(at, len - (size_t)(at - header), written, sizeof(written)))) {
        if (pwrite(fd, right, sizeof(right), at - header) != sizeof(right))
            return -errno;
        at += sizeof(written);
    }
    return 0;
}

int rec_turn_settle(int fd)
{
    uint8_t *header = malloc(HEADER_MOST);
    ssize_t n = header ? pread(fd, header, HEADER_MOST, 0) : -1;
    int err = !header ? -ENOMEM : n < 0 ? -errno : settle(fd, header, (size_t)n);

    free(header);
    return err;
}
