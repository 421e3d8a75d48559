/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rec.h"

struct cue text_cue(const struct packets *p, size_t i)
{
    const struct packet *m = &p->at[i];
    struct cue cue = {.begin_us = m->ticks < 0 ? 0 : m->ticks, .text = m->data, .len = m->len};

    cue.end_us = i + 1 < p->n ? p->at[i + 1].ticks - 1000 : cue.begin_us + TEXT_LAST_US;
    if (cue.end_us <= cue.begin_us)
        cue.end_us = cue.begin_us + 1000;
    return cue;
}

static void srt_time(FILE *f, int64_t us)
{
    int64_t ms = us / 1000;

    fprintf(f, "%02d:%02d:%02d,%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
            (int)(ms % 1000));
}

/* An empty line would end the cue. */
static void srt_text(FILE *f, const struct cue *cue)
{
    size_t i;

    for (i = 0; i < cue->len; i++) {
        if (cue->text[i] == '\r' || (cue->text[i] == '\n' && (!i || cue->text[i - 1] == '\n')))
            continue;
        fputc(cue->text[i], f);
    }
}

static void write_srt(FILE *f, const struct packets *p)
{
    size_t i;

    for (i = 0; i < p->n; i++) {
        struct cue cue = text_cue(p, i);

        fprintf(f, "%zu\n", i + 1);
        srt_time(f, cue.begin_us);
        fputs(" --> ", f);
        srt_time(f, cue.end_us);
        fputc('\n', f);
        srt_text(f, &cue);
        fputs("\n\n", f);
    }
}

static void write_plain(FILE *f, const struct packets *p)
{
    size_t i;

    for (i = 0; i < p->n; i++)
        fwrite(p->at[i].data, 1, p->at[i].len, f);
}

static int write_file(const struct packets *p, const char *path, void (*write)(FILE *f, const struct packets *p))
{
    FILE *f = fopen(path, "wb");
    bool fine;

    if (!f) {
        complain("%s: %s", path, g_strerror(errno));
        return -1;
    }
    write(f, p);
    fine = !ferror(f);
    fine &= !fclose(f);
    if (fine)
        return 0;
    complain("%s: cannot be written: %s", path, g_strerror(errno));
    remove(path);
    return -1;
}

int text_write_srt(const struct packets *p, const char *path)
{
    return write_file(p, path, write_srt);
}

int text_write_plain(const struct packets *p, const char *path)
{
    return write_file(p, path, write_plain);
}
