/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources without a PeerConnection, the control side: a plugin makes one, gives it packets from any thread, and links
 * it like any other. On its worker an inlet is an m-line of a peer that has no path of its own ("fed"); inlets of one
 * sender are m-lines of the same peer, so they share its clock (peer/feed.c).
 *
 * Control thread, except gw_inlet_inject() and gw_inlet_inject_data(). An inlet belongs to its links until gone().
 */
#ifndef GW_PEER_INLET_H
#define GW_PEER_INLET_H

#include "peer/link.h"

#define GW_INLET_WAITING 512  /* packets given and not taken by the worker yet */
#define GW_INLET_PACKET  1500 /* bytes */

/* As cardea_host's functions of the same names. */
int gw_inlet_new(struct gw_links *ls, const struct cardea_inlet_conf *conf, struct cardea_inlet **out,
                 cardea_source *source);
int gw_inlet_inject(struct cardea_inlet *in, const void *packet, size_t len);        /* any thread */
int gw_inlet_inject_data(struct cardea_inlet *in, const struct cardea_message *msg); /* any thread */
int gw_inlet_port(struct cardea_inlet *in, const struct cardea_port_conf *conf, struct cardea_port_info *info);
void gw_inlet_close(struct cardea_inlet *in);

#endif
