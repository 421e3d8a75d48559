/* SPDX-License-Identifier: Apache-2.0 */
/* Linear probing at most half full; removing shifts the followers back, so there are no tombstones. */
#include "ice/table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"

#define FIRST_SLOTS 64

struct slot {
    struct gw_table_key key;
    void *value; /* NULL: free */
};

struct gw_table {
    /* given at creation */
    size_t capacity;
    uint64_t seed;
    /* owned */
    struct slot *slots;
    /* state */
    size_t n_slots, count; /* n_slots: a power of two */
};

int gw_table_new(struct gw_table **out, size_t capacity)
{
    struct gw_table *t;

    if (!capacity || capacity > SIZE_MAX / sizeof(struct slot) / 4)
        return GW_EINVAL;
    t = calloc(1, sizeof(*t));
    if (!t)
        return GW_ENOMEM;
    t->capacity = capacity;
    t->n_slots = FIRST_SLOTS;
    t->slots = calloc(t->n_slots, sizeof(*t->slots));
    if (!t->slots || getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
        gw_table_free(t);
        return GW_ENOMEM;
    }
    *out = t;
    return 0;
}

void gw_table_free(struct gw_table *t)
{
    if (!t)
        return;
    free(t->slots);
    free(t);
}

static size_t home(const struct gw_table *t, const struct gw_table_key *key)
{
    uint64_t h = t->seed;

    for (int i = 0; i < 3; i++) {
        h = (h ^ key->word[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    h *= UINT64_C(0xd6e8feb86659fd93);
    return (size_t)(h ^ h >> 32) & (t->n_slots - 1);
}

/* The slot of the key, or the free one where it would go. */
static size_t find(const struct gw_table *t, const struct gw_table_key *key)
{
    size_t i = home(t, key);

    while (t->slots[i].value && memcmp(&t->slots[i].key, key, sizeof(*key)))
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

static int grow(struct gw_table *t)
{
    struct slot *old = t->slots;
    size_t n = t->n_slots;
    struct slot *slots = calloc(n * 2, sizeof(*slots));

    if (!slots)
        return GW_ENOMEM;
    t->slots = slots;
    t->n_slots = n * 2;
    for (size_t i = 0; i < n; i++)
        if (old[i].value)
            slots[find(t, &old[i].key)] = old[i];
    free(old);
    return 0;
}

int gw_table_put(struct gw_table *t, const struct gw_table_key *key, void *value)
{
    size_t i = find(t, key);
    int err;

    if (t->slots[i].value) {
        t->slots[i].value = value;
        return 0;
    }
    if (t->count >= t->capacity)
        return GW_ELIMIT;
    if ((t->count + 1) * 2 > t->n_slots) {
        err = grow(t);
        if (err)
            return err;
        i = find(t, key);
    }
    t->slots[i] = (struct slot){*key, value};
    t->count++;
    return 0;
}

void *gw_table_get(const struct gw_table *t, const struct gw_table_key *key)
{
    return t->slots[find(t, key)].value;
}

void gw_table_remove(struct gw_table *t, const struct gw_table_key *key)
{
    size_t mask = t->n_slots - 1, hole = find(t, key), i = hole;

    if (!t->slots[hole].value)
        return;
    for (;;) {
        size_t h;

        i = (i + 1) & mask;
        if (!t->slots[i].value)
            break;
        h = home(t, &t->slots[i].key);
        if (((i - h) & mask) >= ((i - hole) & mask)) { /* its home is not after the hole: it may move there */
            t->slots[hole] = t->slots[i];
            hole = i;
        }
    }
    t->slots[hole].value = NULL;
    t->count--;
}

size_t gw_table_count(const struct gw_table *t)
{
    return t->count;
}

struct gw_table_key gw_table_key(const void *bytes, size_t len)
{
    struct gw_table_key key = {{0, 0, 0}};

    memcpy(&key, bytes, len < sizeof(key) ? len : sizeof(key));
    return key;
}
