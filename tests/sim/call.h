/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What simulations of bandwidth begin with: a publisher of audio and simulcast video at rates as browsers have them
 * (150, 500 and 1700 kbit/s), and viewers with links of their own whose layers the gateway chooses.
 */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "peer/state.h"
#include "sim/client.h"

#define CALL_MOST     16
#define CALL_PICTURES 4

struct call_conf {
    unsigned viewers;
    unsigned viewers_worker;  /* the publisher is on 0 */
    unsigned pictures;        /* each sees, of the same source; 0: one */
    uint16_t priority;        /* of the first of them */
    uint32_t down_bps;        /* of every viewer's link; 0: no limit */
    int64_t delay_us;         /* one way; 0: 25 ms */
    int64_t queue_us;         /* 0: 300 ms */
    int64_t feedback_us;      /* between the viewers' feedbacks; 0: 50 ms */
    int64_t keyframe_late_us; /* the publisher's camera answers so late */
    double loss;
    bool single;   /* one layer of 1700 kbit/s instead of three */
    unsigned fps;  /* 0: 30; with fewer, frames are larger */
    bool temporal; /* three temporal layers */
    bool audio_only;
    bool no_video_yet; /* the publisher's camera is off at first */
    bool fixed;        /* the layers are not chosen by the gateway */
    bool no_pacing;
    bool no_feedback;
    struct cardea_sending sending;
};

struct call {
    struct sim_world *world;
    struct sim_client *publisher;
    struct sim_out *audio, *video[SIM_LAYERS];
    struct call_viewer {
        struct sim_client *client;
        struct sim_in *audio;
        struct sim_viewer *video; /* the first picture */
        struct sim_viewer *picture[CALL_PICTURES];
        struct sim_link *down;
        struct gw_peer *peer; /* the engine's */
    } viewer[CALL_MOST];
    unsigned n;
};

/* Connected and linked; 600 ms have passed. */
void call_open(struct call *c, const struct call_conf *conf);
void call_close(struct call *c);
void call_run_ms(struct call *c, int64_t ms);
void call_measure(struct call *c); /* all counters of viewers and links anew */
uint32_t call_estimate(const struct call *c, unsigned viewer);
/* Runs until the viewer's frames come from a layer (at least / at most); returns after how many ms, or most. */
int64_t call_until_layer(struct call *c, unsigned viewer, unsigned least, unsigned most_layer, int64_t most_ms);

#endif
