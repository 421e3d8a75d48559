/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process was started with: the main configuration with the command line on top, and where things lie.
 * Control thread. A plain value; everything in it is owned by it.
 */
#ifndef GW_HOST_SETTINGS_H
#define GW_HOST_SETTINGS_H

#include "config/options.h"

struct gw_override { /* from the command line: stronger than the file, also after a reload */
    char *category, *name, *value;
};

struct gw_settings {
    struct cardea_config *config; /* table: gw_options; checked */
    char *config_file;            /* the main file; NULL: there is none, defaults */
    char *configs_folder;
    char *plugins_folder, *transports_folder, *html_folder;
    char *state_folder; /* need not exist yet */
    bool takeover;      /* from a gateway that runs, if there is one */
    struct gw_override *overrides;
    size_t n_overrides;
    const char *commit; /* of the source that this was built from, static; NULL: not known */
};

void gw_settings_free(struct gw_settings *s);

/*
 * Fills everything else from configs_folder, config_file (when set it must exist) and the overrides. Mistakes are told
 * to the listener. GW_EINVAL: there were some.
 */
int gw_settings_load(struct gw_settings *s, gw_complain_fn *complain, void *arg);

/* Reads the main file again and takes over what may change at run time (gw_config_take_over). */
int gw_settings_reload(struct gw_settings *s, gw_complain_fn *complain, void *arg,
                       void (*changed)(void *arg, const struct cardea_option *o, bool taken));

/*
 * The configuration of a module: folder/cardea.KIND.NAME.jcfg, then janus.KIND.NAME.jcfg, then the .cfg ones; kind is
 * "plugin" or "transport". Defaults when there is no file, or name is NULL. Values that are not accepted are told and
 * left at their defaults, as is a file that cannot be read. path (may be NULL) is set to the file, or NULL; free() it.
 * mistakes may be NULL.
 */
struct cardea_config *gw_settings_module(const struct gw_settings *s, const char *kind, const char *name,
                                         const struct cardea_option *table, char **path, gw_complain_fn *complain,
                                         void *arg, unsigned *mistakes);

#endif
