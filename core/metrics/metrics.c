/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "base/err.h"

#define MAX_HOOKS 64

enum kind { COUNTER, GAUGE, HISTOGRAM };

struct histogram {
    size_t n;
    double bounds[GW_METRICS_MAX_BUCKETS];
    _Atomic uint64_t buckets[GW_METRICS_MAX_BUCKETS + 1]; /* not cumulative; the last is +Inf */
    _Atomic uint64_t sum;                                 /* bits of a double */
};

struct gw_metric {
    /* given at creation, owned */
    char *name, *labels, *help;
    enum kind kind;
    bool micros;
    /* owned */
    struct histogram *histogram;
    /* state */
    _Atomic int64_t value;
};

static struct {
    pthread_mutex_t lock; /* making and rendering; updates never take it */
    struct gw_metric *metrics[GW_METRICS_MAX];
    size_t n;
    struct {
        void (*fn)(void *arg);
        void *arg;
    } hooks[MAX_HOOKS];
    size_t n_hooks;
} the = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool name_ok(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t len = strlen(name);

    return len > 0 && len < 200 && strchr(first, name[0]) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == len;
}

/* With the lock held. *same: the very metric; returns false when the name belongs to another kind. */
static bool look_up(const char *name, const char *labels, enum kind kind, struct gw_metric **same)
{
    *same = NULL;
    for (size_t i = 0; i < the.n; i++) {
        struct gw_metric *m = the.metrics[i];

        if (strcmp(m->name, name))
            continue;
        if (m->kind != kind)
            return false;
        if (!strcmp(m->labels, labels)) {
            *same = m;
            return true;
        }
    }
    return true;
}

static struct gw_metric *make(const char *name, const char *labels, const char *help, enum kind kind,
                              const struct histogram *shape)
{
    struct gw_metric *m = NULL;

    if (!name || !name_ok(name))
        return NULL;
    if (!labels)
        labels = "";
    pthread_mutex_lock(&the.lock);
    if (!look_up(name, labels, kind, &m) || m || the.n == GW_METRICS_MAX)
        goto out;
    m = g_new0(struct gw_metric, 1);
    m->name = g_strdup(name);
    m->labels = g_strdup(labels);
    m->help = g_strdup(help ? help : "");
    m->kind = kind;
    if (shape) {
        m->histogram = g_new0(struct histogram, 1);
        m->histogram->n = shape->n;
        memcpy(m->histogram->bounds, shape->bounds, sizeof(shape->bounds));
    }
    the.metrics[the.n++] = m;
out:
    pthread_mutex_unlock(&the.lock);
    return m;
}

struct gw_metric *gw_metric_counter(const char *name, const char *labels, const char *help)
{
    return make(name, labels, help, COUNTER, NULL);
}

struct gw_metric *gw_metric_gauge(const char *name, const char *labels, const char *help)
{
    return make(name, labels, help, GAUGE, NULL);
}

struct gw_metric *gw_metric_histogram(const char *name, const char *labels, const char *help, const double *bounds,
                                      size_t n)
{
    struct histogram shape = {.n = n};

    if (n > GW_METRICS_MAX_BUCKETS)
        return NULL;
    memcpy(shape.bounds, bounds, n * sizeof(*bounds));
    return make(name, labels, help, HISTOGRAM, &shape);
}

void gw_metric_add(struct gw_metric *m, int64_t n)
{
    if (m && m->kind != HISTOGRAM)
        atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

void gw_metric_set(struct gw_metric *m, int64_t v)
{
    if (m && m->kind != HISTOGRAM)
        atomic_store_explicit(&m->value, v, memory_order_relaxed);
}

static double to_double(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof(d));
    return d;
}

static void add_double(_Atomic uint64_t *to, double v)
{
    uint64_t old = atomic_load_explicit(to, memory_order_relaxed), bits;
    double sum;

    do {
        sum = to_double(old) + v;
        memcpy(&bits, &sum, sizeof(bits));
    } while (!atomic_compare_exchange_weak_explicit(to, &old, bits, memory_order_relaxed, memory_order_relaxed));
}

void gw_metric_observe(struct gw_metric *m, double v)
{
    struct histogram *h = m ? m->histogram : NULL;
    size_t i = 0;

    if (!h || isnan(v))
        return;
    while (i < h->n && v > h->bounds[i])
        i++;
    atomic_fetch_add_explicit(&h->buckets[i], 1, memory_order_relaxed);
    add_double(&h->sum, v);
    atomic_fetch_add_explicit(&m->value, 1, memory_order_relaxed);
}

struct gw_metric *gw_metric_in_micros(struct gw_metric *m)
{
    if (m && m->kind != HISTOGRAM)
        m->micros = true;
    return m;
}

void gw_metric_set_buckets(struct gw_metric *m, const uint64_t *counts, double sum)
{
    struct histogram *h = m ? m->histogram : NULL;
    uint64_t all = 0, bits;

    if (!h)
        return;
    for (size_t i = 0; i <= h->n; i++) {
        atomic_store_explicit(&h->buckets[i], counts[i], memory_order_relaxed);
        all += counts[i];
    }
    memcpy(&bits, &sum, sizeof(bits));
    atomic_store_explicit(&h->sum, bits, memory_order_relaxed);
    atomic_store_explicit(&m->value, (int64_t)all, memory_order_relaxed);
}

int64_t gw_metric_value(const struct gw_metric *m)
{
    return m ? atomic_load_explicit(&m->value, memory_order_relaxed) : 0;
}

size_t gw_metric_label(char *to, size_t size, const char *key, const char *value)
{
    GString *s = g_string_new(key);
    size_t len;

    g_string_append(s, "=\"");
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            g_string_append_c(s, '\\');
        if (*value == '\n')
            g_string_append(s, "\\n");
        else
            g_string_append_c(s, *value);
    }
    g_string_append_c(s, '"');
    len = s->len;
    g_strlcpy(to, s->str, size);
    g_string_free(s, TRUE);
    return len;
}

/* --- printing ----------------------------------------------------------------------------------------------------- */

int gw_metrics_on_render(void (*fn)(void *arg), void *arg)
{
    int err = GW_ELIMIT;

    pthread_mutex_lock(&the.lock);
    if (the.n_hooks < MAX_HOOKS) {
        the.hooks[the.n_hooks].fn = fn;
        the.hooks[the.n_hooks++].arg = arg;
        err = 0;
    }
    pthread_mutex_unlock(&the.lock);
    return err;
}

void gw_metrics_off_render(void (*fn)(void *arg), void *arg)
{
    pthread_mutex_lock(&the.lock);
    for (size_t i = 0; i < the.n_hooks; i++)
        if (the.hooks[i].fn == fn && the.hooks[i].arg == arg) {
            memmove(&the.hooks[i], &the.hooks[i + 1], (the.n_hooks - i - 1) * sizeof(the.hooks[0]));
            the.n_hooks--;
            break;
        }
    pthread_mutex_unlock(&the.lock);
}

static void print_number(GString *s, double v)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(s, g_ascii_formatd(text, sizeof(text), "%.15g", v));
}

static void print_histogram(GString *s, const struct gw_metric *m)
{
    const struct histogram *h = m->histogram;
    const char *comma = m->labels[0] ? "," : "", *open = m->labels[0] ? "{" : "", *close = m->labels[0] ? "}" : "";
    uint64_t seen = 0;

    for (size_t i = 0; i <= h->n; i++) {
        seen += atomic_load_explicit(&h->buckets[i], memory_order_relaxed);
        g_string_append_printf(s, "%s_bucket{%s%sle=\"", m->name, m->labels, comma);
        if (i < h->n)
            print_number(s, h->bounds[i]);
        else
            g_string_append(s, "+Inf");
        g_string_append_printf(s, "\"} %" G_GUINT64_FORMAT "\n", (guint64)seen);
    }
    g_string_append_printf(s, "%s_sum%s%s%s ", m->name, open, m->labels, close);
    print_number(s, to_double(atomic_load_explicit(&h->sum, memory_order_relaxed)));
    g_string_append_printf(s, "\n%s_count%s%s%s %" G_GUINT64_FORMAT "\n", m->name, open, m->labels, close,
                           (guint64)seen);
}

static void print_metric(GString *s, const struct gw_metric *m)
{
    if (m->kind == HISTOGRAM) {
        print_histogram(s, m);
        return;
    }
    g_string_append_printf(s, "%s%s%s%s ", m->name, m->labels[0] ? "{" : "", m->labels, m->labels[0] ? "}" : "");
    if (m->micros)
        print_number(s, (double)gw_metric_value(m) / 1e6);
    else
        g_string_append_printf(s, "%" G_GINT64_FORMAT, (gint64)gw_metric_value(m));
    g_string_append_c(s, '\n');
}

/* In order of making, but all of one name together, as the format wants it. */
static void print_family(GString *s, size_t first)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    const struct gw_metric *m = the.metrics[first];

    for (size_t i = 0; i < first; i++)
        if (!strcmp(the.metrics[i]->name, m->name))
            return; /* printed with that one */
    g_string_append_printf(s, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, types[m->kind]);
    for (size_t i = first; i < the.n; i++)
        if (!strcmp(the.metrics[i]->name, m->name))
            print_metric(s, the.metrics[i]);
}

char *gw_metrics_render(void)
{
    GString *s = g_string_sized_new(16384);
    char *text;
    size_t hooks;

    pthread_mutex_lock(&the.lock);
    hooks = the.n_hooks;
    pthread_mutex_unlock(&the.lock);
    for (size_t i = 0; i < hooks && i < the.n_hooks; i++) /* unlocked: a hook may make metrics */
        the.hooks[i].fn(the.hooks[i].arg);
    pthread_mutex_lock(&the.lock);
    for (size_t i = 0; i < the.n; i++)
        print_family(s, i);
    pthread_mutex_unlock(&the.lock);
    text = strdup(s->str);
    g_string_free(s, TRUE);
    return text;
}
