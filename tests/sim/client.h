/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated WebRTC endpoint: real DTLS and SRTP, synthetic Opus and VP8, RTX, NACK, PLI, reports. It answers to the
 * engine's peer over two simulated links, and remembers what it got.
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "media/nack.h"
#include "rtcp/rtcp.h"
#include "rtcp/twcc.h"
#include "rtp/rtp.h"
#include "sctp/sctp.h"
#include "sim/viewer.h"
#include "sim/world.h"

/* Extension ids and payload types that all clients use. */
enum {
    SIM_EXT_LEVEL = 1,
    SIM_EXT_ABS = 2,
    SIM_EXT_TWCC = 3,
    SIM_EXT_MID = 4,
    SIM_EXT_RID = 10,
    SIM_EXT_RRID = 11,
    SIM_PT_OPUS = 111,
    SIM_PT_VP8 = 96,
    SIM_PT_RTX = 97,
};

#define SIM_KEPT    2048 /* packets a client can send again */
#define SIM_SEEN    8192 /* packets per stream that a client remembers */
#define SIM_LAYERS  3
#define SIM_STREAMS 32 /* each way */

struct gw_ext_builder;

/* A stream that the client sends. */
struct sim_out {
    bool on, video;
    unsigned mindex, layer;
    char rid[8];
    uint32_t ssrc, rtx_ssrc, ts;
    uint16_t seq, rtx_seq;
    uint64_t index, rtx_index; /* of SRTP */
    uint32_t frame;
    uint16_t picture_id;
    uint8_t tl0;
    bool temporal; /* three temporal layers */
    bool want_keyframe;
    unsigned packets_per_frame, payload;
    unsigned keyframe_packets;                /* 0: as other frames */
    int64_t keyframe_late_us, keyframe_at_us; /* it answers requests so late; when the next answer is due, 0: none */
    void (*extend)(const struct sim_out *o, struct gw_ext_builder *b); /* more header extensions; NULL: none */
    bool obeys_remb; /* packets are made smaller to fit the last REMB */
    int64_t next_us, every_us;
    /* counters */
    unsigned frames, keyframes, packets, plis, nacks, resent;
    uint64_t octets;
    struct {
        uint16_t seq;
        uint16_t len;
        uint8_t data[1400];
    } * kept;
};

struct sim_seen {
    uint32_t ts, frame;
    uint16_t picture_id;
    uint8_t tl0, temporal, layer, index;
    bool got, marker, keyframe, by_rtx, first_of_frame;
    uint32_t publisher; /* ssrc written into the payload */
    size_t wire;
};

/* A stream that the client receives. */
struct sim_in {
    uint32_t ssrc, rtx_ssrc;
    unsigned mindex;
    bool nack_on;
    uint16_t first, newest; /* RTP numbers */
    bool started;
    struct sim_seen seen[SIM_SEEN]; /* by seq - first */
    unsigned packets, duplicates, rtx, bad, padded;
    int64_t last_us;
    uint32_t last_sr_rtp, last_sr_mid;
    int64_t last_sr_us, last_sr_ntp_us;
    unsigned reports;
    struct gw_nack nack;
    void (*look)(struct sim_in *in, const uint8_t *data, const struct gw_rtp_header *h); /* as it came; NULL */
    void (*heard)(void *arg, const struct sim_in *in, const struct sim_seen *s);         /* NULL: nobody looks */
    void *arg;
    struct sim_viewer *viewer; /* owned; set: frames are watched instead of every packet being remembered */
};

struct sim_client {
    struct sim_world *world;
    gw_peer_id id;
    unsigned worker;
    struct gw_ice *ice; /* the engine's */
    struct gw_dtls *dtls;
    struct gw_srtp *srtp;
    struct gw_sctp *sctp;
    struct sim_link up, down;
    struct gw_timer dtls_timer, media_timer;
    struct sim_out out[SIM_STREAMS];
    unsigned n_out;
    struct sim_in *in[SIM_STREAMS];
    unsigned n_in;
    uint16_t twcc;
    bool connected, sctp_up, deaf; /* deaf: sends nothing and hears nothing any more */
    uint32_t report_lost;          /* how many in all it claims in its reports */
    uint32_t report_loss;          /* fraction it claims in its reports */
    struct gw_twcc_table *heard;   /* owned; set: it gives transport-wide feedback */
    int64_t feedback_us, feedback_every_us;
    int64_t nack_rtt_us; /* set: missing packets are asked for again after so long, many times */
    /* what came by RTCP */
    uint64_t remb_bps;
    unsigned dlrrs;
    int64_t dlrr_rtt_us;
    unsigned rembs, twccs, twcc_packets, reports;
    uint32_t rembs_seen[16];
    struct gw_rtcp_report last_report;
    unsigned unopened; /* RTP and RTCP that its keys did not open */
    char closed[64];
    /* data */
    char label[128], text[256];
    bool text_binary;
    unsigned messages;
    void (*said)(void *arg, const struct gw_sctp_message *m); /* NULL: nobody listens */
    void *said_arg;
};

/* The engine's peer is made and both sides know each other; run the world to connect. loss etc.: set c->up, c->down. */
struct sim_client *sim_client_new(struct sim_world *w, unsigned worker, bool client_is_dtls_client);
void sim_client_free(struct sim_client *c);
/* The same in two: one that has no peer yet, and then meets the peer that somebody else has ordered. */
struct sim_client *sim_client_blank(struct sim_world *w);
void sim_client_meet(struct sim_client *c, gw_peer_id id, bool client_is_dtls_client);
bool sim_client_is_there(const struct sim_client *c); /* the engine has its peer, and does not close it */
/* m-lines to be given to the engine by sim_client_media(). */
struct gw_mline sim_audio(unsigned mindex, bool receive, bool send);
struct gw_mline sim_video(unsigned mindex, bool receive, bool send);
struct gw_mline sim_data(unsigned mindex);
void sim_client_media(struct sim_client *c, const struct gw_mline *m, unsigned n);
void sim_client_data(struct sim_client *c); /* it will have data channels; again: nothing */
/* Streams. Their SSRCs derive from peer, m-line and layer; told: the engine hears of them in the m-line. */
struct sim_out *sim_client_send(struct sim_client *c, unsigned mindex, bool video, unsigned layer, const char *rid);
struct sim_in *sim_client_expect(struct sim_client *c, const struct gw_mline *m);
void sim_client_pli(struct sim_client *c, const struct sim_in *in);
void sim_client_connect(struct sim_client *c); /* ICE comes up */
gw_track_id sim_track(const struct sim_client *c, unsigned mindex);
uint32_t sim_ssrc(const struct sim_client *c, unsigned mindex, unsigned layer);
/* Holes between the first and the newest number but the last `tail`. */
unsigned sim_holes(const struct sim_in *in, unsigned tail);

#endif
