/* SPDX-License-Identifier: Apache-2.0 */
#include "media/layers.h"

#include <string.h>

#define GAPS     3       /* missing frames that make a substream silent */
#define MOST_GAP 3000000 /* µs */

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

void gw_layers_init(struct gw_layers *l)
{
    memset(l, 0, sizeof(*l));
    l->target_substream = l->target_temporal = l->target_spatial = GW_LAYER_COUNT - 1;
    l->cap_substream = l->cap_temporal = l->cap_spatial = GW_LAYER_COUNT - 1;
    l->fallback_us = GW_LAYER_FALLBACK_US;
    gw_layers_restart(l, 0);
}

void gw_layers_restart(struct gw_layers *l, int64_t now_us)
{
    l->substream = l->temporal = l->spatial = -1;
    l->waiting = true;
    l->waiting_us = now_us;
    l->relayed_us = now_us;
    l->asked_us = 0;
}

void gw_layers_cap(struct gw_layers *l, uint8_t substream, uint8_t temporal, uint8_t spatial, bool starve,
                   int64_t now_us)
{
    if (starve && !l->waiting && l->substream > substream) {
        l->waiting = true;
        l->waiting_us = now_us;
        l->asked_us = 0;
    }
    if (l->cap_substream != substream)
        l->asked_us = 0; /* another keyframe is wanted now */
    l->cap_substream = substream;
    l->cap_temporal = temporal;
    l->cap_spatial = spatial;
}

/* A request from here leaves at once the first time and then every second, as long as the need lasts. */
static void want_keyframe(struct gw_layers *l, int of, int64_t now_us, struct gw_layer_verdict *v)
{
    if (l->asked_us && now_us - l->asked_us < GW_LAYER_STALL_US)
        return;
    v->want_keyframe = true;
    v->want_of = of < 0 || l->asked_us ? GW_LAYERS_ALL : (uint8_t)(1u << of); /* in vain once: any will do */
    l->asked_us = now_us;
}

static bool is_coming(const struct gw_layers *l, const struct gw_layer_view *view, int i, int64_t now_us)
{
    int64_t patience = GAPS * view->gap_us[i];

    if (patience > MOST_GAP)
        patience = MOST_GAP;
    if (patience < l->fallback_us)
        patience = l->fallback_us;
    return view->last_us[i] && now_us - view->last_us[i] <= patience;
}

/* The highest substream not above the limit that is really coming. */
static int best_substream(const struct gw_layers *l, const struct gw_layer_view *view, int64_t now_us)
{
    int limit = least(l->target_substream, l->cap_substream);

    for (int i = limit; i >= 0; i--)
        if (is_coming(l, view, i, now_us))
            return i;
    for (int i = limit + 1; i < GW_LAYER_COUNT; i++) /* only higher ones come: better than nothing */
        if (is_coming(l, view, i, now_us))
            return i;
    return -1;
}

static bool may_start(const struct gw_layers *l, const struct gw_layer_view *view, const struct gw_rtp_facts *f,
                      int64_t now_us)
{
    return f->keyframe || !view->video || view->opaque || now_us - l->waiting_us >= GW_LAYER_PATIENCE_US;
}

/* true: the packet belongs to the substream relayed now (perhaps since this very packet). */
static bool pick_substream(struct gw_layers *l, const struct gw_layer_view *view, const struct gw_rtp_facts *f,
                           int64_t now_us, struct gw_layer_verdict *v)
{
    int best = view->simulcast ? best_substream(l, view, now_us) : 0;

    if (l->waiting) {
        if (best >= 0 && f->layer != best && !(f->keyframe && f->layer < best))
            return false;
        if (!may_start(l, view, f, now_us)) {
            want_keyframe(l, best, now_us, v);
            return false;
        }
        l->waiting = false;
        l->asked_us = 0;
        l->substream = (int8_t)f->layer;
        v->switched = v->changed = true;
        return true;
    }
    if (!view->simulcast || best < 0 || best == l->substream)
        return f->layer == l->substream || !view->simulcast;
    /* another one would be better */
    if (f->layer == best) {
        if (f->keyframe || view->opaque) {
            l->substream = (int8_t)best;
            l->temporal = -1;
            l->asked_us = 0;
            v->switched = v->changed = true;
            return true;
        }
        want_keyframe(l, best, now_us, v);
    } else if (f->layer == l->substream) {
        return true;
    }
    return false;
}

static bool pick_temporal(struct gw_layers *l, const struct gw_rtp_facts *f, struct gw_layer_verdict *v)
{
    int limit = least(l->target_temporal, l->cap_temporal), old = l->temporal;

    if (l->substream > l->cap_substream)
        limit = 0; /* too much, and no keyframe of less yet: as little of it as can be */

    if (l->temporal < 0 || l->temporal > limit) /* a start, or down */
        l->temporal = (int8_t)(l->temporal < 0 && !f->temporal ? 0 : limit);
    else if (f->temporal > l->temporal && f->temporal <= limit && (f->layer_sync || f->keyframe || !f->temporal))
        l->temporal = (int8_t)f->temporal;
    if (l->temporal != old)
        v->changed = true;
    return f->temporal <= l->temporal;
}

static bool pick_spatial(struct gw_layers *l, const struct gw_rtp_facts *f, int64_t now_us, struct gw_layer_verdict *v)
{
    int limit = least(l->target_spatial, l->cap_spatial), old = l->spatial;

    if (f->timestamp != l->picture_ts) { /* layers change between pictures only */
        l->picture_ts = f->timestamp;
        if (l->spatial > limit)
            l->spatial = (int8_t)limit;
    }
    if (l->spatial < limit && (int)f->spatial > l->spatial && (int)f->spatial <= limit) {
        if (f->keyframe || f->spatial_sync)
            l->spatial = (int8_t)f->spatial;
        else if (l->spatial >= 0)
            want_keyframe(l, 0, now_us, v);
    }
    if (l->spatial < 0)
        l->spatial = 0;
    if (l->spatial != old)
        v->changed = true;
    return f->spatial <= l->spatial;
}

void gw_layers_decide(struct gw_layers *l, const struct gw_layer_view *view, const struct gw_rtp_facts *f,
                      int64_t now_us, struct gw_layer_verdict *v)
{
    *v = (struct gw_layer_verdict){.marker = f->marker};
    if (!pick_substream(l, view, f, now_us, v)) {
        if (view->video && !l->waiting && now_us - l->relayed_us >= GW_LAYER_STALL_US)
            want_keyframe(l, l->substream, now_us, v);
        return;
    }
    if (view->video && !pick_temporal(l, f, v)) {
        v->whole_frame = true;
        return;
    }
    if (view->svc) {
        if (!pick_spatial(l, f, now_us, v))
            return;
        if (f->frame_end && f->spatial == l->spatial)
            v->marker = true;
    }
    v->pass = true;
    l->relayed_us = now_us;
}
