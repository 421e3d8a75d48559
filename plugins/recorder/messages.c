/* SPDX-License-Identifier: Apache-2.0 */
#include "messages.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <jansson.h>

struct rec_messages {
    /* owned */
    FILE *file;
    char *text;    /* the line */
    json_t *json;  /* what it says */
    guchar *bytes; /* of base64 */
    /* state */
    struct rec_line line;
    bool ready; /* line is the next one */
};

struct rec_messages *rec_messages_open(const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    struct rec_messages *m;
    struct stat st;
    FILE *file;

    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || !(file = fdopen(fd, "r"))) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    m = g_new0(struct rec_messages, 1);
    m->file = file;
    m->text = g_malloc(REC_MESSAGE_LINE);
    return m;
}

static void forget(struct rec_messages *m)
{
    json_decref(m->json);
    m->json = NULL;
    g_clear_pointer(&m->bytes, g_free);
    m->ready = false;
}

void rec_messages_close(struct rec_messages *m)
{
    if (!m)
        return;
    forget(m);
    fclose(m->file);
    g_free(m->text);
    g_free(m);
}

/* The next whole line; one that is too long is left out. false: the end. */
static bool read_line(struct rec_messages *m)
{
    while (fgets(m->text, REC_MESSAGE_LINE, m->file)) {
        size_t len = strlen(m->text);
        int c;

        if (len && m->text[len - 1] == '\n')
            return true;
        while ((c = getc_unlocked(m->file)) != EOF && c != '\n')
            ;
    }
    return false; /* a line without an end was cut off */
}

static bool parse(struct rec_messages *m)
{
    const json_t *ms, *text;
    const char *base64, *label;

    forget(m);
    m->json = json_loads(m->text, 0, NULL);
    ms = json_object_get(m->json, "ms");
    text = json_object_get(m->json, "text");
    base64 = json_string_value(json_object_get(m->json, "base64"));
    label = json_string_value(json_object_get(m->json, "label"));
    if (!json_is_integer(ms) || json_integer_value(ms) < 0 || json_integer_value(ms) > INT64_MAX / 1000)
        return false;
    m->line = (struct rec_line){.time_us = json_integer_value(ms) * 1000, .label = label ? label : "", .binary = !text};
    if (text) {
        m->line.data = json_string_value(text);
        m->line.len = json_string_length(text);
    } else if (base64) {
        m->line.data = m->bytes = g_base64_decode(base64, &m->line.len);
    }
    return m->line.data && m->line.len;
}

const struct rec_line *rec_messages_peek(struct rec_messages *m)
{
    while (!m->ready && read_line(m))
        m->ready = parse(m);
    return m->ready ? &m->line : NULL;
}

void rec_messages_pop(struct rec_messages *m)
{
    m->ready = false;
}

void rec_messages_seek(struct rec_messages *m, int64_t time_us)
{
    const struct rec_line *l;

    forget(m);
    rewind(m->file);
    while ((l = rec_messages_peek(m)) && l->time_us < time_us)
        rec_messages_pop(m);
}
