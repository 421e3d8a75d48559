/* SPDX-License-Identifier: Apache-2.0 */
/* Small helpers for text. Any thread; nothing allocates. */
#ifndef GW_BASE_STR_H
#define GW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies at most size - 1 bytes and ends with a NUL (when size > 0). Returns strlen(from): >= size means cut.
 * from NULL counts as "".
 */
size_t gw_strlcpy(char *to, const char *from, size_t size);

/* First place in the n bytes at text where `word` stands, without regard to ASCII case; NULL: nowhere. */
const char *gw_find_nocase(const char *text, size_t n, const char *word);

/*
 * Walks over a comma-separated list. *rest starts as the list (NULL is an empty one) and moves on; the item is given
 * without the white space around it, empty items are skipped. false: no more.
 *
 *     for (const char *rest = list, *item; gw_list_next(&rest, &item, &len);)
 */
bool gw_list_next(const char **rest, const char **item, size_t *len);

/* Does the comma-separated list hold this word (exact case)? */
bool gw_list_has(const char *list, const char *word);

/* "true", "yes", "on" and "1" in any case; everything else, also NULL, is false. */
bool gw_is_true(const char *text);

/* A whole decimal number with optional sign, white space around it allowed. false: it is not, or does not fit. */
bool gw_parse_int(const char *text, long long *out);

#endif
