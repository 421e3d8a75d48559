/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's own limit: what it costs to seal a packet for each of many receivers, with keys of their own, and to
 * send it in UDP_SEGMENT runs over loopback, with no bookkeeping at all. Every figure of a server stands beside it.
 *
 * Usage: limit [seconds each [NS_A NS_B ADDRESS_IN_B]], the latter over a wire (wire.c) between two network namespaces.
 * Prints JSON: µs of CPU (user + system) a packet, by length of run; "plain" is a copy. "stream" is the shape and the
 * pace of cardea-load's, with AES-GCM, with AES-CM, and to receivers that take whole runs; "rooms" that of rooms of
 * three, receiving and opening included.
 */
#include "../support/tun.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "limit.h"

static struct limit_batch batch;

/* --- for all parts ------------------------------------------------------------------------------------------------ */

void limit_pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

double limit_cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void limit_wait_until(const struct timespec *start, int64_t us)
{
    struct timespec t = *start;

    t.tv_nsec += us % 1000000 * 1000;
    t.tv_sec += us / 1000000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int64_t limit_since_us(const struct timespec *start)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (t.tv_sec - start->tv_sec) * INT64_C(1000000) + (t.tv_nsec - start->tv_nsec) / 1000;
}

size_t limit_write(struct limit *l, struct gw_srtp *key, uint8_t *out, const uint8_t *from, size_t len, uint64_t seq)
{
    memcpy(out, from, len);
    if (!key)
        return len;
    out[2] = (uint8_t)(seq >> 8);
    out[3] = (uint8_t)seq;
    gw_seal_rtp(l->sealer, key, out, HEADER, len, seq);
    return len + gw_srtp_overhead(key);
}

void limit_add(struct limit_batch *b, const struct sockaddr_in *to, size_t size, size_t len)
{
    struct msghdr *h = &b->m[b->n].msg_hdr;
    struct cmsghdr *c;

    b->iov[b->n] = (struct iovec){b->arena[b->n], len};
    *h = (struct msghdr){.msg_name = (void *)to, .msg_namelen = sizeof(*to), .msg_iov = &b->iov[b->n], .msg_iovlen = 1};
    if (len > size) {
        h->msg_control = b->control[b->n];
        h->msg_controllen = sizeof(b->control[b->n]);
        c = CMSG_FIRSTHDR(h);
        *c = (struct cmsghdr){.cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT, .cmsg_len = CMSG_LEN(2)};
        memcpy(CMSG_DATA(c), &(uint16_t){(uint16_t)size}, 2);
    }
    b->n++;
}

void limit_flush(struct limit *l, struct limit_batch *b)
{
    int sent = 0, n = (int)b->n, k;

    gw_seal_flush(l->sealer);
    for (; sent < n; sent += k)
        if ((k = sendmmsg(l->fd, b->m + sent, (unsigned)(n - sent), 0)) <= 0)
            break;
    b->n = 0;
}

/* --- the other ends ----------------------------------------------------------------------------------------------- */

static void open_receivers(struct limit *l, struct in_addr address)
{
    int room = 8 << 20;

    for (int i = 0; i < RECEIVERS; i++) {
        socklen_t len = sizeof(l->to[i]);

        l->sockets[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        l->to[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = address};
        if (bind(l->sockets[i], (struct sockaddr *)&l->to[i], len) ||
            getsockname(l->sockets[i], (struct sockaddr *)&l->to[i], &len))
            die("a receiver");
        setsockopt(l->sockets[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    }
}

/* The other process: reads and throws away, on the other processor, by the clock, as the load generator does. */
static void receive_forever(const struct limit *l)
{
    static uint8_t buf[64][65536];
    int e = epoll_create1(0);
    struct mmsghdr m[64] = {0};
    struct iovec iov[64];

    limit_pin(1);
    for (int i = 0; i < RECEIVERS; i++)
        epoll_ctl(e, EPOLL_CTL_ADD, l->sockets[i], &(struct epoll_event){.events = EPOLLIN, .data.fd = l->sockets[i]});
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

static void take_whole_runs(const struct limit *l, int yes)
{
    for (int i = 0; i < RECEIVERS; i++)
        setsockopt(l->sockets[i], SOL_UDP, UDP_GRO, &yes, sizeof(yes));
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

/* One frame of `run` packets to everybody. */
static void one_frame(struct limit *l, int run, bool seal, uint64_t seq)
{
    static uint8_t packet[LEN] = {0x80};

    for (int who = 0; who < RECEIVERS; who++) {
        size_t at = 0, size = 0;

        for (int k = 0; k < run; k++)
            at += size =
                limit_write(l, seal ? l->gcm[who] : NULL, batch.arena[batch.n] + at, packet, LEN, seq + (uint64_t)k);
        limit_add(&batch, &l->to[who], size, at);
        if (batch.n == BATCH || who + 1 == RECEIVERS)
            limit_flush(l, &batch);
    }
}

/* µs of CPU a packet. Frames come at a pace that the receivers can follow. */
static double measure(struct limit *l, int run, bool seal, double seconds)
{
    struct timespec pause = {.tv_nsec = 2000000};
    double begin = limit_cpu_s(), spent;
    long packets = 0;

    while ((spent = limit_cpu_s() - begin) < seconds) {
        one_frame(l, run, seal, (uint64_t)(packets / RECEIVERS + 1));
        packets += (long)RECEIVERS * run;
        nanosleep(&pause, NULL);
    }
    return spent * 1e6 / (double)packets;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

/* The server's socket, and the address that the other ends know it by. */
static void open_server(struct limit *l)
{
    int room = 8 << 20, probe = socket(AF_INET, SOCK_DGRAM, 0);
    socklen_t len = sizeof(l->server);
    in_port_t port;

    l->fd = socket(AF_INET, SOCK_DGRAM, 0);
    l->server = (struct sockaddr_in){.sin_family = AF_INET};
    if (bind(l->fd, (struct sockaddr *)&l->server, len) || getsockname(l->fd, (struct sockaddr *)&l->server, &len))
        die("the server's socket");
    port = l->server.sin_port;
    if (connect(probe, (struct sockaddr *)&l->to[0], sizeof(l->to[0])) ||
        getsockname(probe, (struct sockaddr *)&l->server, &len))
        die("the way to the receivers");
    l->server.sin_port = port;
    close(probe);
    setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

static void make_keys(struct limit *l)
{
    uint8_t key[KEY] = {0};

    if (gw_sealer_new(&l->sealer, NULL))
        die("a sealer");
    for (int i = 0; i < RECEIVERS; i++) {
        key[0] = (uint8_t)i;
        if (gw_srtp_new(&l->gcm[i], l->sealer, GW_SRTP_GCM_128, key, key, 28) ||
            gw_srtp_new(&l->cm[i], l->sealer, GW_SRTP_CM_SHA1_80, key, key, KEY))
            die("keys");
    }
}

static void print_stream(const char *name, struct limit_stream s)
{
    printf(", \"%s\": %.3f, \"%s_p50_ms\": %.2f, \"%s_p99_ms\": %.2f", name, s.us, name, s.p50_ms, name, s.p99_ms);
}

static void print_all(struct limit *l, double seconds)
{
    static const int runs[] = {1, 2, 3, 6, 10, 40};

    printf("{\"sealer\": \"%s\"", gw_sealer_name(l->sealer));
    for (int seal = 0; seal < 2; seal++)
        for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
            printf(", \"%s_%d\": %.3f", seal ? "gcm" : "plain", runs[i], measure(l, runs[i], seal, seconds));
    print_stream("gcm_stream", limit_stream(l, l->gcm, seconds * 6));
    print_stream("cm_stream", limit_stream(l, l->cm, seconds * 6));
    printf(", \"gcm_rooms\": %.3f", limit_rooms(l, seconds * 6));
    take_whole_runs(l, 1);
    print_stream("gcm_stream_gro", limit_stream(l, l->gcm, seconds * 6));
    printf("}\n");
}

int main(int argc, char **argv)
{
    static struct limit l;
    struct in_addr address = {htonl(INADDR_LOOPBACK)};
    pid_t child;
    int here = -1;

    if (argc == 5) {
        inet_aton(argv[4], &address);
        enter_namespace(argv[2]);
        here = enter_namespace(argv[3]);
    }
    open_receivers(&l, address);
    limit_rooms_open(&l);
    if (here >= 0)
        leave_namespace(here);
    open_server(&l);
    make_keys(&l);
    child = fork();
    if (!child)
        receive_forever(&l);
    limit_pin(0);
    print_all(&l, argc > 1 ? atof(argv[1]) : 0.3);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}
