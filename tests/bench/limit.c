/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's own limit: what it costs to seal a packet for each of many receivers, with keys of their own, and to
 * send it in UDP_SEGMENT runs over loopback, with no bookkeeping at all. Every figure of a server stands beside it.
 *
 * Usage: limit [seconds each [NS_A NS_B ADDRESS_IN_B]], the latter over a wire (wire.c) between two network namespaces.
 * Prints JSON: µs of CPU (user + system) a packet, by length of run; "plain" is a copy.
 * "stream" is the shape and the pace of cardea-load's: 50 small packets and 30 runs of six a second and receiver, with
 * all the pauses in between; "stream_gro" the same to receivers that take whole runs.
 */
#include "../support/tun.h"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "srtp/srtp.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { RECEIVERS = 100, LEN = 1100, SOUND = 120, HEADER = 12, TAG = 16, RUN = 40, BATCH = 32, TURN_US = 500 };

static struct in_addr address;
static struct sockaddr_in to[RECEIVERS];
static int sockets[RECEIVERS];
static struct gw_sealer *sealer;
static struct gw_srtp *keys[RECEIVERS];
static uint8_t source[LEN], arena[BATCH][RUN * (LEN + TAG)];
static uint64_t seq = 1;
static size_t packet_len = LEN;

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void open_receivers(void)
{
    int room = 8 << 20;

    for (int i = 0; i < RECEIVERS; i++) {
        socklen_t len = sizeof(to[i]);

        sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        to[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = address};
        if (bind(sockets[i], (struct sockaddr *)&to[i], len) ||
            getsockname(sockets[i], (struct sockaddr *)&to[i], &len)) {
            perror("a receiver");
            exit(1);
        }
        setsockopt(sockets[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    }
}

/* The other process: reads and throws away, on the other processor, by the clock, as the load generator does. */
static void receive_forever(void)
{
    static uint8_t buf[64][65536];
    int e = epoll_create1(0);
    struct mmsghdr m[64] = {0};
    struct iovec iov[64];

    pin(1);
    for (int i = 0; i < RECEIVERS; i++)
        epoll_ctl(e, EPOLL_CTL_ADD, sockets[i], &(struct epoll_event){.events = EPOLLIN, .data.fd = sockets[i]});
    for (int i = 0; i < 64; i++) {
        iov[i] = (struct iovec){buf[i], sizeof(buf[i])};
        m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
    }
    for (;;) {
        struct epoll_event events[64];
        struct timespec pause = {.tv_nsec = TURN_US * 1000};
        int n = epoll_wait(e, events, 64, 0);

        if (n < 64)
            nanosleep(&pause, NULL);
        for (int i = 0; i < n; i++)
            while (recvmmsg(events[i].data.fd, m, 64, MSG_DONTWAIT, NULL) > 0)
                ;
    }
}

static size_t write_packet(uint8_t *out, int who, bool seal)
{
    memcpy(out, source, packet_len);
    if (!seal)
        return packet_len;
    out[2] = (uint8_t)(seq >> 8);
    out[3] = (uint8_t)seq;
    gw_seal_rtp(sealer, keys[who], out, HEADER, packet_len, seq);
    return packet_len + TAG;
}

/* One frame of `run` packets to everybody. */
static void one_frame(int fd, int run, bool seal)
{
    struct mmsghdr m[BATCH];
    struct iovec iov[BATCH];
    _Alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(uint16_t))];
    uint64_t first = seq;

    for (int who = 0, n = 0; who < RECEIVERS; who++) {
        struct msghdr *h = &m[n].msg_hdr;
        size_t at = 0, size = 0;
        struct cmsghdr *c;

        seq = first;
        for (int k = 0; k < run; k++, seq++)
            at += size = write_packet(arena[n] + at, who, seal);
        iov[n] = (struct iovec){arena[n], at};
        *h = (struct msghdr){.msg_name = &to[who], .msg_namelen = sizeof(to[who]), .msg_iov = &iov[n], .msg_iovlen = 1};
        if (run > 1) {
            h->msg_control = control[n];
            h->msg_controllen = sizeof(control[n]);
            c = CMSG_FIRSTHDR(h);
            *c = (struct cmsghdr){.cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(2)};
            memcpy(CMSG_DATA(c), &(uint16_t){(uint16_t)size}, 2);
        }
        if (++n < BATCH && who + 1 < RECEIVERS)
            continue;
        for (int sent = 0, k; sent < n; sent += k)
            if ((k = sendmmsg(fd, m + sent, (unsigned)(n - sent), 0)) <= 0)
                break;
        n = 0;
    }
}

/* µs of CPU a packet. Frames come at a pace that the receivers can follow. */
static double measure(int fd, int run, bool seal, double seconds)
{
    double begin = cpu_s(), spent;
    long packets = 0;
    struct timespec pause = {.tv_nsec = 2000000};

    while ((spent = cpu_s() - begin) < seconds) {
        one_frame(fd, run, seal);
        packets += (long)RECEIVERS * run;
        nanosleep(&pause, NULL);
    }
    return spent * 1e6 / (double)packets;
}

static void take_whole_runs(int yes)
{
    for (int i = 0; i < RECEIVERS; i++)
        setsockopt(sockets[i], SOL_UDP, UDP_GRO, &yes, sizeof(yes));
}

static void wait_until(const struct timespec *start, int64_t us)
{
    struct timespec t = *start;

    t.tv_nsec += us % 1000000 * 1000;
    t.tv_sec += us / 1000000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static double measure_stream(int fd, double seconds, bool gro)
{
    int64_t sound_us = 0, frame_us = 0;
    double begin = cpu_s();
    struct timespec start;
    long packets = 0;

    take_whole_runs(gro);
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (frame_us < seconds * 1e6) {
        bool sound = sound_us <= frame_us;

        wait_until(&start, sound ? sound_us : frame_us);
        packet_len = sound ? SOUND : LEN;
        one_frame(fd, sound ? 1 : 6, true);
        packets += RECEIVERS * (sound ? 1 : 6);
        *(sound ? &sound_us : &frame_us) += sound ? 20000 : 33333;
    }
    packet_len = LEN;
    return (cpu_s() - begin) * 1e6 / (double)packets;
}

int main(int argc, char **argv)
{
    static const int runs[] = {1, 2, 3, 6, 10, 40};
    double seconds = argc > 1 ? atof(argv[1]) : 0.3;
    uint8_t key[28] = {0};
    int fd, room = 8 << 20;
    pid_t child;

    if (argc == 5) {
        enter_namespace(argv[3]);
        inet_aton(argv[4], &address);
        open_receivers();
        enter_namespace(argv[2]);
    } else {
        address.s_addr = htonl(INADDR_LOOPBACK);
        open_receivers();
    }
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    source[0] = 0x80;
    for (int i = 0; i < RECEIVERS; i++)
        key[0] = (uint8_t)i;
    if (gw_sealer_new(&sealer, NULL))
        return 1;
    for (int i = 0; i < RECEIVERS; i++) {
        key[0] = (uint8_t)i;
        if (gw_srtp_new(&keys[i], sealer, GW_SRTP_GCM_128, key, key, sizeof(key)))
            return 1;
    }
    child = fork();
    if (!child)
        receive_forever();
    pin(0);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    printf("{\"sealer\": \"%s\"", gw_sealer_name(sealer));
    for (int seal = 0; seal < 2; seal++)
        for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
            printf(", \"%s_%d\": %.3f", seal ? "gcm" : "plain", runs[i], measure(fd, runs[i], seal, seconds));
    printf(", \"gcm_stream\": %.3f", measure_stream(fd, seconds * 6, false));
    printf(", \"gcm_stream_gro\": %.3f", measure_stream(fd, seconds * 6, true));
    printf("}\n");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
