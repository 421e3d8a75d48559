/* SPDX-License-Identifier: Apache-2.0 */
#include "sdp/sdp.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* The block behind a description: header, m-lines, attributes, text. */
struct block {
    struct gw_sdp sdp;
    struct gw_sdp_media *media;
    struct gw_sdp_attr *attr;
    unsigned n_attr;
    bool origin;
};

/* Cuts the line at *rest out of the text: ends it with a NUL, moves on. NULL: no more lines. */
static char *next_line(char **rest, char *end)
{
    char *line = *rest, *stop;

    if (line >= end)
        return NULL;
    stop = memchr(line, '\n', (size_t)(end - line));
    *rest = stop ? stop + 1 : end;
    if (!stop)
        stop = end;
    *stop = '\0';
    if (stop > line && stop[-1] == '\r')
        stop[-1] = '\0';
    return line;
}

/* Cuts the next blank-separated word out of *rest. NULL: no more. */
static char *cut_word(char **rest)
{
    char *word = *rest + strspn(*rest, " "), *stop;

    if (!*word)
        return NULL;
    stop = word + strcspn(word, " ");
    *rest = stop;
    if (*stop) {
        *stop = '\0';
        *rest = stop + 1;
    }
    return word;
}

static int parse_origin(struct block *b, char *value)
{
    char *word[6];

    for (int i = 0; i < 6; i++)
        if (!(word[i] = cut_word(&value)))
            return GW_EPARSE;
    b->sdp.user = word[0];
    b->sdp.session_id = word[1];
    b->sdp.session_version = word[2];
    b->origin = true;
    return 0;
}

static int parse_media(struct block *b, char *value)
{
    struct gw_sdp_media *m = &b->media[b->sdp.n_media];
    const char *kind = cut_word(&value), *port = cut_word(&value), *proto = cut_word(&value);
    uint64_t number;

    if (!kind || !port || !proto || !gw_sdp_number(port, strcspn(port, "/"), UINT16_MAX, &number))
        return GW_EPARSE;
    *m = (struct gw_sdp_media){.kind = kind,
                               .proto = proto,
                               .formats = value + strspn(value, " "),
                               .port = (uint16_t)number,
                               .attr = &b->attr[b->n_attr]};
    b->sdp.n_media++;
    return 0;
}

static int parse_attr(struct block *b, char *value)
{
    char *colon = strchr(value, ':');

    if (!b->sdp.n_media && b->sdp.n_attr == GW_SDP_MAX_SESSION_ATTRS)
        return GW_ELIMIT;
    if (colon)
        *colon++ = '\0';
    b->attr[b->n_attr++] = (struct gw_sdp_attr){.name = value, .value = colon ? colon : ""};
    if (b->sdp.n_media)
        b->media[b->sdp.n_media - 1].n_attr++;
    else
        b->sdp.n_attr++;
    return 0;
}

static int parse_line(struct block *b, char *line)
{
    char *value = line + 2;

    if (!line[0] || line[1] != '=' || strchr(value, '\r'))
        return GW_EPARSE;
    switch (line[0]) {
    case 'o':
        return parse_origin(b, value);
    case 's':
        b->sdp.name = value;
        return 0;
    case 'm':
        return parse_media(b, value);
    case 'a':
        return parse_attr(b, value);
    default:
        return 0; /* v, t, c, b and the rest tell us nothing */
    }
}

/* How many lines start with that letter: the bound for the arrays. */
static size_t count_lines(const char *text, size_t len, char letter)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text[i] == letter && (!i || text[i - 1] == '\n');
    return n;
}

static int parse_text(struct block *b, char *text, size_t len)
{
    char *rest = text, *line = next_line(&rest, text + len);
    int err = line && !strcmp(line, "v=0") ? 0 : GW_EPARSE;

    while (!err && (line = next_line(&rest, text + len)))
        if (*line)
            err = parse_line(b, line);
    return err ? err : b->origin ? 0 : GW_EPARSE;
}

int gw_sdp_parse(struct gw_sdp **out, const char *text, size_t len)
{
    size_t media, attrs;
    struct block *b;
    char *copy;
    int err;

    if (len > GW_SDP_MAX_SIZE)
        return GW_ELIMIT;
    if (memchr(text, '\0', len))
        return GW_EPARSE;
    media = count_lines(text, len, 'm');
    attrs = count_lines(text, len, 'a');
    if (media > GW_SDP_MAX_MEDIA || attrs > GW_SDP_MAX_ATTRS)
        return GW_ELIMIT;
    b = calloc(1, sizeof(*b) + media * sizeof(*b->media) + attrs * sizeof(*b->attr) + len + 1);
    if (!b)
        return GW_ENOMEM;
    b->media = (struct gw_sdp_media *)(b + 1);
    b->attr = (struct gw_sdp_attr *)(b->media + media);
    copy = (char *)(b->attr + attrs);
    memcpy(copy, text, len);
    b->sdp.name = "";
    b->sdp.media = b->media;
    b->sdp.attr = b->attr;
    err = parse_text(b, copy, len);
    if (err) {
        free(b);
        return err;
    }
    *out = &b->sdp;
    return 0;
}

void gw_sdp_free(struct gw_sdp *s)
{
    free(s); /* the first member of its block */
}
