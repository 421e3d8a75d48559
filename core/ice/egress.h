/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leaves at the end of a turn: an arena that datagrams are written into one behind the other, and the list of
 * runs over it. A run is what one UDP_SEGMENT message can carry: same destination, contiguous, equal sizes, a shorter
 * one only at its end, at most 64 datagrams and fewer than 65000 bytes. One thread; the arena's memory is owned.
 *
 * Never waits: what the socket does not take is dropped and counted.
 */
#ifndef GW_ICE_EGRESS_H
#define GW_ICE_EGRESS_H

#include "ice/address.h"
#include "ice/ice.h"

#define GW_EGRESS_DATAGRAM 16384 /* most bytes of one datagram */

enum gw_route_kind {
    GW_ROUTE_NONE,
    GW_ROUTE_UDP, /* by sendmmsg on `fd` */
    GW_ROUTE_OWN, /* the back end sends the run */
};

/* Where to, by value, so that whoever it leads to may go away before the flush. */
struct gw_route {
    enum gw_route_kind kind;
    bool framed; /* OWN: each datagram stands behind its length, RFC 4571; sizes in a run may then differ */
    int fd;
    socklen_t to_len;
    union gw_sockaddr to;
    struct gw_address from; /* local address to send from, or none: the kernel chooses */
    void *target;           /* OWN: the back end's */
};

struct gw_run {
    struct gw_route route;
    const void *owner; /* whose datagrams, NULL: nobody's in particular */
    uint32_t version;  /* of the owner's route */
    uint32_t offset, bytes;
    uint16_t size, count; /* of the first datagram; datagrams */
    bool ended;           /* by a shorter one */
};

struct gw_egress;

typedef void gw_send_run(void *arg, const struct gw_run *run, const uint8_t *data);

/* arena: bytes. stats is borrowed. plain: never UDP_SEGMENT. */
int gw_egress_new(struct gw_egress **out, size_t arena, bool plain, struct gw_ice_stats *stats);
void gw_egress_free(struct gw_egress *e);
/* Room for cap bytes; NULL: flush first. The next reservation takes its place unless it is committed. */
uint8_t *gw_egress_reserve(struct gw_egress *e, const struct gw_route *route, size_t cap);
/* The datagram just reserved has len bytes. */
void gw_egress_commit(struct gw_egress *e, const struct gw_route *route, const void *owner, uint32_t version,
                      size_t len);
/* Sends all; own() gets the runs of GW_ROUTE_OWN, in order with the others. */
void gw_egress_flush(struct gw_egress *e, gw_send_run *own, void *arg);
bool gw_egress_is_plain(const struct gw_egress *e); /* no UDP_SEGMENT (any more) */
/* A run's datagrams one by one: start with *at = 0; false: no more. */
bool gw_run_next(const struct gw_run *run, const uint8_t *data, size_t *at, const uint8_t **datagram, size_t *len);

#endif
