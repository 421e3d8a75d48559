/* SPDX-License-Identifier: Apache-2.0 */
#include "rtp/dd.h"

#include <string.h>

#include "base/err.h"
#include "rtp/bits.h"

/*
 * The names of the functions are those of the syntax tables in appendix A.8 of the specification.
 *
 *  S E template id(6)   frame number(16)          always
 *  [structure? active? dtis? fdiffs? chains?]     longer than three bytes: five flags, then what they announce
 */

static int template_layers(struct gw_bits *b, struct gw_dd_structure *s)
{
    uint8_t spatial = 0, temporal = 0, next;

    do {
        if (s->n_templates == GW_DD_TEMPLATES || spatial >= GW_DD_SPATIAL || temporal > 7)
            return GW_EPARSE;
        s->templates[s->n_templates].spatial = spatial;
        s->templates[s->n_templates].temporal = temporal;
        s->n_templates++;
        if (temporal > s->max_temporal)
            s->max_temporal = temporal;
        s->max_spatial = spatial;
        next = (uint8_t)gw_bits_read(b, 2);
        if (next == 1) {
            temporal++;
        } else if (next == 2) {
            temporal = 0;
            spatial++;
        }
    } while (next != 3 && !b->failed);
    return b->failed ? GW_EPARSE : 0;
}

static uint64_t read_dtis(struct gw_bits *b, unsigned n_targets)
{
    uint64_t dtis = 0;
    unsigned i;

    for (i = 0; i < n_targets; i++)
        dtis |= (uint64_t)gw_bits_read(b, 2) << (2 * i);
    return dtis;
}

static void template_fdiffs(struct gw_bits *b, struct gw_dd_structure *s)
{
    uint16_t diff;
    unsigned i;

    for (i = 0; i < s->n_templates; i++) {
        while (gw_bit(b)) {
            diff = (uint16_t)(gw_bits_read(b, 4) + 1);
            if (diff > s->templates[i].max_fdiff)
                s->templates[i].max_fdiff = diff;
        }
    }
}

/* Chains say how to notice a loss early; we step over them. */
static void template_chains(struct gw_bits *b, struct gw_dd_structure *s)
{
    unsigned i;

    s->n_chains = (uint8_t)gw_bits_ns(b, s->n_targets + 1u);
    if (!s->n_chains)
        return;
    for (i = 0; i < s->n_targets; i++)
        gw_bits_ns(b, s->n_chains);
    gw_bits_skip(b, (size_t)s->n_templates * s->n_chains * 4);
}

static void decode_target_layers(struct gw_dd_structure *s)
{
    const struct gw_dd_template *t;
    unsigned i, target;

    for (target = 0; target < s->n_targets; target++) {
        for (i = 0; i < s->n_templates; i++) {
            t = &s->templates[i];
            if (gw_dd_dti(t->dtis, target) == GW_DTI_NOT_PRESENT)
                continue;
            if (t->spatial > s->target_spatial[target])
                s->target_spatial[target] = t->spatial;
            if (t->temporal > s->target_temporal[target])
                s->target_temporal[target] = t->temporal;
        }
    }
}

static int render_resolutions(struct gw_bits *b, struct gw_dd_structure *s)
{
    uint32_t width, height;
    unsigned i;

    for (i = 0; i <= s->max_spatial; i++) {
        width = gw_bits_read(b, 16) + 1;
        height = gw_bits_read(b, 16) + 1;
        if (width > UINT16_MAX || height > UINT16_MAX)
            return GW_EPARSE;
        s->width[i] = (uint16_t)width;
        s->height[i] = (uint16_t)height;
    }
    return 0;
}

static uint32_t all_targets(const struct gw_dd_structure *s)
{
    return (uint32_t)(((uint64_t)1 << s->n_targets) - 1);
}

static int template_dependency_structure(struct gw_bits *b, struct gw_dd_structure *s)
{
    unsigned i;
    int err;

    memset(s, 0, sizeof(*s));
    s->template_offset = (uint8_t)gw_bits_read(b, 6);
    s->n_targets = (uint8_t)(gw_bits_read(b, 5) + 1);
    err = template_layers(b, s);
    if (err)
        return err;
    for (i = 0; i < s->n_templates; i++)
        s->templates[i].dtis = read_dtis(b, s->n_targets);
    template_fdiffs(b, s);
    template_chains(b, s);
    decode_target_layers(s);
    if (gw_bit(b))
        err = render_resolutions(b, s);
    s->active = all_targets(s);
    return b->failed ? GW_EPARSE : err;
}

static uint16_t frame_fdiffs(struct gw_bits *b)
{
    uint16_t diff, max = 0;
    unsigned size;

    while ((size = gw_bits_read(b, 2))) {
        diff = (uint16_t)(gw_bits_read(b, 4 * size) + 1);
        if (diff > max)
            max = diff;
    }
    return max;
}

/* What the frame takes over from its template, and what it says for itself. */
static int frame_dependency_definition(struct gw_bits *b, struct gw_dd *d, const struct gw_dd_structure *s, bool dtis,
                                       bool fdiffs, bool chains)
{
    unsigned index = (d->template_id + 64u - s->template_offset) % 64;
    const struct gw_dd_template *t = &s->templates[index];

    if (index >= s->n_templates)
        return GW_ESTATE; /* belongs to a structure that we have not seen, or no more */
    d->spatial = t->spatial;
    d->temporal = t->temporal;
    d->dtis = dtis ? read_dtis(b, s->n_targets) : t->dtis;
    d->max_fdiff = fdiffs ? frame_fdiffs(b) : t->max_fdiff;
    if (chains)
        gw_bits_skip(b, (size_t)s->n_chains * 8);
    d->width = s->width[t->spatial];
    d->height = s->height[t->spatial];
    return b->failed ? GW_EPARSE : 0;
}

/*
 * A frame of temporal layer 0 that is a SWITCH opens its decode targets: nothing in them will refer past it. What comes
 * above layer 0 and is kept for reference closes those targets for all who did not get it, until the next such frame.
 */
static void note_base_only(struct gw_dd *d, struct gw_dd_structure *s)
{
    uint32_t own = 0, kept = 0, can_switch = 0;
    enum gw_dti dti;
    unsigned i;

    if (!d->has_structure && d->frame_number == s->last_frame) { /* another packet of the same frame */
        d->base_only = s->last_base_only;
        return;
    }
    for (i = 0; i < s->n_targets; i++) {
        dti = gw_dd_dti(d->dtis, i);
        if (s->target_spatial[i] != d->spatial)
            continue;
        if (s->target_temporal[i] == d->temporal)
            own |= (uint32_t)1 << i;
        if (dti == GW_DTI_SWITCH)
            can_switch |= (uint32_t)1 << i;
        if (dti == GW_DTI_SWITCH || dti == GW_DTI_REQUIRED)
            kept |= (uint32_t)1 << i;
    }
    if (d->temporal) {
        d->base_only = own & s->open;
        s->open &= ~kept;
    } else {
        s->open = (s->open & ~kept) | can_switch;
    }
    s->last_frame = d->frame_number;
    s->last_base_only = d->base_only;
}

int gw_dd_parse(struct gw_dd *out, const uint8_t *data, size_t len, struct gw_dd_structure *structure)
{
    struct gw_bits b = gw_bits_make(data, len);
    bool dtis = false, fdiffs = false, chains = false;
    struct gw_dd_structure fresh;
    struct gw_dd d = {0};
    int err;

    d.start = gw_bit(&b);
    d.end = gw_bit(&b);
    d.template_id = (uint8_t)gw_bits_read(&b, 6);
    d.frame_number = (uint16_t)gw_bits_read(&b, 16);
    if (b.failed)
        return GW_EPARSE;
    if (len > 3) {
        d.has_structure = gw_bit(&b);
        d.has_active = gw_bit(&b);
        dtis = gw_bit(&b);
        fdiffs = gw_bit(&b);
        chains = gw_bit(&b);
    }
    if (d.has_structure) {
        err = template_dependency_structure(&b, &fresh);
        if (err)
            return err;
    } else if (structure->n_templates) {
        fresh.n_templates = 0;
    } else {
        *out = d;
        return GW_ESTATE;
    }
    if (d.has_active)
        d.active = gw_bits_read(&b, d.has_structure ? fresh.n_targets : structure->n_targets);
    else
        d.active = d.has_structure ? fresh.active : structure->active;
    err = frame_dependency_definition(&b, &d, d.has_structure ? &fresh : structure, dtis, fdiffs, chains);
    if (err == GW_EPARSE || (err && d.has_structure))
        return GW_EPARSE;
    *out = d;
    if (err)
        return err;
    if (d.has_structure)
        *structure = fresh;
    structure->active = d.active;
    note_base_only(out, structure);
    return 0;
}

/* Something later refers to this frame, in some decode target. */
static bool is_referred_to(uint64_t dtis)
{
    return dtis & 0xaaaaaaaaaaaaaaaa; /* SWITCH and REQUIRED have the upper bit */
}

/* From this frame on, the decode target that ends at the frame's own layers can be decoded. */
static bool is_switch_for_own_layers(const struct gw_dd *dd, const struct gw_dd_structure *s)
{
    unsigned i;

    for (i = 0; i < s->n_targets; i++) {
        if (s->target_spatial[i] == dd->spatial && s->target_temporal[i] == dd->temporal &&
            gw_dd_dti(dd->dtis, i) == GW_DTI_SWITCH)
            return true;
    }
    return false;
}

void gw_dd_facts(const struct gw_dd *dd, const struct gw_dd_structure *structure, struct gw_rtp_facts *facts)
{
    bool is_switch = is_switch_for_own_layers(dd, structure);

    facts->frame_start = dd->start;
    facts->frame_end = dd->end;
    facts->spatial = dd->spatial;
    facts->temporal = dd->temporal;
    facts->keyframe = dd->start && dd->has_structure && !dd->max_fdiff;
    facts->discardable = !is_referred_to(dd->dtis);
    facts->layer_sync = dd->base_only;
    /* frames of one moment have neighbouring numbers: whoever reaches back no further needs none of the past */
    facts->spatial_sync = facts->keyframe || (is_switch && dd->max_fdiff <= dd->spatial);
    if (dd->width) {
        facts->width = dd->width;
        facts->height = dd->height;
    }
}
