/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens that clients show: signed ones, which carry their own rights, and stored ones, which the Admin API keeps.
 * Control thread (the signed ones: any).
 */
#ifndef GW_API_TOKENS_H
#define GW_API_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

/*
 * token = expiry "," realm ["," descriptor]* ":" base64(HMAC-SHA1(secret, all before the colon)). True when the
 * signature is right, now_s <= expiry, the realm is this one, and descriptor (may be NULL) is one of the token's.
 */
bool gw_token_is_signed(const char *token, const char *secret, const char *realm, const char *descriptor,
                        int64_t now_s);

/* Do two texts match? Takes as long whether they differ early or late. NULL matches nothing. */
bool gw_token_same(const char *a, const char *b);

/* The stored ones. Plugins are known by the name that clients see. */
struct gw_tokens {
    GHashTable *plugins; /* token → set of plugin names */
};

void gw_tokens_init(struct gw_tokens *t);
void gw_tokens_clear(struct gw_tokens *t);
void gw_tokens_add(struct gw_tokens *t, const char *token); /* fine when it is there already */
bool gw_tokens_remove(struct gw_tokens *t, const char *token);
bool gw_tokens_has(const struct gw_tokens *t, const char *token);
bool gw_tokens_allows(const struct gw_tokens *t, const char *token, const char *plugin);
void gw_tokens_allow(struct gw_tokens *t, const char *token, const char *plugin, bool allow);

#endif
