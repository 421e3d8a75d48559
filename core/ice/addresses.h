/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses of this host a peer may be offered. Reads the system's interface list; control rate only. */
#ifndef GW_ICE_ADDRESSES_H
#define GW_ICE_ADDRESSES_H

#include "ice/address.h"
#include "ice/ice.h"

#define GW_ADDRESSES_MAX 32

struct gw_addresses {
    struct gw_address list[GW_ADDRESSES_MAX]; /* ports 0; IPv4 and IPv6 as the system lists them */
    size_t n;
    bool only_loopback; /* there was nothing else */
};

/* One address of one interface: is it wanted? Pure. */
bool gw_address_is_wanted(const struct gw_ice_conf *conf, const char *interface, const struct gw_address *a);
/*
 * Does an item of an enforce or ignore list mean this address? It is an interface name ("eth0"; "vmnet" also means
 * vmnet8), a network ("10.0.0.0/8", "fd00::/8") or the beginning of an address ("192.168.").
 */
bool gw_address_matches(const char *item, size_t len, const char *interface, const struct gw_address *a);
/* Addresses of running interfaces that are wanted; where there are none but loopback, those. */
int gw_addresses_find(struct gw_addresses *out, const struct gw_ice_conf *conf);
/* A comma list of addresses (`announce`). GW_EPARSE at the first that is none; its text goes to bad. */
int gw_addresses_parse(struct gw_addresses *out, const char *list, char *bad, size_t bad_len);

#endif
