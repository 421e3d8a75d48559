/* SPDX-License-Identifier: Apache-2.0 */
/* What most simulations begin with: one publisher of audio and video, and subscribers to both, connected and linked. */
#ifndef SIM_ROOM_H
#define SIM_ROOM_H

#include "sim/client.h"

#define ROOM_MOST 8

struct room {
    struct sim_world *world;
    struct sim_client *publisher;
    struct sim_out *audio, *video[SIM_LAYERS];
    struct room_subscriber {
        struct sim_client *client;
        struct sim_in *audio, *video;
    } sub[ROOM_MOST];
    unsigned n_subs;
};

struct room_conf {
    unsigned subscribers, layers; /* layers 0: one */
    unsigned subscriber_worker;   /* of all subscribers; the publisher is on 0 */
    bool audio_nack, temporal, no_rtx, no_ssrcs;
    double loss_up, loss_down;
    int64_t jitter_us;
};

/* Ready to send: the clients are connected, the links are made, and 300 ms have passed. */
void room_open(struct room *r, const struct room_conf *conf);
void room_close(struct room *r);

#endif
