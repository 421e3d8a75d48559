/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <glib.h>
#include <usrsctp.h>

#include "base/err.h"
#include "sctp/assoc.h"
#include "sctp/checksum.h"

enum {
    LOCAL_PORT = 5000,
    TICK_MS = 10,
    LONGEST_STEP_MS = 10000,
    STEP_MS = 50,
    MBUFS = 1, /* a message lies in one buffer, shared with its packet, instead of up to five that are copied */
};

/* Held around every call into usrsctp, and so in everything it calls. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *by_id; /* id -> struct gw_assoc */
static uintptr_t last_id;
static int64_t timers_us;
static bool we_sum;             /* checksums are made and looked at here instead of in usrsctp */
static struct gw_assoc *caller; /* whose own worker is in usrsctp; NULL: timers */

static struct gw_assoc *find(void *id)
{
    if (caller && caller->id == (uintptr_t)id)
        return caller;
    return by_id ? g_hash_table_lookup(by_id, id) : NULL;
}

static bool put_into_box(struct gw_assoc *a, const void *data, uint16_t len)
{
    struct gw_assoc_box *box = a == caller && !a->out_head ? a->box : NULL;

    if (!box || sizeof(len) + len > sizeof(box->bytes) - box->used)
        return false;
    memcpy(box->bytes + box->used, &len, sizeof(len));
    memcpy(box->bytes + box->used + sizeof(len), data, len);
    box->used += sizeof(len) + len;
    return true;
}

static void put_into_list(struct gw_assoc *a, const void *data, size_t len)
{
    struct gw_assoc_packet *p = a->out_count < GW_ASSOC_OUTBOX ? malloc(sizeof(*p) + len) : NULL;

    if (!p) {
        a->out_drops++;
        return;
    }
    p->next = NULL;
    p->len = len;
    memcpy(p->data, data, len);
    *a->out_tail = p;
    a->out_tail = &p->next;
    a->out_count++;
    atomic_store_explicit(&a->awake, true, memory_order_release);
}

/* From usrsctp: one packet to send, in memory of its own, for the association with this number. */
static int on_output(void *id, void *data, size_t len, uint8_t tos, uint8_t set_df)
{
    struct gw_assoc *a = find(id);

    if (!a || len > UINT16_MAX)
        return 0;
    if (we_sum)
        gw_sctp_checksum_put(data, len);
    if (!put_into_box(a, data, (uint16_t)len))
        put_into_list(a, data, len);
    return 0;
}

/* From usrsctp: something happened to the socket. */
static void on_wakeup(struct socket *socket, void *id, int flags)
{
    struct gw_assoc *a = find(id);

    if (a && a == caller)
        a->woken = true;
    else if (a)
        atomic_store_explicit(&a->awake, true, memory_order_release);
}

const uint8_t *gw_assoc_box_next(const struct gw_assoc_box *box, size_t *at, size_t *len)
{
    const uint8_t *packet = box->bytes + *at + sizeof(uint16_t);
    uint16_t n;

    if (*at >= box->used)
        return NULL;
    memcpy(&n, box->bytes + *at, sizeof(n));
    *len = n;
    *at += sizeof(n) + n;
    return packet;
}

/* Around calls of the association's own worker. */
static void enter(struct gw_assoc *a)
{
    pthread_mutex_lock(&lock);
    caller = a;
}

static void leave(struct gw_assoc *a)
{
    int events;

    if (a->woken && a->socket) {
        events = usrsctp_get_events(a->socket);
        a->events |=
            (events & SCTP_EVENT_READ ? GW_ASSOC_READABLE : 0) | (events & SCTP_EVENT_WRITE ? GW_ASSOC_WRITABLE : 0);
    }
    a->woken = false;
    caller = NULL;
    pthread_mutex_unlock(&lock);
}

int gw_assoc_global_init(void)
{
    pthread_mutex_lock(&lock);
    if (!by_id) {
        usrsctp_init_nothreads(0, on_output, NULL);
        usrsctp_sysctl_set_sctp_blackhole(2); /* say nothing to packets of no association */
        usrsctp_sysctl_set_sctp_ecn_enable(0);
        usrsctp_sysctl_set_sctp_asconf_enable(0);
        usrsctp_sysctl_set_sctp_auth_enable(0);
        usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
        usrsctp_sysctl_set_sctp_sendspace(GW_ASSOC_WAITING);
        usrsctp_sysctl_set_sctp_recvspace(512 * 1024);
        usrsctp_sysctl_set_sctp_rto_initial_default(1000);
        usrsctp_sysctl_set_sctp_rto_min_default(200);
        usrsctp_sysctl_set_sctp_rto_max_default(10000);
        usrsctp_sysctl_set_sctp_delayed_sack_time_default(20);
        usrsctp_sysctl_set_sctp_mbuf_threshold_count(MBUFS);
        by_id = g_hash_table_new(NULL, NULL);
        we_sum = gw_sctp_checksum_is_here();
        if (we_sum)
            usrsctp_enable_crc32c_offload();
        timers_us = 0;
    }
    pthread_mutex_unlock(&lock);
    return GW_OK;
}

/* Closed sockets leave usrsctp only when their timers have run. */
void gw_assoc_global_end(void)
{
    pthread_mutex_lock(&lock);
    if (by_id) {
        for (int i = 0; i < 200 && usrsctp_finish(); i++)
            usrsctp_handle_timers(STEP_MS);
        g_hash_table_destroy(by_id);
        by_id = NULL;
    }
    pthread_mutex_unlock(&lock);
}

void gw_assoc_timers(int64_t now_us)
{
    int64_t ms;

    pthread_mutex_lock(&lock);
    ms = (now_us - timers_us) / 1000;
    if (!by_id || ms < 0 || timers_us == 0) {
        timers_us = now_us; /* the first time, or another clock */
    } else if (ms >= TICK_MS) {
        timers_us += ms * 1000;
        if (ms > LONGEST_STEP_MS)
            ms = LONGEST_STEP_MS;
        for (; ms > 0; ms -= STEP_MS)
            usrsctp_handle_timers(ms < STEP_MS ? (uint32_t)ms : STEP_MS);
    }
    pthread_mutex_unlock(&lock);
}

static int set(struct socket *s, int level, int option, const void *value, socklen_t len)
{
    return usrsctp_setsockopt(s, level, option, value, len) ? GW_EIO : GW_OK;
}

static int subscribe(struct socket *s)
{
    static const uint16_t types[] = {SCTP_ASSOC_CHANGE, SCTP_SHUTDOWN_EVENT, SCTP_STREAM_RESET_EVENT};
    struct sctp_event event = {.se_assoc_id = SCTP_ALL_ASSOC, .se_on = 1};
    int err = GW_OK;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !err; i++) {
        event.se_type = types[i];
        err = set(s, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof(event));
    }
    return err;
}

static int configure(struct socket *s, unsigned streams)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 0}; /* closing is at once: an ABORT */
    const struct sctp_initmsg init = {.sinit_num_ostreams = (uint16_t)streams,
                                      .sinit_max_instreams = (uint16_t)streams};
    const struct sctp_assoc_value resets = {.assoc_id = SCTP_ALL_ASSOC,
                                            .assoc_value = SCTP_ENABLE_RESET_STREAM_REQ | SCTP_ENABLE_CHANGE_ASSOC_REQ};
    const int on = 1;
    int err;

    if (usrsctp_set_non_blocking(s, 1))
        return GW_EIO;
    err = set(s, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    if (!err)
        err = set(s, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof(on));
    if (!err)
        err = set(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof(on));
    if (!err)
        err = set(s, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof(init));
    if (!err)
        err = set(s, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, &resets, sizeof(resets));
    return err ? err : subscribe(s);
}

static struct sockaddr_conn address(const struct gw_assoc *a, uint16_t port)
{
    return (struct sockaddr_conn){.sconn_family = AF_CONN, .sconn_port = htons(port), .sconn_addr = (void *)a->id};
}

static void close_locked(struct gw_assoc *a)
{
    struct gw_assoc_packet *p;

    if (!a->id)
        return;
    g_hash_table_remove(by_id, (void *)a->id);
    if (a->socket) {
        usrsctp_set_upcall(a->socket, NULL, NULL);
        usrsctp_close(a->socket);
    }
    usrsctp_deregister_address((void *)a->id);
    while ((p = a->out_head)) {
        a->out_head = p->next;
        free(p);
    }
    a->socket = NULL;
    a->id = 0;
}

int gw_assoc_open(struct gw_assoc *a, unsigned streams)
{
    struct sockaddr_conn local;
    int err = GW_ESTATE;

    memset(a, 0, sizeof(*a));
    a->out_tail = &a->out_head;
    pthread_mutex_lock(&lock);
    if (!by_id)
        goto out;
    a->id = ++last_id;
    g_hash_table_insert(by_id, (void *)a->id, a);
    usrsctp_register_address((void *)a->id);
    local = address(a, LOCAL_PORT);
    err = GW_EIO;
    a->socket = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL);
    if (!a->socket)
        goto out;
    err = configure(a->socket, streams);
    if (!err && usrsctp_bind(a->socket, (struct sockaddr *)&local, sizeof(local)))
        err = GW_EIO;
    if (!err && usrsctp_set_upcall(a->socket, on_wakeup, (void *)a->id))
        err = GW_EIO;
out:
    if (err)
        close_locked(a);
    pthread_mutex_unlock(&lock);
    return err;
}

void gw_assoc_close(struct gw_assoc *a)
{
    pthread_mutex_lock(&lock);
    close_locked(a);
    pthread_mutex_unlock(&lock);
}

int gw_assoc_connect(struct gw_assoc *a, uint16_t remote_port)
{
    struct sockaddr_conn remote = address(a, remote_port);
    struct sctp_paddrparams path = {.spp_assoc_id = 0,
                                    .spp_flags = SPP_PMTUD_DISABLE,
                                    .spp_pathmtu = GW_ASSOC_PACKET - sizeof(struct sctp_common_header)};
    int err = GW_OK;

    enter(a);
    if (usrsctp_connect(a->socket, (struct sockaddr *)&remote, sizeof(remote)) && errno != EINPROGRESS)
        err = GW_EIO;
    if (!err) {
        memcpy(&path.spp_address, &remote, sizeof(remote));
        err = set(a->socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path));
    }
    leave(a);
    return err;
}

void gw_assoc_input(struct gw_assoc *a, const uint8_t *data, size_t len)
{
    if (we_sum && !gw_sctp_checksum_holds(data, len))
        return;
    enter(a);
    usrsctp_conninput((void *)a->id, data, len, 0);
    leave(a);
}

struct gw_assoc_packet *gw_assoc_late(struct gw_assoc *a)
{
    struct gw_assoc_packet *head;

    enter(a);
    head = a->out_head;
    a->out_head = NULL;
    a->out_tail = &a->out_head;
    a->out_count = 0;
    a->woken = true; /* what others saw of the socket is in `awake` */
    leave(a);
    return head;
}

static void set_reliability(struct sctp_sendv_spa *spa, const struct gw_assoc_how *how)
{
    if (how->reliability == GW_RELIABLE)
        return;
    spa->sendv_flags |= SCTP_SEND_PRINFO_VALID;
    spa->sendv_prinfo.pr_policy = how->reliability == GW_MAX_LIFETIME ? SCTP_PR_SCTP_TTL : SCTP_PR_SCTP_RTX;
    spa->sendv_prinfo.pr_value = how->limit;
}

int gw_assoc_send(struct gw_assoc *a, const struct gw_assoc_how *how, const uint8_t *data, size_t len)
{
    struct sctp_sendv_spa spa = {
        .sendv_flags = SCTP_SEND_SNDINFO_VALID,
        .sendv_sndinfo = {.snd_sid = how->stream,
                          .snd_flags = (uint16_t)(how->unordered ? SCTP_UNORDERED : 0),
                          .snd_ppid = htonl(how->ppid)},
    };
    int err = GW_OK;

    set_reliability(&spa, how);
    enter(a);
    if (usrsctp_sendv(a->socket, data, len, NULL, 0, &spa, sizeof(spa), SCTP_SENDV_SPA, 0) < 0)
        err = errno == EWOULDBLOCK || errno == EAGAIN || errno == ENOBUFS ? GW_EAGAIN : GW_EIO;
    leave(a);
    return err;
}

bool gw_assoc_writable(struct gw_assoc *a)
{
    bool yes;

    pthread_mutex_lock(&lock);
    yes = usrsctp_get_events(a->socket) & SCTP_EVENT_WRITE;
    pthread_mutex_unlock(&lock);
    return yes;
}

int gw_assoc_reset(struct gw_assoc *a, uint16_t stream)
{
    union {
        struct sctp_reset_streams head;
        uint8_t bytes[sizeof(struct sctp_reset_streams) + sizeof(uint16_t)];
    } r = {.head = {.srs_assoc_id = SCTP_ALL_ASSOC, .srs_flags = SCTP_STREAM_RESET_OUTGOING, .srs_number_streams = 1}};
    int err = GW_OK;

    memcpy(r.bytes + sizeof(r.head), &stream, sizeof(stream));
    enter(a);
    if (usrsctp_setsockopt(a->socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, &r, sizeof(r.bytes)))
        err = errno == EALREADY || errno == EAGAIN || errno == EBUSY ? GW_EAGAIN : GW_EIO;
    leave(a);
    return err;
}

int gw_assoc_read(struct gw_assoc *a, struct gw_assoc_read *out, uint8_t *buf, size_t room)
{
    struct sockaddr_conn from;
    struct sctp_rcvinfo info = {0};
    socklen_t from_len = sizeof(from), info_len = sizeof(info);
    unsigned type = 0;
    int flags = 0;
    ssize_t n;

    enter(a);
    n = usrsctp_recvv(a->socket, buf, room, (struct sockaddr *)&from, &from_len, &info, &info_len, &type, &flags);
    leave(a);
    if (n <= 0)
        return GW_EAGAIN;
    out->len = (size_t)n;
    out->end = flags & MSG_EOR;
    out->event = flags & MSG_NOTIFICATION;
    out->stream = info.rcv_sid;
    out->ppid = ntohl(info.rcv_ppid);
    return GW_OK;
}

static enum gw_assoc_event change_of(uint16_t sac_state)
{
    switch (sac_state) {
    case SCTP_COMM_UP:
        return GW_ASSOC_UP;
    case SCTP_COMM_LOST:
    case SCTP_SHUTDOWN_COMP:
    case SCTP_CANT_STR_ASSOC:
        return GW_ASSOC_DOWN;
    default:
        return GW_ASSOC_NOTHING;
    }
}

static enum gw_assoc_event visit_resets(const struct sctp_stream_reset_event *e, const uint8_t *data, size_t len,
                                        void (*reset)(void *arg, uint16_t stream), void *arg)
{
    const uint16_t failed = SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED;

    if (!(e->strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN) || e->strreset_flags & failed)
        return GW_ASSOC_NOTHING;
    if (len < sizeof(*e) + sizeof(uint16_t)) /* RFC 6525 §4.1: no list is all of them */
        reset(arg, GW_ASSOC_ALL_STREAMS);
    for (size_t at = sizeof(*e); at + sizeof(uint16_t) <= len; at += sizeof(uint16_t)) {
        uint16_t stream;

        memcpy(&stream, data + at, sizeof(stream));
        reset(arg, stream);
    }
    return GW_ASSOC_STREAMS_RESET;
}

enum gw_assoc_event gw_assoc_event(const uint8_t *data, size_t len, void (*reset)(void *arg, uint16_t stream),
                                   void *arg)
{
    struct sctp_stream_reset_event resets;
    struct sctp_assoc_change change;
    uint16_t type;

    if (len < sizeof(type))
        return GW_ASSOC_NOTHING;
    memcpy(&type, data, sizeof(type));
    if (type == SCTP_SHUTDOWN_EVENT)
        return GW_ASSOC_DOWN;
    if (type == SCTP_ASSOC_CHANGE && len >= sizeof(change)) {
        memcpy(&change, data, sizeof(change));
        return change_of(change.sac_state);
    }
    if (type == SCTP_STREAM_RESET_EVENT && len >= sizeof(resets)) {
        memcpy(&resets, data, sizeof(resets));
        return visit_resets(&resets, data, len, reset, arg);
    }
    return GW_ASSOC_NOTHING;
}
