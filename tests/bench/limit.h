/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `limit` share: receivers, a key for each, and a socket to send from. One process, one thread. */
#pragma once

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include "srtp/srtp.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { RECEIVERS = 100, LEN = 1100, SOUND = 120, HEADER = 12, RUN = 40, BATCH = 32, KEY = 30, TURN_US = 500 };

struct limit {
    int fd;                    /* the server's */
    struct sockaddr_in server; /* its address as others see it */
    struct sockaddr_in to[RECEIVERS];
    int sockets[RECEIVERS];
    struct gw_sealer *sealer;
    struct gw_srtp *gcm[RECEIVERS], *cm[RECEIVERS];
};

/* Messages under construction, a run of packets each. */
struct limit_batch {
    struct mmsghdr m[BATCH];
    struct iovec iov[BATCH];
    _Alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(uint16_t))];
    uint8_t arena[BATCH][RUN * (LEN + 16)];
    unsigned n;
};

double limit_cpu_s(void); /* of this process */
void limit_pin(int cpu);
void limit_wait_until(const struct timespec *start, int64_t us);
int64_t limit_since_us(const struct timespec *start);

/* Copies `from` and seals the copy for a receiver, or not (key NULL). Returns its length. */
size_t limit_write(struct limit *l, struct gw_srtp *key, uint8_t *out, const uint8_t *from, size_t len, uint64_t seq);
/* What is in the arena's place n is a message to a receiver: packets of `size` bytes, `len` in all. */
void limit_add(struct limit_batch *b, const struct sockaddr_in *to, size_t size, size_t len);
void limit_flush(struct limit *l, struct limit_batch *b);

/* 1 × 100, as the generator sends it: what a packet costs, and when it has left after the frame began. */
struct limit_stream {
    double us, p50_ms, p99_ms;
};
struct limit_stream limit_stream(struct limit *l, struct gw_srtp *const *keys, double seconds);

/* 20 rooms of three: each packet is received, opened, and goes to two. µs of CPU a packet that is sent. The publishers'
 * sockets are opened beside the receivers'. */
void limit_rooms_open(const struct limit *l);
double limit_rooms(struct limit *l, double seconds);
