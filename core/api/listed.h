/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of addresses as they stand in the configuration. Pure. */
#ifndef GW_API_LISTED_H
#define GW_API_LISTED_H

#include <stdbool.h>

/*
 * Is the address (text) on the list? Its items, between commas, are prefixes of addresses, "*" for any, or "private"
 * for this host and networks that are not reached from the Internet. list may be NULL: empty; address too: on none.
 */
bool gw_address_listed(const char *list, const char *address);

#endif
