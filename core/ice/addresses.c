/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

static bool in_network(const char *item, size_t len, size_t slash, const struct gw_address *a)
{
    struct gw_address net;
    char digits[4] = "";
    long long bits;
    int whole;

    if (!gw_address_parse(&net, item, slash) || len - slash - 1 > 3)
        return false;
    memcpy(digits, item + slash + 1, len - slash - 1);
    if (!gw_parse_int(digits, &bits) || bits < 0 || bits > (gw_address_is_v4(&net) ? 32 : 128))
        return false;
    if (gw_address_is_v4(&net))
        bits += 96;
    whole = (int)bits / 8;
    if (memcmp(net.ip, a->ip, (size_t)whole))
        return false;
    return bits % 8 == 0 || (net.ip[whole] ^ a->ip[whole]) >> (8 - bits % 8) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool gw_address_matches(const char *item, size_t len, const char *interface, const struct gw_address *a)
{
    const char *slash = memchr(item, '/', len);
    char text[GW_ADDRESS_TEXT];

    if (!len)
        return false;
    if (slash)
        return in_network(item, len, (size_t)(slash - item), a);
    if (!strncmp(interface, item, len) && (!interface[len] || (is_digit(interface[len]) && !is_digit(item[len - 1]))))
        return true;
    gw_address_ip(a, text);
    if (strncmp(text, item, len))
        return false;
    /* "192.168.1" is the beginning of 192.168.1.7, but not of 192.168.10.7 */
    return !text[len] || item[len - 1] == '.' || item[len - 1] == ':' || text[len] == '.' || text[len] == ':';
}

static bool in_list(const char *list, const char *interface, const struct gw_address *a)
{
    size_t len;

    for (const char *rest = list, *item; gw_list_next(&rest, &item, &len);)
        if (gw_address_matches(item, len, interface, a))
            return true;
    return false;
}

static bool is_empty(const char *list)
{
    const char *item;
    size_t len;

    return !gw_list_next(&list, &item, &len);
}

bool gw_address_is_wanted(const struct gw_ice_conf *conf, const char *interface, const struct gw_address *a)
{
    if (!gw_address_is_v4(a) && !conf->ipv6)
        return false;
    if (in_list(conf->ignore, interface, a))
        return false;
    if (!is_empty(conf->enforce))
        return in_list(conf->enforce, interface, a);
    if (gw_address_is_linklocal(a) && !conf->ipv6_linklocal)
        return false;
    return !gw_address_is_loopback(a);
}

static void add(struct gw_addresses *list, const struct gw_address *a)
{
    for (size_t i = 0; i < list->n; i++)
        if (gw_address_same_ip(&list->list[i], a))
            return;
    if (list->n < GW_ADDRESSES_MAX)
        list->list[list->n++] = *a;
}

int gw_addresses_find(struct gw_addresses *out, const struct gw_ice_conf *conf)
{
    struct gw_addresses loopback = {.n = 0, .only_loopback = true};
    struct ifaddrs *all = NULL;

    memset(out, 0, sizeof(*out));
    if (getifaddrs(&all) < 0)
        return GW_EIO;
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        socklen_t len;
        struct gw_address a;

        if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || !(i->ifa_flags & IFF_RUNNING))
            continue;
        len = i->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        if (!gw_address_from_sockaddr(&a, i->ifa_addr, len) || gw_address_is_none(&a))
            continue;
        a.port = 0;
        if (gw_address_is_wanted(conf, i->ifa_name, &a))
            add(out, &a);
        else if (gw_address_is_loopback(&a) && (gw_address_is_v4(&a) || conf->ipv6))
            add(&loopback, &a);
    }
    freeifaddrs(all);
    if (!out->n)
        *out = loopback;
    return out->n ? 0 : GW_ENOENT;
}

int gw_addresses_parse(struct gw_addresses *out, const char *list, char *bad, size_t bad_len)
{
    size_t len;

    memset(out, 0, sizeof(*out));
    for (const char *rest = list, *item; gw_list_next(&rest, &item, &len);) {
        struct gw_address a;

        if (!gw_address_parse(&a, item, len)) {
            snprintf(bad, bad_len, "%.*s", (int)(len < 64 ? len : 64), item);
            return GW_EPARSE;
        }
        add(out, &a);
    }
    return 0;
}
