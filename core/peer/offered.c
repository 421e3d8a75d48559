/* SPDX-License-Identifier: Apache-2.0 */
/* An offer that waits for its answer, as the plugin sees it, and the lines that it may place on it. */
#include <string.h>

#include "base/str.h"
#include "peer/plan_state.h"

static void clear(gpointer item)
{
    struct cardea_offered *o = item;

    g_free((char *)o->mid);
    g_free((char *)o->codecs);
}

void gw_plan_forget_offered(struct gw_plan *p)
{
    g_clear_pointer(&p->offered, g_array_unref);
}

static char *codecs_of(const struct gw_sdp_media *m, enum gw_kind kind)
{
    const struct gw_codec_name *codec;
    GString *list = g_string_new(NULL);
    struct gw_sdp_payloads all;

    gw_sdp_read_payloads(m, &all);
    for (unsigned i = 0; i < all.n; i++) {
        codec = gw_codec_mapped(kind, all.p[i].name, all.p[i].clock);
        if (codec && !gw_list_has(list->str, codec->name))
            g_string_append_printf(list, "%s%s", list->len ? "," : "", codec->name);
    }
    return g_string_free(list, FALSE);
}

static void describe(struct gw_plan *p, unsigned i)
{
    const struct gw_sdp_media *m = &p->pending->media[i];
    enum gw_sdp_direction d = gw_sdp_direction(p->pending, m);
    struct cardea_offered o = {.mindex = i};
    bool known;
    char mid[17];

    gw_plan_read_mid(m, i, mid);
    o.kind = (enum cardea_kind)gw_plan_kind(m, &known);
    o.mid = g_strdup(mid);
    o.rejected = !known || (!m->port && !gw_sdp_media_get(m, "bundle-only"));
    o.sends = d & GW_SDP_SEND;
    o.receives = d & GW_SDP_RECV;
    o.codecs = known && o.kind != CARDEA_DATA ? codecs_of(m, (enum gw_kind)o.kind) : g_strdup("");
    g_array_append_val(p->offered, o);
}

const struct cardea_offered *gw_plan_offered(struct gw_plan *p, size_t *n)
{
    *n = 0;
    if (p->state != GW_PLAN_REMOTE_OFFER)
        return NULL;
    if (!p->offered) {
        p->offered = g_array_new(FALSE, FALSE, sizeof(struct cardea_offered));
        g_array_set_clear_func(p->offered, clear);
        for (unsigned i = 0; i < p->pending->n_media; i++)
            describe(p, i);
    }
    *n = p->offered->len;
    return (const struct cardea_offered *)(void *)p->offered->data;
}

static void adopt(struct gw_plan *p, unsigned i)
{
    const struct gw_sdp_media *m = &p->pending->media[i];
    struct gw_plan_line *l = gw_plan_add_line(p);

    gw_plan_read_mid(m, i, l->m.mid);
    l->m.kind = gw_plan_kind(m, &l->known);
    gw_strlcpy(l->media, m->kind, sizeof(l->media));
}

struct gw_plan_line *gw_plan_line_for_offered(struct gw_plan *p, unsigned mindex)
{
    if (p->state != GW_PLAN_REMOTE_OFFER || mindex >= p->pending->n_media || mindex >= GW_MAX_MLINES)
        return NULL;
    while (p->lines->len <= mindex)
        adopt(p, p->lines->len);
    return gw_plan_line(p, mindex);
}
