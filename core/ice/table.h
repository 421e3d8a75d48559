/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash table from keys of 24 bytes (a struct gw_address, or a ufrag padded with zeros) to pointers, for finding the
 * connection a datagram belongs to. Open addressing; grows by doubling up to its capacity, never on a look-up. The
 * hash is seeded at random. One thread; values are borrowed.
 */
#ifndef GW_ICE_TABLE_H
#define GW_ICE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct gw_table;

struct gw_table_key {
    uint64_t word[3];
};

/* capacity: most entries. */
int gw_table_new(struct gw_table **out, size_t capacity);
void gw_table_free(struct gw_table *t);
/* Puts or replaces. GW_ELIMIT when full, GW_ENOMEM when it cannot grow. value is not NULL. */
int gw_table_put(struct gw_table *t, const struct gw_table_key *key, void *value);
void *gw_table_get(const struct gw_table *t, const struct gw_table_key *key); /* NULL: none */
void gw_table_remove(struct gw_table *t, const struct gw_table_key *key);
size_t gw_table_count(const struct gw_table *t);

/* A key of at most 24 bytes of anything. */
struct gw_table_key gw_table_key(const void *bytes, size_t len);

#endif
