/* SPDX-License-Identifier: Apache-2.0 */
#include "acl.h"

#include <string.h>
#include <strings.h>

static bool matches(const char *list, const char *address)
{
    while (*list) {
        size_t len;

        list += strspn(list, ", \t");
        len = strcspn(list, ", \t");
        if (len && !strncmp(list, address, len))
            return true;
        list += len;
    }
    return false;
}

bool acl_allows(const char *list, const char *address)
{
    if (!list || !*list)
        return true;
    if (!address)
        return false;
    return matches(list, address) || (!strncasecmp(address, "::ffff:", 7) && matches(list, address + 7));
}

bool acl_allows_origin(const char *allowed, const char *origin)
{
    if (!allowed || !*allowed || !strcmp(allowed, "*"))
        return true;
    return origin && !strncmp(origin, allowed, strlen(allowed));
}
