/* SPDX-License-Identifier: Apache-2.0 */
/* Where to listen: an address of this host, or a path. Control thread. */
#ifndef GW_HOST_PLACE_H
#define GW_HOST_PLACE_H

#include <stdbool.h>
#include <sys/socket.h>

#include <cardea/types.h>

struct gw_place {
    struct sockaddr_storage address;
    socklen_t len;
};

/* What conf asks for. GW_EINVAL: not a numeric address, no such interface, a path that is too long; why says which. */
int gw_place_read(struct gw_place *out, const struct cardea_listen *conf, char *why, size_t why_len);
/* A listening socket there, non-blocking, closed on exec. Everywhere is IPv6 that takes IPv4 as well, where there is
 * IPv6. A socket that a former process has left at a path is replaced. -1 with errno. */
int gw_place_open(const struct gw_place *p);
/* Is fd a listening socket at this place? Port 0 is any. */
bool gw_place_is_of(const struct gw_place *p, int fd);
unsigned gw_place_port(int fd); /* of a socket; 0: it has none */

#endif
