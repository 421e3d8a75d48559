/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <glib.h>

#include "base/err.h"
#include "base/str.h"
#include "config/inside.h"
#include "log/log.h"

#define NEAR 4 /* edits: further away is another word */

struct value {
    char *text; /* NULL: unset */
    int64_t number;
    bool given;
};

struct cardea_config {
    /* given at creation, borrowed */
    const struct cardea_option *table;
    size_t n;
    bool other_groups;
    /* owned */
    struct value *values; /* by position in the table */
    GHashTable *first;    /* name -> position of the first option that is called so, of whatever category */
    json_t *groups;
    GPtrArray *retired; /* texts that were replaced: somebody may still hold them */
};

/* --- complaints --------------------------------------------------------------------------------------------------- */

void gw_complain_to_log(void *arg, const struct gw_complaint *c)
{
    enum cardea_log_level level = c->mistake ? CARDEA_LOG_ERROR : CARDEA_LOG_WARN;

    if (c->line)
        GW_LOG(level, 0, 0, "%s:%d: %s", c->file, c->line, c->text);
    else
        GW_LOG(level, 0, 0, "%s: %s", c->file, c->text);
}

void gw_complain_to_stderr(void *arg, const struct gw_complaint *c)
{
    const char *kind = c->mistake ? "error" : "warning";

    if (c->line)
        fprintf(stderr, "%s:%d: %s: %s\n", c->file, c->line, kind, c->text);
    else
        fprintf(stderr, "%s: %s: %s\n", c->file, kind, c->text);
}

void gw_reading_complain(struct gw_reading *r, bool mistake, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (mistake)
        r->mistakes++;
    if (r->complain)
        r->complain(r->arg, &(struct gw_complaint){r->file, r->line, mistake, text});
}

/* --- values ------------------------------------------------------------------------------------------------------- */

static bool reads_as_false(const char *s)
{
    return !strcasecmp(s, "false") || !strcasecmp(s, "no") || !strcasecmp(s, "off") || !strcmp(s, "0");
}

static bool bounded(const struct cardea_option *o)
{
    return o->min || o->max;
}

static bool check_bool(struct gw_reading *r, const struct cardea_option *o, const char *text, int64_t *number)
{
    *number = gw_is_true(text);
    if (*number || reads_as_false(text))
        return true;
    gw_reading_complain(r, true,
                        "%s.%s is \"%.60s\", but must be true or false. Correct it, or remove the line to have %s.",
                        o->category, o->name, text, o->fallback ? o->fallback : "false");
    return false;
}

static bool check_int(struct gw_reading *r, const struct cardea_option *o, const char *text, int64_t *number)
{
    const char *fallback = o->fallback ? o->fallback : "0";
    long long v;

    if (!gw_parse_int(text, &v)) {
        gw_reading_complain(
            r, true, "%s.%s is \"%.60s\", but must be a whole number. Correct it, or remove the line to have %s.",
            o->category, o->name, text, fallback);
        return false;
    }
    if (bounded(o) && (v < o->min || v > o->max)) {
        gw_reading_complain(r, true,
                            "%s.%s is %lld, but must be from %lld to %lld. Correct it, or remove the line to have %s.",
                            o->category, o->name, v, (long long)o->min, (long long)o->max, fallback);
        return false;
    }
    *number = v;
    return true;
}

static bool check_text(struct gw_reading *r, const struct cardea_option *o, const char *text)
{
    if (o->max <= 0 || strlen(text) <= (size_t)o->max)
        return true;
    gw_reading_complain(r, true, "%s.%s has %zu bytes, but may have at most %lld. Shorten it.", o->category, o->name,
                        strlen(text), (long long)o->max);
    return false;
}

static bool check(struct gw_reading *r, const struct cardea_option *o, const char *text, int64_t *number)
{
    *number = 0;
    if (!*text) /* as if it were not there */
        return true;
    switch (o->type) {
    case CARDEA_OPT_BOOL:
        return check_bool(r, o, text, number);
    case CARDEA_OPT_INT:
        return check_int(r, o, text, number);
    case CARDEA_OPT_STRING:
    case CARDEA_OPT_LIST:
        return check_text(r, o, text);
    }
    return false;
}

static void put(struct cardea_config *c, size_t i, const char *text, int64_t number, bool given)
{
    struct value *v = &c->values[i];

    if (v->text)
        g_ptr_array_add(c->retired, v->text);
    v->text = text && *text ? g_strdup(text) : NULL;
    v->number = number;
    v->given = given;
}

static void put_default(struct cardea_config *c, size_t i)
{
    struct gw_reading r = {.config = c, .file = "option table"};
    const char *text = c->table[i].fallback ? c->table[i].fallback : "";
    int64_t number = 0;

    if (!check(&r, &c->table[i], text, &number))
        gw_error("the default of the option %s.%s is outside its own bounds: correct its table", c->table[i].category,
                 c->table[i].name);
    put(c, i, text, number, false);
}

int gw_config_new(struct cardea_config **out, const struct cardea_option *table, bool other_groups)
{
    struct cardea_config *c = g_new0(struct cardea_config, 1);

    c->table = table;
    while (table && table[c->n].name)
        c->n++;
    c->other_groups = other_groups;
    c->values = g_new0(struct value, c->n + 1);
    c->groups = json_object();
    c->retired = g_ptr_array_new_with_free_func(g_free);
    c->first = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = c->n; i-- > 0;) {
        put_default(c, i);
        g_hash_table_insert(c->first, (gpointer)table[i].name, GSIZE_TO_POINTER(i));
    }
    *out = c;
    return 0;
}

void gw_config_free(struct cardea_config *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        g_free(c->values[i].text);
    g_free(c->values);
    g_hash_table_destroy(c->first);
    json_decref(c->groups);
    g_ptr_array_unref(c->retired);
    g_free(c);
}

/* --- filling ------------------------------------------------------------------------------------------------------ */

static bool look_up(const struct cardea_config *c, const char *category, const char *name, size_t *at)
{
    gpointer first;

    if (!g_hash_table_lookup_extended(c->first, name, NULL, &first))
        return false;
    for (size_t i = GPOINTER_TO_SIZE(first); i < c->n; i++)
        if (!strcmp(c->table[i].name, name) && !strcmp(c->table[i].category, category)) {
            *at = i;
            return true;
        }
    return false;
}

bool gw_config_has_category(const struct cardea_config *c, const char *category)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->table[i].category, category))
            return true;
    return false;
}

static void complain_unknown_name(struct gw_reading *r, bool mistake, const char *category, const char *name)
{
    const struct cardea_config *c = r->config;
    const struct cardea_option *best = NULL;
    unsigned best_distance = NEAR;

    for (size_t i = 0; i < c->n; i++) {
        const struct cardea_option *o = &c->table[i];
        unsigned d = gw_edit_distance(name, o->name, NEAR) * 2 + (strcmp(o->category, category) != 0);

        if (d < best_distance * 2) {
            best = o;
            best_distance = (d + 1) / 2;
        }
        if (d <= 1 && !strcmp(o->name, name))
            break;
    }
    if (!best)
        gw_reading_complain(r, mistake, "%.60s.%.60s is not a known setting and has no effect. Remove it.", category,
                            name);
    else if (!strcmp(best->name, name))
        gw_reading_complain(r, false,
                            "%.60s.%.60s is not a known setting and has no effect. %s belongs into the group \"%s\".",
                            category, name, name, best->category);
    else
        gw_reading_complain(r, mistake, "%.60s.%.60s is not a known setting and has no effect. Did you mean %s%s%s?",
                            category, name, strcmp(best->category, category) ? best->category : "",
                            strcmp(best->category, category) ? "." : "", best->name);
}

/* A scalar as text, or an array of scalars as comma-separated text. NULL: something else, or too deep. */
static char *as_text(const json_t *value, bool list)
{
    GString *s;
    size_t i;
    json_t *item;

    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value))
        return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (!list || !json_is_array(value))
        return NULL;
    s = g_string_new(NULL);
    json_array_foreach(value, i, item)
    {
        char *text = as_text(item, false);

        if (!text) {
            g_string_free(s, TRUE);
            return NULL;
        }
        g_string_append_printf(s, "%s%s", s->len ? "," : "", text);
        g_free(text);
    }
    return g_string_free(s, FALSE);
}

void gw_config_take(struct gw_reading *r, const char *category, const char *name, const json_t *value)
{
    static const char *const wanted[] = {"true or false", "a whole number", "a text in double quotes",
                                         "a text in double quotes with commas, or an array of texts"};
    const struct cardea_option *o;
    int64_t number;
    size_t at;
    char *text;

    if (!look_up(r->config, category, name, &at)) {
        complain_unknown_name(r, false, category, name);
        return;
    }
    o = &r->config->table[at];
    text = as_text(value, o->type == CARDEA_OPT_LIST);
    if (!text)
        gw_reading_complain(r, true, "%s.%s must be %s. Correct it, or remove the line.", category, name,
                            wanted[o->type]);
    else if (check(r, o, text, &number)) {
        if (*text)
            put(r->config, at, text, number, true);
        else if (o->type == CARDEA_OPT_STRING || o->type == CARDEA_OPT_LIST)
            put(r->config, at, NULL, 0, true);
    }
    g_free(text);
}

void gw_config_take_group(struct gw_reading *r, const char *name, json_t *group)
{
    const struct cardea_config *c = r->config;
    const char *best = NULL;
    unsigned best_distance = NEAR;

    if (c->other_groups) {
        json_object_set_new(c->groups, name, group);
        return;
    }
    json_decref(group);
    for (size_t i = 0; i < c->n; i++) {
        unsigned d = gw_edit_distance(name, c->table[i].category, NEAR);

        if (d < best_distance) {
            best = c->table[i].category;
            best_distance = d;
        }
    }
    if (best)
        gw_reading_complain(r, false, "\"%.60s\" is not a known group, all of it has no effect. Did you mean %s?", name,
                            best);
    else
        gw_reading_complain(r, false, "\"%.60s\" is not a known group, all of it has no effect. Remove it.", name);
}

int gw_config_set(struct cardea_config *c, const char *category, const char *name, const char *value,
                  const char *source, gw_complain_fn *complain, void *arg)
{
    struct gw_reading r = {.config = c, .file = source, .complain = complain, .arg = arg};
    int64_t number;
    size_t at;

    if (!look_up(c, category, name, &at)) {
        complain_unknown_name(&r, true, category, name);
        return GW_ENOENT;
    }
    if (!*value && (c->table[at].type == CARDEA_OPT_INT || c->table[at].type == CARDEA_OPT_BOOL)) {
        gw_reading_complain(&r, true, "%s.%s is empty. Give it a value.", category, name);
        return GW_EINVAL;
    }
    if (!check(&r, &c->table[at], value, &number))
        return GW_EINVAL;
    put(c, at, value, number, true);
    return 0;
}

void gw_config_take_over(struct cardea_config *c, const struct cardea_config *fresh, gw_complain_fn *complain,
                         void *arg, void (*changed)(void *arg, const struct cardea_option *o, bool taken))
{
    struct gw_reading r = {.config = c, .file = "reload", .complain = complain, .arg = arg};

    if (fresh->table != c->table)
        return;
    for (size_t i = 0; i < c->n; i++) {
        const struct cardea_option *o = &c->table[i];
        const struct value *now = &c->values[i], *then = &fresh->values[i];

        if (!g_strcmp0(now->text, then->text))
            continue;
        if (!o->reloadable) {
            gw_reading_complain(&r, false, "%s.%s has changed, but cannot change while the gateway runs. Restart it.",
                                o->category, o->name);
            if (changed)
                changed(arg, o, false);
            continue;
        }
        put(c, i, then->text, then->number, then->given);
        if (changed)
            changed(arg, o, true);
    }
    json_decref(c->groups);
    c->groups = json_deep_copy(fresh->groups);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static const struct value *value_of(const struct cardea_config *c, const char *category, const char *name)
{
    static const struct value unset;
    size_t at;

    return c && look_up(c, category, name, &at) ? &c->values[at] : &unset;
}

const char *gw_config_string(const struct cardea_config *c, const char *category, const char *name)
{
    return value_of(c, category, name)->text;
}

int64_t gw_config_int(const struct cardea_config *c, const char *category, const char *name)
{
    return value_of(c, category, name)->number;
}

bool gw_config_bool(const struct cardea_config *c, const char *category, const char *name)
{
    return value_of(c, category, name)->number != 0;
}

bool gw_config_given(const struct cardea_config *c, const char *category, const char *name)
{
    return value_of(c, category, name)->given;
}

json_t *gw_config_groups(const struct cardea_config *c)
{
    return c ? json_deep_copy(c->groups) : json_object();
}
