/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The phases of the process: starting -> serving <-> draining -> stopping. A plain value that is told what happens and
 * when, and says what phase follows; what a phase means to clients, plugins and workers is the host's business.
 * Any thread, no clock of its own.
 */
#ifndef GW_HOST_LIFE_H
#define GW_HOST_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gw_life_phase { GW_LIFE_STARTING, GW_LIFE_SERVING, GW_LIFE_DRAINING, GW_LIFE_STOPPING };

struct gw_life {
    enum gw_life_phase phase;
    int64_t since_us;    /* monotonic, of the phase */
    int64_t deadline_us; /* of draining; INT64_MAX: none */
};

/* Each returns true when the phase changed (or, for a drain while draining, the deadline). */

/* All is there. Only while starting. */
bool gw_life_ready(struct gw_life *l, int64_t now_us);
/* No new work from here on; after timeout_s (0: never) the process stops although work is left. While draining: a new
 * deadline, counted from now. */
bool gw_life_drain(struct gw_life *l, int64_t timeout_s, int64_t now_us);
/* Draining is taken back. */
bool gw_life_undrain(struct gw_life *l, int64_t now_us);
/* SIGTERM: the first one drains, the next one stops. */
bool gw_life_term(struct gw_life *l, int64_t timeout_s, int64_t now_us);
bool gw_life_stop(struct gw_life *l, int64_t now_us);
/* Time went by; busy: there is work left, or some may still come. Draining ends when there is none, or at the deadline. */
bool gw_life_pulse(struct gw_life *l, bool busy, int64_t now_us);

const char *gw_life_name(enum gw_life_phase phase); /* "serving", … */

#endif
