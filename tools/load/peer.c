/* SPDX-License-Identifier: Apache-2.0 */
/* One client's transport: a socket, a connectivity check that nominates, a DTLS client, SRTP. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "load.h"

#define BATCH 64

int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void random_text(char *out, size_t len)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    gw_dtls_random(out, len);
    for (size_t i = 0; i < len; i++)
        out[i] = letters[(uint8_t)out[i] % 36];
    out[len] = 0;
}

int peer_open(struct peer *p, struct gw_sealer *sealer)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    int size = 4 << 20;

    p->sealer = sealer;
    random_text(p->ufrag, 4);
    random_text(p->pwd, 24);
    p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&any, sizeof(any))) {
        perror("the socket of a client");
        return -1;
    }
    if (setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
        setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    return 0;
}

void peer_close(struct peer *p)
{
    if (p->dtls)
        gw_dtls_close(p->dtls, now_us());
    gw_dtls_free(p->dtls);
    gw_srtp_free(p->srtp);
    if (p->fd >= 0)
        close(p->fd);
    p->dtls = NULL;
    p->srtp = NULL;
    p->fd = -1;
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
    uint8_t buf[512];
    char user[136];
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

    if (gw_srtp_new(&p->srtp, p->sealer, (enum gw_srtp_profile)keys->profile, keys->local, keys->remote, keys->len))
        p->failed = true;
    else
        p->up = true;
}

static void dtls_data(void *arg, const uint8_t *data, size_t len)
{
}

static void dtls_closed(void *arg, const char *reason)
{
    struct peer *p = arg;

    p->failed = true;
}

static const struct gw_dtls_events dtls_events = {dtls_send, dtls_connected, dtls_data, dtls_closed};

bool peer_connect(struct peer *p, struct gw_dtls_context *context, int ms)
{
    int64_t begin = now_us(), sent = 0;

    if (connect(p->fd, (struct sockaddr *)&p->remote.address, sizeof(p->remote.address)) ||
        gw_dtls_new(&p->dtls, context, GW_DTLS_CLIENT, &dtls_events, p) ||
        gw_dtls_expect(p->dtls, p->remote.hash, p->remote.fingerprint))
        return false;
    while (!p->up && !p->failed && now_us() - begin < ms * 1000LL) {
        struct pollfd fd = {.fd = p->fd, .events = POLLIN};
        int64_t now = now_us();

        if (!p->checked && now - sent > 50000) {
            check(p);
            sent = now;
        }
        if (p->checked && gw_dtls_get_state(p->dtls) == GW_DTLS_CREATED)
            gw_dtls_start(p->dtls, now);
        if (gw_dtls_next(p->dtls) <= now)
            gw_dtls_timer(p->dtls, now);
        poll(&fd, 1, 20);
        peer_receive(p, now_us());
    }
    return p->up;
}

/* --- datagrams ------------------------------------------------------------------------------------------------------
 */

static void on_rtcp(struct peer *p, uint8_t *data, size_t len)
{
    if (!p->publisher || !p->srtp || gw_srtp_open_rtcp(p->srtp, data, &len))
        return;
    for (size_t at = 0; at + 4 <= len;) {
        size_t size = 4u * (((size_t)data[at + 2] << 8 | data[at + 3]) + 1);

        if (data[at + 1] == 206 && ((data[at] & 31) == 1 || (data[at] & 31) == 4)) { /* PLI, FIR */
            p->publisher->keyframe = true;
            p->plis++;
        }
        at += size;
    }
}

static void on_datagram(struct peer *p, uint8_t *data, size_t len, int64_t now)
{
    if (len < 4)
        return;
    if (data[0] < 2)
        on_stun(p, data, len);
    else if (data[0] >= 20 && data[0] < 64)
        gw_dtls_receive(p->dtls, data, len, now);
    else if (data[0] >= 128 && data[0] < 192 && data[1] >= 192 && data[1] < 224)
        on_rtcp(p, data, len);
    else if (data[0] >= 128 && data[0] < 192)
        media_received(p, data, len, now);
    else
        p->garbage++;
}

void peer_receive(struct peer *p, int64_t now)
{
    static uint8_t buf[BATCH][2048];
    struct iovec iov[BATCH];
    struct mmsghdr msg[BATCH];
    int n;

    do {
        for (int i = 0; i < BATCH; i++) {
            iov[i] = (struct iovec){buf[i], sizeof(buf[i])};
            msg[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i], .msg_iovlen = 1};
        }
        n = recvmmsg(p->fd, msg, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++)
            on_datagram(p, buf[i], msg[i].msg_len, now);
    } while (n == BATCH);
}

/* A receiver report per stream, in one compound packet, and a check to keep the path alive. */
void peer_tick(struct peer *p, int64_t now)
{
    uint8_t buf[256] = {0x80, 201, 0, 1, 0, 0, 0, 7};
    size_t len = 8;
    unsigned blocks = 0;

    check(p);
    if (!p->srtp)
        return;
    for (size_t i = 0; i < 4 && !p->publisher; i++) {
        const struct stream *s = &p->in[i];
        uint32_t fields[6] = {htonl(s->ssrc), htonl((uint32_t)s->lost & 0xffffff), htonl((uint32_t)s->next - 1)};

        if (!s->seen)
            continue;
        memcpy(buf + len, fields, sizeof(fields));
        len += sizeof(fields);
        blocks++;
    }
    buf[0] |= (uint8_t)blocks;
    buf[3] = (uint8_t)(len / 4 - 1);
    if (!gw_srtp_seal_rtcp(p->srtp, buf, &len, sizeof(buf)))
        send(p->fd, buf, len, 0);
}
