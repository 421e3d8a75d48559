/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sdp/sdp.h"

static bool make_room(struct gw_sdp_writer *w, size_t more)
{
    size_t cap = w->cap ? w->cap : 4096;
    char *text;

    while (cap < w->len + more + 1)
        cap *= 2;
    if (cap == w->cap)
        return true;
    text = realloc(w->text, cap);
    if (!text) {
        w->failed = true;
        return false;
    }
    w->text = text;
    w->cap = cap;
    return true;
}

static void put(struct gw_sdp_writer *w, const char *text, size_t len)
{
    if (w->failed || (w->len + len >= w->cap && !make_room(w, len)))
        return;
    memcpy(w->text + w->len, text, len);
    w->len += len;
    w->text[w->len] = 0;
}

static void put_number(struct gw_sdp_writer *w, uint64_t n)
{
    char digits[20], *at = digits + sizeof(digits);

    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    put(w, at, (size_t)(digits + sizeof(digits) - at));
}

/*
 * A description is some hundred lines, and printf() takes as long for one of them as all of this for ten; the more so
 * where a library has registered formats of its own (libquadmath does, which libavfilter brings along).
 */
static void append(struct gw_sdp_writer *w, const char *fmt, va_list args)
{
    const char *text;
    size_t len;

    while (*fmt) {
        len = strcspn(fmt, "%");
        put(w, fmt, len);
        fmt += len;
        if (!*fmt)
            break;
        if (!strncmp(fmt, "%s", 2)) {
            text = va_arg(args, const char *);
            put(w, text, strlen(text));
            fmt += 2;
        } else if (!strncmp(fmt, "%u", 2)) {
            put_number(w, va_arg(args, unsigned));
            fmt += 2;
        } else if (!strncmp(fmt, "%llu", 4)) {
            put_number(w, va_arg(args, unsigned long long));
            fmt += 4;
        } else if (!strncmp(fmt, "%.*s", 4)) {
            len = (size_t)va_arg(args, int);
            put(w, va_arg(args, const char *), len);
            fmt += 4;
        } else {
            w->failed = true; /* nothing else is used */
            return;
        }
    }
}

void gw_sdp_part(struct gw_sdp_writer *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    append(w, fmt, args);
    va_end(args);
}

void gw_sdp_line(struct gw_sdp_writer *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    append(w, fmt, args);
    va_end(args);
    put(w, "\r\n", 2);
}

char *gw_sdp_take(struct gw_sdp_writer *w)
{
    char *text = w->text, *fitting;

    if (w->failed) {
        free(text);
        text = NULL;
    }
    fitting = text ? realloc(text, w->len + 1) : NULL; /* it is kept as long as the connection */
    if (fitting)
        text = fitting;
    *w = (struct gw_sdp_writer){0};
    return text;
}

void gw_sdp_clean(char *text, bool token)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f || (token && *text == ' '))
            *text = '_';
}
