/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IP address with a port, as a plain value that can be a key: IPv4 is always held as ::ffff:a.b.c.d, so that the
 * same peer looks the same on an IPv4 and on a dual-stack socket. Pure; any thread.
 */
#ifndef GW_ICE_ADDRESS_H
#define GW_ICE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

/* No padding: two equal addresses are equal bytes. All zero: none. */
struct gw_address {
    uint8_t ip[16];
    uint32_t scope; /* interface number of a link-local IPv6 address, else 0 */
    uint16_t port;  /* host order */
    uint16_t zero;
};

union gw_sockaddr {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

#define GW_ADDRESS_TEXT 64 /* "[ip]:port" and its NUL */

/* false: neither IPv4 nor IPv6. */
bool gw_address_from_sockaddr(struct gw_address *out, const struct sockaddr *sa, socklen_t len);
/* For a socket of `family`; returns the length, 0 when an IPv6 address cannot be said on an AF_INET socket. */
socklen_t gw_address_to_sockaddr(const struct gw_address *a, int family, union gw_sockaddr *out);
struct gw_address gw_address_make(const uint8_t *ip, bool v6, uint16_t port);
/* A numeric IPv4 or IPv6 address of len bytes without port, brackets or zone. */
bool gw_address_parse(struct gw_address *out, const char *text, size_t len);
/* Writes the IP alone, or "ip:port" with brackets around IPv6. Returns text. */
const char *gw_address_ip(const struct gw_address *a, char text[GW_ADDRESS_TEXT]);
const char *gw_address_text(const struct gw_address *a, char text[GW_ADDRESS_TEXT]);

bool gw_address_equal(const struct gw_address *a, const struct gw_address *b);
bool gw_address_same_ip(const struct gw_address *a, const struct gw_address *b);
bool gw_address_is_none(const struct gw_address *a); /* no IP */
bool gw_address_is_v4(const struct gw_address *a);
bool gw_address_is_loopback(const struct gw_address *a);
bool gw_address_is_linklocal(const struct gw_address *a); /* IPv6 fe80::/10 only */

#endif
