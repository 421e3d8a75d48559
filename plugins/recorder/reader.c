/* SPDX-License-Identifier: Apache-2.0 */
/* What both kinds of files share: RTP packets that wait, timestamps, and which reader it is. */
#include "reader.h"

#include <string.h>

#include "packetize.h"
#include "readfile.h"

static const uint32_t rates[] = {48000, 90000};

struct rec_read *rec_read_new(enum rec_read_kind kind, int64_t time_us, size_t len, const char *label)
{
    size_t more = label ? strlen(label) + 1 : 0;
    struct rec_read *p = g_malloc(sizeof(*p) + len + more);

    *p = (struct rec_read){.kind = kind, .time_us = time_us, .len = len};
    if (label)
        p->label = memcpy(p->bytes + len, label, more);
    return p;
}

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

static int64_t play_time(const struct rec_reader *r, int64_t time_us)
{
    return r->play_us + (time_us - r->from_us) * 100 / r->percent;
}

uint32_t rec_reader_rtp(const struct rec_reader *r, enum rec_read_kind kind, int64_t time_us)
{
    int64_t us = play_time(r, time_us);
    uint32_t rate = kind == REC_READ_VIDEO ? rates[1] : rec_codec_clock_rate(r->what.audio);

    return (uint32_t)(us / 1000000 * rate + us % 1000000 * rate / 1000000);
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* RFC 8285 section 4.2, with one element: the video orientation (3GPP TS 26.114 section 7.4.5). */
static size_t put_orientation(uint8_t *p, int rotation)
{
    const uint8_t extension[8] = {0xbe, 0xde, 0, 1, REC_READ_ORIENTATION << 4, (uint8_t)(rotation / 90 & 3)};

    memcpy(p, extension, sizeof(extension));
    return sizeof(extension);
}

void rec_read_head(struct rec_reader *r, struct rec_read *p, bool marker, uint16_t seq)
{
    static const uint8_t types[] = {REC_READ_AUDIO_PT, REC_READ_VIDEO_PT};

    p->bytes[1] = (uint8_t)(types[p->kind] | (marker ? 0x80 : 0));
    p->bytes[2] = (uint8_t)(seq >> 8);
    p->bytes[3] = (uint8_t)seq;
    r->made[p->kind] = seq;
    put32(p->bytes + 8, rec_reader_ssrc(r, p->kind));
}

struct rec_read *rec_read_rtp(struct rec_reader *r, enum rec_read_kind kind, int64_t time_us, const uint8_t *payload,
                              size_t len, bool marker, int rotation)
{
    bool turned = kind == REC_READ_VIDEO && marker && rotation >= 0;
    size_t head = turned ? 20 : 12;
    struct rec_read *p = rec_read_new(kind, time_us, head + len, NULL);

    p->bytes[0] = turned ? 0x90 : 0x80;
    rec_read_head(r, p, marker, (uint16_t)(r->made[kind] + 1));
    if (turned)
        put_orientation(p->bytes + 12, rotation);
    memcpy(p->bytes + head, payload, len);
    return p;
}

/* --- another pace ------------------------------------------------------------------------------------------------- */

bool rec_read_is_stretched(const struct rec_reader *r)
{
    return r->percent != 100;
}

struct stretched {
    struct rec_reader *r;
    int64_t time_us;
};

static void push_stretched(void *arg, const uint8_t *payload, size_t len, bool last)
{
    struct stretched *s = arg;

    rec_read_push(s->r, rec_read_rtp(s->r, REC_READ_AUDIO, s->time_us, payload, len, false, -1));
}

static void take_stretched(void *reader, const uint8_t *frame, size_t len, int64_t time_us)
{
    struct stretched s = {reader, time_us};

    rec_packetize(s.r->what.audio, frame, len, true, push_stretched, &s);
}

void rec_read_stretch(struct rec_reader *r, const uint8_t *frame, size_t len, int64_t time_us)
{
    if (r->stretch)
        rec_stretch_push(r->stretch, frame, len, time_us, take_stretched, r);
}

/* --- opening, taking out ------------------------------------------------------------------------------------------ */

int rec_reader_open(struct rec_reader **out, const struct rec_item *item)
{
    struct rec_reader *r = g_new0(struct rec_reader, 1);
    int err;

    r->what.red_payload_type = -1;
    r->percent = 100;
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
    rec_stretch_free(r->stretch);
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
    struct rec_read *p;

    while (!r->waiting.head && r->more(r))
        ;
    p = g_queue_peek_head(&r->waiting);
    if (p && p->kind != REC_READ_DATA)
        put32(p->bytes + 4, rec_reader_rtp(r, p->kind, p->time_us));
    return p;
}

void rec_reader_pop(struct rec_reader *r)
{
    struct rec_read *p = g_queue_pop_head(&r->waiting);

    if (p->kind != REC_READ_DATA)
        r->sent[p->kind] = (uint16_t)(p->bytes[2] << 8 | p->bytes[3]);
    g_free(p);
}

/* From here on time goes on at another place, or at another pace; for the receiver it just goes on. */
static void turn_to(struct rec_reader *r, int64_t from_us, int64_t at_us)
{
    r->play_us = play_time(r, from_us);
    r->from_us = at_us;
}

int64_t rec_reader_seek(struct rec_reader *r, int64_t from_us, int64_t to_us)
{
    int64_t at;

    g_queue_clear_full(&r->waiting, g_free);
    memcpy(r->made, r->sent, sizeof(r->made));
    at = r->seek(r, to_us < 0 ? 0 : to_us);
    turn_to(r, from_us, at);
    return at;
}

void rec_reader_speed(struct rec_reader *r, int64_t at_us, unsigned percent)
{
    if (percent == r->percent)
        return;
    turn_to(r, at_us, at_us);
    r->percent = percent;
    rec_stretch_free(r->stretch);
    r->stretch = percent == 100 || r->what.e2ee ? NULL : rec_stretch_new(r->what.audio, percent);
}
