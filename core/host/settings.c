/* SPDX-License-Identifier: Apache-2.0 */
#include "host/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"
#include "base/str.h"

void gw_settings_free(struct gw_settings *s)
{
    if (!s)
        return;
    gw_config_free(s->config);
    free(s->config_file);
    g_free(s->configs_folder);
    g_free(s->plugins_folder);
    g_free(s->transports_folder);
    g_free(s->html_folder);
    g_free(s->state_folder);
    for (size_t i = 0; i < s->n_overrides; i++) {
        g_free(s->overrides[i].category);
        g_free(s->overrides[i].name);
        g_free(s->overrides[i].value);
    }
    g_free(s->overrides);
    g_free(s);
}

static unsigned apply_overrides(const struct gw_settings *s, struct cardea_config *c, gw_complain_fn *complain,
                                void *arg)
{
    unsigned mistakes = 0;

    for (size_t i = 0; i < s->n_overrides; i++) {
        const struct gw_override *o = &s->overrides[i];

        if (gw_config_set(c, o->category, o->name, o->value, "command line", complain, arg))
            mistakes++;
    }
    return mistakes;
}

/* A folder of modules in a file written for another gateway holds modules of that one. */
static void forget_foreign_folders(struct cardea_config *c, const char *path, gw_complain_fn *complain, void *arg)
{
    static const char *const names[] = {"plugins_folder", "transports_folder"};
    char *base = g_path_get_basename(path), text[200];
    bool foreign = !g_str_has_prefix(base, "cardea");

    g_free(base);
    for (size_t i = 0; foreign && i < 2; i++) {
        if (!gw_config_string(c, "general", names[i]))
            continue;
        gw_config_set(c, "general", names[i], "", path, NULL, NULL);
        snprintf(text, sizeof(text),
                 "general.%s is only honoured in a file named cardea.jcfg, the line has no effect. Rename the file.",
                 names[i]);
        complain(arg, &(struct gw_complaint){path, 0, false, text});
    }
}

static int read_main(const struct gw_settings *s, struct cardea_config **out, gw_complain_fn *complain, void *arg)
{
    struct cardea_config *c;
    unsigned mistakes;
    int err;

    err = gw_config_new(&c, gw_options, false);
    if (err)
        return err;
    err = s->config_file ? gw_config_load(c, s->config_file, complain, arg) : 0;
    if (err == GW_ENOENT)
        complain(arg, &(struct gw_complaint){s->config_file, 0, true, "there is no such file. Check its name."});
    if (s->config_file && !err)
        forget_foreign_folders(c, s->config_file, complain, arg);
    mistakes = apply_overrides(s, c, complain, arg);
    mistakes += gw_options_check(c, s->config_file ? s->config_file : "command line", complain, arg);
    if (err || mistakes) {
        gw_config_free(c);
        return GW_EINVAL;
    }
    *out = c;
    return 0;
}

static char *folder(const struct cardea_config *c, const char *name, const char *fallback)
{
    const char *value = gw_config_string(c, "general", name);

    return g_strdup(value ? value : fallback);
}

static char *state_folder(const struct cardea_config *c)
{
    const char *value = gw_config_string(c, "general", "state_folder");

    if (!value)
        value = g_getenv("STATE_DIRECTORY"); /* from systemd */
    if (value && *value)
        return g_strdup(value);
    if (!access("/var/lib/cardea", W_OK) || (access("/var/lib/cardea", F_OK) && !access("/var/lib", W_OK)))
        return g_strdup("/var/lib/cardea");
    return g_build_filename(g_get_user_state_dir(), "cardea", NULL);
}

int gw_settings_load(struct gw_settings *s, gw_complain_fn *complain, void *arg)
{
    static const char *const names[] = {"cardea", "janus", NULL};
    int err;

    if (!s->configs_folder)
        s->configs_folder = g_strdup(CARDEA_CONFDIR);
    if (!s->config_file)
        s->config_file = gw_config_find(s->configs_folder, names);
    err = read_main(s, &s->config, complain, arg);
    if (err)
        return err;
    s->plugins_folder = folder(s->config, "plugins_folder", CARDEA_PLUGINDIR);
    s->transports_folder = folder(s->config, "transports_folder", CARDEA_TRANSPORTDIR);
    s->html_folder = folder(s->config, "html_folder", CARDEA_HTMLDIR);
    s->state_folder = state_folder(s->config);
    return 0;
}

int gw_settings_reload(struct gw_settings *s, gw_complain_fn *complain, void *arg,
                       void (*changed)(void *arg, const struct cardea_option *o, bool taken))
{
    struct cardea_config *fresh;
    int err = read_main(s, &fresh, complain, arg);

    if (err)
        return err;
    gw_config_take_over(s->config, fresh, complain, arg, changed);
    gw_config_free(fresh);
    return 0;
}

struct cardea_config *gw_settings_module(const struct gw_settings *s, const char *kind, const char *name,
                                         const struct cardea_option *table, char **path, gw_complain_fn *complain,
                                         void *arg, unsigned *mistakes)
{
    char *ours = g_strdup_printf("cardea.%s.%s", kind, name), *theirs = g_strdup_printf("janus.%s.%s", kind, name);
    const char *const names[] = {ours, theirs, NULL};
    char *file = name ? gw_config_find(s->configs_folder, names) : NULL;
    struct cardea_config *c;

    gw_config_new(&c, table, true);
    if (file && gw_config_load(c, file, complain, arg) && mistakes)
        ++*mistakes;
    if (path)
        *path = file;
    else
        free(file);
    g_free(ours);
    g_free(theirs);
    return c;
}
