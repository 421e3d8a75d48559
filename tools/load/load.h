/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator: clients that speak the public API over WebSockets and send and receive real media, all of them in
 * one thread and one epoll loop, so that its own cost is known and small.
 *
 *   options.c   command line and scenario files   media.c     synthetic media, as browsers shape it
 *   ws.c        a WebSocket client                arrive.c    what of it arrives: losses, latency, first frame
 *   client.c    session, handle, room, offers     feedback.c  receiver reports, NACK, PLI, TWCC, REMB
 *   sdp.c       offers, answers                   load.c      who joins and leaves when; the loop
 *   peer.c      ICE, DTLS and SRTP                data.c      data channels
 *   idle.c      sessions that do nothing          measure.c   a run, from its first join to its last leave
 *   usage.c     what the server paid              report.c, page.c   the figures
 */
#ifndef CARDEA_LOAD_H
#define CARDEA_LOAD_H

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#include "dtls/dtls.h"
#include "rtcp/twcc.h"
#include "sctp/sctp.h"
#include "srtp/srtp.h"

/* --- options.c ---------------------------------------------------------------------------------------------------- */
struct options {
    char *server, *profile, *codec, *feedback, *json, *html, *scenario, *name;
    int pid, rooms, publishers, subscribers, seconds, warm_up, bitrate, fps, open_every, listen_every, parallel, idle,
        ramp, ramp_most, keyframe_delay, message_size;
    double messages, rate, churn, loss, ramp_loss, ramp_p99;
    gboolean all, ramp_rooms, silent, no_media, simulcast, record, quiet, gro;
};
extern struct options option;
/* false: a sentence is on stderr, or help was asked for. */
bool options_read(int *argc, char ***argv);
json_t *options_json(void);

/* --- the loop ----------------------------------------------------------------------------------------------------- */
struct watch { /* embedded in what owns a descriptor */
    void (*ready)(void *arg, int64_t now);
    void *arg;
};
int64_t now_us(void);
extern int64_t real_ahead_us; /* of the wall clock, as of this turn: the kernel stamps datagrams with that one */
bool watch_add(struct watch *w, int fd, bool writable);
void watch_change(struct watch *w, int fd, bool writable);

/* --- ws.c --------------------------------------------------------------------------------------------------------- */
struct ws {
    int fd;
    struct watch watch;
    bool open, closed;
    GByteArray *in, *out;
    GByteArray *message; /* fragments */
    char *host, *path;
    void (*opened)(void *arg);
    void (*text)(void *arg, const char *text, size_t len);
    void *arg;
    const char *why; /* it closed */
};
bool ws_connect(struct ws *w, const char *url); /* ws://host[:port][/path], http:// is taken for ws:// */
void ws_send(struct ws *w, const char *text, size_t len);
void ws_close(struct ws *w);

/* --- sdp.c -------------------------------------------------------------------------------------------------------- */
struct remote {
    char ufrag[272], pwd[272], hash[16], fingerprint[256];
    struct sockaddr_in address;
    int audio_pt, video_pt, rtx_pt, twcc_ext;
    uint16_t sctp_port; /* 0: no data channels */
    bool active;        /* it begins the handshake */
    char audio_mid[17], video_mid[17];
};
struct local {
    const char *ufrag, *pwd, *fingerprint;
};
bool sdp_read(const char *sdp, struct remote *r);
/* Both return malloc'd text. */
char *sdp_offer(const struct local *l, uint32_t ssrc);
char *sdp_answer(const char *offer, const struct local *l);

/* --- peer.c ------------------------------------------------------------------------------------------------------- */
#define STREAMS 6

struct stream { /* one SSRC that arrives */
    uint32_t ssrc;
    bool seen, video, rtx;
    uint64_t next, window; /* next extended number expected; bit i: next - 1 - i came */
    uint64_t packets, bytes, lost, late, duplicates, jumps, pauses;
    uint32_t ts;
    int64_t arrival_us;
    double jitter;
    /* at the last report */
    uint64_t told_lost, told_packets;
    uint16_t missing[32];
    unsigned n_missing;
};

struct publisher;

struct peer {
    int fd;
    struct watch watch;
    char ufrag[9], pwd[25];
    struct remote remote;
    struct gw_dtls *dtls;
    struct gw_srtp *srtp;
    bool checked, up, failed, opens, listens;
    int64_t check_us, tick_us, twcc_us, begun_us, up_us, first_packet_us, first_frame_us;
    struct stream in[STREAMS];
    struct gw_twcc_table *twcc;
    struct publisher *publisher; /* NULL: a subscriber */
    struct {
        struct gw_sctp *sctp; /* NULL: not negotiated */
        bool up;
        int64_t next_us;
        uint64_t sent, received, bytes, lost, expected;
    } data;
    uint64_t garbage, dropped, nacks, plis, repaired, feedback_bytes;
};
bool peer_open(struct peer *p);
void peer_close(struct peer *p);
bool peer_connect(struct peer *p, int64_t now);  /* remote is known: checks and handshake begin */
void peer_progress(struct peer *p, int64_t now); /* while it is not up: timers */
void peer_tick(struct peer *p, int64_t now);     /* keepalive and reports, at its own times */
void peer_stop_listening(struct peer *p);        /* media ends in its socket; checks, DTLS and RTCP go on */
extern struct gw_dtls_context *dtls_context;
extern struct gw_sealer *sealer;

/* --- media.c ------------------------------------------------------------------------------------------------------ */
#define LAYERS 3

struct outgoing {
    uint32_t ssrc, ts;
    uint64_t seq;
    uint16_t picture_id;
    uint8_t tl0;
    const char *rid; /* NULL: without */
    unsigned bitrate, width, height;
    bool keyframe;
    int64_t keyframe_us; /* one was asked for: it comes then; 0: none was */
};

struct publisher {
    struct outgoing audio, video[LAYERS];
    unsigned n_video;
    uint16_t twcc;
    uint64_t packets, bytes, keyframes;
    int64_t next_audio_us, next_video_us;
};
void media_start(struct publisher *p, uint32_t ssrc, int64_t now);
void media_send(struct peer *peer, int64_t now);
void media_keyframe(struct publisher *p, uint32_t ssrc); /* 0: of all */

/* --- arrive.c ----------------------------------------------------------------------------------------------------- */
#define STAMP           16    /* bytes at the end of a payload: a mark and a time */
#define LATENCY_BUCKETS 20000 /* of 10 µs */
struct latency {
    uint64_t bucket[LATENCY_BUCKETS + 1], n;
};
extern struct latency latency, data_latency;
void latency_add(struct latency *l, int64_t us);
double latency_ms(const struct latency *l, double quantile);
void stamp(uint8_t *at, int64_t now);
void media_arrived(struct peer *p, uint8_t *data, size_t len, int64_t now);

/* --- data.c ------------------------------------------------------------------------------------------------------- */
#define MESSAGE_MOST 65536
bool data_start(struct peer *p); /* DTLS is up */
void data_arrived(struct peer *p, const uint8_t *data, size_t len);
void data_send(struct peer *p, int64_t now); /* what is due */
void data_close(struct peer *p);

/* --- feedback.c --------------------------------------------------------------------------------------------------- */
void feedback_read(struct peer *p, uint8_t *data, size_t len);
void feedback_nack(struct peer *p, struct stream *s);
void feedback_pli(struct peer *p, uint32_t ssrc);
void feedback_report(struct peer *p, int64_t now);
void feedback_twcc(struct peer *p);

/* --- client.c ----------------------------------------------------------------------------------------------------- */
enum client_state { WAITING, CONNECTING, CREATING, ATTACHING, MAKING_ROOM, JOINING, NEGOTIATING, LINKING, UP, GONE };

struct room {
    json_int_t id;
    bool being_made;
};
struct client {
    struct ws ws;
    enum client_state state;
    json_int_t session, handle, feed;
    unsigned transaction;
    struct room *room;
    struct client *follows; /* whom it watches; NULL: a publisher */
    struct peer peer;
    struct publisher publisher;
    uint32_t ssrc;
    int64_t begun_us, up_us, keepalive_us;
    bool announced; /* the server said "webrtcup" */
    bool counted;   /* its times have been taken */
};
bool client_may_start(const struct client *c);
void client_start(struct client *c, int64_t now);
void client_progress(struct client *c, int64_t now); /* while joining */
void client_leave(struct client *c);
extern char first_failure[200]; /* why a client failed, the first time */

/* --- idle.c ------------------------------------------------------------------------------------------------------- */
bool idle_start(void);
bool idle_wait(int64_t since, int64_t now); /* not all are there yet, and there is hope */
int idle_count(void);
bool idle_lost(void); /* the connection; said on stderr */
void idle_stop(void);

/* --- usage.c ------------------------------------------------------------------------------------------------------ */
struct usage {
    double user_s, system_s, wall_s;
    long rss_kib, private_kib, fds, threads;
};
bool usage_read(int pid, struct usage *u);
double own_cpu_s(void);

/* --- report.c, page.c --------------------------------------------------------------------------------------------- */
struct totals {
    uint64_t due; /* packets that those who listen were to get */
    uint64_t packets, sound, bytes, lost, sound_lost, late, duplicates, jumps, pauses, garbage, sent, nacks, plis,
        repaired, keyframes;
    uint64_t messages, messages_sent, messages_lost, message_bytes;
    int up, silent, failed;
};
struct sample { /* one second */
    double second, packets, lost, cpu_percent, generator_percent, p50, p99;
    int up;
};
struct run {
    struct usage idle, ready, begin, end;
    struct totals before, after;
    double own_s, ready_wall_s;
    GArray *join_ms, *frame_ms; /* double */
    GArray *samples;            /* struct sample */
    GArray *join_curve;         /* struct join_step */
    int publishers, subscribers, idle_sessions, ramp_held, left;
    struct usage idle_before, idle_after, full, empty;
};
struct join_step {
    guint first, last; /* joins, counted from 0 */
    double cpu_ms;     /* of the server, each */
};
json_t *report_figures(struct run *r);
void report_ends(json_t *figures, const struct run *r); /* adds what is known after all have left */
json_t *report_joins(const struct run *r);
void report_print(const json_t *figures);
bool page_write(const char *path, const json_t *report);

/* --- load.c: who there is, and the loop --------------------------------------------------------------------------- */
struct world {
    GPtrArray *clients; /* in the order in which they join */
    GPtrArray *joining;
    GPtrArray *rooms; /* struct room */
    guint next;       /* the first that has not begun */
    int epoll, failed;
    uint32_t ssrc;
    int64_t start_us; /* when the next may begin, by --rate */
    int64_t churn_us, tick_us, sample_us;
    struct run run;
    struct totals last; /* of the last sample */
    struct usage last_usage;
    double last_own;
    bool measuring;
};
extern struct world world;
extern volatile sig_atomic_t stopped; /* by a signal */
struct room *world_add_room(void);
struct client *world_add_client(struct room *room, struct client *follows); /* it joins when its turn comes */
void world_add_rooms(void);                                                 /* as the options say */
void world_turn(void);
void world_run(double seconds);
void world_join_all(void); /* until nobody is under way any more */

/* --- measure.c ---------------------------------------------------------------------------------------------------- */
int measure_all(struct run *r);   /* 0, or 1 when nothing came of it */
void measure_sample(int64_t now); /* once a second, at its own times */

#endif
