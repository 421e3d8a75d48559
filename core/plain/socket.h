/* SPDX-License-Identifier: Apache-2.0 */
/* Opening UDP sockets for plain RTP and RTCP. Quick system calls only; control thread. */
#ifndef GW_PLAIN_SOCKET_H
#define GW_PLAIN_SOCKET_H

#include "ice/address.h"

struct gw_plain_place {
    const char *address;   /* numeric local address to bind to; NULL: any, both families */
    const char *interface; /* name, or numeric address of one; NULL: any. Binds to its first address */
    const char *multicast; /* IPv4 group to join, or NULL */
    uint16_t port;         /* 0: a free one of the range */
    uint16_t min, max;     /* the range, 0: whatever the system gives */
};

/* *bound is the address it is bound to (its port is the one in use). GW_EINVAL: an address that is none, GW_ENOENT: no
 * such interface, GW_EIO: the system refused, GW_ELIMIT: nothing free in the range (256 numbers are tried). */
int gw_plain_open(int *fd, struct gw_address *bound, const struct gw_plain_place *place);
int gw_plain_family(int fd); /* AF_INET or AF_INET6 */

#endif
