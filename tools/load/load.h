/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load generator: clients that speak the public API over HTTP and send and receive real media, in one process.
 *
 *   http.c     one JSON request, one reply       sdp.c      offers, answers, and what is read from the gateway's
 *   peer.c     ICE, DTLS and SRTP of one client  media.c    synthetic Opus and VP8, and the figures of what arrives
 *   room.c     publishers and subscribers        report.c   what the server paid for it
 *
 * Signalling is blocking (one client after the other); media runs in one epoll loop.
 */
#ifndef CARDEA_LOAD_H
#define CARDEA_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "dtls/dtls.h"
#include "srtp/srtp.h"

/* --- http.c --- */
struct http {
    char host[64], path[64];
    int port, fd;
};
int http_parse(struct http *h, const char *url); /* http://host:port/path */
/* POSTs body (taken) or GETs when NULL. Reply, or NULL with a sentence on stderr. New reference. */
json_t *http_ask(struct http *h, const char *suffix, json_t *body);
void http_close(struct http *h);

/* --- sdp.c --- */
#define MAX_LINES 8

struct remote {
    char ufrag[64], pwd[64], hash[16], fingerprint[128];
    struct sockaddr_in address;
};
bool sdp_read(const char *sdp, struct remote *r);
/* Both return malloc'd text. */
char *sdp_offer(const char *ufrag, const char *pwd, const char *fingerprint, uint32_t audio_ssrc, uint32_t video_ssrc);
char *sdp_answer(const char *offer, const char *ufrag, const char *pwd, const char *fingerprint);

/* --- peer.c --- */
struct stream { /* one SSRC that arrives */
    uint32_t ssrc;
    uint64_t packets, bytes, lost, duplicates, reordered;
    uint64_t next; /* extended sequence number expected */
    bool seen;
};

struct peer {
    int fd;
    char ufrag[5], pwd[25];
    struct remote remote;
    struct gw_dtls *dtls;
    struct gw_srtp *srtp;
    struct gw_sealer *sealer;
    bool checked, up, failed;
    bool opens; /* decrypts what arrives and measures latency */
    struct stream in[4];
    uint64_t plis, garbage;
    struct publisher *publisher;
    int64_t first_media_us, joined_us;
};

int peer_open(struct peer *p, struct gw_sealer *sealer);
void peer_close(struct peer *p);
/* ICE check and DTLS handshake; blocks up to ms. */
bool peer_connect(struct peer *p, struct gw_dtls_context *dtls, int ms);
void peer_receive(struct peer *p, int64_t now_us); /* everything that waits */
void peer_tick(struct peer *p, int64_t now_us);    /* keepalive, receiver report: once a second */
int64_t now_us(void);

/* --- media.c --- */
struct publisher {
    struct peer peer;
    uint32_t audio_ssrc, video_ssrc;
    uint64_t audio_seq, video_seq, sent_packets, sent_bytes;
    uint32_t audio_ts, video_ts;
    uint16_t picture_id;
    uint8_t tl0;
    bool keyframe;
    int64_t next_audio_us, next_video_us;
};
void media_send(struct publisher *p, unsigned bitrate_bps, unsigned fps, int64_t now);
void media_received(struct peer *p, uint8_t *data, size_t len, int64_t now);

#define LATENCY_BUCKETS 2000 /* of 20 µs */
struct latency {
    uint64_t bucket[LATENCY_BUCKETS + 1], n;
};
extern struct latency latency;
double latency_ms(double quantile);

/* --- room.c --- */
struct client {
    struct http http;
    json_int_t session, handle;
};
struct scenario {
    const char *url;
    int rooms, publishers, subscribers, seconds;
    unsigned bitrate, fps;
    bool all_to_all;
};
json_int_t room_create(struct client *c, int publishers);
bool client_open(struct client *c, const char *url);
bool room_publish(struct client *c, json_int_t room, struct publisher *p, struct gw_dtls_context *dtls,
                  json_int_t *feed);
bool room_subscribe(struct client *c, json_int_t room, json_int_t feed, struct peer *p, struct gw_dtls_context *dtls);
void client_close(struct client *c);

/* --- report.c --- */
struct usage {
    double user_s, system_s, wall_s;
    long rss_kib, fds, threads;
};
bool usage_read(int pid, struct usage *u);

#endif
