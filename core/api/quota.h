/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much one address, session or token may use: connections, sessions, requests a second. Reaching a bound refuses
 * new work with a clear error and leaves what runs alone. Addresses are counted as a server of the public must: one of
 * IPv6 stands for its /64, which one household has. Control thread; the caller brings the time.
 */
#ifndef GW_API_QUOTA_H
#define GW_API_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define GW_QUOTA_BURST_S 4      /* seconds' worth of requests that may come at once */
#define GW_QUOTA_MOST    200000 /* addresses and tokens remembered; one more is refused */

/* A bucket of requests: it fills at the rate, and each request takes one. Zeroed: full. */
struct gw_bucket {
    int64_t at_us; /* 0: never used */
    double level;
};

/* May one more come? rate 0: always. */
bool gw_bucket_take(struct gw_bucket *b, unsigned rate, int64_t now_us);

struct gw_quota_place { /* of an address, a token, or a session that has made rooms */
    char *key;
    unsigned connections, sessions, handles, rooms;
    struct gw_bucket requests;
};

struct gw_quota {
    GHashTable *places; /* key → struct gw_quota_place; owned */
};

void gw_quota_init(struct gw_quota *q);
void gw_quota_end(struct gw_quota *q);
/* The place of an address ("203.0.113.9", "2001:db8::1", "unix"), of a token, or of a session. NULL: too many are remembered. It stays
 * while it has connections or sessions, and a while longer. */
struct gw_quota_place *gw_quota_address(struct gw_quota *q, const char *address);
struct gw_quota_place *gw_quota_token(struct gw_quota *q, const char *token);
struct gw_quota_place *gw_quota_session(struct gw_quota *q, uint64_t id);
/* Forgets places that nothing is counted for any more. Now and then. */
void gw_quota_tidy(struct gw_quota *q, int64_t now_us);

/* The text that an address is counted under. Pure. */
void gw_quota_key(char *out, size_t size, const char *address);

#endif
