/* SPDX-License-Identifier: Apache-2.0 */
#include "api/listed.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/str.h"

/* Of the host itself, or of a network that is not reached from the Internet (RFC 1918, RFC 3927, RFC 4193, RFC 4291).
 */
static bool is_private(const char *address)
{
    struct in6_addr six;
    struct in_addr four;
    uint32_t a;

    if (inet_pton(AF_INET6, address, &six) == 1) {
        if (!IN6_IS_ADDR_V4MAPPED(&six))
            return IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_LINKLOCAL(&six) || (six.s6_addr[0] & 0xfe) == 0xfc;
        memcpy(&four, six.s6_addr + 12, sizeof(four));
    } else if (inet_pton(AF_INET, address, &four) != 1) {
        return false;
    }
    a = ntohl(four.s_addr);
    return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 16 == 0xa9fe;
}

static bool matches(const char *item, size_t len, const char *address)
{
    if (len == 1 && *item == '*')
        return true;
    if (len == strlen("private") && !strncmp(item, "private", len))
        return is_private(address);
    return !strncmp(item, address, len);
}

bool gw_address_listed(const char *list, const char *address)
{
    const char *item;
    size_t len;

    while (gw_list_next(&list, &item, &len))
        if (address && matches(item, len, address))
            return true;
    return false;
}
