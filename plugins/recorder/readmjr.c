/* SPDX-License-Identifier: Apache-2.0 */
/* Packets out of .mjr files, ordered by timestamp and sequence number. */
#include <stdlib.h>
#include <string.h>

#include "mjr.h"
#include "readfile.h"

#define ORIENTATION "urn:3gpp:video-orientation"
#define AUDIO_LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define MOST_BYTES  (1ll << 32)

struct stored {
    int64_t ts, seq; /* extended; DATA: ts is µs */
    const uint8_t *body;
    size_t len;
};

struct track {
    GMappedFile *map;
    GArray *packets; /* struct stored */
    guint next;
    int64_t offset_us; /* where its first packet lies on the timeline */
    uint32_t rate;
    bool red; /* some packets are RED */
};

struct mjr {
    struct track track[3]; /* by enum rec_read_kind */
    char fmtp[REC_MJR_TEXT_MAX];
};

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const struct stored *x = a, *y = b;

    if (x->ts != y->ts)
        return x->ts < y->ts ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void read_packets(struct track *t, struct rec_mjr_reader *reader, bool data)
{
    struct rec_mjr_frame f;
    struct stored s = {0};
    bool first = true;

    while (rec_mjr_next(reader, &f) == 1) {
        if (data) {
            s.ts = f.wall_us;
            s.seq++;
        } else if (first) {
            s.ts = get32(f.body + 4);
            s.seq = get16(f.body + 2);
        } else { /* past the wrap of both counters */
            s.ts += (int32_t)(get32(f.body + 4) - (uint32_t)s.ts);
            s.seq += (int16_t)(get16(f.body + 2) - (uint16_t)s.seq);
        }
        first = false;
        s.body = f.body;
        s.len = f.len;
        g_array_append_val(t->packets, s);
    }
    g_array_sort(t->packets, by_time);
}

static bool open_track(struct rec_reader *r, struct track *t, const char *path, enum rec_read_kind kind,
                       int64_t *first_us)
{
    struct rec_mjr_reader reader;
    enum rec_codec codec;

    t->packets = g_array_new(FALSE, FALSE, sizeof(struct stored));
    t->map = path ? g_mapped_file_new(path, FALSE, NULL) : NULL;
    if (!t->map || g_mapped_file_get_length(t->map) > MOST_BYTES ||
        rec_mjr_open(&reader, g_mapped_file_get_contents(t->map), g_mapped_file_get_length(t->map)))
        return false;
    codec = rec_codec_named(reader.info.codec);
    if (kind == REC_READ_DATA) {
        t->offset_us = reader.info.created_us;
        read_packets(t, &reader, true);
        return t->packets->len > 0;
    }
    if (codec == REC_CODEC_NONE || rec_codec_is_video(codec) != (kind == REC_READ_VIDEO))
        return false;
    t->rate = rec_codec_clock_rate(codec);
    read_packets(t, &reader, false);
    if (!t->packets->len)
        return false;
    *first_us = reader.info.first_us;
    if (kind == REC_READ_VIDEO) {
        r->what.video = codec;
        r->what.orientation_id = rec_mjr_extension_id(&reader.info, ORIENTATION);
        return true;
    }
    r->what.audio = codec;
    r->what.red_payload_type = reader.info.red_payload_type;
    r->what.audiolevel_id = rec_mjr_extension_id(&reader.info, AUDIO_LEVEL);
    g_strlcpy(((struct mjr *)r->file)->fmtp, reader.info.fmtp, REC_MJR_TEXT_MAX);
    return true;
}

/* --- packets on their way ----------------------------------------------------------------------------------------- */

static int64_t time_of(const struct track *t, enum rec_read_kind kind, const struct stored *s)
{
    const struct stored *first = &g_array_index(t->packets, struct stored, 0);

    if (kind == REC_READ_DATA)
        return s->ts - t->offset_us;
    return t->offset_us + (s->ts - first->ts) * 1000000 / t->rate;
}

/* What is new in a RED packet (RFC 2198): behind the headers and the older blocks. NULL: broken. */
static const uint8_t *primary(const uint8_t *payload, size_t len, size_t *out_len)
{
    size_t at = 0, older = 0;

    while (at < len && payload[at] & 0x80) {
        if (len - at < 4)
            return NULL;
        older += get16(payload + at + 2) & 0x3ff;
        at += 4;
    }
    at += 1 + older;
    if (at >= len)
        return NULL;
    *out_len = len - at;
    return payload + at;
}

static size_t header_len(const uint8_t *body, size_t len)
{
    size_t n = 12 + 4 * (size_t)(body[0] & 15);

    if (body[0] & 0x10 && n + 4 <= len)
        n += 4 + 4 * (size_t)get16(body + n + 2);
    return n;
}

/* Headers stay as stored, but for the payload type, and what a seek has moved. */
static struct rec_read *packet_of(struct rec_reader *r, enum rec_read_kind kind, const struct stored *s,
                                  int64_t time_us)
{
    size_t head = header_len(s->body, s->len), len = s->len > head ? s->len - head : 0;
    const uint8_t *payload = s->body + head;
    bool is_red = kind == REC_READ_AUDIO && (s->body[1] & 0x7f) == r->what.red_payload_type;
    uint32_t ts = rec_reader_rtp(r, kind, time_us), ssrc = rec_reader_ssrc(r, kind);
    uint16_t seq = (uint16_t)(r->seq[kind] + (uint16_t)s->seq);
    struct rec_read *p;

    if (!len || head > s->len || s->len > 1500)
        return NULL;
    if (is_red && !r->red && !(payload = primary(payload, len, &len)))
        return NULL;
    p = g_malloc(sizeof(*p) + head + len);
    *p = (struct rec_read){.kind = kind, .time_us = time_us, .rtp_ts = ts, .len = head + len};
    memcpy(p->bytes, s->body, head);
    memcpy(p->bytes + head, payload, len);
    p->bytes[1] = (s->body[1] & 0x80) | (is_red && r->red         ? REC_READ_RED_PT
                                         : kind == REC_READ_AUDIO ? REC_READ_AUDIO_PT
                                                                  : REC_READ_VIDEO_PT);
    p->bytes[2] = (uint8_t)(seq >> 8);
    p->bytes[3] = (uint8_t)seq;
    for (int i = 0; i < 4; i++) {
        p->bytes[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
        p->bytes[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    }
    return p;
}

static struct rec_read *message_of(const struct stored *s, int64_t time_us)
{
    struct rec_read *p = g_malloc(sizeof(*p) + s->len);

    *p = (struct rec_read){.kind = REC_READ_DATA, .time_us = time_us, .len = s->len, .label = "recording"};
    memcpy(p->bytes, s->body, s->len);
    return p;
}

static bool more(struct rec_reader *r)
{
    struct mjr *m = r->file;
    int best = -1;
    int64_t best_us = 0;
    struct rec_read *p;

    for (int k = 0; k < 3; k++) {
        struct track *t = &m->track[k];
        int64_t at;

        if (t->next >= t->packets->len)
            continue;
        at = time_of(t, k, &g_array_index(t->packets, struct stored, t->next));
        if (best < 0 || at < best_us) {
            best = k;
            best_us = at;
        }
    }
    if (best < 0 || (best == REC_READ_DATA && m->track[0].next >= m->track[0].packets->len &&
                     m->track[1].next >= m->track[1].packets->len))
        return false; /* it is over when audio and video are */
    const struct stored *s = &g_array_index(m->track[best].packets, struct stored, m->track[best].next++);

    p = best == REC_READ_DATA ? message_of(s, best_us < 0 ? 0 : best_us) : packet_of(r, best, s, best_us);
    if (p)
        g_queue_push_tail(&r->waiting, p);
    return true;
}

/* Audio and messages go to the time; video too, and waits for its next keyframe at the receiver. */
static int64_t seek(struct rec_reader *r, int64_t to_us)
{
    struct mjr *m = r->file;

    for (int k = 0; k < 3; k++) {
        struct track *t = &m->track[k];
        guint was = t->next;

        t->next = 0;
        while (t->next < t->packets->len && time_of(t, k, &g_array_index(t->packets, struct stored, t->next)) < to_us)
            t->next++;
        if (k < 2 && was && t->next < t->packets->len) {
            int64_t sent = g_array_index(t->packets, struct stored, was - 1).seq;
            int64_t comes = g_array_index(t->packets, struct stored, t->next).seq;

            r->seq[k] = (uint16_t)(r->seq[k] + sent + 1 - comes);
        }
    }
    return to_us;
}

static void close_mjr(struct rec_reader *r)
{
    struct mjr *m = r->file;

    for (int k = 0; k < 3; k++) {
        if (m->track[k].packets)
            g_array_free(m->track[k].packets, TRUE);
        if (m->track[k].map)
            g_mapped_file_unref(m->track[k].map);
    }
    g_free(m);
}

int rec_read_mjr_open(struct rec_reader *r, const struct rec_item *item)
{
    struct mjr *m = g_new0(struct mjr, 1);
    int64_t audio_us = 0, video_us = 0, first;
    bool audio, video;

    r->file = m;
    r->more = more;
    r->seek = seek;
    r->close = close_mjr;
    r->seq[0] = r->seq[1] = 0; /* numbers are as stored */
    audio = open_track(r, &m->track[REC_READ_AUDIO], item->audio_mjr, REC_READ_AUDIO, &audio_us);
    video = open_track(r, &m->track[REC_READ_VIDEO], item->video_mjr, REC_READ_VIDEO, &video_us);
    r->what.data = open_track(r, &m->track[REC_READ_DATA], item->data_mjr, REC_READ_DATA, &first);
    r->what.audio_unusable = item->audio_mjr && !audio;
    r->what.video_unusable = item->video_mjr && !video;
    r->what.fmtp = m->fmtp[0] ? m->fmtp : NULL;
    if (!audio && !video)
        return -3;
    first = audio && (!video || audio_us < video_us) ? audio_us : video_us;
    m->track[REC_READ_AUDIO].offset_us = audio ? audio_us - first : 0;
    m->track[REC_READ_VIDEO].offset_us = video ? video_us - first : 0;
    for (int k = 0; k < 2; k++)
        if (m->track[k].packets->len) {
            const struct stored *last =
                &g_array_index(m->track[k].packets, struct stored, m->track[k].packets->len - 1);
            int64_t ms = time_of(&m->track[k], k, last) / 1000;

            r->what.duration_ms = ms > r->what.duration_ms ? ms : r->what.duration_ms;
        }
    return 0;
}
