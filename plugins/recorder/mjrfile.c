/* SPDX-License-Identifier: Apache-2.0 */
#include "mjrfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mjr.h"
#include "output.h"
#include "writer.h"

#define ORIENTATION "urn:3gpp:video-orientation"
#define AUDIO_LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

struct rec_mjr_file {
    struct rec_output *out; /* borrowed */
    FILE *file;
    unsigned mindex;
    struct rec_mjr_info info;
    struct rec_mjr_writer writer;
    bool begun;
};

static const char *kind_name(enum rec_mjr_kind kind)
{
    return kind == REC_MJR_AUDIO ? "audio" : kind == REC_MJR_VIDEO ? "video" : "data";
}

static void put(struct rec_mjr_file *f, const uint8_t *bytes, size_t len)
{
    if (!f->file || fwrite(bytes, 1, len, f->file) == len)
        return;
    f->out->failed = true;
    rec_output_trouble(f->out, errno == ENOSPC ? "disk full" : "the disk failed");
}

static struct rec_mjr_file *make(struct rec_output *out, const struct rec_mjr_info *info, unsigned mindex)
{
    struct rec_mjr_file *f = g_new0(struct rec_mjr_file, 1);
    char *name = out->conf.indexed ? g_strdup_printf("%s-%s-%u.mjr", out->conf.base, kind_name(info->kind), mindex)
                                   : g_strdup_printf("%s-%s.mjr", out->conf.base, kind_name(info->kind));
    char *path = g_build_filename(out->conf.folder, name, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, out->conf.mode);
    uint8_t magic[REC_MJR_MAGIC];

    *f = (struct rec_mjr_file){.out = out, .mindex = mindex, .info = *info, .file = fd < 0 ? NULL : fdopen(fd, "wb")};
    if (f->file) {
        put(f, magic, rec_mjr_write_magic(magic));
        g_ptr_array_add(out->mjr, f);
        json_array_append_new(json_object_get(out->manifest, "mjr"), json_string(name));
    } else {
        out->failed = true;
        rec_output_trouble(out, errno == ENOSPC ? "disk full" : "the file cannot be made");
        g_clear_pointer(&f, g_free);
    }
    g_free(name);
    g_free(path);
    return f;
}

static struct rec_mjr_file *find(const struct rec_output *out, enum rec_mjr_kind kind, unsigned mindex,
                                 const char *codec)
{
    for (guint i = 0; i < out->mjr->len; i++) {
        struct rec_mjr_file *f = out->mjr->pdata[i];

        if (f->info.kind == kind && f->mindex == mindex && (!codec || !strcmp(f->info.codec, codec)))
            return f;
    }
    return NULL;
}

struct rec_mjr_file *rec_mjr_file_of(struct rec_output *out, const struct rec_stream *s)
{
    const struct rec_track_conf *t = &s->track->conf;
    enum rec_mjr_kind kind = s->video ? REC_MJR_VIDEO : REC_MJR_AUDIO;
    const char *codec = rec_codec_name(t->codec);
    struct rec_mjr_file *f = find(out, kind, t->mindex, codec);
    struct rec_mjr_info info;

    if (f) {
        rec_mjr_writer_splice(&f->writer);
        return f;
    }
    rec_mjr_info_clear(&info, kind, codec);
    info.created_us = out->conf.start_wall_us + (rec_writer_now() - out->conf.start_us);
    info.e2ee = out->conf.e2ee;
    info.red_payload_type = t->red_payload_type ? t->red_payload_type : -1;
    g_strlcpy(info.description, t->description ? t->description : "", sizeof(info.description));
    if (!out->conf.indexed)
        g_strlcpy(info.fmtp, t->fmtp ? t->fmtp : "", sizeof(info.fmtp));
    if (t->orientation_id && t->orientation_id <= REC_MJR_EXTENSIONS)
        g_strlcpy(info.extension[t->orientation_id].uri, ORIENTATION, sizeof(info.extension[0].uri));
    if (!out->conf.indexed && t->audiolevel_id && t->audiolevel_id <= REC_MJR_EXTENSIONS)
        g_strlcpy(info.extension[t->audiolevel_id].uri, AUDIO_LEVEL, sizeof(info.extension[0].uri));
    f = make(out, &info, t->mindex);
    if (f) {
        rec_mjr_writer_init(&f->writer, s->video, rec_codec_clock_rate(t->codec));
        f->writer.one_ssrc = t->simulcast;
    }
    return f;
}

static void begin(struct rec_mjr_file *f, int64_t arrival_us)
{
    uint8_t bytes[REC_MJR_INFO_MAX + 2];
    int n;

    f->begun = true;
    f->info.first_us = f->out->conf.start_wall_us + (arrival_us - f->out->conf.start_us);
    n = rec_mjr_write_info(bytes, sizeof(bytes), &f->info);
    if (n < 0) { /* too long: without what others chose */
        f->info.description[0] = f->info.fmtp[0] = 0;
        n = rec_mjr_write_info(bytes, sizeof(bytes), &f->info);
    }
    if (n > 0)
        put(f, bytes, (size_t)n);
}

void rec_mjr_file_write(struct rec_mjr_file *f, const struct rec_entry *e)
{
    uint8_t bytes[REC_MJR_FRAME_HEAD + REC_ENTRY_MAX];
    int n;

    if (!f->begun)
        begin(f, e->time_us);
    n = rec_mjr_write_packet(&f->writer, bytes, sizeof(bytes), e->bytes, e->len, e->time_us);
    if (n > 0)
        put(f, bytes, (size_t)n);
}

void rec_mjr_file_data(struct rec_output *out, const uint8_t *message, size_t len, int64_t wall_us)
{
    struct rec_mjr_file *f = find(out, REC_MJR_DATA, 0, NULL);
    int64_t now = rec_writer_now();
    struct rec_mjr_info info;
    uint8_t *bytes;
    int n;

    if (!f) {
        rec_mjr_info_clear(&info, REC_MJR_DATA, out->conf.text_data ? "text" : "binary");
        info.created_us = out->conf.start_wall_us;
        f = make(out, &info, 0);
        if (!f)
            return;
        rec_mjr_writer_init(&f->writer, false, 0);
    }
    if (!f->begun)
        begin(f, now);
    bytes = g_malloc(len + 64);
    n = rec_mjr_write_data(&f->writer, bytes, len + 64, message, len, wall_us, now);
    if (n > 0)
        put(f, bytes, (size_t)n);
    g_free(bytes);
}

void rec_mjr_files_splice(struct rec_output *out)
{
    for (guint i = 0; i < out->mjr->len; i++)
        rec_mjr_writer_splice(&((struct rec_mjr_file *)out->mjr->pdata[i])->writer);
}

void rec_mjr_files_flush(struct rec_output *out)
{
    for (guint i = 0; i < out->mjr->len; i++) {
        struct rec_mjr_file *f = out->mjr->pdata[i];

        if (f->file && fflush(f->file)) {
            out->failed = true;
            rec_output_trouble(out, errno == ENOSPC ? "disk full" : "the disk failed");
        }
    }
}

void rec_mjr_files_close(struct rec_output *out)
{
    g_ptr_array_set_size(out->mjr, 0);
}

void rec_mjr_file_free(void *file)
{
    struct rec_mjr_file *f = file;

    if (!f)
        return;
    if (f->file && fclose(f->file))
        f->out->failed = true;
    g_free(f);
}
