/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <string.h>
#include <strings.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "http://host/path" is as good as "/path"; "http://host" is "/". */
static const char *skip_authority(const char *raw)
{
    size_t scheme = !strncasecmp(raw, "http://", 7) ? 7 : !strncasecmp(raw, "https://", 8) ? 8 : 0;

    return scheme ? raw + scheme + strcspn(raw + scheme, "/?") : raw;
}

static enum target_result decode(char *out, size_t size, const char *raw, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        int c = (unsigned char)raw[i];

        if (c == '%') {
            int high = i + 2 < len ? hex(raw[i + 1]) : -1, low = i + 2 < len ? hex(raw[i + 2]) : -1;

            if (high < 0 || low < 0)
                return TARGET_BAD;
            c = high * 16 + low;
            i += 2;
        }
        if (c < 0x20 || c == 0x7f)
            return TARGET_BAD;
        if (n + 1 >= size)
            return TARGET_TOO_LONG;
        out[n++] = (char)c;
    }
    out[n] = 0;
    return TARGET_GOOD;
}

enum target_result target_read(struct target *out, const char *raw)
{
    size_t len;

    raw = skip_authority(raw);
    len = strcspn(raw, "?");
    out->query = raw[len] ? raw + len + 1 : "";
    if (!len || (len == 1 && *raw == '*')) {
        memcpy(out->path, "/", 2);
        return TARGET_GOOD;
    }
    if (*raw != '/')
        return TARGET_BAD;
    return decode(out->path, sizeof(out->path), raw, len);
}

static bool is_api(const char *path)
{
    size_t n;

    while (*path == '/')
        path++;
    n = strcspn(path, "/");
    if ((n == 4 && (!strncmp(path, "info", 4) || !strncmp(path, "ping", 4))) || !n)
        return true;
    return strspn(path, "0123456789") == n;
}

const char *target_below(const char *base, const char *path)
{
    size_t n = strlen(base);

    if (!n)
        return is_api(path) ? path : NULL;
    return !strncmp(path, base, n) && (!path[n] || path[n] == '/') ? path + n : NULL;
}

bool target_tag_matches(const char *list, const char *tag)
{
    size_t len = strlen(tag);

    while (*list) {
        list += strspn(list, ", \t");
        if (*list == '*')
            return true;
        if (!strncmp(list, "W/", 2))
            list += 2;
        if (!strncmp(list, tag, len) && (!list[len] || strchr(", \t", list[len])))
            return true;
        list += strcspn(list, ",");
    }
    return false;
}
