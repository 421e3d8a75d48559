/* SPDX-License-Identifier: Apache-2.0 */
/* How the gateway's JSON looks on the wire. Clients must not depend on it; people like to read it. Pure, any thread. */
#ifndef CARDEA_TRANSPORTS_LAYOUT_H
#define CARDEA_TRANSPORTS_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

enum layout { LAYOUT_COMPACT, LAYOUT_PLAIN, LAYOUT_INDENTED };

/* "compact", "plain" (one line, with spaces), "indented". false: none of them, *out stays. */
bool layout_read(const char *name, enum layout *out);

/* The text, which the gateway gives compact, in that layout; free() it. NULL: it is as it should be, or no JSON. */
char *layout_apply(enum layout layout, const char *text, size_t len);

#endif
