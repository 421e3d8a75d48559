/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets of one connection that are under way: when each left and how large it was, by transport-wide sequence
 * number, until feedback speaks about it. A ring of a bound that starts small. Pure; one thread.
 */
#ifndef GW_BWE_FLIGHT_H
#define GW_BWE_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_FLIGHT_FIRST   64
#define GW_FLIGHT_MOST    4096
#define GW_FLIGHT_KEEP_US 2000000 /* feedback that comes later than this is of no use */

enum gw_flight_state { GW_FLIGHT_NONE, GW_FLIGHT_AWAY, GW_FLIGHT_LOST, GW_FLIGHT_ARRIVED };

struct gw_flight_packet { /* 16 bytes */
    int64_t sent_us;
    uint16_t seq, bytes;
    uint8_t probe; /* number of the probe it belongs to, 0: none */
    uint8_t state;
    uint16_t mark; /* the sender's own, 0: none */
};

struct gw_flight {
    struct gw_flight_packet *ring; /* owned */
    uint32_t size;                 /* power of two; 0: nothing sent yet */
};

/* false: no memory; the packet is then not remembered. */
bool gw_flight_add(struct gw_flight *f, uint16_t seq, size_t bytes, uint8_t probe, uint16_t mark, int64_t now_us);
/* NULL: never sent under this number, or too long ago. Valid until the next add. */
struct gw_flight_packet *gw_flight_find(struct gw_flight *f, uint16_t seq, int64_t now_us);
void gw_flight_clear(struct gw_flight *f); /* frees the ring */

#endif
