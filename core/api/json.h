/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text in and out, strictly: valid UTF-8, no NUL escapes, no integers beyond 64 bits, bounded depth. Of duplicate
 * members the last one wins. Pure; any thread.
 */
#ifndef GW_API_JSON_H
#define GW_API_JSON_H

#include <stddef.h>

#include <glib.h>
#include <jansson.h>

#define GW_JSON_MAX_DEPTH 100

/*
 * Reads one value of any kind. used: bytes read, without what follows it; NULL: nothing but white space may follow.
 * NULL: it is none, and why got one sentence. New reference.
 */
json_t *gw_json_read(const char *text, size_t len, size_t *used, char *why, size_t why_len);
/* Reads at most `max` values that stand one after the other, at least one. An array; NULL: one of them is bad. */
json_t *gw_json_read_all(const char *text, size_t len, size_t max, char *why, size_t why_len);

/* Compact text of any value; free() it. NULL only for a value that cannot be printed (never one we have read). */
char *gw_json_text(const json_t *value);
/* Appends a text as a JSON string, with its quotes. */
void gw_json_quote(GString *to, const char *text);

/* A member that is a string, borrowed; NULL: absent or something else. */
const char *gw_json_string(const json_t *object, const char *name);

#endif
