/* SPDX-License-Identifier: Apache-2.0 */
/* TURN servers for one connection, and the URIs that name them (RFC 7065). Plain values, any thread. */
#ifndef GW_ICE_RELAY_H
#define GW_ICE_RELAY_H

#include <stdint.h>

#include "ice/address.h"

#define GW_MAX_RELAYS 8

struct gw_relay_uri {
    char host[256]; /* a name or an address, without brackets */
    uint16_t port;
    char type[4]; /* how it is reached: "udp", "tcp" or "tls" */
};

/* "turn:host", "turns:host:port?transport=tcp". GW_EPARSE: it is none, or asks for DTLS, which nobody speaks. */
int gw_relay_uri_parse(struct gw_relay_uri *out, const char *text);

struct gw_relays { /* heap when it travels */
    char user[513], password[513];
    unsigned n;
    struct gw_relay {
        char ip[GW_ADDRESS_TEXT];
        uint16_t port;
        char type[4];
    } list[GW_MAX_RELAYS];
};

#endif
