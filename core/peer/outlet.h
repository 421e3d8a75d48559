/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forwarders, the control side: a source's packets to another machine as plain RTP. The worker's half is
 * peer/forward.c. Control thread.
 */
#ifndef GW_PEER_OUTLET_H
#define GW_PEER_OUTLET_H

#include "peer/link.h"

/* As cardea_host's forward(), forward_stop() and forward_state(). */
int gw_outlet_new(struct gw_links *ls, cardea_source source, const struct cardea_forward_conf *conf,
                  cardea_forwarder *forwarder);
int gw_outlet_stop(struct gw_links *ls, cardea_forwarder forwarder);
int gw_outlet_state(struct gw_links *ls, cardea_forwarder forwarder, struct cardea_forward_state *state);

#endif
