/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of whole back ends: a loop, a pool, and peers that note what they are told. */
#ifndef WORLD_H
#define WORLD_H

#include "ice/ice.h"

#define WORLD_STATES  16
#define WORLD_PACKETS 512

struct world_peer {
    struct gw_ice *ice;
    enum gw_ice_state states[WORLD_STATES];
    size_t n_states, n_candidates;
    int gathered;
    bool gathered_before_return; /* a callback came inside of one of our own calls */
    bool free_on_packet, free_on_state, keep;
    struct gw_packet *kept; /* with `keep`: the packets themselves, to be let go by the test */
    size_t n_packets, n_bytes;
    uint16_t lengths[WORLD_PACKETS];
    uint8_t first[WORLD_PACKETS]; /* their second bytes: a mark */
    int64_t arrival_us;
};

extern struct gw_loop *world_loop;
extern struct gw_packet_pool *world_pool;
extern int world_inside; /* > 0: inside of a gw_ice_ call */

void world_open(bool glib, size_t packets);
void world_close(void);
/* One turn, and the flush of each back end at its end. */
void world_turn(struct gw_ice_io *a, struct gw_ice_io *b, int wait_ms);
/* Turns until the condition or for about five seconds; gives the condition. */
#define WORLD_UNTIL(a, b, condition)                                                                                   \
    ({                                                                                                                 \
        for (int turn_ = 0; turn_ < 1000 && !(condition); turn_++)                                                     \
            world_turn(a, b, 5);                                                                                       \
        (condition);                                                                                                   \
    })

struct gw_ice_io *world_io(const struct gw_ice_conf *conf);
void world_peer(struct world_peer *p, struct gw_ice_io *io, bool controlling);
void world_send(struct world_peer *p, size_t len, uint8_t mark); /* a datagram that looks like RTP */
bool world_was(const struct world_peer *p, enum gw_ice_state state);
/* Each gets the other's credentials and candidates. */
void world_introduce(struct world_peer *a, struct world_peer *b);

#endif
