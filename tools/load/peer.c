/* SPDX-License-Identifier: Apache-2.0 */
/* One client's transport: a socket, a connectivity check that nominates, a DTLS client, SRTP. */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "load.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define BATCH    64
#define GRO_ROOM 65535
#define CONTROL  (CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct timespec)))

struct gw_dtls_context *dtls_context;
struct gw_sealer *sealer;

static void random_text(char *out, size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    gw_dtls_random(out, len);
    for (size_t i = 0; i < len; i++)
        out[i] = letters[(uint8_t)out[i] % 36];
    out[len] = 0;
}

static void peer_ready(void *arg, int64_t now);

bool peer_open(struct peer *p)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    int size = 4 << 20, one = 1;

    random_text(p->ufrag, 8);
    random_text(p->pwd, 24);
    p->watch = (struct watch){.ready = peer_ready, .arg = p};
    p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&any, sizeof(any)))
        return false;
    if (setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
        setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    if (option.gro)
        setsockopt(p->fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one));
    if (p->opens || strstr(option.feedback, "twcc"))
        setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one));
    return true;
}

void peer_close(struct peer *p)
{
    data_close(p);
    if (p->dtls)
        gw_dtls_close(p->dtls, now_us());
    gw_dtls_free(p->dtls);
    gw_srtp_free(p->srtp);
    free(p->twcc);
    if (p->fd > 0)
        close(p->fd);
    p->fd = -1;
    p->dtls = NULL;
    p->srtp = NULL;
    p->twcc = NULL;
    p->up = false;
}

/* --- ICE ---------------------------------------------------------------------------------------------------------- */

static StunAgent *stun_agent(void)
{
    static StunAgent agent;
    static bool ready;

    if (!ready)
        stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                        STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    ready = true;
    return &agent;
}

static void check(struct peer *p)
{
    uint8_t buf[1024];
    char user[300];
    StunMessage m;
    int n = snprintf(user, sizeof(user), "%s:%s", p->remote.ufrag, p->ufrag);
    size_t len = stun_usage_ice_conncheck_create(stun_agent(), &m, buf, sizeof(buf), (uint8_t *)user, (size_t)n,
                                                 (uint8_t *)p->remote.pwd, strlen(p->remote.pwd), true, true,
                                                 0x6e7f00ff, 42, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
    StunTransactionId id;

    stun_message_id(&m, id);
    stun_agent_forget_transaction(stun_agent(), id); /* thousands of clients share the agent: the answer is trusted */
    send(p->fd, buf, len, 0);
}

/* A check from the other side (full ICE): answered with our own password. */
static bool find_password(StunAgent *agent, StunMessage *m, uint8_t *user, uint16_t user_len, uint8_t **password,
                          size_t *len, void *arg)
{
    struct peer *p = arg;

    *password = (uint8_t *)p->pwd;
    *len = strlen(p->pwd);
    return true;
}

static void on_stun(struct peer *p, uint8_t *data, size_t len)
{
    uint8_t out[512];
    size_t cap = sizeof(out);
    StunMessage request, response;
    bool control = true;
    struct sockaddr_storage from = {0};

    if (data[0] == 0x01) { /* a success response */
        p->checked = true;
        return;
    }
    if (data[0] != 0 || stun_agent_validate(stun_agent(), &request, data, len, find_password, p))
        return;
    memcpy(&from, &p->remote.address, sizeof(p->remote.address));
    if (stun_usage_ice_conncheck_create_reply(stun_agent(), &request, &response, out, &cap, &from,
                                              sizeof(struct sockaddr_in), &control, 42,
                                              STUN_USAGE_ICE_COMPATIBILITY_RFC5245) == STUN_USAGE_ICE_RETURN_SUCCESS)
        send(p->fd, out, cap, 0);
}

/* --- DTLS --------------------------------------------------------------------------------------------------------- */

static void dtls_send(void *arg, const uint8_t *data, size_t len)
{
    struct peer *p = arg;

    send(p->fd, data, len, 0);
}

static void dtls_connected(void *arg, const struct gw_dtls_keys *keys)
{
    struct peer *p = arg;

    if (gw_srtp_new(&p->srtp, sealer, (enum gw_srtp_profile)keys->profile, keys->local, keys->remote, keys->len))
        p->failed = true;
    else
        p->up = true;
    p->up_us = now_us();
    if (p->up && option.messages > 0 && p->remote.sctp_port && !data_start(p))
        p->failed = true;
}

static void dtls_data(void *arg, const uint8_t *data, size_t len)
{
    data_arrived(arg, data, len);
}

static void dtls_closed(void *arg, const char *reason)
{
    struct peer *p = arg;

    p->failed = true;
}

static const struct gw_dtls_events dtls_events = {dtls_send, dtls_connected, dtls_data, dtls_closed};

bool peer_connect(struct peer *p, int64_t now)
{
    if (connect(p->fd, (struct sockaddr *)&p->remote.address, sizeof(p->remote.address)) ||
        !watch_add(&p->watch, p->fd, false) ||
        gw_dtls_new(&p->dtls, dtls_context, p->remote.active ? GW_DTLS_SERVER : GW_DTLS_CLIENT, &dtls_events, p) ||
        gw_dtls_expect(p->dtls, p->remote.hash, p->remote.fingerprint))
        return false;
    if (p->remote.twcc_ext && !p->publisher && (p->twcc = malloc(sizeof(*p->twcc))))
        gw_twcc_table_init(p->twcc);
    peer_progress(p, now);
    return true;
}

void peer_progress(struct peer *p, int64_t now)
{
    if (!p->dtls || p->up || p->failed)
        return;
    if (!p->checked && now - p->check_us > 50000) {
        check(p);
        p->check_us = now;
    }
    if (p->checked && gw_dtls_get_state(p->dtls) == GW_DTLS_CREATED)
        gw_dtls_start(p->dtls, now);
    if (gw_dtls_next(p->dtls) <= now)
        gw_dtls_timer(p->dtls, now);
}

/* --- datagrams ---------------------------------------------------------------------------------------------------- */

static void on_datagram(struct peer *p, uint8_t *data, size_t len, int64_t now)
{
    if (len < 12 && data[0] >= 128)
        p->garbage++;
    else if (data[0] < 2)
        on_stun(p, data, len);
    else if (data[0] >= 20 && data[0] < 64)
        gw_dtls_receive(p->dtls, data, len, now);
    else if (data[0] >= 128 && data[0] < 192 && data[1] >= 192 && data[1] < 224)
        feedback_read(p, data, len);
    else if (data[0] >= 128 && data[0] < 192)
        media_arrived(p, data, len, now);
    else
        p->garbage++;
}

/* When it arrived, and with UDP_GRO the size of the datagrams in it; what the kernel does not tell stays as it is. */
static void read_control(struct msghdr *h, int64_t *arrival, int *size)
{
    struct timespec t;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            memcpy(size, CMSG_DATA(c), sizeof(*size));
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            memcpy(&t, CMSG_DATA(c), sizeof(t));
            *arrival = t.tv_sec * 1000000LL + t.tv_nsec / 1000 - real_ahead_us;
        }
    }
}

static void receive_batch(struct peer *p, int64_t now)
{
    static uint8_t buf[BATCH][2048];
    _Alignas(struct cmsghdr) static uint8_t control[BATCH][CONTROL];
    struct iovec iov[BATCH];
    struct mmsghdr msg[BATCH];
    int n;

    do {
        for (int i = 0; i < BATCH; i++) {
            iov[i] = (struct iovec){buf[i], sizeof(buf[i])};
            msg[i].msg_hdr = (struct msghdr){
                .msg_iov = &iov[i], .msg_iovlen = 1, .msg_control = control[i], .msg_controllen = CONTROL};
        }
        n = recvmmsg(p->fd, msg, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) {
            int64_t arrival = now;

            read_control(&msg[i].msg_hdr, &arrival, &(int){0});
            if (msg[i].msg_len)
                on_datagram(p, buf[i], msg[i].msg_len, arrival);
        }
    } while (n == BATCH);
}

/* Runs come in one piece with the size of their datagrams beside them. */
static void receive_runs(struct peer *p, int64_t now)
{
    static uint8_t buf[GRO_ROOM];
    _Alignas(struct cmsghdr) uint8_t control[CONTROL];
    ssize_t n;

    do {
        struct iovec iov = {buf, sizeof(buf)};
        struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
        int64_t arrival = now;
        int size = 0;

        n = recvmsg(p->fd, &h, MSG_DONTWAIT);
        if (n > 0)
            read_control(&h, &arrival, &size);
        for (ssize_t at = 0; at < n; at += size ? size : n)
            on_datagram(p, buf + at, (size_t)(size && n - at > size ? size : n - at), arrival);
    } while (n > 0);
}

/* The kernel drops what begins as RTP does (RFC 7983, RFC 5761) when it has come up to the socket: of a thousand
 * receivers on one processor a tenth can tell how all are served. */
void peer_stop_listening(struct peer *p)
{
    enum { FIRST = 8, SECOND = 9 }; /* byte of the datagram, behind the UDP header */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FIRST),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 128, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SECOND),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 192, 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 224, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

    if (setsockopt(p->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)))
        p->failed = true;
}

static void peer_ready(void *arg, int64_t now)
{
    struct peer *p = arg;

    if (p->fd < 0 || !p->dtls)
        return;
    if (option.gro)
        receive_runs(p, now);
    else
        receive_batch(p, now);
    peer_progress(p, now);
}

void peer_tick(struct peer *p, int64_t now)
{
    if (!p->up)
        return;
    if (now >= p->tick_us) {
        p->tick_us = now + 1000000;
        check(p);
        feedback_report(p, now);
    }
    if (p->twcc && now >= p->twcc_us) {
        p->twcc_us = now + 100000;
        feedback_twcc(p);
    }
}
