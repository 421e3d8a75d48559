/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people, out of option tables. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#define WIDTH 110

/* Words of text, each line beginning with lead. */
static void wrap(GString *s, const char *lead, const char *text)
{
    size_t used = strlen(lead);

    g_string_append(s, lead);
    while (*text) {
        size_t word = strcspn(text, " ");

        if (used > strlen(lead) && used + 1 + word > WIDTH) {
            g_string_append_printf(s, "\n%s", lead);
            used = strlen(lead);
        }
        if (used > strlen(lead)) {
            g_string_append_c(s, ' ');
            used++;
        }
        g_string_append_len(s, text, (gssize)word);
        used += word;
        text += word + strspn(text + word, " ");
    }
    g_string_append_c(s, '\n');
}

static char *kind_of(const struct cardea_option *o)
{
    const char *live = o->reloadable ? "; may change while the gateway runs" : "";

    switch (o->type) {
    case CARDEA_OPT_BOOL:
        return g_strdup_printf("true or false%s", live);
    case CARDEA_OPT_INT:
        if (o->min || o->max)
            return g_strdup_printf("%lld to %lld%s", (long long)o->min, (long long)o->max, live);
        return g_strdup_printf("number%s", live);
    case CARDEA_OPT_STRING:
        return g_strdup_printf("text%s", live);
    case CARDEA_OPT_LIST:
        return g_strdup_printf("list%s", live);
    }
    return g_strdup("");
}

static char *help_of(const struct cardea_option *o)
{
    char *kind = kind_of(o), *text = g_strdup_printf("%s (%s)", o->help ? o->help : "", kind);

    g_free(kind);
    return text;
}

static void print_value(GString *s, const struct cardea_option *o)
{
    bool quoted = o->type == CARDEA_OPT_STRING || o->type == CARDEA_OPT_LIST;

    if (!quoted) {
        g_string_append(s, o->fallback ? o->fallback : o->type == CARDEA_OPT_BOOL ? "false" : "0");
        return;
    }
    g_string_append_c(s, '"');
    for (const char *p = o->fallback ? o->fallback : ""; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(s, '\\');
        g_string_append_c(s, *p);
    }
    g_string_append_c(s, '"');
}

static bool first_of_category(const struct cardea_option *table, const struct cardea_option *o)
{
    for (const struct cardea_option *p = table; p < o; p++)
        if (!strcmp(p->category, o->category))
            return false;
    return true;
}

static char *finish(GString *s)
{
    char *text = strdup(s->str);

    g_string_free(s, TRUE);
    return text;
}

static void help_one(GString *s, const struct cardea_option *o)
{
    char *text = help_of(o);

    g_string_append_printf(s, "  %s = ", o->name);
    print_value(s, o);
    g_string_append_c(s, '\n');
    wrap(s, "      ", text);
    g_free(text);
}

char *gw_config_help(const struct cardea_option *table, const char *title)
{
    GString *s = g_string_new(NULL);

    g_string_append_printf(s, "%s\n", title);
    for (const struct cardea_option *o = table; o && o->name; o++) {
        if (!first_of_category(table, o))
            continue;
        g_string_append_printf(s, "\n%s:\n", o->category);
        for (const struct cardea_option *p = o; p->name; p++)
            if (!strcmp(p->category, o->category))
                help_one(s, p);
    }
    return finish(s);
}

static void sample_one(GString *s, const struct cardea_option *o)
{
    char *text = help_of(o);

    wrap(s, "    # ", text);
    g_string_append_printf(s, "    #%s = ", o->name);
    print_value(s, o);
    g_string_append(s, "\n\n");
    g_free(text);
}

char *gw_config_sample(const struct cardea_option *table, const char *title)
{
    GString *s = g_string_new(NULL);

    wrap(s, "# ", title);
    g_string_append(
        s, "# Every setting stands here as a comment with its default: remove the # of a line to change it.\n");
    for (const struct cardea_option *o = table; o && o->name; o++) {
        if (!first_of_category(table, o))
            continue;
        g_string_append_printf(s, "\n%s: {\n", o->category);
        for (const struct cardea_option *p = o; p->name; p++)
            if (!strcmp(p->category, o->category))
                sample_one(s, p);
        g_string_truncate(s, s->len - 1); /* no empty line before the brace */
        g_string_append(s, "}\n");
    }
    return finish(s);
}
