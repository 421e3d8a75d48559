/* SPDX-License-Identifier: Apache-2.0 */
/* How addresses of clients are written. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http.h"

unsigned address_text(const struct sockaddr *a, char *out, size_t size)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;

    out[0] = 0;
    if (a->sa_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, out, (socklen_t)size);
        return ntohs(v4->sin_port);
    }
    if (a->sa_family != AF_INET6)
        return 0;
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, out, (socklen_t)size);
    else
        inet_ntop(AF_INET6, &v6->sin6_addr, out, (socklen_t)size);
    return ntohs(v6->sin6_port);
}
