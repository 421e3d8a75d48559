/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for: the target of its first line (RFC 9112, 3.2), and where that lies. Pure; any thread. */
#ifndef CARDEA_HTTP_TARGET_H
#define CARDEA_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct target {
    char path[2048];   /* decoded, begins with a slash; "*" of OPTIONS is "/" */
    const char *query; /* raw, points into what was read; "" when there is none */
};

enum target_result { TARGET_GOOD, TARGET_BAD, TARGET_TOO_LONG };

/* Bad: not a path, broken escapes, or control characters, also escaped ones. */
enum target_result target_read(struct target *out, const char *raw);

/* The part of path below base ("" or "/…"), or NULL when it is outside. base has no slash at its end; at "" (the root)
 * only what can be meant for the API is below it: nothing, a session's number, "info" or "ping"; the rest are pages. */
const char *target_below(const char *base, const char *path);

/* Does the list of an If-None-Match hold this entity tag (with its quotes)? Weak comparison (RFC 9110, 13.1.2). */
bool target_tag_matches(const char *list, const char *tag);

#endif
