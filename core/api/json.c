/* SPDX-License-Identifier: Apache-2.0 */
#include "api/json.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Brackets outside of strings; what is not JSON is found by the parser. */
static bool too_deep(const char *text, size_t len)
{
    unsigned depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > GW_JSON_MAX_DEPTH)
            return true;
        else if (!quoted && (c == ']' || c == '}') && depth)
            depth--;
    }
    return false;
}

json_t *gw_json_read(const char *text, size_t len, size_t *used, char *why, size_t why_len)
{
    json_error_t error;
    json_t *value;
    size_t end;

    if (too_deep(text, len)) {
        snprintf(why, why_len, "nested deeper than %d", GW_JSON_MAX_DEPTH);
        return NULL;
    }
    value = json_loadb(text, len, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);
    if (!value) {
        snprintf(why, why_len, "line %d, column %d: %s", error.line, error.column, error.text);
        return NULL;
    }
    end = error.position < 0 || (size_t)error.position > len ? len : (size_t)error.position;
    if (used) {
        *used = end;
        return value;
    }
    while (end < len && is_space(text[end]))
        end++;
    if (end == len)
        return value;
    snprintf(why, why_len, "something follows the value at byte %zu", end);
    json_decref(value);
    return NULL;
}

json_t *gw_json_read_all(const char *text, size_t len, size_t max, char *why, size_t why_len)
{
    json_t *all = json_array();
    size_t at = 0, used;

    do {
        json_t *value = json_array_size(all) < max ? gw_json_read(text + at, len - at, &used, why, why_len) : NULL;

        if (!value) {
            if (json_array_size(all) >= max)
                snprintf(why, why_len, "more than %zu requests in one message", max);
            json_decref(all);
            return NULL;
        }
        json_array_append_new(all, value);
        at += used;
        while (at < len && is_space(text[at]))
            at++;
    } while (at < len);
    return all;
}

char *gw_json_text(const json_t *value)
{
    return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
}

static void escape(GString *to, unsigned char c)
{
    static const char short_names[] = {
        ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

    g_string_append_c(to, '\\');
    if (short_names[c])
        g_string_append_c(to, short_names[c]);
    else
        g_string_append_printf(to, "u%04X", c);
}

static bool stands_for_itself(unsigned char c)
{
    return c >= ' ' && c != '"' && c != '\\';
}

/* By hand: descriptions are quoted so, and Jansson looks at each of their characters three times. */
void gw_json_quote(GString *to, const char *text)
{
    bool valid = text && g_utf8_validate(text, -1, NULL);
    size_t n;

    g_string_append_c(to, '"');
    for (; valid && *text; text += n) {
        for (n = 0; stands_for_itself((unsigned char)text[n]); n++)
            ;
        g_string_append_len(to, text, (gssize)n);
        if (text[n])
            escape(to, (unsigned char)text[n++]);
    }
    g_string_append_c(to, '"');
}

const char *gw_json_string(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}
