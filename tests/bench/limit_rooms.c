/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twenty rooms of three: sixty publishers of 500 kbit/s and sound, a process of their own on the other processor. What
 * has come is taken once a millisecond, opened, and sealed for two others, in runs as long as what there is.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limit.h"

enum { PUBLISHERS = 60, OTHERS = 2, PICTURE = 1041, PICTURES = 2, GATHER_US = 1000, TAKEN = 64, ROOM = 1500 };

struct publisher {
    int fd;
    struct gw_srtp *theirs, *ours; /* one key: to seal with, and to open what was sealed */
    uint64_t seq;                  /* of the last packet, at either end */
    int64_t sound_us, frame_us;    /* when the next ones are due */
};

static struct publisher publishers[PUBLISHERS];
static uint8_t by_port[65536]; /* a publisher + 1 */
static struct limit_batch batch;

void limit_rooms_open(const struct limit *l)
{
    for (int i = 0; i < PUBLISHERS; i++) {
        struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr = l->to[0].sin_addr};
        socklen_t len = sizeof(from);

        publishers[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
        if (bind(publishers[i].fd, (struct sockaddr *)&from, len) ||
            getsockname(publishers[i].fd, (struct sockaddr *)&from, &len)) {
            perror("a publisher");
            exit(1);
        }
        by_port[ntohs(from.sin_port)] = (uint8_t)(i + 1);
    }
}

static int make_keys(struct limit *l, struct publisher *p, int i)
{
    uint8_t key[KEY] = {(uint8_t)i, 1};

    p->sound_us = i * 331; /* nobody keeps step with anybody */
    p->frame_us = i * 553;
    return gw_srtp_new(&p->theirs, l->sealer, GW_SRTP_GCM_128, key, key, 28) ||
           gw_srtp_new(&p->ours, l->sealer, GW_SRTP_GCM_128, key, key, 28);
}

/* --- the sixty ---------------------------------------------------------------------------------------------------- */

static void publish(struct limit *l, struct publisher *p, size_t len, unsigned n)
{
    uint8_t packet[LEN] = {0x80}, sealed[ROOM];

    for (unsigned i = 0; i < n; i++) {
        size_t size = limit_write(l, p->theirs, sealed, packet, len, ++p->seq);

        gw_seal_flush(l->sealer);
        if (sendto(p->fd, sealed, size, 0, (struct sockaddr *)&l->server, sizeof(l->server)) < 0)
            return; /* lost, as it happens */
    }
}

static void publish_forever(struct limit *l)
{
    struct timespec start;

    limit_pin(1);
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int64_t now = 0;; now += TURN_US) {
        limit_wait_until(&start, now);
        for (int i = 0; i < PUBLISHERS; i++) {
            struct publisher *p = &publishers[i];

            for (; p->frame_us <= now; p->frame_us += 33333)
                publish(l, p, PICTURE, PICTURES);
            for (; p->sound_us <= now; p->sound_us += 20000)
                publish(l, p, SOUND, 1);
        }
    }
}

/* --- the server --------------------------------------------------------------------------------------------------- */

struct taken {
    struct mmsghdr m[TAKEN];
    struct iovec iov[TAKEN];
    struct sockaddr_in from[TAKEN];
    uint8_t data[TAKEN][ROOM];
    size_t len[TAKEN]; /* opened; 0: could not be */
};

static struct publisher *sender_of(const struct taken *t, int i)
{
    return &publishers[by_port[ntohs(t->from[i].sin_port)] - 1];
}

/* Packets i to end - 1 are of one publisher and of one size. */
static void pass_on(struct limit *l, const struct taken *t, int i, int end)
{
    struct publisher *p = sender_of(t, i);

    for (int k = 0; k < OTHERS; k++) {
        int who = (int)(p - publishers + k * 37) % RECEIVERS;
        size_t at = 0, size = 0;

        for (int n = i; n < end; n++)
            at += size = limit_write(l, l->gcm[who], batch.arena[batch.n] + at, t->data[n], t->len[n],
                                     p->seq + (uint64_t)(n - i));
        limit_add(&batch, &l->to[who], size, at);
        if (batch.n == BATCH)
            limit_flush(l, &batch);
    }
    p->seq += (uint64_t)(end - i);
}

/* Returns how many came; *passed grows by those that were passed on. */
static int take(struct limit *l, struct taken *t, long *passed)
{
    int n, end;

    for (int i = 0; i < TAKEN; i++) {
        t->iov[i] = (struct iovec){t->data[i], ROOM};
        t->m[i].msg_hdr = (struct msghdr){
            .msg_iov = &t->iov[i], .msg_iovlen = 1, .msg_name = &t->from[i], .msg_namelen = sizeof(t->from[i])};
    }
    n = recvmmsg(l->fd, t->m, TAKEN, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
        t->len[i] = t->m[i].msg_len;
        if (gw_srtp_open_rtp(sender_of(t, i)->ours, t->data[i], &t->len[i]))
            t->len[i] = 0;
    }
    for (int i = 0; i < n; i = end) {
        for (end = i + 1; end < n && t->from[end].sin_port == t->from[i].sin_port && t->len[end] == t->len[i]; end++)
            ;
        if (!t->len[i])
            continue;
        pass_on(l, t, i, end);
        *passed += end - i;
    }
    limit_flush(l, &batch);
    return n;
}

double limit_rooms(struct limit *l, double seconds)
{
    static struct taken taken;
    struct timespec start;
    double begin;
    long packets = 0;
    pid_t child;

    for (int i = 0; i < PUBLISHERS; i++)
        if (make_keys(l, &publishers[i], i))
            return 0;
    child = fork();
    if (!child)
        publish_forever(l);
    begin = limit_cpu_s();
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int64_t now = 0; (double)now < seconds * 1e6; now += GATHER_US) {
        limit_wait_until(&start, now);
        while (take(l, &taken, &packets) == TAKEN)
            ;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return packets ? (limit_cpu_s() - begin) * 1e6 / (double)(packets * OTHERS) : 0;
}
