/* SPDX-License-Identifier: Apache-2.0 */
#include "log/recent.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
    atomic_uint next;
    char line[GW_RECENT_LINES][GW_RECENT_TEXT];
} recent;

static void make_harmless(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

void gw_recent_note(const struct gw_log_line *l, bool redact)
{
    char *out = recent.line[atomic_fetch_add_explicit(&recent.next, 1, memory_order_relaxed) % GW_RECENT_LINES];
    char text[GW_RECENT_TEXT];
    struct tm tm;
    int n;

    gmtime_r(&l->when.tv_sec, &tm);
    n = snprintf(text, sizeof(text), "%02d:%02d:%02d.%03ld %d %s ", tm.tm_hour, tm.tm_min, tm.tm_sec,
                 l->when.tv_nsec / 1000000, l->level, l->module);
    if (l->session && n < (int)sizeof(text))
        n += snprintf(text + n, sizeof(text) - (size_t)n, "[%llu/%llu] ", (unsigned long long)l->session,
                      (unsigned long long)l->handle);
    if (n < (int)sizeof(text))
        snprintf(text + n, sizeof(text) - (size_t)n, "%s", l->text);
    make_harmless(text);
    if (redact)
        gw_log_redact(text);
    memcpy(out, text, sizeof(text));
}

void gw_recent_write(int fd)
{
    unsigned next = atomic_load_explicit(&recent.next, memory_order_relaxed);

    for (unsigned i = 0; i < GW_RECENT_LINES; i++) {
        const char *line = recent.line[(next + i) % GW_RECENT_LINES];
        size_t len = strnlen(line, GW_RECENT_TEXT - 1);

        if (len && (write(fd, line, len) < 0 || write(fd, "\n", 1) < 0))
            return;
    }
}
