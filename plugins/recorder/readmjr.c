/* SPDX-License-Identifier: Apache-2.0 */
/* Packets out of .mjr files, ordered by timestamp and sequence number. */
#include <string.h>

#include "mjrindex.h"
#include "readfile.h"

#define ORIENTATION "urn:3gpp:video-orientation"
#define AUDIO_LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define PACKET_MOST 1500
#define LABEL       "recording" /* the file does not say what a channel was called */

struct track {
    struct rec_mjr_index index;
    guint next;
    int64_t offset_us; /* where its first packet lies on the timeline */
    uint32_t rate;
    uint16_t shift; /* from stored sequence numbers to those that are sent */
    bool jumped;    /* the next packet goes on behind the last one */
};

struct mjr {
    struct track track[3]; /* by enum rec_read_kind */
};

static guint count(const struct track *t)
{
    return t->index.entries ? t->index.entries->len : 0;
}

static const struct rec_mjr_entry *entry(const struct track *t, guint i)
{
    return &g_array_index(t->index.entries, struct rec_mjr_entry, i);
}

/* The reader learns what it holds. false: it cannot be played. */
static bool open_track(struct rec_reader *r, struct track *t, const char *path, enum rec_read_kind kind)
{
    const struct rec_mjr_info *info = &t->index.info;
    enum rec_codec codec;

    if (!path || rec_mjr_index_open(&t->index, path) || !count(t))
        return false;
    codec = rec_codec_named(info->codec);
    if (kind == REC_READ_DATA) {
        t->offset_us = info->created_us;
        return info->kind == REC_MJR_DATA;
    }
    if (codec == REC_CODEC_NONE || rec_codec_is_video(codec) != (kind == REC_READ_VIDEO))
        return false;
    t->rate = rec_codec_clock_rate(codec);
    if (kind == REC_READ_VIDEO) {
        r->what.video = codec;
        r->what.orientation_id = rec_mjr_extension_id(info, ORIENTATION);
        return true;
    }
    r->what.audio = codec;
    r->what.red_payload_type = info->red_payload_type;
    r->what.audiolevel_id = rec_mjr_extension_id(info, AUDIO_LEVEL);
    r->what.fmtp = info->fmtp[0] ? info->fmtp : NULL;
    return true;
}

/* --- packets on their way ----------------------------------------------------------------------------------------- */

static int64_t time_of(const struct track *t, enum rec_read_kind kind, const struct rec_mjr_entry *e)
{
    int64_t ticks = e->ticks - entry(t, 0)->ticks;

    if (kind == REC_READ_DATA)
        return e->ticks - t->offset_us;
    return t->offset_us + ticks / t->rate * 1000000 + ticks % t->rate * 1000000 / t->rate;
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
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

static uint16_t number_of(struct rec_reader *r, enum rec_read_kind kind, struct track *t, const struct rec_mjr_entry *e)
{
    if (t->jumped)
        t->shift = (uint16_t)(r->made[kind] + 1 - e->seq);
    t->jumped = false;
    return (uint16_t)(t->shift + e->seq);
}

/*
 * Headers stay as stored, but for the payload type, and what a seek has moved. NULL: it is none, has gone, or its sound
 * went another way.
 */
static struct rec_read *packet_of(struct rec_reader *r, enum rec_read_kind kind, struct track *t,
                                  const struct rec_mjr_entry *e)
{
    uint8_t body[PACKET_MOST];
    const uint8_t *payload;
    struct rec_read *p;
    size_t head, len;
    bool is_red;

    if (e->len > sizeof(body) || !rec_mjr_index_read(&t->index, e, body))
        return NULL;
    head = header_len(body, e->len);
    if (head >= e->len)
        return NULL;
    len = e->len - head;
    payload = body + head;
    is_red = kind == REC_READ_AUDIO && (body[1] & 0x7f) == r->what.red_payload_type;
    if (is_red && (!r->red || rec_read_is_stretched(r)) && !(payload = primary(payload, len, &len)))
        return NULL;
    if (kind == REC_READ_AUDIO && rec_read_is_stretched(r)) {
        rec_read_stretch(r, payload, len, time_of(t, kind, e));
        t->jumped = true;
        return NULL;
    }
    p = rec_read_new(kind, time_of(t, kind, e), head + len, NULL);
    memcpy(p->bytes, body, head);
    memcpy(p->bytes + head, payload, len);
    rec_read_head(r, p, body[1] & 0x80, number_of(r, kind, t, e));
    if (is_red && r->red)
        p->bytes[1] = (body[1] & 0x80) | REC_READ_RED_PT;
    return p;
}

static struct rec_read *message_of(const struct track *t, const struct rec_mjr_entry *e)
{
    int64_t time_us = time_of(t, REC_READ_DATA, e);
    struct rec_read *p = rec_read_new(REC_READ_DATA, time_us > 0 ? time_us : 0, e->len, LABEL);

    p->binary = strcmp(t->index.info.codec, "text") != 0;
    if (rec_mjr_index_read(&t->index, e, p->bytes))
        return p;
    g_free(p);
    return NULL;
}

/* The track whose next packet is the earliest; -1: it is over, which it is when sound and pictures are. */
static int earliest(const struct mjr *m)
{
    int best = -1;
    int64_t best_us = 0;

    if (m->track[REC_READ_AUDIO].next >= count(&m->track[REC_READ_AUDIO]) &&
        m->track[REC_READ_VIDEO].next >= count(&m->track[REC_READ_VIDEO]))
        return -1;
    for (int k = 0; k < 3; k++) {
        const struct track *t = &m->track[k];
        int64_t us = t->next < count(t) ? time_of(t, k, entry(t, t->next)) : 0;

        if (t->next < count(t) && (best < 0 || us < best_us)) {
            best = k;
            best_us = us;
        }
    }
    return best;
}

static bool more(struct rec_reader *r)
{
    struct mjr *m = r->file;
    int kind = earliest(m);
    const struct rec_mjr_entry *e;
    struct rec_read *p;
    struct track *t;

    if (kind < 0)
        return false;
    t = &m->track[kind];
    e = entry(t, t->next++);
    p = kind == REC_READ_DATA ? message_of(t, e) : packet_of(r, kind, t, e);
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

        t->jumped |= t->next > 0;
        t->next = 0;
        while (t->next < count(t) && time_of(t, k, entry(t, t->next)) < to_us)
            t->next++;
    }
    return to_us;
}

/* --- opening, closing --------------------------------------------------------------------------------------------- */

static void close_mjr(struct rec_reader *r)
{
    struct mjr *m = r->file;

    for (int k = 0; k < 3; k++)
        rec_mjr_index_close(&m->track[k].index);
    g_free(m);
}

/* A track that cannot be played is as if it were not there. */
static bool use_track(struct rec_reader *r, enum rec_read_kind kind, const char *path)
{
    struct track *t = &((struct mjr *)r->file)->track[kind];
    bool usable = open_track(r, t, path, kind);

    if (!usable)
        rec_mjr_index_close(&t->index);
    return usable;
}

/* When their first packets came puts sound and pictures onto one timeline. */
static void place_in_time(struct rec_reader *r)
{
    struct mjr *m = r->file;
    int64_t first = INT64_MAX;

    for (int k = 0; k < 2; k++)
        if (count(&m->track[k]) && m->track[k].index.info.first_us < first)
            first = m->track[k].index.info.first_us;
    for (int k = 0; k < 2; k++) {
        struct track *t = &m->track[k];
        int64_t ms;

        if (!count(t))
            continue;
        t->offset_us = t->index.info.first_us - first;
        ms = time_of(t, k, entry(t, count(t) - 1)) / 1000;
        if (ms > r->what.duration_ms)
            r->what.duration_ms = ms;
    }
}

int rec_read_mjr_open(struct rec_reader *r, const struct rec_item *item)
{
    bool audio, video;

    r->file = g_new0(struct mjr, 1);
    r->more = more;
    r->seek = seek;
    r->close = close_mjr;
    audio = use_track(r, REC_READ_AUDIO, item->audio_mjr);
    video = use_track(r, REC_READ_VIDEO, item->video_mjr);
    r->what.data = use_track(r, REC_READ_DATA, item->data_mjr);
    r->what.audio_unusable = item->audio_mjr && !audio;
    r->what.video_unusable = item->video_mjr && !video;
    if (!audio && !video)
        return -3;
    r->what.e2ee = item->e2ee;
    place_in_time(r);
    return 0;
}
