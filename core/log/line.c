/* SPDX-License-Identifier: Apache-2.0 */
#include "log/line.h"

#include <string.h>

/* --- for people --------------------------------------------------------------------------------------------------- */

static const char *tag(int level, bool colored)
{
    static const char *const plain[] = {"", "[FATAL] ", "[ERR] ", "[WARN] ", "", "", "", ""};
    static const char *const bright[] = {
        "", "\033[1;35m[FATAL]\033[0m ", "\033[1;31m[ERR]\033[0m ", "\033[1;33m[WARN]\033[0m ", "", "", "", ""};

    return (colored ? bright : plain)[level & 7];
}

static void print_time(FILE *f, const struct timespec *when)
{
    struct tm tm;
    char day[40], zone[8];

    localtime_r(&when->tv_sec, &tm);
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);
    fprintf(f, "%s.%06ld%s ", day, when->tv_nsec / 1000, zone);
}

static size_t trimmed(const char *text)
{
    size_t len = strlen(text);

    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    return len;
}

static void print_text(FILE *f, const char *text)
{
    size_t len = trimmed(text);

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n')
            fputs("\n    ", f);
        else if (c >= ' ' && c != 0x7f)
            fputc(c, f);
        else if (c == '\t')
            fputc(' ', f);
        else if (c != '\r')
            fputc('?', f);
    }
}

static void print_human(FILE *f, const struct gw_log_line *l, const struct gw_log_style *s)
{
    if (s->format == GW_LOG_JOURNAL) /* sd-daemon(3): <syslog priority> at the beginning */
        fprintf(f, "<%c>", "62346777"[l->level & 7]);
    if (s->prefix)
        fputs(s->prefix, f);
    if (s->timestamps && s->format == GW_LOG_HUMAN)
        print_time(f, &l->when);
    fputs(tag(l->level, s->colored && s->format == GW_LOG_HUMAN), f);
    if (l->handle)
        fprintf(f, "[%llu/%llu] ", (unsigned long long)l->session, (unsigned long long)l->handle);
    else if (l->session)
        fprintf(f, "[%llu] ", (unsigned long long)l->session);
    print_text(f, l->text);
    if (l->suppressed)
        fprintf(f, " (%u more like this were left out)", l->suppressed);
    fputc('\n', f);
}

/* --- JSON lines --------------------------------------------------------------------------------------------------- */

/* Length of the UTF-8 sequence at s, 0: not one. */
static size_t sequence(const unsigned char *s, size_t left)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3 : 0;

    if (s[0] >= 0xf0 && s[0] < 0xf5)
        n = 4;
    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

static void print_quoted(FILE *f, const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;

    fputc('"', f);
    for (size_t i = 0; i < len;) {
        size_t n = sequence(s + i, len - i);

        if (!n) {
            fputs("\\ufffd", f);
            i++;
            continue;
        }
        if (s[i] == '"' || s[i] == '\\')
            fprintf(f, "\\%c", s[i]);
        else if (s[i] < ' ' || s[i] == 0x7f)
            fprintf(f, "\\u%04x", s[i]);
        else
            fwrite(s + i, 1, n, f);
        i += n;
    }
    fputc('"', f);
}

static void print_json(FILE *f, const struct gw_log_line *l, const struct gw_log_style *s)
{
    static const char *const levels[] = {"none", "fatal", "error", "warning", "info", "verbose", "debug", "trace"};
    struct tm tm;
    char day[40];

    gmtime_r(&l->when.tv_sec, &tm);
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    fprintf(f, "{\"time\":\"%s.%06ldZ\",\"level\":\"%s\"", day, l->when.tv_nsec / 1000, levels[l->level & 7]);
    if (l->module[0])
        fprintf(f, ",\"module\":\"%s\"", l->module);
    if (l->session)
        fprintf(f, ",\"session\":%llu", (unsigned long long)l->session);
    if (l->handle)
        fprintf(f, ",\"handle\":%llu", (unsigned long long)l->handle);
    if (l->suppressed)
        fprintf(f, ",\"suppressed\":%u", l->suppressed);
    if (s->prefix) {
        fputs(",\"prefix\":", f);
        print_quoted(f, s->prefix, strlen(s->prefix));
    }
    fputs(",\"message\":", f);
    print_quoted(f, l->text, trimmed(l->text));
    fputs("}\n", f);
}

void gw_log_print(FILE *f, const struct gw_log_line *l, const struct gw_log_style *style)
{
    if (style->redact)
        gw_log_redact(l->text);
    (style->format == GW_LOG_JSON ? print_json : print_human)(f, l, style);
}
