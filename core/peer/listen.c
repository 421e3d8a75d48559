/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which data sinks hear which data sources. A sink has any number of sources, each with the label its messages get
 * there; a source has its listeners by id, so they may come before it does and outlive it.
 */
#include <stdlib.h>
#include <string.h>

#include "peer/state.h"

GPtrArray *gw_listeners(struct gw_engine *e, gw_track_id source)
{
    return g_hash_table_lookup(e->listeners, &source);
}

/* Messages that wait under a label keep it, too. */
static char *keep_label(char *label)
{
    char *kept = label ? g_ref_string_new(label) : NULL;

    free(label);
    return kept;
}

static void forget_label(char *label)
{
    if (label)
        g_ref_string_release(label);
}

static void join(struct gw_engine *e, struct gw_listening *l)
{
    GPtrArray *all = gw_listeners(e, l->source);

    if (!all) {
        all = g_ptr_array_new();
        g_hash_table_insert(e->listeners, g_memdup2(&l->source, sizeof(l->source)), all);
    }
    l->at = all->len;
    g_ptr_array_add(all, l);
    if (gw_track_worker(l->source) != e->conf.index)
        l->mirror = gw_mirror_get(e, l->source, e->now_us);
}

static void leave(struct gw_engine *e, struct gw_listening *l)
{
    GPtrArray *all = gw_listeners(e, l->source);
    struct gw_listening *last = all->pdata[all->len - 1];

    all->pdata[l->at] = last;
    last->at = l->at;
    g_ptr_array_set_size(all, (gint)all->len - 1);
    if (!all->len) {
        g_hash_table_remove(e->listeners, &l->source);
        g_ptr_array_unref(all);
    }
    if (l->mirror)
        gw_mirror_release(l->mirror);
    forget_label(l->label);
    free(l);
}

void gw_listen(struct gw_track *t, gw_track_id source, char *label)
{
    struct gw_listening *l = t->listening;

    while (l && l->source != source)
        l = l->next;
    if (l) {
        forget_label(l->label);
        l->label = keep_label(label);
        return;
    }
    l = calloc(1, sizeof(*l));
    if (!l) {
        free(label);
        return;
    }
    *l = (struct gw_listening){.source = source, .label = keep_label(label), .track = t, .next = t->listening};
    t->listening = l;
    join(t->peer->engine, l);
}

void gw_listen_no_more(struct gw_track *t, gw_track_id source)
{
    for (struct gw_listening **at = &t->listening; *at;) {
        struct gw_listening *l = *at;

        if (source && l->source != source) {
            at = &l->next;
            continue;
        }
        *at = l->next;
        leave(t->peer->engine, l);
    }
}
