/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TURN servers from a REST service (nat.turn_rest_api): asked for each new PeerConnection, since what it gives is for
 * one user and for a while. Its names are looked up by a helper; whatever goes wrong, the PeerConnection does without.
 * And the servers that the configuration names are tried when the gateway starts. Control thread.
 */
#ifndef GW_HOST_RELAYS_H
#define GW_HOST_RELAYS_H

#include "config/config.h"
#include "ice/relay.h"
#include "peer/link.h"

/* The service's answer: {"username", "password", "uris": ["turn:…"], "ttl"}. Pure. */
struct gw_relay_answer {
    char user[513], password[513];
    unsigned n; /* of URIs that we can use */
    struct gw_relay_uri uris[GW_MAX_RELAYS];
};
/* GW_EPARSE: it is not that. */
int gw_relay_answer_read(struct gw_relay_answer *out, const char *text, size_t len);

/* "<api>?service=turn[&api=K&key=K]&username=U"; an api with a query of its own keeps it. g_free() it. */
char *gw_relays_url(const char *api, const char *key, const char *user);

/* Is there such a service? Only full ICE has a use for it. */
bool gw_relays_start(const struct cardea_config *c);
void gw_relays_use(struct gw_links *links);
/* Does the STUN server of full ICE answer? GW_EIO: it does not, and the log says why; with
 * nat.ignore_unreachable_ice_server it only says so. Blocks, some seconds at most. */
int gw_relays_try_servers(const struct cardea_config *c);
/* gw_links_conf.seek_relays; owner is the handle */
bool gw_relays_seek(void *owner, gw_peer_id peer);
void gw_relays_stop(void); /* nobody waits any more; before the links are freed */

#endif
