/* SPDX-License-Identifier: Apache-2.0 */
#include "nfo.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MOST_ID (((uint64_t)1 << 53) - 1)

struct piece {
    const char *at;
    size_t len;
};

static struct piece trim(struct piece p)
{
    while (p.len && strchr(" \t\r", p.at[0]) && p.at[0])
        p.at++, p.len--;
    while (p.len && strchr(" \t\r", p.at[p.len - 1]) && p.at[p.len - 1])
        p.len--;
    return p;
}

/* The next line, without what follows a semicolon. false: the end. */
static bool next_line(struct piece *rest, struct piece *line)
{
    const char *end, *comment;

    if (!rest->len)
        return false;
    end = memchr(rest->at, '\n', rest->len);
    line->at = rest->at;
    line->len = end ? (size_t)(end - rest->at) : rest->len;
    rest->len -= line->len + (end ? 1 : 0);
    rest->at += line->len + (end ? 1 : 0);
    comment = memchr(line->at, ';', line->len);
    if (comment)
        line->len = (size_t)(comment - line->at);
    *line = trim(*line);
    return true;
}

static bool read_id(struct piece line, uint64_t *id)
{
    uint64_t n = 0;

    if (line.len < 3 || line.at[0] != '[' || line.at[line.len - 1] != ']')
        return false;
    for (size_t i = 1; i + 1 < line.len; i++) {
        if (line.at[i] < '0' || line.at[i] > '9' || n > MOST_ID)
            return false;
        n = n * 10 + (uint64_t)(line.at[i] - '0');
    }
    *id = n;
    return n > 0 && n <= MOST_ID;
}

static void keep(char *out, size_t cap, struct piece value)
{
    size_t n = value.len < cap - 1 ? value.len : cap - 1;

    memcpy(out, value.at, n);
    out[n] = 0;
}

static bool is(struct piece p, const char *word)
{
    return p.len == strlen(word) && !strncasecmp(p.at, word, p.len);
}

/* With its ending; a name with a folder in it is none of ours. */
static bool keep_file(char *out, size_t cap, struct piece value)
{
    size_t len;

    if (memchr(value.at, '/', value.len) || memchr(value.at, 0, value.len) || value.len + 5 > cap)
        return false;
    keep(out, cap, value);
    len = strlen(out);
    if (len && (len < 4 || strcmp(out + len - 4, ".mjr")))
        memcpy(out + len, ".mjr", 5);
    return true;
}

static bool take(struct rec_nfo *n, struct piece key, struct piece value)
{
    if (is(key, "name"))
        keep(n->name, sizeof(n->name), value);
    else if (is(key, "date"))
        keep(n->date, sizeof(n->date), value);
    else if (is(key, "private"))
        n->is_private = is(value, "true") || is(value, "yes") || is(value, "1");
    else if (is(key, "audio"))
        return keep_file(n->audio, sizeof(n->audio), value);
    else if (is(key, "video"))
        return keep_file(n->video, sizeof(n->video), value);
    else if (is(key, "data"))
        return keep_file(n->data, sizeof(n->data), value);
    return true;
}

int rec_nfo_read(struct rec_nfo *out, const char *text, size_t len)
{
    struct piece rest = {text, len}, line;
    struct rec_nfo n = {.is_private = true};

    while (next_line(&rest, &line)) {
        const char *equals;

        if (!line.len)
            continue;
        if (line.at[0] == '[') {
            if (n.id)
                break;
            if (!read_id(line, &n.id))
                return -3;
            continue;
        }
        equals = memchr(line.at, '=', line.len);
        if (!equals || !n.id)
            continue;
        if (!take(&n, trim((struct piece){line.at, (size_t)(equals - line.at)}),
                  trim((struct piece){equals + 1, line.len - (size_t)(equals - line.at) - 1})))
            return -3;
    }
    if (!n.id || !n.name[0] || !n.date[0] || (!n.audio[0] && !n.video[0]))
        return -3;
    *out = n;
    return 0;
}

/* A value must not begin a line, a comment or a section of its own. */
static void plain(char *out, size_t cap, const char *value)
{
    size_t n = 0;

    for (; *value && n < cap - 1; value++)
        out[n++] = (unsigned char)*value < ' ' || *value == ';' ? ' ' : *value;
    out[n] = 0;
}

int rec_nfo_write(char *out, size_t cap, const struct rec_nfo *nfo)
{
    const struct {
        const char *key, *value;
    } files[] = {{"audio", nfo->audio}, {"video", nfo->video}, {"data", nfo->data}};
    char name[sizeof(nfo->name)];
    int n;

    plain(name, sizeof(name), nfo->name);
    n = snprintf(out, cap, "[%llu]\r\nname = %s\r\nprivate = %s\r\ndate = %s\r\n", (unsigned long long)nfo->id, name,
                 nfo->is_private ? "true" : "false", nfo->date);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (files[i].value[0] && n > 0 && (size_t)n < cap)
            n += snprintf(out + n, cap - (size_t)n, "%s = %s\r\n", files[i].key, files[i].value);
    return n > 0 && (size_t)n < cap ? n : -5;
}
