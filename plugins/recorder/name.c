/* SPDX-License-Identifier: Apache-2.0 */
#include "name.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

static bool is_harmless(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) || (c && strchr("-_.+@=,~ ", c));
}

static void clean_component(GString *out, const char *text)
{
    size_t begin = out->len;

    for (; *text; text++)
        g_string_append_c(out, is_harmless(*text) ? *text : '_');
    if (out->str[begin] == '.' || out->str[begin] == ' ')
        out->str[begin] = '_';
    if (out->len - begin > REC_NAME_MAX) {
        size_t end = begin + REC_NAME_MAX;

        while (end > begin && (out->str[end] & 0xc0) == 0x80) /* not inside a character */
            end--;
        g_string_truncate(out, end);
    }
}

char *rec_name_clean(const char *path)
{
    GString *out = g_string_new(NULL);
    char *valid = g_utf8_make_valid(path, -1);
    char **parts = g_strsplit(valid, "/", -1);

    for (char **p = parts; *p; p++) {
        if (!**p || !strcmp(*p, ".") || !strcmp(*p, ".."))
            continue;
        if (out->len)
            g_string_append_c(out, '/');
        clean_component(out, *p);
    }
    g_strfreev(parts);
    g_free(valid);
    if (out->len > 0 && out->len < 1024)
        return g_string_free(out, FALSE);
    g_string_free(out, TRUE);
    return NULL;
}

static bool is_below(const char *root, const char *path)
{
    size_t len = strlen(root);

    while (len > 1 && root[len - 1] == '/')
        len--;
    return len && !strncmp(path, root, len) && (!path[len] || path[len] == '/' || (len == 1 && root[0] == '/'));
}

static bool is_allowed(const char *root, const char *allowed, const char *path)
{
    char **list = g_strsplit(allowed ? allowed : "", ",", -1);
    bool good = is_below(root, path);

    for (char **a = list; *a && !good; a++) {
        char *one = g_strstrip(*a), *plain = *one == '/' ? g_canonicalize_filename(one, "/") : NULL;

        good = plain && is_below(plain, path);
        g_free(plain);
    }
    g_strfreev(list);
    return good;
}

char *rec_name_folder(const char *root, const char *allowed, const char *wanted)
{
    char *clean, *path;

    if (!wanted || !*wanted)
        return g_strdup(root);
    if (*wanted != '/') {
        clean = rec_name_clean(wanted);
        path = clean ? g_build_filename(root, clean, NULL) : g_strdup(root);
        g_free(clean);
        return path;
    }
    path = g_canonicalize_filename(wanted, "/");
    if (is_allowed(root, allowed, path))
        return path;
    g_free(path);
    return NULL;
}

/* Resolved on both sides: the root itself may well be reached through a link. */
bool rec_name_confined(const char *root, const char *allowed, const char *path)
{
    char *real = realpath(path, NULL), *real_root = realpath(root, NULL);
    char **list = g_strsplit(allowed ? allowed : "", ",", -1);
    bool good = real && real_root && is_below(real_root, real);

    for (char **a = list; real && *a && !good; a++) {
        char *one = realpath(g_strstrip(*a), NULL);

        good = one && is_below(one, real);
        free(one);
    }
    g_strfreev(list);
    free(real);
    free(real_root);
    return good;
}
