/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct gw_address gw_address_make(const uint8_t *ip, bool v6, uint16_t port)
{
    struct gw_address a = {.port = port};

    if (v6) {
        memcpy(a.ip, ip, 16);
    } else {
        memcpy(a.ip, v4_prefix, 12);
        memcpy(a.ip + 12, ip, 4);
    }
    return a;
}

bool gw_address_from_sockaddr(struct gw_address *out, const struct sockaddr *sa, socklen_t len)
{
    union gw_sockaddr u;

    if (len < sizeof(u.sa.sa_family))
        return false;
    memset(&u, 0, sizeof(u));
    memcpy(&u, sa, len < sizeof(u) ? len : sizeof(u));
    if (u.sa.sa_family == AF_INET && len >= sizeof(u.in)) {
        *out = gw_address_make((const uint8_t *)&u.in.sin_addr, false, ntohs(u.in.sin_port));
        return true;
    }
    if (u.sa.sa_family == AF_INET6 && len >= sizeof(u.in6)) {
        *out = gw_address_make(u.in6.sin6_addr.s6_addr, true, ntohs(u.in6.sin6_port));
        if (gw_address_is_linklocal(out))
            out->scope = u.in6.sin6_scope_id;
        return true;
    }
    return false;
}

socklen_t gw_address_to_sockaddr(const struct gw_address *a, int family, union gw_sockaddr *out)
{
    memset(out, 0, sizeof(*out));
    if (family == AF_INET) {
        if (!gw_address_is_v4(a))
            return 0;
        out->in.sin_family = AF_INET;
        out->in.sin_port = htons(a->port);
        memcpy(&out->in.sin_addr, a->ip + 12, 4);
        return sizeof(out->in);
    }
    out->in6.sin6_family = AF_INET6;
    out->in6.sin6_port = htons(a->port);
    out->in6.sin6_scope_id = a->scope;
    memcpy(&out->in6.sin6_addr, a->ip, 16);
    return sizeof(out->in6);
}

bool gw_address_parse(struct gw_address *out, const char *text, size_t len)
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t ip[16];

    if (!len || len >= sizeof(copy) || memchr(text, 0, len))
        return false;
    memcpy(copy, text, len);
    copy[len] = 0;
    if (inet_pton(AF_INET, copy, ip) == 1) {
        *out = gw_address_make(ip, false, 0);
        return true;
    }
    if (inet_pton(AF_INET6, copy, ip) == 1) {
        *out = gw_address_make(ip, true, 0);
        return true;
    }
    return false;
}

const char *gw_address_ip(const struct gw_address *a, char text[GW_ADDRESS_TEXT])
{
    if (gw_address_is_v4(a))
        inet_ntop(AF_INET, a->ip + 12, text, GW_ADDRESS_TEXT);
    else
        inet_ntop(AF_INET6, a->ip, text, GW_ADDRESS_TEXT);
    return text;
}

const char *gw_address_text(const struct gw_address *a, char text[GW_ADDRESS_TEXT])
{
    char ip[GW_ADDRESS_TEXT];
    const char *format = gw_address_is_v4(a) ? "%.46s:%u" : "[%.46s]:%u";

    snprintf(text, GW_ADDRESS_TEXT, format, gw_address_ip(a, ip), a->port);
    return text;
}

bool gw_address_equal(const struct gw_address *a, const struct gw_address *b)
{
    return !memcmp(a, b, sizeof(*a));
}

bool gw_address_same_ip(const struct gw_address *a, const struct gw_address *b)
{
    return !memcmp(a->ip, b->ip, sizeof(a->ip));
}

bool gw_address_is_none(const struct gw_address *a)
{
    static const uint8_t none[16];

    return !memcmp(a->ip, none, sizeof(none));
}

bool gw_address_is_v4(const struct gw_address *a)
{
    return !memcmp(a->ip, v4_prefix, sizeof(v4_prefix));
}

bool gw_address_is_loopback(const struct gw_address *a)
{
    static const uint8_t one[16] = {[15] = 1};

    return gw_address_is_v4(a) ? a->ip[12] == 127 : !memcmp(a->ip, one, sizeof(one));
}

bool gw_address_is_linklocal(const struct gw_address *a)
{
    return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}
