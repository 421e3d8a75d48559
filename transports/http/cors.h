/* SPDX-License-Identifier: Apache-2.0 */
/* What is said to browsers about other origins: headers of every answer. Pure; any thread. */
#ifndef CARDEA_HTTP_CORS_H
#define CARDEA_HTTP_CORS_H

#include <stdbool.h>
#include <stddef.h>

struct cors {
    const char *allow_origin; /* "*" unless one is configured */
    bool configured;
};

struct cors_header {
    const char *name, *value;
};

#define CORS_MOST_HEADERS 6

/* methods, headers: what the request says in Access-Control-Request-Method and -Headers, or NULL. Values are borrowed.
 * Returns how many were filled. */
size_t cors_headers(struct cors_header out[CORS_MOST_HEADERS], const struct cors *cors, const char *methods,
                    const char *headers);

#endif
