/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

static void append(struct gw_sdp_writer *w, const char *fmt, va_list args)
{
    va_list again;
    int n;

    if (w->failed)
        return;
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0 || !make_room(w, (size_t)n)) {
        w->failed = true;
        return;
    }
    vsnprintf(w->text + w->len, (size_t)n + 1, fmt, args);
    w->len += (size_t)n;
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
    gw_sdp_part(w, "\r\n");
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
