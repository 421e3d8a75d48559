/* SPDX-License-Identifier: Apache-2.0 */
/* Who may come: comma lists of address prefixes, compared as text; and which pages may ask. Pure; any thread. */
#ifndef CARDEA_TRANSPORTS_ACL_H
#define CARDEA_TRANSPORTS_ACL_H

#include <stdbool.h>

/* list NULL or empty: everybody. IPv4 addresses mapped into IPv6 (::ffff:a.b.c.d) match as IPv4, too. */
bool acl_allows(const char *list, const char *address);
/* allowed: what an Origin (or Referer) must begin with; NULL or "*": anything. origin may be NULL. */
bool acl_allows_origin(const char *allowed, const char *origin);

#endif
