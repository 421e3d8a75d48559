/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sealing one RTP packet costs: each back end and profile, 1100 bytes, 300 subscribers in turn with keys of their
 * own, a flush after every 32 packets. CPU time, the best of five runs. Not part of `make check`: run by hand.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "srtp/srtp.h"

enum { CONTEXTS = 300, PACKETS = 60000, RUNS = 5, LEN = 1100, HEADER = 12, TURN = 32 };

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double one_run(struct gw_sealer *sealer, struct gw_srtp **srtp, uint64_t *index)
{
    static uint8_t slots[TURN][LEN + 32];
    double start = cpu_us();

    for (int i = 0; i < PACKETS; i++) {
        uint8_t *p = slots[i % TURN];

        if (i % CONTEXTS == 0)
            ++*index;
        p[0] = 0x80;
        p[1] = 96;
        p[2] = (uint8_t)(*index >> 8);
        p[3] = (uint8_t)*index;
        gw_seal_rtp(sealer, srtp[i % CONTEXTS], p, HEADER, LEN, *index);
        if (i % TURN == TURN - 1)
            gw_seal_flush(sealer);
    }
    gw_seal_flush(sealer);
    return (cpu_us() - start) / PACKETS;
}

static void measure(struct gw_sealer *sealer, enum gw_srtp_profile profile, size_t key_len)
{
    struct gw_srtp *srtp[CONTEXTS];
    double best = 1e9, cost;
    uint64_t index = 1;
    uint8_t key[44];
    size_t heap = mallinfo2().uordblks;

    for (int i = 0; i < CONTEXTS; i++) {
        memset(key, i + 1, sizeof(key));
        if (gw_srtp_new(&srtp[i], sealer, profile, key, key, key_len))
            exit(1);
    }
    heap = mallinfo2().uordblks - heap;
    for (int i = 0; i < RUNS; i++) {
        cost = one_run(sealer, srtp, &index);
        if (cost < best)
            best = cost;
    }
    printf("%-9s %-24s %7.3f us/packet %8.1f KiB/peer\n", gw_sealer_name(sealer), gw_srtp_profile_name(profile), best,
           (double)heap / CONTEXTS / 1024);
    for (int i = 0; i < CONTEXTS; i++)
        gw_srtp_free(srtp[i]);
}

int main(void)
{
    static const char *const names[] = {"ipsec-mb", "openssl", "libsrtp2"};

    for (int i = 0; i < 3; i++) {
        struct gw_sealer *sealer;

        if (gw_sealer_new(&sealer, names[i])) {
            printf("%-9s not here\n", names[i]);
            continue;
        }
        measure(sealer, GW_SRTP_GCM_128, 28);
        measure(sealer, GW_SRTP_GCM_256, 44);
        measure(sealer, GW_SRTP_CM_SHA1_80, 30);
        gw_sealer_free(sealer);
    }
    return 0;
}
