/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens (RFC 7519) as a third kind of token: HS256/384/512 with a shared secret, RS and ES with a public key.
 * Which of these may be used is decided by what is configured, never by the token. Verified ones are remembered until
 * they expire, so that a request costs a look-up. Control thread. The only file that knows libjwt.
 */
#ifndef GW_API_JWT_H
#define GW_API_JWT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#define GW_JWT_REMEMBERED 20000
#define GW_JWT_LONGEST    8192 /* bytes of a token */

struct gw_jwt;

struct gw_jwt_conf {
    const char *secret;   /* for HS; NULL: none */
    const char *key_file; /* PEM of a public key, for RS and ES; NULL: none */
    const char *audience; /* what `aud` must hold; NULL: not looked at */
    const char *issuer;   /* what `iss` must be; NULL: not looked at */
};

/* GW_EIO, GW_EPARSE with one sentence in why: the key cannot be read. Strings are copied. */
int gw_jwt_new(struct gw_jwt **out, const struct gw_jwt_conf *conf, char *why, size_t why_len);
void gw_jwt_free(struct gw_jwt *j); /* NULL is fine */

/* The claims of a good token: signed by the configured key, with `exp` in the future, `nbf` not. NULL: it is none.
 * Borrowed until the next call. */
const json_t *gw_jwt_claims(struct gw_jwt *j, const char *token, int64_t now_s);

/* Is value in the array claims[name]? true as well when there is no such claim: it restricts nothing. Numbers and texts
 * are compared by their text. */
bool gw_jwt_allows(const json_t *claims, const char *name, const json_t *value);

/* Does the claim `role` (a text, or an array of them) hold role or "admin"? true as well when there is no such claim. A
 * publisher is a subscriber, too. */
bool gw_jwt_has_role(const json_t *claims, const char *role);

/* As `grants` of cardea_host: what is opened by claims must be in them. */
bool gw_jwt_grants(const json_t *claims, const char *role, const char *room);

/* The claim called name as a bound: the smaller of it and `otherwise`, of which 0 is "no bound". */
uint64_t gw_jwt_quota(const json_t *claims, const char *name, uint64_t otherwise);

#endif
