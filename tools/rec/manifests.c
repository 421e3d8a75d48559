/* SPDX-License-Identifier: Apache-2.0 */
#include "manifests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rec.h"

#define MOST_BYTES (16 << 20)

static json_t *load(const char *path, const char **why)
{
    json_t *json = NULL;
    const char *format;
    struct stat st;

    if (stat(path, &st)) {
        *why = g_strerror(errno);
        return NULL;
    }
    if (S_ISREG(st.st_mode) && st.st_size <= MOST_BYTES)
        json = json_load_file(path, 0, NULL);
    format = json_string_value(json_object_get(json, "format"));
    if (!g_strcmp0(format, MANIFEST_RECORDING) || !g_strcmp0(format, MANIFEST_SESSION))
        return json;
    json_decref(json);
    *why = "is no manifest of a recording";
    return NULL;
}

json_t *manifest_load(const char *path)
{
    const char *why = NULL;
    json_t *json = load(path, &why);

    if (!json)
        complain("%s: %s", path, why);
    return json;
}

bool manifest_is_one(const char *path, const char *format)
{
    const char *why;
    json_t *json = load(path, &why);
    bool is = json && !g_strcmp0(json_string_value(json_object_get(json, "format")), format);

    json_decref(json);
    return is;
}

int manifest_save(const char *path, const json_t *manifest)
{
    char *part = g_strdup_printf("%s.new", path), *text = json_dumps(manifest, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    struct stat st = {.st_mode = 0644};
    GError *error = NULL;
    int result = 0;

    stat(path, &st);
    if (!g_file_set_contents_full(part, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, (int)st.st_mode & 0777, &error)) {
        result = complain("%s", error->message);
        g_error_free(error);
    } else if (rename(part, path)) {
        result = complain("%s: %s", path, g_strerror(errno));
        unlink(part);
    }
    g_free(part);
    free(text);
    return result;
}

char *manifest_file(const char *manifest_path, const char *name)
{
    char *folder, *path;

    if (!name || !*name || strchr(name, '/') || !strcmp(name, "..") || !strcmp(name, "."))
        return NULL;
    folder = g_path_get_dirname(manifest_path);
    path = g_build_filename(folder, name, NULL);
    g_free(folder);
    return path;
}

static int by_name(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    int session = (int)g_str_has_suffix(y, "/session.json") - (int)g_str_has_suffix(x, "/session.json");

    return session ? session : strcmp(x, y);
}

GPtrArray *manifests_in(const char *folder)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name, *why;

    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        char *path = g_build_filename(folder, name, NULL);
        json_t *json = g_str_has_suffix(name, ".json") ? load(path, &why) : NULL;

        if (json)
            g_ptr_array_add(list, path);
        else
            g_free(path);
        json_decref(json);
    }
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(list, by_name);
    return list;
}

/* When a process was started, in clock ticks since boot; 0: there is none. */
static int64_t started(int64_t pid)
{
    char *path = g_strdup_printf("/proc/%lld/stat", (long long)pid), *text = NULL, *rest = NULL;
    int64_t ticks = 0;
    int field;

    if (g_file_get_contents(path, &text, NULL, NULL))
        rest = strrchr(text, ')');
    for (field = 2; rest && field < 22; field++)
        rest = strchr(rest + 1, ' ');
    if (rest)
        ticks = g_ascii_strtoll(rest + 1, NULL, 10);
    g_free(text);
    g_free(path);
    return ticks;
}

bool manifest_is_being_written(const json_t *manifest)
{
    const json_t *writer = json_object_get(manifest, "writer");
    int64_t pid = json_integer_value(json_object_get(writer, "pid"));

    return pid > 0 && started(pid) && started(pid) == json_integer_value(json_object_get(writer, "since"));
}

bool mjr_is_one(const char *path)
{
    char head[8] = "";
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(head, 1, sizeof(head), f) : 0;

    if (f)
        fclose(f);
    return n == sizeof(head) && (!memcmp(head, "MJR0000", 7) || !memcmp(head, "MEETECHO", 8));
}
