/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of values of one size: any number of writers, one reader, no lock (the bounded queue of D. Vyukov).
 * A writer claims a slot by moving `tail`, fills it and publishes it by its number; the reader follows the numbers.
 * Never waits; waking the reader is up to whoever embeds it.
 */
#ifndef GW_BASE_RING_H
#define GW_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_RING_MAX (1u << 20) /* slots */

struct gw_ring;

/* capacity (at most GW_RING_MAX) is rounded up to a power of two. */
int gw_ring_new(struct gw_ring **out, size_t capacity, size_t value_size);
void gw_ring_free(struct gw_ring *r);
/* Any thread. Copies size <= value_size bytes. GW_ELIMIT when full (counted): the caller keeps what it owned. */
int gw_ring_put(struct gw_ring *r, const void *value, size_t size);
/* The reader. true: value_size bytes were copied to out. */
bool gw_ring_take(struct gw_ring *r, void *out);
uint64_t gw_ring_refused(const struct gw_ring *r); /* any thread */

#endif
