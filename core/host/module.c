/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "base/err.h"
#include "base/str.h"

/* The table may be shorter than ours (an older module), but must reach as far as the members of the first version. */
struct head {
    uint16_t abi_major, abi_minor;
    uint32_t size;
};

static int check_head(const void *table, size_t least, char *why, size_t why_len)
{
    const struct head *h = table;

    if (h->abi_major != CARDEA_ABI_MAJOR) {
        snprintf(why, why_len, "it was built for ABI %u, this gateway has %u: build it again", h->abi_major,
                 CARDEA_ABI_MAJOR);
        return GW_EPROTO;
    }
    if (h->size < least) {
        snprintf(why, why_len, "its table has %u bytes, at least %zu are needed: start it with CARDEA_..._HEAD",
                 h->size, least);
        return GW_EPROTO;
    }
    return 0;
}

/* A member that an older table may end before. */
#define MAY_HAVE(table, member)                                                                                        \
    ((table)->size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member) ? (table)->member : NULL)

static int read_plugin(struct gw_module *m, char *why, size_t why_len)
{
    const struct cardea_plugin *p = m->plugin;
    int err = check_head(p, offsetof(struct cardea_plugin, describe) + sizeof(p->describe), why, why_len);

    if (err)
        return err;
    if (!p->name || !p->key || !p->start || !p->verbs) {
        snprintf(why, why_len, "its table lacks one of name, key, verbs, start");
        return GW_EPROTO;
    }
    m->kind = "plugin";
    m->name = p->name;
    m->title = p->title;
    m->config_name = p->config_name;
    m->options = p->options;
    m->sockets = MAY_HAVE(p, sockets);
    return 0;
}

static int read_transport(struct gw_module *m, char *why, size_t why_len)
{
    const struct cardea_transport *t = m->transport;
    int err = check_head(t, offsetof(struct cardea_transport, query) + sizeof(t->query), why, why_len);

    if (err)
        return err;
    if (!t->name || !t->start || !t->stop) {
        snprintf(why, why_len, "its table lacks one of name, start, stop");
        return GW_EPROTO;
    }
    m->kind = "transport";
    m->name = t->name;
    m->title = t->title;
    m->config_name = t->config_name;
    m->options = t->options;
    m->sockets = MAY_HAVE(t, sockets);
    return 0;
}

int gw_module_open(struct gw_module **out, const char *path, char *why, size_t why_len)
{
    struct gw_module *m = g_new0(struct gw_module, 1);
    int err;

    m->file = g_strdup(path);
    m->dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!m->dl) {
        snprintf(why, why_len, "%s", dlerror());
        err = GW_EIO;
        goto out;
    }
    m->plugin = dlsym(m->dl, "cardea_plugin");
    m->transport = m->plugin ? NULL : dlsym(m->dl, "cardea_transport");
    if (m->plugin)
        err = read_plugin(m, why, why_len);
    else if (m->transport)
        err = read_transport(m, why, why_len);
    else {
        snprintf(why, why_len, "it exports neither cardea_plugin nor cardea_transport: it is not a Cardea module");
        err = GW_EPROTO;
    }
    if (err)
        goto out;
    *out = m;
    m = NULL;
out:
    gw_module_close(m);
    return err;
}

void gw_module_close(struct gw_module *m)
{
    if (!m)
        return;
#ifndef GW_SANITIZED
    /* With a sanitizer it stays: libraries behind it keep what only they can reach, which would be taken for leaks. */
    if (m->dl)
        dlclose(m->dl);
#endif
    g_free(m->file);
    g_free(m);
}

/* Modules of ours that stand in for one that operators know by another file name. */
static const struct {
    const char *file, *known_as;
} known_files[] = {
    {"echotest.so", "libjanus_echotest.so"},    {"videoroom.so", "libjanus_videoroom.so"},
    {"recorder.so", "libjanus_recordplay.so"},  {"http.so", "libjanus_http.so"},
    {"websocket.so", "libjanus_websockets.so"},
};

static bool is_disabled(const char *list, const char *file)
{
    if (gw_list_has(list, file))
        return true;
    for (size_t i = 0; i < sizeof(known_files) / sizeof(known_files[0]); i++)
        if (!strcmp(known_files[i].file, file) && gw_list_has(list, known_files[i].known_as))
            return true;
    return false;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **gw_module_list(const char *folder, const char *disabled)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    GPtrArray *paths;
    const char *name;

    if (!dir)
        return NULL;
    paths = g_ptr_array_new();
    while ((name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".so") && !is_disabled(disabled, name))
            g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_dir_close(dir);
    g_ptr_array_sort(paths, by_name);
    g_ptr_array_add(paths, NULL);
    return (char **)g_ptr_array_free(paths, FALSE);
}
