/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libavutil/log.h>

#include "rec.h"

#define BAR          30
#define REDRAW_US    100000
#define NEXT_LINE_US 10000000

bool parse_options(int *argc, char ***argv, const GOptionEntry *entries, const char *arguments, const char *summary,
                   const char *description, int *result)
{
    GOptionContext *context = g_option_context_new(arguments);
    GError *error = NULL;
    char *name = g_strdup_printf("cardea-rec %s", (*argv)[0]);
    bool fine;

    g_set_prgname(name);
    g_free(name);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    fine = g_option_context_parse(context, argc, argv, &error);
    if (!fine)
        *result = misused("%s", error->message);
    g_clear_error(&error);
    g_option_context_free(context);
    return fine;
}

static void say(const char *fmt, va_list args)
{
    fprintf(stderr, "%s: ", g_get_prgname());
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
}

int complain(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    say(fmt, args);
    va_end(args);
    return 1;
}

int misused(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    say(fmt, args);
    va_end(args);
    fprintf(stderr, "Try '%s --help'.\n", g_get_prgname());
    return 2;
}

void set_av_log(int level)
{
    static const int levels[] = {AV_LOG_QUIET,   AV_LOG_PANIC, AV_LOG_FATAL,   AV_LOG_ERROR,
                                 AV_LOG_WARNING, AV_LOG_INFO,  AV_LOG_VERBOSE, AV_LOG_DEBUG};

    av_log_set_level(levels[level < 0 ? 0 : level > 7 ? 7 : level]);
}

/* --- progress ----------------------------------------------------------------------------------------------------- */

void progress_begin(struct progress *p, const char *what, bool quiet)
{
    *p = (struct progress){.what = what, .quiet = quiet, .terminal = isatty(STDERR_FILENO)};
    p->begin_us = p->said_us = g_get_monotonic_time();
}

static void draw(const struct progress *p, double part, const char *left)
{
    char bar[BAR + 1];
    int filled = (int)(part * BAR);

    memset(bar, '-', BAR);
    memset(bar, '#', (size_t)filled);
    bar[BAR] = '\0';
    if (p->terminal)
        fprintf(stderr, "\r%s [%s] %3.0f%%  %s left   ", p->what, bar, part * 100, left);
    else
        fprintf(stderr, "%s %.0f%%, %s left\n", p->what, part * 100, left);
}

void progress_step(struct progress *p, double part)
{
    int64_t now = g_get_monotonic_time(), spent = now - p->begin_us;
    char left[24] = "?";

    if (p->quiet || now - p->said_us < (p->terminal ? REDRAW_US : NEXT_LINE_US))
        return;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    if (part > 0.001)
        duration_text(left, (int64_t)((double)spent * (1 - part) / part) / 1000000 * 1000000);
    draw(p, part, left);
    p->said_us = now;
    p->shown = true;
}

void progress_end(struct progress *p)
{
    if (p->shown && p->terminal)
        fprintf(stderr, "\r\033[K");
}

const char *duration_text(char *buf, int64_t us)
{
    int64_t ms = (us < 0 ? 0 : us) / 1000;

    snprintf(buf, 24, "%d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
             (int)(ms % 1000));
    return buf;
}

const char *bytes_text(char *buf, uint64_t bytes)
{
    if (bytes < 10000)
        snprintf(buf, 24, "%u bytes", (unsigned)bytes);
    else if (bytes < 10000000)
        snprintf(buf, 24, "%.1f kB", (double)bytes / 1e3);
    else
        snprintf(buf, 24, "%.1f MB", (double)bytes / 1e6);
    return buf;
}
