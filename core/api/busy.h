/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which plugin the control thread is in, for who asks from another thread: so that one that does not return has a name.
 * Two words, written around each call into a plugin; texts must live as long as the plugin.
 */
#ifndef GW_API_BUSY_H
#define GW_API_BUSY_H

/* Control thread. NULL, NULL: in none. */
void gw_busy_with(const char *plugin, const char *what);
/* The same for what is known by its code alone (a timer, a post, the end of a job): whose it is, the module it lies in
 * says. NULL, NULL: it is over. */
void gw_busy_running(const char *what, void (*code)(void));
/* [any thread] Any may be NULL. */
void gw_busy(const char **plugin, const char **what, void (**code)(void));

/* A call into the module of that name, which is left where others can read it. */
#define GW_NAMED_CALL(name, what, call)                                                                                \
    do {                                                                                                               \
        gw_busy_with(name, what);                                                                                      \
        call;                                                                                                          \
        gw_busy_with(NULL, NULL);                                                                                      \
    } while (0)

/* A callback of a handle's plugin. */
#define GW_PLUGIN_CALL(h, callback, ...)                                                                               \
    GW_NAMED_CALL((h)->plugin->table.name, #callback, (h)->plugin->table.callback(__VA_ARGS__))

#endif
