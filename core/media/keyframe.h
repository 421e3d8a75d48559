/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyframe requests towards one sender: at most one a second; one that comes inside that second is remembered and goes
 * out at its end, unless a keyframe came meanwhile. Pure.
 */
#ifndef GW_MEDIA_KEYFRAME_H
#define GW_MEDIA_KEYFRAME_H

#include <stdbool.h>
#include <stdint.h>

#define GW_KEYFRAME_SPACING_US 1000000

struct gw_keyframe {
    bool asked, waiting; /* asked: asked_us is valid; waiting: one is remembered */
    int64_t asked_us;    /* when the last request left */
    int64_t seen_us;     /* when the last keyframe came, 0 never */
};

/* Somebody wants a keyframe. true: ask the sender now. false: remembered until gw_keyframe_due(). */
bool gw_keyframe_want(struct gw_keyframe *k, int64_t now_us);
int64_t gw_keyframe_due(const struct gw_keyframe *k); /* when a remembered request is to leave; INT64_MAX: none */
bool gw_keyframe_fire(struct gw_keyframe *k, int64_t now_us); /* true: ask now */
/* A keyframe came. It serves those who asked before it; a request remembered since is forgotten. */
void gw_keyframe_came(struct gw_keyframe *k, int64_t now_us);

#endif
