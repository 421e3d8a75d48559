/* SPDX-License-Identifier: Apache-2.0 */
/* What transports answer to the Admin API's query_transport. Control thread. */
#ifndef CARDEA_TRANSPORTS_MANAGE_H
#define CARDEA_TRANSPORTS_MANAGE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <jansson.h>

enum { MANAGE_UNKNOWN = 411, MANAGE_MISSING = 412, MANAGE_INVALID = 413 };

struct manage {
    atomic_bool *events; /* are events of type 128 sent? "configure" changes it */
    atomic_int *layout;  /* enum layout; "configure" with "json" changes it */
    bool (*logging)(
        const char *list);            /* "configure" with "logging"; false: not a list of categories. NULL: none here */
    void (*connections)(json_t *out); /* adds its members to {"result": 200} */
    json_t *(*listeners)(void);       /* open ports: [{"name", "port", …}, …] */
};

/* "configure", "connections", "listeners". A new reference, never NULL. */
json_t *manage_answer(const struct manage *m, const json_t *request);

#endif
