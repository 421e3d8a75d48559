/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One plugin or transport as a file: opened, recognised and checked, but not started. Control thread.
 * Nothing of a module runs when it is opened: it exports one data symbol, and is loaded with RTLD_LOCAL.
 */
#ifndef GW_HOST_MODULE_H
#define GW_HOST_MODULE_H

#include <cardea/plugin.h>
#include <cardea/transport.h>

struct gw_module {
    char *file; /* path; owned */
    void *dl;   /* owned */
    /* one of the two, inside dl */
    const struct cardea_plugin *plugin;
    const struct cardea_transport *transport;
    /* of whichever it is; inside dl */
    const char *kind; /* "plugin" or "transport" */
    const char *name, *title, *config_name;
    const struct cardea_option *options;
    const int *sockets; /* ended by 0; NULL: none */
};

/* GW_EIO: cannot be loaded. GW_EPROTO: loaded, but not a module for us. One line about it is written to why. */
int gw_module_open(struct gw_module **out, const char *path, char *why, size_t why_len);
void gw_module_close(struct gw_module *m); /* NULL is fine */

/*
 * Paths of the files in a folder that look like modules (*.so), sorted, without those whose file name stands in the
 * comma-separated list `disabled` (may be NULL), as ours or as that of the module it stands in for. NULL-terminated,
 * g_strfreev() it; NULL when the folder cannot be read.
 */
char **gw_module_list(const char *folder, const char *disabled);

#endif
