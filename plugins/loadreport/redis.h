/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One hash in Redis, put there with a time to live, or taken away. hiredis's only door. Everything here may be called
 * on a helper thread; redis_configure() before any of it.
 */
#ifndef LOADREPORT_REDIS_H
#define LOADREPORT_REDIS_H

#include <stdbool.h>

struct redis_conf {
    const char *host; /* a name, an address, or the path of a socket; NULL: no Redis. Borrowed, like the rest */
    unsigned port;
    const char *user, *password; /* or NULL */
    unsigned database;
};

#define REDIS_FIELDS 16

struct redis_hash {
    unsigned ttl_s; /* 0: the key is taken away */
    char key[256];
    unsigned n;
    struct {
        const char *name; /* borrowed */
        char value[256];
    } field[REDIS_FIELDS];
    bool fine;
    char why[160]; /* when it is not */
};

void redis_configure(const struct redis_conf *conf);
bool redis_is_configured(void);
struct redis_hash *redis_hash_new(unsigned ttl_s, const char *key_fmt, ...) __attribute__((format(printf, 2, 3)));
void redis_hash_add(struct redis_hash *h, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void redis_hash_free(struct redis_hash *h);
void redis_put(struct redis_hash *h); /* blocks, two seconds at most; sets fine or why */

#endif
