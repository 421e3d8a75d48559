/* SPDX-License-Identifier: Apache-2.0 */
#include "host/modules.h"

#include <stdlib.h>
#include <string.h>

#include "host/control.h"
#include "host/module.h"
#include "host/plugin_host.h"
#include "host/transport_host.h"
#include "log/log.h"

#define SLOW_START_US 1000000

struct loaded {
    struct gw_module *module;
    struct cardea_config *config;
};

struct gw_modules {
    GArray *loaded; /* struct loaded */
    const struct cardea_host *plugin_host;
    const struct cardea_transport_host *transport_host;
};

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

static bool load(struct gw_modules *ms, struct gw_api *api, const struct gw_settings *settings, const char *path)
{
    struct loaded l = {0};
    char why[400], *file;

    if (gw_module_open(&l.module, path, why, sizeof(why))) {
        if (g_str_has_prefix(why, path)) /* the dynamic linker names it, too */
            gw_error("%s", why);
        else
            gw_error("%s: %s", path, why);
        return false;
    }
    l.config = gw_settings_module(settings, l.module->kind, l.module->config_name, l.module->options, &file,
                                  gw_complain_to_log, NULL, NULL);
    if (start(ms, api, &l, why, sizeof(why))) {
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

    if (!paths)
        gw_error("the folder %s cannot be read: set general.%s_folder", folder, category);
    for (char **p = paths; p && *p; p++)
        refused += !load(ms, api, settings, *p);
    g_strfreev(paths);
    return refused;
}

unsigned gw_modules_load(struct gw_modules **out, struct gw_api *api, const struct gw_settings *settings)
{
    struct gw_modules *ms = g_new0(struct gw_modules, 1);
    unsigned refused;

    ms->loaded = g_array_new(FALSE, FALSE, sizeof(struct loaded));
    ms->plugin_host = gw_plugin_host(api, settings->state_folder);
    ms->transport_host = gw_transport_host(api, settings->html_folder);
    refused = load_folder(ms, api, settings, settings->plugins_folder, "plugins");
    refused += load_folder(ms, api, settings, settings->transports_folder, "transports");
    *out = ms;
    return refused;
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
    gw_plugin_host_free();
    g_free(ms);
}
