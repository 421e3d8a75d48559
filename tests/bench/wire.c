/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cable between two network namespaces, with a network card at each end that cuts runs of datagrams (UDP_SEGMENT) and
 * computes checksums itself. Over loopback the kernel's receiving side runs inside the sender's system call and is paid
 * by the server; here it runs in this program, on the receivers' processor, as on another machine. It moves packets by
 * the clock, so nobody pays for waking it.
 *
 *     wire NS_A ADDR/LEN NS_B ADDR/LEN [cut]
 *
 * "cut": cards that do not cut runs: the kernel does it before the card, at the sender's cost. Ends with its input.
 */
#include "../support/tun.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

enum { MOST_A_TURN = 512, TURN_US = 100 };

/* Moves what is there. Returns how many. */
static int carry(int from, int to, uint64_t *refused)
{
    static uint8_t data[70000]; /* with the header that says where to cut */
    int moved = 0;
    ssize_t n;

    for (; moved < MOST_A_TURN && (n = read(from, data, sizeof(data))) > 0; moved++)
        *refused += write(to, data, (size_t)n) != n;
    return moved;
}

static bool has_ended(void)
{
    struct pollfd input = {0, POLLIN, 0};
    char c;

    return poll(&input, 1, 0) > 0 && read(0, &c, 1) <= 0;
}

int main(int argc, char **argv)
{
    bool cut = argc == 6 && !strcmp(argv[5], "cut");
    unsigned offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | (cut ? 0 : TUN_F_USO4 | TUN_F_USO6);
    const struct timespec turn = {.tv_nsec = TURN_US * 1000};
    uint64_t carried = 0, refused = 0;
    int a, b;

    if (argc < 5) {
        fprintf(stderr, "usage: %s NS_A ADDR/LEN NS_B ADDR/LEN [cut]\n", argv[0]);
        return 2;
    }
    a = open_tun(argv[1], "wire0", argv[2], IFF_VNET_HDR, offloads);
    b = open_tun(argv[3], "wire0", argv[4], IFF_VNET_HDR, offloads);
    puts("up");
    fflush(stdout);
    for (unsigned i = 1; i % 1000 || !has_ended(); i++) {
        int moved = carry(a, b, &refused) + carry(b, a, &refused);

        carried += (uint64_t)moved;
        if (!moved)
            nanosleep(&turn, NULL);
    }
    printf("%llu carried, %llu refused\n", (unsigned long long)carried, (unsigned long long)refused);
    return 0;
}
