/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood PORT RATE SECONDS [ADDRESSES]: datagrams of strangers to 127.0.0.1:PORT, RATE a second, from so many addresses
 * (64) of 127.8.0.0/16: STUN checks for names that nobody has, first bytes of DTLS, RTP, garbage, in turn. Prints what
 * was sent and what came back.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST  1024
#define BATCH 32

static const char *const kinds[] = {
    /* a binding request, USERNAME "nobody:me" */
    "\x00\x01\x00\x10\x21\x12\xa4\x42"
    "0123456789ab"
    "\x00\x06\x00\x09nobody:me\0\0\0",
    "\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x17\x01\0\0\x0b\0\0\0\0\0\0\0\x0b\xfe\xfd\0\0\0\0\0\0\0\0\0",
    "\x80\x6f\0\1\0\0\0\1\0\0\0\1opusopusopus\0\0\0\0\0\0\0\0\0\0\0\0\0",
    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
    "\xff\xff\xff\xff\xff\xff\xff\xff",
};
#define LENGTH 36

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static int open_from(unsigned i, uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f080002u + i)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
        return -1;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(port);
    return connect(fd, (struct sockaddr *)&a, sizeof(a)) ? -1 : fd;
}

static uint64_t send_batch(int fd)
{
    struct mmsghdr m[BATCH];
    struct iovec v[BATCH];
    int n;

    memset(m, 0, sizeof(m));
    for (unsigned i = 0; i < BATCH; i++) {
        v[i] = (struct iovec){(void *)kinds[i % 4], LENGTH};
        m[i].msg_hdr.msg_iov = &v[i];
        m[i].msg_hdr.msg_iovlen = 1;
    }
    n = sendmmsg(fd, m, BATCH, MSG_DONTWAIT);
    return n > 0 ? (uint64_t)n : 0;
}

static uint64_t heard(int fd)
{
    char data[2048];
    uint64_t sum = 0;
    ssize_t n;

    while ((n = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0)
        sum += (uint64_t)n;
    return sum;
}

int main(int argc, char **argv)
{
    unsigned port = argc > 3 ? (unsigned)atoi(argv[1]) : 0, rate = argc > 3 ? (unsigned)atoi(argv[2]) : 0,
             n = argc > 4 ? (unsigned)atoi(argv[4]) : 64;
    int64_t begin = now_us(), end = begin + (argc > 3 ? atoi(argv[3]) * 1000000ll : 0);
    uint64_t sent = 0, back = 0;
    int fd[MOST];

    if (!port || !rate || !n || n > MOST) {
        fprintf(stderr, "usage: flood PORT RATE SECONDS [ADDRESSES]\n");
        return 2;
    }
    for (unsigned i = 0; i < n; i++)
        if ((fd[i] = open_from(i, (uint16_t)port)) < 0) {
            perror("flood");
            return 1;
        }
    for (unsigned i = 0; now_us() < end; i = (i + 1) % n) {
        while (sent > (uint64_t)(now_us() - begin) * rate / 1000000 && now_us() < end)
            usleep(200);
        sent += send_batch(fd[i]);
    }
    usleep(100000);
    for (unsigned i = 0; i < n; i++)
        back += heard(fd[i]);
    printf("%.0f datagrams/s from %u addresses, %llu bytes sent, %llu came back\n",
           (double)sent * 1e6 / (double)(now_us() - begin), n, (unsigned long long)sent * LENGTH,
           (unsigned long long)back);
    return 0;
}
