/* SPDX-License-Identifier: Apache-2.0 */
/* What both kinds of files share: RTP packets that wait, timestamps, and which reader it is. */
#include "reader.h"

#include <string.h>

#include "readfile.h"

static const uint32_t rates[] = {48000, 90000};

void rec_read_push(struct rec_reader *r, struct rec_read *packet)
{
    GList *l = r->waiting.tail;

    /* messages come out of a file of their own: they find their place by time */
    while (l && ((struct rec_read *)l->data)->time_us > packet->time_us && packet->kind == REC_READ_DATA)
        l = l->prev;
    if (l)
        g_queue_insert_after(&r->waiting, l, packet);
    else if (packet->kind == REC_READ_DATA)
        g_queue_push_head(&r->waiting, packet);
    else
        g_queue_push_tail(&r->waiting, packet);
}

uint32_t rec_reader_ssrc(const struct rec_reader *r, enum rec_read_kind kind)
{
    return kind == REC_READ_AUDIO ? 0x0ca2dea1 : 0x0ca2dea2;
}

uint32_t rec_reader_rtp(const struct rec_reader *r, enum rec_read_kind kind, int64_t time_us)
{
    int64_t us = time_us + r->shift_us;
    uint32_t rate = kind == REC_READ_VIDEO ? rates[1] : rec_codec_clock_rate(r->what.audio);

    return r->ts_base[kind] + (uint32_t)(us / 1000000 * rate + us % 1000000 * rate / 1000000);
}

struct rec_read *rec_read_rtp(struct rec_reader *r, enum rec_read_kind kind, int64_t time_us, const uint8_t *payload,
                              size_t len, bool marker)
{
    static const uint8_t types[] = {REC_READ_AUDIO_PT, REC_READ_VIDEO_PT};
    struct rec_read *p = g_malloc(sizeof(*p) + 12 + len);
    uint32_t ts = rec_reader_rtp(r, kind, time_us), ssrc = rec_reader_ssrc(r, kind);
    uint16_t seq = r->seq[kind]++;
    const uint8_t head[12] = {0x80,
                              (uint8_t)(types[kind] | (marker ? 0x80 : 0)),
                              (uint8_t)(seq >> 8),
                              (uint8_t)seq,
                              (uint8_t)(ts >> 24),
                              (uint8_t)(ts >> 16),
                              (uint8_t)(ts >> 8),
                              (uint8_t)ts,
                              (uint8_t)(ssrc >> 24),
                              (uint8_t)(ssrc >> 16),
                              (uint8_t)(ssrc >> 8),
                              (uint8_t)ssrc};

    *p = (struct rec_read){.kind = kind, .time_us = time_us, .rtp_ts = ts, .len = 12 + len};
    memcpy(p->bytes, head, 12);
    memcpy(p->bytes + 12, payload, len);
    return p;
}

int rec_reader_open(struct rec_reader **out, const struct rec_item *item)
{
    struct rec_reader *r = g_new0(struct rec_reader, 1);
    int err;

    r->what.red_payload_type = -1;
    r->seq[0] = r->seq[1] = 1;
    g_queue_init(&r->waiting);
    err = item->media->len && !item->e2ee ? rec_read_media_open(r, item) : rec_read_mjr_open(r, item);
    if (err) {
        rec_reader_free(r);
        return err;
    }
    *out = r;
    return 0;
}

void rec_reader_free(struct rec_reader *r)
{
    if (!r)
        return;
    if (r->close)
        r->close(r);
    g_queue_clear_full(&r->waiting, g_free);
    g_free(r);
}

const struct rec_playable *rec_reader_what(const struct rec_reader *r)
{
    return &r->what;
}

void rec_reader_red(struct rec_reader *r, bool accepted)
{
    r->red = accepted;
}

const struct rec_read *rec_reader_peek(struct rec_reader *r)
{
    while (!r->waiting.head && r->more(r))
        ;
    return g_queue_peek_head(&r->waiting);
}

void rec_reader_pop(struct rec_reader *r)
{
    g_free(g_queue_pop_head(&r->waiting));
}

int64_t rec_reader_seek(struct rec_reader *r, int64_t from_us, int64_t to_us)
{
    int64_t at;

    g_queue_clear_full(&r->waiting, g_free);
    at = r->seek(r, to_us < 0 ? 0 : to_us);
    r->shift_us += from_us - at;
    return at;
}
