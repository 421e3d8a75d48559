/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mjrfile.h"
#include "output.h"

#define SHOWN_US 4000000 /* a message is shown this long */

struct rec_text {
    FILE *file; /* made with the first message */
    bool failed;
};

void rec_text_expect(struct rec_output *out)
{
    if (!out->text)
        out->text = g_new0(struct rec_text, 1);
}

static bool open_file(struct rec_output *out)
{
    char *name = g_strdup_printf("%s.data.jsonl", out->conf.base);
    char *path = g_build_filename(out->conf.folder, name, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, out->conf.mode);

    out->text->file = fd < 0 ? NULL : fdopen(fd, "w");
    out->text->failed = !out->text->file;
    if (out->text->file)
        json_object_set_new(out->manifest, "data", json_string(name));
    else
        rec_output_trouble(out, errno == ENOSPC ? "disk full" : "the file cannot be made");
    g_free(name);
    g_free(path);
    return out->text->file != NULL;
}

/* Text that is none is written like other bytes. */
static json_t *line(const struct rec_output *out, const struct rec_message *m)
{
    json_t *j = json_pack("{sI ss}", "ms", (json_int_t)(rec_output_time(out, m->time_us) / 1000), "label", m->label);
    json_t *text = m->binary ? NULL : json_stringn((const char *)m->bytes, m->len);
    char *base64;

    if (text) {
        json_object_set_new(j, "text", text);
        return j;
    }
    base64 = g_base64_encode(m->bytes, m->len);
    json_object_set_new(j, "base64", json_string(base64));
    g_free(base64);
    return j;
}

void rec_text_write(struct rec_output *out, const struct rec_message *m)
{
    int64_t wall = out->conf.start_wall_us + (m->time_us - out->conf.start_us);
    int64_t at = m->time_us - out->segment_us - out->shift_us;
    json_t *j;
    char *text;

    if (out->closed || out->paused_us || out->armed)
        return;
    rec_text_expect(out);
    if (out->conf.mjr)
        rec_mjr_file_data(out, m->bytes, m->len, wall);
    if (out->text->failed || (!out->text->file && !open_file(out)))
        return;
    j = line(out, m);
    text = json_dumps(j, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (text && fprintf(out->text->file, "%s\n", text) < 0)
        rec_output_trouble(out, errno == ENOSPC ? "disk full" : "the disk failed");
    if (out->mux && out->text_track >= 0 && json_object_get(j, "text"))
        rec_mux_write(out->mux, (unsigned)out->text_track, m->bytes, m->len, at < 0 ? 0 : at, SHOWN_US, true);
    free(text);
    json_decref(j);
}

void rec_text_flush(struct rec_output *out)
{
    if (out->text && out->text->file && fflush(out->text->file))
        rec_output_trouble(out, errno == ENOSPC ? "disk full" : "the disk failed");
}

void rec_text_close(struct rec_output *out)
{
    if (out->text && out->text->file && fclose(out->text->file))
        out->failed = true;
    if (out->text)
        out->text->file = NULL;
}

void rec_text_free(struct rec_text *t)
{
    if (t && t->file)
        fclose(t->file);
    g_free(t);
}
