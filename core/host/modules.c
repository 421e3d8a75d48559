/* SPDX-License-Identifier: Apache-2.0 */
#include "host/modules.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/busy.h"
#include "base/err.h"
#include "host/control.h"
#include "host/module.h"
#include "host/plugin_host.h"
#include "host/transport_host.h"
#include "log/log.h"

#define SLOW_START_US 1000000
#define CLOSE_LOOK_MS 100

struct loaded {
    struct gw_module *module;
    struct cardea_config *config;
};

struct gw_modules {
    GArray *loaded;     /* struct loaded */
    GPtrArray *leaving; /* struct loaded *: unloaded, still open */
    const struct cardea_host *plugin_host;
    const struct cardea_transport_host *transport_host;
};

static void free_loaded(gpointer arg)
{
    struct loaded *l = arg;

    gw_config_free(l->config);
    gw_module_close(l->module);
    g_free(l);
}

static int start(struct gw_modules *ms, struct gw_api *api, struct loaded *l, char *why, size_t why_len)
{
    const struct gw_module *m = l->module;
    int64_t began = gw_now_us(), took;
    int err;

    if (m->plugin) {
        gw_plugin_host_name(l->config, m->config_name ? m->config_name : m->name);
        err = gw_api_add_plugin(api, m->plugin, ms->plugin_host, l->config, why, why_len);
    } else {
        err = gw_api_add_transport(api, m->transport, ms->transport_host, l->config, why, why_len);
    }
    took = gw_now_us() - began;
    if (took > SLOW_START_US)
        gw_warn("%s took %d ms to start: everything waits for it", m->name, (int)(took / 1000));
    return err;
}

static bool load(struct gw_modules *ms, struct gw_api *api, const struct gw_settings *settings, const char *path,
                 char *why, size_t why_len)
{
    struct loaded l = {0};
    char *file;

    if (gw_module_open(&l.module, path, why, why_len)) {
        if (g_str_has_prefix(why, path)) /* the dynamic linker names it, too */
            gw_error("%s", why);
        else
            gw_error("%s: %s", path, why);
        return false;
    }
    l.config = gw_settings_module(settings, l.module->kind, l.module->config_name, l.module->options, &file,
                                  gw_complain_to_log, NULL, NULL);
    if (start(ms, api, &l, why, why_len)) {
        gw_error("%s: %s", path, why);
        gw_config_free(l.config);
        gw_module_close(l.module);
        free(file);
        return false;
    }
    gw_info("%s %s, configured by %s", l.module->kind, l.module->name, file ? file : "defaults");
    free(file);
    g_array_append_val(ms->loaded, l);
    return true;
}

static unsigned load_folder(struct gw_modules *ms, struct gw_api *api, const struct gw_settings *settings,
                            const char *folder, const char *category)
{
    char **paths = gw_module_list(folder, gw_config_string(settings->config, category, "disable"));
    unsigned refused = 0;
    char why[400];

    if (!paths)
        gw_error("the folder %s cannot be read: set general.%s_folder", folder, category);
    for (char **p = paths; p && *p; p++)
        refused += !load(ms, api, settings, *p, why, sizeof(why));
    g_strfreev(paths);
    return refused;
}

unsigned gw_modules_load(struct gw_modules **out, struct gw_api *api, const struct gw_settings *settings)
{
    struct gw_modules *ms = g_new0(struct gw_modules, 1);
    unsigned refused;

    ms->leaving = g_ptr_array_new_with_free_func(free_loaded);
    ms->loaded = g_array_new(FALSE, FALSE, sizeof(struct loaded));
    ms->plugin_host = gw_plugin_host(api, settings->state_folder);
    ms->transport_host = gw_transport_host(api, settings->html_folder);
    refused = load_folder(ms, api, settings, settings->plugins_folder, "plugins");
    refused += load_folder(ms, api, settings, settings->transports_folder, "transports");
    *out = ms;
    return refused;
}

/* --- while the process runs --------------------------------------------------------------------------------------- */

int gw_modules_load_plugin(struct gw_modules *ms, struct gw_api *api, const struct gw_settings *settings,
                           const char *file, char *name, size_t name_len, char *why, size_t why_len)
{
    char *path = g_build_filename(settings->plugins_folder, file, NULL);
    const struct gw_module *m;
    int err = 0;

    for (guint i = 0; i < ms->loaded->len && !err; i++)
        if (!strcmp(g_array_index(ms->loaded, struct loaded, i).module->file, path)) {
            snprintf(why, why_len, "%s is loaded already", file);
            err = GW_EPROTO;
        }
    if (!err && !load(ms, api, settings, path, why, why_len))
        err = GW_EIO;
    if (!err) {
        m = g_array_index(ms->loaded, struct loaded, ms->loaded->len - 1).module;
        g_strlcpy(name, m->plugin && m->plugin->aliases && m->plugin->aliases[0] ? m->plugin->aliases[0] : m->name,
                  name_len);
    }
    g_free(path);
    return err;
}

struct rereading {
    const char *module;
    gw_complain_fn *complain;
    void (*changed)(void *arg, const char *module, const struct cardea_option *o, bool taken);
    void *arg;
    unsigned mistakes, taken;
};

static void count_complaint(void *arg, const struct gw_complaint *c)
{
    struct rereading *r = arg;

    r->mistakes += c->mistake;
    r->complain(r->arg, c);
}

static void count_change(void *arg, const struct cardea_option *o, bool taken)
{
    struct rereading *r = arg;

    r->taken += taken;
    r->changed(r->arg, r->module, o, taken);
}

/* Of a table that may be older than the member. */
static void tell_reload(const struct loaded *l)
{
    const struct cardea_plugin *p = l->module->plugin;
    const struct cardea_transport *t = l->module->transport;

    if (p && p->size >= offsetof(struct cardea_plugin, reload) + sizeof(p->reload) && p->reload)
        GW_NAMED_CALL(p->name, "reload", p->reload(l->config));
    if (t && t->size >= offsetof(struct cardea_transport, reload) + sizeof(t->reload) && t->reload)
        GW_NAMED_CALL(t->name, "reload", t->reload(l->config));
}

void gw_modules_reload(struct gw_modules *ms, const struct gw_settings *settings, gw_complain_fn *complain, void *arg,
                       void (*changed)(void *arg, const char *module, const struct cardea_option *o, bool taken))
{
    for (guint i = 0; i < ms->loaded->len; i++) {
        const struct loaded *l = &g_array_index(ms->loaded, struct loaded, i);
        const struct gw_module *m = l->module;
        struct rereading r = {m->name, complain, changed, arg, 0, 0};
        struct cardea_config *fresh =
            gw_settings_module(settings, m->kind, m->config_name, m->options, NULL, count_complaint, &r, &r.mistakes);

        if (!r.mistakes)
            gw_config_take_over(l->config, fresh, count_complaint, &r, count_change);
        gw_config_free(fresh);
        if (r.taken)
            tell_reload(l);
    }
}

/* Is this address inside the module's file? */
static bool is_inside(void *arg, const void *address)
{
    const struct gw_module *m = arg;
    Dl_info of_module, of_address;

    return dladdr(m->plugin, &of_module) && dladdr(address, &of_address) && of_module.dli_fbase == of_address.dli_fbase;
}

static bool is_handler_inside(void *arg, gw_route_fn *handler)
{
    return is_inside(arg, (const void *)(uintptr_t)handler);
}

static GPtrArray *leaving; /* of the one gw_modules that there is */
static struct gw_api *leaving_api;

/* The plugin may still have to be told of a job's end, or that a tap, an inlet or a forwarder has gone: its code stays
 * until there is nothing more. */
static void close_when_idle(void *arg)
{
    struct loaded *l = arg;

    if (gw_control_jobs() || gw_links_owes(gw_api_links(leaving_api), is_inside, l->module)) {
        gw_control_timer(CLOSE_LOOK_MS, false, close_when_idle, l);
        return;
    }
    g_ptr_array_remove(leaving, l);
}

static void leave(struct gw_modules *ms, const struct loaded *l)
{
    struct loaded *copy = g_memdup2(l, sizeof(*l));

    g_ptr_array_add(ms->leaving, copy);
    leaving = ms->leaving;
    gw_control_timer(CLOSE_LOOK_MS, false, close_when_idle, copy);
}

int gw_modules_unload_plugin(struct gw_modules *ms, struct gw_api *api, const char *name, char *why, size_t why_len)
{
    const struct cardea_plugin *table;
    int err = gw_api_remove_plugin(api, name, &table);

    if (err) {
        snprintf(why, why_len, err == GW_ENOENT ? "No such plugin: %.100s" : "Handles are attached to %.100s", name);
        return err;
    }
    for (guint i = 0; i < ms->loaded->len; i++) {
        struct loaded *l = &g_array_index(ms->loaded, struct loaded, i);

        if (l->module->plugin != table)
            continue;
        gw_api_drop_routes(api, is_handler_inside, l->module);
        gw_info("plugin %s was unloaded", name);
        leaving_api = api;
        leave(ms, l);
        g_array_remove_index(ms->loaded, i);
        return 0;
    }
    return 0; /* not one of ours: built into a test */
}

void gw_modules_free(struct gw_modules *ms)
{
    if (!ms)
        return;
    for (guint i = ms->loaded->len; i-- > 0;) {
        struct loaded *l = &g_array_index(ms->loaded, struct loaded, i);

        gw_config_free(l->config);
        gw_module_close(l->module);
    }
    g_array_free(ms->loaded, TRUE);
    g_ptr_array_unref(ms->leaving);
    gw_plugin_host_free();
    g_free(ms);
}
