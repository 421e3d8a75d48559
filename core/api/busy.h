/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which plugin the control thread is in, for who asks from another thread: so that one that does not return has a name.
 * Two words, written around each call into a plugin; texts must live as long as the plugin.
 */
#ifndef GW_API_BUSY_H
#define GW_API_BUSY_H

/* Control thread. NULL, NULL: in none. */
void gw_busy_with(const char *plugin, const char *what);
/* [any thread] Either may be NULL. */
void gw_busy(const char **plugin, const char **what);

/* A callback of a handle's plugin, with its name left where others can read it. */
#define GW_PLUGIN_CALL(h, callback, ...)                                                                               \
    do {                                                                                                               \
        gw_busy_with((h)->plugin->table.name, #callback);                                                              \
        (h)->plugin->table.callback(__VA_ARGS__);                                                                      \
        gw_busy_with(NULL, NULL);                                                                                      \
    } while (0)

#endif
