/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "preroll.h"
#include "text.h"
#include "writer.h"

#define CHECK_US     2000000 /* the disk is looked at this often */
#define FLUSH_US     500000
#define ASK_AGAIN_US 1000000 /* for a keyframe */
#define AUDIO_GAP_US 100000
#define VIDEO_GAP_US 300000
#define SILENCE_US   1000000

struct rec_output *rec_output_new(const struct rec_output_conf *conf, json_t *manifest)
{
    struct rec_output *out = g_new0(struct rec_output, 1);

    out->conf = *conf;
    out->manifest = manifest;
    if (conf->folder)
        rec_output_place(out, out->conf.folder, out->conf.base);
    out->streams = g_ptr_array_new();
    out->mjr = g_ptr_array_new_with_free_func(rec_mjr_file_free);
    out->text_track = -1;
    g_queue_init(&out->pending.frames);
    return out;
}

void rec_output_place(struct rec_output *out, char *folder, char *base)
{
    out->conf.folder = folder;
    out->conf.base = base;
    out->manifest_path = g_strdup_printf("%s/%s" REC_MANIFEST_ENDING, folder, base);
}

void rec_output_free(struct rec_output *out)
{
    if (!out)
        return;
    for (guint i = 0; i < out->streams->len; i++)
        rec_stream_free(out->streams->pdata[i]);
    g_ptr_array_free(out->streams, TRUE);
    g_ptr_array_free(out->mjr, TRUE);
    rec_pending_clear(&out->pending);
    rec_text_free(out->text);
    json_decref(out->manifest);
    g_free(out->manifest_path);
    g_free(out->segment_path);
    g_free(out->conf.folder);
    g_free(out->conf.base);
    g_free(out->conf.title);
    g_free(out);
}

/* --- time, the manifest, trouble ---------------------------------------------------------------------------------- */

int64_t rec_output_time(const struct rec_output *out, int64_t us)
{
    return us - out->conf.start_us - out->paused_total_us;
}

void rec_output_trouble(struct rec_output *out, const char *cause)
{
    if (out->in_trouble || out->cause)
        return;
    out->in_trouble = true;
    out->conf.events->trouble(out->conf.owner, cause);
}

void rec_output_save(struct rec_output *out)
{
    int err = rec_json_save(out->manifest_path, out->manifest, out->conf.mode, out->conf.sync);

    if (err)
        rec_output_trouble(out, err == -ENOSPC ? "disk full" : "the manifest cannot be written");
}

void rec_output_note(struct rec_output *out, const char *what, json_t *about, int64_t now_us)
{
    rec_manifest_event(out->manifest, what, rec_output_time(out, now_us), about);
}

void rec_output_begin(struct rec_output *out, bool armed)
{
    out->armed = armed;
    rec_writer_add(out);
    if (!armed)
        rec_output_save(out);
}

/* --- tracks ------------------------------------------------------------------------------------------------------- */

static json_t *track_json(const struct rec_stream *s, int64_t from_us)
{
    const struct rec_track_conf *t = &s->track->conf;

    return json_pack("{ss ss si ss* ss* sI}", "kind", s->video ? "video" : "audio", "codec", rec_codec_name(t->codec),
                     "mindex", (int)t->mindex, "mid", t->mid, "description", t->description, "from_ms",
                     (json_int_t)(from_us / 1000));
}

void rec_output_add(struct rec_output *out, struct rec_track *track)
{
    struct rec_stream *s = out->cause ? NULL : rec_stream_new(out, track, out->tracks, &out->conf.stream);

    if (!s) { /* it is not recorded: its worker may stop copying */
        atomic_store(&track->closed, true);
        return;
    }
    g_ptr_array_add(out->streams, s);
    json_array_append_new(json_object_get(out->manifest, "tracks"),
                          track_json(s, rec_output_time(out, rec_writer_now())));
    if (out->conf.mjr && !out->armed)
        s->mjr = rec_mjr_file_of(out, s);
    out->tracks++;
    if (s->video)
        out->conf.events->keyframe(out->conf.owner, track->source);
}

static void track_ends(struct rec_output *out, struct rec_stream *s)
{
    json_t *t = json_array_get(json_object_get(out->manifest, "tracks"), s->number);
    const struct rec_depacketizer_counters *c = &s->depacketizer.counters;

    json_object_set_new(t, "to_ms",
                        json_integer(rec_output_time(out, s->end_us ? s->end_us : rec_writer_now()) / 1000));
    json_object_set_new(t, "packets", json_integer((json_int_t)s->packets));
    json_object_set_new(t, "bytes", json_integer((json_int_t)s->bytes));
    json_object_set_new(t, "frames", json_integer((json_int_t)s->frames));
    json_object_set_new(t, "lost", json_integer((json_int_t)c->lost));
    json_object_set_new(t, "late", json_integer((json_int_t)s->late));
    json_object_set_new(t, "broken", json_integer((json_int_t)(c->broken + c->dropped + c->too_big)));
    json_object_set_new(t, "dropped", json_integer((json_int_t)atomic_load(&s->track->dropped_packets)));
    if (s->rotation)
        json_object_set_new(t, "rotation", json_integer(s->rotation));
}

static void drop_stream(struct rec_output *out, struct rec_stream *s)
{
    rec_stream_flush(s);
    track_ends(out, s);
    rec_pending_forget(&out->pending, s);
    g_ptr_array_remove(out->streams, s);
    rec_stream_free(s);
    if (!out->streams->len && out->mux)
        rec_segment_close(out);
}

void rec_output_gone(struct rec_output *out, struct rec_track *track)
{
    for (guint i = 0; i < out->streams->len; i++) {
        struct rec_stream *s = out->streams->pdata[i];

        if (s->track == track) {
            drop_stream(out, s);
            return;
        }
    }
    rec_track_free(track); /* it was never recorded */
}

/* --- frames ------------------------------------------------------------------------------------------------------- */

void rec_output_ask(struct rec_output *out, struct rec_stream *s)
{
    int64_t now = rec_writer_now();

    if (now - s->asked_us < ASK_AGAIN_US)
        return;
    s->asked_us = now;
    out->conf.events->keyframe(out->conf.owner, s->track->source);
}

static void want_key(struct rec_output *out, struct rec_stream *s)
{
    s->need_key = true;
    rec_output_ask(out, s);
}

/* A new file needs a keyframe of every picture in the present one. */
static void ask_for_split(struct rec_output *out)
{
    out->split = true;
    for (guint i = 0; i < out->streams->len; i++) {
        struct rec_stream *s = out->streams->pdata[i];

        if (s->video && s->in_segment >= 0)
            rec_output_ask(out, s); /* its frames still go into the present file */
    }
}

void rec_output_note_size(struct rec_output *out, const struct rec_stream *s, int64_t now_us)
{
    rec_output_note(out, "size",
                    json_pack("{si si si}", "track", (int)s->number, "width", s->width, "height", s->height), now_us);
}

static void learn(struct rec_output *out, struct rec_stream *s, const struct rec_frame *f)
{
    if (f->config_len && f->config_len <= sizeof(s->config)) {
        memcpy(s->config, f->config, f->config_len);
        s->config_len = f->config_len;
    }
    if (f->channels && f->channels > s->channels && s->in_segment < 0)
        s->channels = f->channels;
    if (!s->video)
        return;
    if (f->width && f->height && (f->width != s->width || f->height != s->height)) {
        s->width = f->width;
        s->height = f->height;
        rec_output_note_size(out, s, f->arrival_us);
    }
    if (f->rotation != s->rotation) {
        s->rotation = f->rotation;
        rec_output_note(out, "rotation", json_pack("{si si}", "track", (int)s->number, "degrees", s->rotation),
                        f->arrival_us);
        if (out->mux && s->in_segment >= 0)
            ask_for_split(out); /* a track of a file is turned in one way */
    }
    if (f->keyframe && s->width)
        s->known = true;
}

/* What was not recorded is written down: lost, left out because we could not follow, or silent for long. */
static void look_for_gap(struct rec_output *out, struct rec_stream *s, int64_t time_us)
{
    int64_t gap = s->end_us ? time_us - s->end_us : 0;
    bool long_one = gap > (s->video ? VIDEO_GAP_US : AUDIO_GAP_US);

    if (s->overload || (s->lost && long_one) || gap > SILENCE_US)
        rec_manifest_gap(out->manifest, s->number,
                         s->overload ? REC_GAP_OVERLOAD
                         : s->lost   ? REC_GAP_LOSS
                                     : REC_GAP_SILENCE,
                         rec_output_time(out, s->end_us ? s->end_us : time_us), gap);
    s->overload = s->lost = false;
}

static bool has_video(const struct rec_output *out)
{
    for (guint i = 0; i < out->streams->len; i++) {
        const struct rec_stream *s = out->streams->pdata[i];

        if (s->video && s->in_segment >= 0)
            return true;
    }
    return false;
}

static void place_frame(struct rec_output *out, const struct rec_pending_frame *f, const uint8_t *bytes)
{
    struct rec_stream *s = f->stream;
    bool may_split = f->video ? f->keyframe : !has_video(out);

    if (out->mux && s->in_segment < 0 && !out->split)
        ask_for_split(out); /* it joins */
    if (out->mux && out->split && may_split)
        rec_segment_close(out);
    if (out->mux) {
        if (s->in_segment >= 0)
            rec_segment_write(out, f, bytes);
        else if (f->video)
            want_key(out, s);
        return;
    }
    if (!out->gathering_us)
        out->gathering_us = rec_writer_now();
    rec_pending_push(&out->pending, f, bytes);
    if (out->armed && out->pending.bytes > out->conf.most_pending)
        rec_pending_trim(&out->pending, f->time_us - out->conf.preroll_us, out->conf.most_pending);
}

void rec_output_frame(struct rec_output *out, struct rec_stream *s, const struct rec_frame *f, int64_t time_us)
{
    uint32_t rate = rec_codec_clock_rate(s->track->conf.codec);
    struct rec_pending_frame p = {.stream = s,
                                  .time_us = time_us,
                                  .duration_us = s->video ? 0 : (int64_t)f->duration * 1000000 / rate,
                                  .keyframe = f->keyframe,
                                  .video = s->video,
                                  .len = f->len};

    if (out->closed || !out->conf.media || out->conf.e2ee)
        return;
    if (out->paused_us) {
        s->need_key = s->video;
        return;
    }
    learn(out, s, f);
    s->lost |= f->lost;
    if (s->video && (f->undecodable || (s->need_key && !f->keyframe))) {
        want_key(out, s);
        return;
    }
    s->need_key = false;
    if (f->keyframe)
        s->key_us = time_us;
    look_for_gap(out, s, time_us);
    s->end_us = time_us + p.duration_us;
    place_frame(out, &p, f->data);
}

void rec_output_packet(struct rec_output *out, struct rec_stream *s, const struct rec_entry *e)
{
    if (s->mjr && !out->paused_us && !out->armed && !out->closed)
        rec_mjr_file_write(s->mjr, e);
}

void rec_output_pause(struct rec_output *out, bool paused)
{
    int64_t now = rec_writer_now();

    if (paused == (out->paused_us != 0))
        return;
    if (paused) {
        out->paused_us = now;
        rec_output_note(out, "paused", NULL, now);
        return;
    }
    out->shift_us += now - out->paused_us;
    out->paused_total_us += now - out->paused_us;
    out->paused_us = 0;
    rec_output_note(out, "resumed", NULL, now);
    rec_mjr_files_splice(out);
    for (guint i = 0; i < out->streams->len; i++) {
        struct rec_stream *s = out->streams->pdata[i];

        s->end_us = 0; /* what was not recorded on purpose is no gap */
        if (s->video)
            want_key(out, s);
    }
}

/* --- limits ------------------------------------------------------------------------------------------------------- */

static bool disk_is_low(const struct rec_output *out)
{
    struct statvfs fs;

    return out->conf.min_free_bytes && !out->armed && !statvfs(out->conf.folder, &fs) &&
           (uint64_t)fs.f_bavail * fs.f_frsize < out->conf.min_free_bytes;
}

static void check_overload(struct rec_output *out)
{
    uint64_t dropped = 0;

    for (guint i = 0; i < out->streams->len; i++) {
        struct rec_stream *s = out->streams->pdata[i];

        dropped += atomic_load(&s->track->dropped_packets);
        if (atomic_load(&s->track->starving) && s->video)
            want_key(out, s);
    }
    if (dropped > out->dropped_told)
        out->conf.events->overload(out->conf.owner, dropped);
    out->dropped_told = dropped;
}

static void check_limits(struct rec_output *out, int64_t now_us)
{
    uint64_t bytes = out->finished_bytes + (out->mux ? rec_mux_bytes(out->mux) : 0);
    int64_t long_us = rec_output_time(out, now_us);

    if (out->conf.most_bytes && bytes > out->conf.most_bytes)
        rec_output_trouble(out, "largest size reached");
    if (out->conf.most_us && long_us > out->conf.most_us && !out->armed)
        rec_output_trouble(out, "longest time reached");
    if (out->mux && out->conf.split_us && now_us - out->segment_us - out->shift_us > out->conf.split_us && !out->split)
        ask_for_split(out);
    if (now_us - out->checked_us < CHECK_US)
        return;
    out->checked_us = now_us;
    check_overload(out);
    if (disk_is_low(out))
        rec_output_trouble(out, "disk full");
    if (out->mux && rec_mux_is_gone(out->mux)) {
        rec_output_note(out, "file removed", json_string(out->segment_path), now_us);
        ask_for_split(out);
    }
}

/* --- turns, and the end ------------------------------------------------------------------------------------------- */

static void finish(struct rec_output *out)
{
    int64_t end_us = 0;

    for (guint i = out->streams->len; i-- > 0;)
        drop_stream(out, out->streams->pdata[i]);
    if (out->mux)
        rec_segment_close(out);
    rec_pending_clear(&out->pending);
    rec_text_close(out);
    rec_mjr_files_close(out);
    for (size_t i = 0; i < json_array_size(json_object_get(out->manifest, "segments")); i++) {
        const json_t *seg = json_array_get(json_object_get(out->manifest, "segments"), i);
        int64_t end = json_integer_value(json_object_get(seg, "start_ms")) +
                      json_integer_value(json_object_get(seg, "duration_ms"));

        end_us = end * 1000 > end_us ? end * 1000 : end_us;
    }
    rec_manifest_end(out->manifest, out->failed ? "failed" : "finished", out->cause,
                     out->conf.start_wall_us + (rec_writer_now() - out->conf.start_us), end_us);
    out->closed = true;
}

void rec_output_end(struct rec_output *out, const char *cause)
{
    if (!out->cause)
        out->cause = cause;
}

void rec_output_abandon(struct rec_output *out, const char *cause)
{
    rec_output_end(out, cause);
    if (!out->closed)
        finish(out);
}

void rec_output_turn(struct rec_output *out, int64_t now_us)
{
    for (guint i = 0; i < out->streams->len; i++)
        rec_stream_turn(out->streams->pdata[i], now_us);
    if (out->armed && !out->closed)
        rec_preroll_turn(out, now_us);
    else if (!out->mux && !out->closed && rec_segment_wanted(out, now_us))
        rec_segment_open(out);
    if (out->mux)
        rec_segment_sync(out, now_us);
    if (now_us - out->flushed_us > FLUSH_US) {
        out->flushed_us = now_us;
        rec_mjr_files_flush(out);
        rec_text_flush(out);
    }
    if (!out->cause)
        check_limits(out, now_us);
    else if (!out->closed && !out->streams->len)
        finish(out);
    if (!out->closed || out->hashes || out->syncing)
        return;
    if (!out->armed || out->segments)
        rec_output_save(out);
    rec_writer_remove(out);
    out->conf.events->ended(out->conf.owner, json_incref(out->manifest));
}
