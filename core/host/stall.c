/* SPDX-License-Identifier: Apache-2.0 */
#include "host/stall.h"

#include <dlfcn.h>
#include <string.h>

#include <glib.h>

#include "api/busy.h"
#include "base/err.h"

static const char stall_module; /* lies in the program */

struct gw_stall {
    struct gw_stall_conf conf;
    GThread *thread;
    GMutex lock;
    GCond wake;
    bool stop;
};

/* false: it is to end. */
static bool pause_for(struct gw_stall *s, unsigned ms)
{
    int64_t until = g_get_monotonic_time() + ms * 1000ll;
    bool stop;

    g_mutex_lock(&s->lock);
    while (!s->stop && g_cond_wait_until(&s->wake, &s->lock, until))
        ;
    stop = s->stop;
    g_mutex_unlock(&s->lock);
    return !stop;
}

/* A copy, for the plugin may be unloaded until it is told that it is over. */
struct name {
    char text[64];
    bool known;
};

static void note(struct name *n, const char *text)
{
    n->known = text;
    g_strlcpy(n->text, text ? text : "", sizeof(n->text));
}

static void tell(struct gw_stall *s, const struct name *plugin, const struct name *what, unsigned ms, bool over)
{
    s->conf.tell(s->conf.arg, plugin->known ? plugin->text : NULL, what->known ? what->text : NULL, ms, over);
}

/* The file of a module that this code lies in; the program itself is none. */
static void find_module(struct name *plugin, void (*code)(void))
{
    Dl_info of, own;
    const void *address;

    memcpy(&address, &code, sizeof(address)); /* a pointer to a function is not one to an object, says C */
    if (!dladdr(address, &of) || !of.dli_fname || !dladdr(&stall_module, &own) || of.dli_fbase == own.dli_fbase)
        return;
    note(plugin, strrchr(of.dli_fname, '/') ? strrchr(of.dli_fname, '/') + 1 : of.dli_fname);
}

static void look(struct name *plugin, struct name *what)
{
    const char *p, *w;
    void (*code)(void);

    gw_busy(&p, &w, &code);
    note(plugin, p);
    note(what, w);
    if (!p && code)
        find_module(plugin, code);
}

static void *watch(void *arg)
{
    struct gw_stall *s = arg;
    uint64_t turns = gw_loop_turns(s->conf.loop);
    int64_t moved_us = g_get_monotonic_time();
    struct name plugin, what;
    bool told = false;

    while (pause_for(s, s->conf.patience_ms / 4)) {
        uint64_t now = gw_loop_turns(s->conf.loop);
        unsigned ms = (unsigned)((g_get_monotonic_time() - moved_us) / 1000);

        if (now != turns) {
            if (told)
                tell(s, &plugin, &what, ms, true);
            told = false;
            turns = now;
            moved_us = g_get_monotonic_time();
        } else if (!told && ms >= s->conf.patience_ms) {
            look(&plugin, &what);
            tell(s, &plugin, &what, ms, false);
            told = true;
        }
    }
    return NULL;
}

int gw_stall_new(struct gw_stall **out, const struct gw_stall_conf *conf)
{
    struct gw_stall *s = g_new0(struct gw_stall, 1);

    s->conf = *conf;
    g_mutex_init(&s->lock);
    g_cond_init(&s->wake);
    s->thread = g_thread_try_new("stall", watch, s, NULL);
    if (s->thread) {
        *out = s;
        return 0;
    }
    gw_stall_free(s);
    return GW_ENOMEM;
}

void gw_stall_free(struct gw_stall *s)
{
    if (!s)
        return;
    g_mutex_lock(&s->lock);
    s->stop = true;
    g_cond_signal(&s->wake);
    g_mutex_unlock(&s->lock);
    if (s->thread)
        g_thread_join(s->thread);
    g_mutex_clear(&s->lock);
    g_cond_clear(&s->wake);
    g_free(s);
}
