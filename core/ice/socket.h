/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the sockets of the lite back end. `why` gets one sentence for the operator when it cannot be done. */
#ifndef GW_ICE_SOCKET_H
#define GW_ICE_SOCKET_H

#include "ice/address.h"

struct gw_ice_socket {
    int udp, tcp;  /* -1: none */
    int family;    /* AF_INET6: dual-stack */
    uint16_t port; /* of both */
};

/*
 * One UDP socket on port (0: any free one) and, with tcp, a listener on the same number. With ipv6 they take both
 * families where the system can, otherwise IPv4 alone. Datagrams carry their local address (IP_PKTINFO).
 */
int gw_ice_socket_open(struct gw_ice_socket *out, uint16_t port, bool tcp, bool ipv6, uint8_t dscp, char *why,
                       size_t why_len);
void gw_ice_socket_close(struct gw_ice_socket *s);
void gw_ice_socket_mark(int fd, int family, uint8_t dscp); /* DSCP of what is sent; 0: left alone */

#endif
