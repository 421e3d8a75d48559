/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets into a recorder's depacketizer. First byte: codec; second: choices; then packets, each with two bytes of
 * length before it. Their sequence numbers are their own.
 */
#include <stdlib.h>
#include <string.h>

#include "../../plugins/recorder/depacketize/depacketize.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct run {
    struct rec_depacketizer d;
    const uint8_t *buffer, *packet;
    size_t size, packet_len, total;
    enum rec_codec codec;
};

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool is_within(const uint8_t *p, size_t len, const uint8_t *outer, size_t outer_len)
{
    return p >= outer && p <= outer + outer_len && len <= (size_t)(outer + outer_len - p);
}

/* OBUs with sizes, from the first byte to the last. */
static void check_av1(const struct rec_frame *f)
{
    size_t at = 0, size;
    unsigned shift;
    uint8_t head;

    while (at < f->len) {
        head = f->data[at++];
        require(head & 0x02 && !(head & 0x80));
        at += head & 0x04 ? 1 : 0;
        for (size = 0, shift = 0;; shift += 7) {
            require(at < f->len && shift < 28);
            size |= (size_t)(f->data[at] & 0x7f) << shift;
            if (!(f->data[at++] & 0x80))
                break;
        }
        require(size <= f->len - at);
        at += size;
    }
}

static void take(void *arg, const struct rec_frame *f)
{
    struct run *run = arg;

    require(f->len > 0 && f->config_len <= REC_CONFIG_MAX && !f->config == !f->config_len);
    require(is_within(f->data, f->len, run->buffer, run->size) ||
            (!rec_codec_is_video(run->codec) && is_within(f->data, f->len, run->packet, run->packet_len)));
    require(f->first_seq <= f->last_seq && f->rotation <= 270);
    require(!f->keyframe || !f->undecodable);
    if (run->codec == REC_AV1)
        check_av1(f);
    if (run->codec == REC_H264 || run->codec == REC_H265)
        require(f->len > 4 && !memcmp(f->data, "\0\0\0\1", 4));
    run->total += f->len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rec_depacketizer_conf conf = {.payload_type = -1, .red_payload_type = -1, .emit = take};
    struct run run = {0};
    uint64_t cycles = 0x10000;
    uint16_t seq, last = 0;
    uint8_t *buffer;
    size_t size;

    if (len < 2)
        return 0;
    run.codec = conf.codec = (enum rec_codec)(1 + data[0] % (REC_CODEC_COUNT - 1));
    if (data[1] & 0x80)
        conf.red_payload_type = 63;
    conf.orientation_id = data[1] >> 4 & 7 ? 13 : 0;
    conf.buffer_size = run.size = (size_t)16 << (data[1] & 0x0f);
    conf.buffer = buffer = malloc(conf.buffer_size);
    conf.arg = &run;
    require(buffer != NULL);
    run.buffer = buffer;
    require(!rec_depacketizer_init(&run.d, &conf));
    data += 2;
    len -= 2;
    while (len > 2) {
        size = (size_t)(data[0] << 8 | data[1]);
        data += 2;
        len -= 2;
        size = size < len ? size : len;
        seq = size > 3 ? (uint16_t)(data[2] << 8 | data[3]) : last;
        if (seq < last && last - seq > 0x8000)
            cycles += 0x10000;
        last = seq;
        run.packet = data;
        run.packet_len = size;
        rec_depacketizer_push(&run.d, data, size, cycles + seq, 0);
        data += size;
        len -= size;
    }
    rec_depacketizer_flush(&run.d);
    free(buffer);
    return 0;
}
