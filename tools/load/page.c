/* SPDX-License-Identifier: Apache-2.0 */
/* The figures as a page that needs nothing else: tables, and plots as SVG. */
#include <math.h>
#include <stdio.h>

#include "load.h"

enum { WIDTH = 640, HEIGHT = 160 };

static const char head[] =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>cardea-load</title><style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;"
    "max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{padding:.1rem .8rem .1rem 0;"
    "text-align:left}td+td{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}"
    "polyline{fill:none;stroke:#2a7de1;stroke-width:1.5}.axis{stroke:#888;stroke-width:.5}text{font:11px system-ui;"
    "fill:currentColor}section{margin:2rem 0}</style>\n";

static void escaped(FILE *f, const char *text)
{
    for (; text && *text; text++)
        if (*text == '<' || *text == '&')
            fputs(*text == '<' ? "&lt;" : "&amp;", f);
        else
            fputc(*text, f);
}

static void table(FILE *f, const json_t *o)
{
    const char *name;
    json_t *value;

    fputs("<table>", f);
    json_object_foreach((json_t *)o, name, value)
    {
        fprintf(f, "<tr><td>%s<td>", name);
        if (json_is_string(value))
            escaped(f, json_string_value(value));
        else if (json_is_boolean(value))
            fputs(json_is_true(value) ? "yes" : "no", f);
        else
            fprintf(f, "%.6g", json_number_value(value));
    }
    fputs("</table>\n", f);
}

/* One column of the samples against time. */
static void plot(FILE *f, const json_t *samples, size_t column, const char *title)
{
    size_t n = json_array_size(samples), i;
    double most = 0, first, last, x, y;
    json_t *s;

    if (n < 2)
        return;
    first = json_number_value(json_array_get(json_array_get(samples, 0), 0));
    last = json_number_value(json_array_get(json_array_get(samples, n - 1), 0));
    json_array_foreach(samples, i, s) most = fmax(most, json_number_value(json_array_get(s, column)));
    fprintf(f, "<section><h3>%s</h3><svg viewBox='0 0 %d %d'><line class=axis x1=40 y1=%d x2=%d y2=%d />", title, WIDTH,
            HEIGHT + 20, HEIGHT, WIDTH, HEIGHT);
    fprintf(f, "<text x=0 y=12>%.4g</text><text x=0 y=%d>0</text><text x=40 y=%d>%.0f s</text>", most, HEIGHT,
            HEIGHT + 15, first);
    fprintf(f, "<text x=%d y=%d text-anchor=end>%.0f s</text><polyline points='", WIDTH, HEIGHT + 15, last);
    json_array_foreach(samples, i, s)
    {
        x = 40 + (json_number_value(json_array_get(s, 0)) - first) / (last - first) * (WIDTH - 40);
        y = HEIGHT - (most > 0 ? json_number_value(json_array_get(s, column)) / most : 0) * (HEIGHT - 10);
        fprintf(f, "%.1f,%.1f ", x, y);
    }
    fputs("'/></svg></section>\n", f);
}

/* How large a part of the packets took at most how long; time on a logarithmic axis. */
static void plot_latency(FILE *f)
{
    uint64_t sum = 0;

    if (!latency.n)
        return;
    fprintf(f, "<section><h3>Forwarding latency: part of the packets below</h3><svg viewBox='0 0 %d %d'>", WIDTH,
            HEIGHT + 20);
    for (int i = 0; i <= 4; i++) {
        int x = 40 + i * (WIDTH - 60) / 4;

        fprintf(f, "<line class=axis x1=%d y1=0 x2=%d y2=%d /><text x=%d y=%d text-anchor=middle>%g ms</text>", x, x,
                HEIGHT, x, HEIGHT + 15, pow(10, i - 2));
    }
    fprintf(f, "<text x=0 y=12>100 %%</text><text x=0 y=%d>0</text><polyline points='", HEIGHT);
    for (int i = 0; i < LATENCY_BUCKETS; i++) {
        double ms = (i + 1) * 0.01;

        sum += latency.bucket[i];
        if (latency.bucket[i] && ms <= 100)
            fprintf(f, "%.1f,%.1f ", 40 + (log10(ms) + 2) / 4 * (WIDTH - 60),
                    HEIGHT - (double)sum / (double)latency.n * (HEIGHT - 10));
    }
    fputs("'/></svg></section>\n", f);
}

bool page_write(const char *path, const json_t *report)
{
    static const struct {
        size_t column;
        const char *title;
    } plots[] = {{1, "Packets a second"},
                 {3, "Server, % of a processor"},
                 {2, "Lost a second"},
                 {4, "Generator, % of a processor"},
                 {5, "Clients"}};
    const char *name = json_string_value(json_object_get(report, "name"));
    FILE *f = fopen(path, "w");

    if (!f)
        return false;
    fputs(head, f);
    fputs("<h1>", f);
    escaped(f, name ? name : "cardea-load");
    fputs("</h1><section><h2>Figures</h2>", f);
    table(f, json_object_get(report, "figures"));
    fputs("</section>", f);
    plot_latency(f);
    for (size_t i = 0; i < sizeof(plots) / sizeof(plots[0]); i++)
        plot(f, json_object_get(report, "samples"), plots[i].column, plots[i].title);
    fputs("<section><h2>Options</h2>", f);
    table(f, json_object_get(report, "options"));
    fputs("</section></html>\n", f);
    return !fclose(f);
}
