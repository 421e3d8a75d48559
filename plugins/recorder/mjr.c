/* SPDX-License-Identifier: Apache-2.0 */
#include "mjr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rtp/rtp.h"

static const char magic_2[] = "MJR00002", magic_1[] = "MJR00001", magic_0[] = "MEETECHO", mark_2[] = "MEET";

/* --- info --------------------------------------------------------------------------------------------------------- */

static void copy_text(char *out, size_t cap, const char *text)
{
    snprintf(out, cap, "%s", text ? text : "");
}

void rec_mjr_info_clear(struct rec_mjr_info *info, enum rec_mjr_kind kind, const char *codec)
{
    memset(info, 0, sizeof(*info));
    info->kind = kind;
    info->red_payload_type = -1;
    copy_text(info->codec, sizeof(info->codec), codec);
}

uint8_t rec_mjr_extension_id(const struct rec_mjr_info *info, const char *uri)
{
    uint8_t id;

    for (id = 1; id <= REC_MJR_EXTENSIONS; id++) {
        if (!strcmp(info->extension[id].uri, uri))
            return id;
    }
    return 0;
}

static json_t *extensions_to_json(const struct rec_mjr_info *info)
{
    json_t *all = NULL;
    char key[4];
    unsigned id;

    for (id = 1; id <= REC_MJR_EXTENSIONS; id++) {
        if (!info->extension[id].uri[0])
            continue;
        if (!all)
            all = json_object();
        snprintf(key, sizeof(key), "%u", id);
        json_object_set_new(all, key, json_string(info->extension[id].uri));
    }
    return all;
}

/* In the order of the format's description. */
static json_t *info_to_json(const struct rec_mjr_info *info)
{
    const char kind[2] = {(char)info->kind, '\0'};
    json_t *json = json_pack("{s:s, s:s}", "t", kind, "c", info->codec), *extensions = extensions_to_json(info);

    if (info->fmtp[0])
        json_object_set_new(json, "f", json_string(info->fmtp));
    if (info->description[0])
        json_object_set_new(json, "d", json_string(info->description));
    if (extensions)
        json_object_set_new(json, "x", extensions);
    json_object_set_new(json, "s", json_integer(info->created_us));
    json_object_set_new(json, "u", json_integer(info->first_us));
    if (info->red_payload_type >= 0)
        json_object_set_new(json, "or", json_integer(info->red_payload_type));
    if (info->e2ee)
        json_object_set_new(json, "e", json_true());
    return json;
}

static void extensions_from_json(struct rec_mjr_info *info, json_t *all)
{
    const char *key;
    json_t *uri;
    char *end;
    long id;

    json_object_foreach(all, key, uri)
    {
        id = strtol(key, &end, 10);
        if (*key && !*end && id >= 1 && id <= REC_MJR_EXTENSIONS)
            copy_text(info->extension[id].uri, sizeof(info->extension[id].uri), json_string_value(uri));
    }
}

/* EPARSE: not an object, or without a kind and a codec. */
static int info_from_json(struct rec_mjr_info *info, const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, 0, NULL), *red;
    const char *kind = json_string_value(json_object_get(json, "t"));
    const char *codec = json_string_value(json_object_get(json, "c"));
    int err = GW_EPARSE;

    if (!kind || !codec || !strchr("avd", kind[0]) || strlen(kind) != 1)
        goto out;
    rec_mjr_info_clear(info, (enum rec_mjr_kind)kind[0], codec);
    copy_text(info->fmtp, sizeof(info->fmtp), json_string_value(json_object_get(json, "f")));
    copy_text(info->description, sizeof(info->description), json_string_value(json_object_get(json, "d")));
    extensions_from_json(info, json_object_get(json, "x"));
    info->created_us = json_integer_value(json_object_get(json, "s"));
    info->first_us = json_integer_value(json_object_get(json, "u"));
    red = json_object_get(json, "or");
    if (json_is_integer(red) && json_integer_value(red) >= 0 && json_integer_value(red) <= 127)
        info->red_payload_type = (int)json_integer_value(red);
    info->e2ee = json_is_true(json_object_get(json, "e"));
    err = 0;
out:
    json_decref(json);
    return err;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

void rec_mjr_writer_init(struct rec_mjr_writer *w, bool video, uint32_t clock_rate)
{
    memset(w, 0, sizeof(*w));
    w->video = video;
    w->clock_rate = clock_rate;
}

void rec_mjr_writer_splice(struct rec_mjr_writer *w)
{
    w->splice = true;
}

size_t rec_mjr_write_magic(uint8_t out[REC_MJR_MAGIC])
{
    memcpy(out, magic_2, REC_MJR_MAGIC);
    return REC_MJR_MAGIC;
}

int rec_mjr_write_info(uint8_t *out, size_t cap, const struct rec_mjr_info *info)
{
    char text[REC_MJR_INFO_MAX];
    json_t *json = info_to_json(info);
    size_t len = json_dumpb(json, text, sizeof(text), JSON_PRESERVE_ORDER);
    struct gw_writer w = gw_writer_make(out, cap);

    json_decref(json);
    if (!len || len >= sizeof(text))
        return GW_ELIMIT;
    gw_write_u16(&w, (uint16_t)len);
    gw_write_bytes(&w, text, len);
    return w.failed ? GW_ELIMIT : (int)w.pos;
}

static void write_head(struct gw_writer *w, const struct rec_mjr_writer *m, size_t len, int64_t arrival_us)
{
    int64_t ms = m->begun && arrival_us > m->begin_us ? (arrival_us - m->begin_us) / 1000 : 0;

    gw_write_bytes(w, mark_2, 4);
    gw_write_u32(w, (uint32_t)ms);
    gw_write_u16(w, (uint16_t)len);
}

static void begin(struct rec_mjr_writer *w, int64_t arrival_us)
{
    if (!w->begun)
        w->begin_us = arrival_us;
    w->begun = true;
}

/* Where another source's numbers go on: one packet, and the time of a frame, behind the last ones. */
static void splice(struct rec_mjr_writer *w, const struct gw_rtp_header *h)
{
    uint16_t seq = 1;
    uint32_t ts = 0;

    if (w->begun) {
        seq = (uint16_t)(w->highest_seq + 1);
        ts = w->highest_ts + w->clock_rate / (w->video ? 30 : 50);
    }
    w->seq_offset = (uint16_t)(seq - h->seq);
    w->ts_offset = ts - h->timestamp;
    w->highest_seq = seq;
    w->highest_ts = ts;
    w->ssrc = h->ssrc;
    w->splice = false;
}

int rec_mjr_write_packet(struct rec_mjr_writer *m, uint8_t *out, size_t cap, const uint8_t *packet, size_t len,
                         int64_t arrival_us)
{
    struct gw_writer w = gw_writer_make(out, cap);
    struct gw_rtp_header h;
    uint8_t *body;
    uint16_t seq;
    uint32_t ts;

    if (len > REC_MJR_BODY_MAX || len + REC_MJR_FRAME_HEAD > cap)
        return GW_ELIMIT;
    if (gw_rtp_parse(&h, packet, len))
        return GW_EPARSE;
    if (!m->begun || m->splice || h.ssrc != m->ssrc)
        splice(m, &h);
    if (!m->begun)
        m->first_ssrc = h.ssrc;
    begin(m, arrival_us);
    write_head(&w, m, len, arrival_us);
    body = out + w.pos;
    gw_write_bytes(&w, packet, len);
    seq = (uint16_t)(h.seq + m->seq_offset);
    ts = h.timestamp + m->ts_offset;
    gw_put_u16(body + 2, seq);
    gw_put_u32(body + 4, ts);
    if (m->one_ssrc)
        gw_put_u32(body + 8, m->first_ssrc);
    if (gw_seq_after(seq, m->highest_seq))
        m->highest_seq = seq;
    if (gw_ts_diff(ts, m->highest_ts) > 0)
        m->highest_ts = ts;
    return (int)w.pos;
}

int rec_mjr_write_data(struct rec_mjr_writer *m, uint8_t *out, size_t cap, const uint8_t *message, size_t len,
                       int64_t wall_us, int64_t arrival_us)
{
    struct gw_writer w = gw_writer_make(out, cap);

    if (len + 8 > REC_MJR_BODY_MAX || len + 8 + REC_MJR_FRAME_HEAD > cap)
        return GW_ELIMIT;
    begin(m, arrival_us);
    write_head(&w, m, len + 8, arrival_us);
    gw_write_u64(&w, (uint64_t)wall_us);
    gw_write_bytes(&w, message, len);
    return (int)w.pos;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* Files from before there was a header: a frame whose body is the word. */
static int open_version_0(struct rec_mjr_reader *r, struct gw_reader *in)
{
    uint16_t len = gw_read_u16(in);
    const uint8_t *word = gw_read_bytes(in, 5);

    if (len != 5 || !word)
        return GW_EPARSE;
    if (!memcmp(word, "audio", 5))
        rec_mjr_info_clear(&r->info, REC_MJR_AUDIO, "opus");
    else if (!memcmp(word, "video", 5))
        rec_mjr_info_clear(&r->info, REC_MJR_VIDEO, "vp8");
    else
        return GW_EPARSE;
    return 0;
}

static int open_info(struct rec_mjr_reader *r, struct gw_reader *in)
{
    uint16_t len;

    r->empty = !gw_reader_left(in);
    if (r->empty)
        return 0;
    len = gw_read_u16(in);
    r->json = (const char *)gw_read_bytes(in, len);
    r->json_len = len;
    r->has_info = r->json != NULL;
    return r->json ? info_from_json(&r->info, r->json, r->json_len) : GW_EPARSE;
}

int rec_mjr_open(struct rec_mjr_reader *r, const void *data, size_t len)
{
    struct gw_reader in = gw_reader_make(data, len);
    const uint8_t *magic = gw_read_bytes(&in, REC_MJR_MAGIC);
    int err;

    memset(r, 0, sizeof(*r));
    r->data = data;
    r->len = len;
    rec_mjr_info_clear(&r->info, REC_MJR_DATA, "");
    if (!magic)
        return GW_EPARSE;
    if (!memcmp(magic, magic_0, REC_MJR_MAGIC)) {
        err = open_version_0(r, &in);
    } else if (!memcmp(magic, magic_1, REC_MJR_MAGIC) || !memcmp(magic, magic_2, REC_MJR_MAGIC)) {
        r->version = (uint8_t)(magic[7] - '0');
        err = open_info(r, &in);
    } else {
        return GW_EPARSE;
    }
    r->at = in.pos;
    return err;
}

/* What a body must at least hold; takes a data frame's clock off. false: too short. */
static bool fits(const struct rec_mjr_reader *r, struct rec_mjr_frame *frame)
{
    struct gw_reader in = gw_reader_make(frame->body, frame->len);

    if (r->info.kind != REC_MJR_DATA)
        return frame->len >= GW_RTP_FIXED;
    frame->wall_us = (int64_t)gw_read_u64(&in);
    if (in.failed)
        return false;
    frame->body += 8;
    frame->len -= 8;
    return true;
}

int rec_mjr_next(struct rec_mjr_reader *r, struct rec_mjr_frame *frame)
{
    const char *mark = r->version == 2 ? mark_2 : magic_0;
    size_t mark_len = strlen(mark), left;
    struct gw_reader in;
    const uint8_t *p;

    for (;;) {
        memset(frame, 0, sizeof(*frame));
        in = gw_reader_make(r->data + r->at, r->len - r->at);
        left = gw_reader_left(&in);
        if (!left)
            return 0;
        if (memcmp(r->data + r->at, mark, left < mark_len ? left : mark_len))
            return GW_EPARSE;
        gw_read_skip(&in, mark_len);
        frame->offset = r->at;
        frame->has_ms = r->version == 2;
        if (frame->has_ms)
            frame->ms = gw_read_u32(&in);
        frame->len = gw_read_u16(&in);
        p = gw_read_bytes(&in, frame->len);
        if (!p) {
            r->truncated = true;
            return 0;
        }
        frame->body = p;
        r->at += in.pos;
        if (fits(r, frame))
            return 1;
        r->skipped++;
    }
}
