/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t gw_strlcpy(char *to, const char *from, size_t size)
{
    size_t len = from ? strlen(from) : 0;
    size_t n = len < size ? len : size - 1;

    if (!size)
        return len;
    if (n)
        memcpy(to, from, n);
    to[n] = '\0';
    return len;
}

const char *gw_find_nocase(const char *text, size_t n, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; len <= n && i <= n - len; i++)
        if (!strncasecmp(text + i, word, len))
            return text + i;
    return NULL;
}

bool gw_list_next(const char **rest, const char **item, size_t *len)
{
    const char *p = *rest, *end;

    while (p && *p) {
        while (is_space(*p) || *p == ',')
            p++;
        end = p + strcspn(p, ",");
        *rest = end;
        *item = p;
        while (end > p && is_space(end[-1]))
            end--;
        *len = (size_t)(end - p);
        if (*len)
            return true;
        p = *rest;
    }
    return false;
}

bool gw_list_has(const char *list, const char *word)
{
    const char *item;
    size_t len, want = strlen(word);

    while (gw_list_next(&list, &item, &len))
        if (len == want && !memcmp(item, word, len))
            return true;
    return false;
}

bool gw_is_true(const char *text)
{
    return text &&
           (!strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcasecmp(text, "on") || !strcmp(text, "1"));
}

bool gw_parse_int(const char *text, long long *out)
{
    const char *p = text;
    char *end;
    long long v;

    while (p && is_space(*p))
        p++;
    if (!p || !is_digit(p[*p == '-' || *p == '+']))
        return false;
    errno = 0;
    v = strtoll(p, &end, 10);
    while (is_space(*end))
        end++;
    if (errno || *end)
        return false;
    *out = v;
    return true;
}
