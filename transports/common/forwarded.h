/* SPDX-License-Identifier: Apache-2.0 */
/* Whose request is it when it comes through proxies: X-Forwarded-For, believed only of those we trust. Pure; any
 * thread. */
#ifndef CARDEA_TRANSPORTS_FORWARDED_H
#define CARDEA_TRANSPORTS_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#define FORWARDED_TEXT 64

/*
 * Replaces the address of who is connected to us by that of who is behind: the last one of header that is not a trusted
 * proxy itself. trusted: a comma list of address prefixes; NULL or empty: nobody. header may be NULL. What is no
 * address ends the search there: everything to the left of it anybody may have written.
 */
void forwarded_resolve(char address[FORWARDED_TEXT], const char *trusted, const char *header);

#endif
