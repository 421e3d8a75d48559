/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the lite back end: lite.c (life of a connection, candidates), receive.c (datagrams in), check.c
 * (connectivity checks and the paths they prove).
 */
#ifndef GW_ICE_LITE_H
#define GW_ICE_LITE_H

#include "ice/addresses.h"
#include "ice/inside.h"
#include "ice/socket.h"
#include "ice/stun.h"
#include "ice/table.h"
#include "ice/tcp.h"

#define GW_LITE_KNOWN      8   /* UDP addresses a connection may have proved */
#define GW_LITE_CONNS      4   /* TCP connections */
#define GW_LITE_STUN_CALLS 256 /* checks proved and answered in one turn */
/* Without a check for so long after both sides are known, the state is FAILED (a later check still connects). */
#define GW_LITE_PATIENCE_US 10000000

struct gw_receive;

/* Where a datagram came from and came to. */
struct gw_origin {
    struct gw_address remote, local; /* local: none when the system did not say */
    struct gw_tcp_conn *conn;        /* NULL: UDP */
};

struct gw_lite {
    struct gw_ice_io io; /* must stay first */
    /* given at creation */
    struct gw_ice_conf conf; /* strings are ours */
    struct gw_addresses announced;
    /* owned */
    struct gw_ice_socket socket;
    struct gw_tcp *tcp; /* NULL: off */
    struct gw_stun *stun;
    struct gw_table *by_address, *by_ufrag;
    struct gw_receive *receive;
    struct gw_addresses addresses; /* as found lately */
    /* state */
    int64_t addresses_us, stun_turn_us;
    unsigned stun_left; /* of this turn */
};

struct gw_lite_ice {
    struct gw_ice base;            /* must stay first */
    struct gw_ice_credentials old; /* before a restart, until the new ones are nominated */
    bool has_old;
    struct gw_address known[GW_LITE_KNOWN]; /* oldest first; each is in by_address */
    size_t n_known;
    struct gw_tcp_conn *conns[GW_LITE_CONNS];
    size_t n_conns;
    struct gw_origin path; /* valid while base.route is */
    bool nominated;
    struct gw_timer patience;
};

/* receive.c */
int gw_receive_new(struct gw_receive **out);
void gw_receive_free(struct gw_receive *r);
void gw_lite_readable(void *arg, uint32_t events, int64_t now_us); /* arg: struct gw_lite */
/* One datagram out of a TCP frame. */
void gw_lite_frame(struct gw_lite *l, struct gw_tcp_conn *conn, uint8_t *data, size_t len, int64_t now_us);

/* check.c */
void gw_lite_stun(struct gw_lite *l, const uint8_t *data, size_t len, const struct gw_origin *from, int64_t now_us);
void gw_lite_forget(struct gw_lite *l, struct gw_lite_ice *p); /* all proved addresses and connections */
void gw_lite_conn_closed(struct gw_lite *l, struct gw_tcp_conn *conn, bool deferred, int64_t now_us);
int gw_lite_register(struct gw_lite *l, const char *ufrag, struct gw_lite_ice *p);
void gw_lite_unregister(struct gw_lite *l, const char *ufrag);

#endif
