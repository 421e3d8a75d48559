/* SPDX-License-Identifier: Apache-2.0 */
/* Links of data sinks as control sees them: one sink has many sources, and each has the label of its channel there. */
#include <string.h>

#include "base/err.h"
#include "peer/link_state.h"

static void free_data_link(gpointer data)
{
    struct gw_data_link *d = data;

    g_free(d->label);
    g_free(d);
}

static struct gw_data_link *find(const struct gw_sink_mirror *k, gw_track_id source, guint *index)
{
    for (*index = 0; k->data && *index < k->data->len; ++*index) {
        struct gw_data_link *d = k->data->pdata[*index];

        if (d->source == source)
            return d;
    }
    return NULL;
}

static int post_listen(struct gw_link *l, const struct gw_sink_mirror *k, const struct gw_data_link *d)
{
    struct gw_order order = {.tag = GW_ORDER_LISTEN, .track = k->sink, .other = d->source};

    order.u.text = d->label ? strdup(d->label) : NULL;
    return gw_graph_post(l, &order);
}

int gw_data_links_add(struct gw_link *l, struct gw_sink_mirror *k, gw_track_id source, const char *label)
{
    guint index;
    struct gw_data_link *d = find(k, source, &index);

    if (d && !g_strcmp0(d->label, label))
        return 0;
    if (!k->data)
        k->data = g_ptr_array_new_with_free_func(free_data_link);
    if (!d) {
        if (k->data->len >= GW_LINK_MAX_DATA)
            return GW_ELIMIT;
        d = g_new0(struct gw_data_link, 1);
        d->source = source;
        g_ptr_array_add(k->data, d);
        gw_graph_hook(l->ls, k, source);
    }
    g_free(d->label);
    d->label = g_strdup(label);
    return post_listen(l, k, d);
}

int gw_data_links_remove(struct gw_link *l, struct gw_sink_mirror *k, gw_track_id source)
{
    struct gw_order order = {.tag = GW_ORDER_UNLISTEN, .track = k->sink, .other = source};
    guint index;

    if (!k->data || !k->data->len || (source && !find(k, source, &index)))
        return 0;
    if (source) {
        gw_graph_unhook(l->ls, k, source);
        g_ptr_array_remove_index_fast(k->data, index);
    } else {
        for (guint i = 0; i < k->data->len; i++)
            gw_graph_unhook(l->ls, k, ((struct gw_data_link *)k->data->pdata[i])->source);
        g_ptr_array_set_size(k->data, 0);
    }
    return gw_graph_post(l, &order);
}

void gw_data_links_source_gone(struct gw_links *ls, struct gw_sink_mirror *k, gw_track_id source)
{
    struct gw_order order = {.tag = GW_ORDER_UNLISTEN, .track = k->sink, .other = source};
    struct gw_link *l = gw_links_find(ls, gw_track_peer(k->sink));
    guint index;

    if (!find(k, source, &index))
        return;
    g_ptr_array_remove_index_fast(k->data, index);
    if (l && !l->closing)
        gw_graph_post(l, &order);
}

void gw_data_links_post(struct gw_link *l, const struct gw_sink_mirror *k)
{
    for (guint i = 0; k->data && i < k->data->len; i++)
        post_listen(l, k, k->data->pdata[i]);
}
