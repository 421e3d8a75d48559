/* SPDX-License-Identifier: Apache-2.0 */
#include "manifests.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../plugins/recorder/manifest.h"
#include "rec.h"

static json_t *load(const char *path)
{
    json_t *json = rec_json_load(path);
    const char *format = json_string_value(json_object_get(json, "format"));

    if (!g_strcmp0(format, MANIFEST_RECORDING) || !g_strcmp0(format, MANIFEST_SESSION))
        return json;
    json_decref(json);
    return NULL;
}

json_t *manifest_load(const char *path)
{
    json_t *json = load(path);

    if (!json)
        complain("%s: %s", path, access(path, R_OK) ? g_strerror(errno) : "is no manifest of a recording");
    return json;
}

bool manifest_is_one(const char *path, const char *format)
{
    json_t *json = load(path);
    bool is = json && !g_strcmp0(json_string_value(json_object_get(json, "format")), format);

    json_decref(json);
    return is;
}

int manifest_save(const char *path, const json_t *manifest)
{
    struct stat st = {.st_mode = 0644};
    int err;

    stat(path, &st);
    err = rec_json_save(path, manifest, st.st_mode & 0777, true);
    return err ? complain("%s: %s", path, g_strerror(-err)) : 0;
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
    const char *name;

    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        char *path = g_build_filename(folder, name, NULL);
        json_t *json = g_str_has_suffix(name, ".json") ? load(path) : NULL;

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

bool manifest_is_being_written(const json_t *manifest)
{
    const json_t *writer = json_object_get(manifest, "writer");

    return writer && rec_writer_lives(writer);
}

/* --- one after the other ------------------------------------------------------------------------------------------ */

static char *named(const char *manifest_path, const json_t *name)
{
    char *path = manifest_file(manifest_path, json_string_value(name));

    if (!path)
        complain("%s: names a file that is not beside it: %s", manifest_path,
                 json_string_value(name) ? json_string_value(name) : "(nothing)");
    return path;
}

static int walk_recording(const char *path, json_t *manifest, const struct manifest_walk *walk)
{
    json_t *e;
    int result = 0;
    char *file;
    size_t i;

    if (manifest_is_being_written(manifest))
        return complain("%s: is still being recorded", path);
    json_array_foreach(json_object_get(manifest, "segments"), i, e)
    {
        file = named(path, json_object_get(e, "file"));
        result |= file ? walk->segment(file, e) : 1;
        g_free(file);
    }
    json_array_foreach(json_object_get(manifest, "mjr"), i, e)
    {
        file = named(path, e);
        result |= file ? walk->file(file) : 1;
        g_free(file);
    }
    return walk->recording(path, manifest, result);
}

static int walk_manifest(const char *path, const struct manifest_walk *walk)
{
    json_t *manifest = manifest_load(path);
    int result = 0;

    if (!manifest)
        return 1;
    if (!g_strcmp0(json_string_value(json_object_get(manifest, "format")), MANIFEST_RECORDING))
        result = walk_recording(path, manifest, walk);
    json_decref(manifest);
    return result;
}

static int walk_folder(const char *path, const struct manifest_walk *walk)
{
    GPtrArray *files = manifests_in(path);
    int result = files->len ? 0 : complain("%s: holds no manifest of a recording", path);
    guint i;

    for (i = 0; i < files->len; i++)
        result |= walk_manifest(files->pdata[i], walk);
    g_ptr_array_free(files, TRUE);
    return result;
}

int manifests_walk(int argc, char **argv, const struct manifest_walk *walk)
{
    int i, result = 0;

    for (i = 1; i < argc; i++) {
        if (g_file_test(argv[i], G_FILE_TEST_IS_DIR))
            result |= walk_folder(argv[i], walk);
        else if (g_str_has_suffix(argv[i], ".json"))
            result |= walk_manifest(argv[i], walk);
        else
            result |= walk->file(argv[i]);
    }
    return result;
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
