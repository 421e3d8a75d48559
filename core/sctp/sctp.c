/* SPDX-License-Identifier: Apache-2.0 */
/* The data channels of one peer: what assoc.c reads and writes, dcep.c names and channel.c keeps. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "sctp/assoc.h"
#include "sctp/channel.h"
#include "sctp/sctp.h"

enum { READ_ROOM = 4096 };

enum state { NEW, CONNECTING, UP, DOWN };

struct gw_sctp {
    /* given at creation */
    struct gw_sctp_events events;
    void *arg;
    bool dtls_client;
    uint16_t remote_port;
    /* owned */
    struct gw_assoc assoc;
    struct gw_channels channels;
    uint8_t *in; /* the message being read */
    size_t in_len, in_room;
    /* state */
    struct gw_sctp *next, *previous; /* of this thread */
    enum state state;
    bool discarding; /* until the end of a message that is too long */
    bool blocked;    /* somebody was told GW_EAGAIN */
    bool owes;       /* acknowledgements or resets that usrsctp did not take yet */
    unsigned inside; /* depth of calls; freeing waits until it is 0 */
    bool doomed;
    uint8_t resets[(GW_CHANNEL_STREAMS + 7) / 8]; /* streams that we have to reset */
};

/* What gw_sctp_tick() serves. */
static _Thread_local struct gw_sctp *mine, *tick_next;

int gw_sctp_global_init(void)
{
    return gw_assoc_global_init();
}

void gw_sctp_global_end(void)
{
    gw_assoc_global_end();
}

int gw_sctp_new(struct gw_sctp **out, bool dtls_client, uint16_t remote_port, const struct gw_sctp_events *events,
                void *arg)
{
    struct gw_sctp *s = calloc(1, sizeof(*s));
    int err;

    if (!s)
        return GW_ENOMEM;
    s->events = *events;
    s->arg = arg;
    s->dtls_client = dtls_client;
    s->remote_port = remote_port;
    err = gw_assoc_open(&s->assoc, GW_CHANNEL_STREAMS);
    if (err) {
        free(s);
        return err;
    }
    s->next = mine;
    if (mine)
        mine->previous = s;
    mine = s;
    *out = s;
    return GW_OK;
}

void gw_sctp_free(struct gw_sctp *s)
{
    if (!s)
        return;
    s->doomed = true;
    if (s->inside)
        return;
    if (tick_next == s)
        tick_next = s->next;
    if (s->next)
        s->next->previous = s->previous;
    if (s->previous)
        s->previous->next = s->next;
    else
        mine = s->next;
    gw_assoc_close(&s->assoc);
    gw_channels_clear(&s->channels);
    free(s->in);
    free(s);
}

/* --- what we owe -------------------------------------------------------------------------------------------------- */

static int send_dcep(struct gw_sctp *s, uint16_t stream, const struct gw_dcep *msg)
{
    const struct gw_assoc_how how = {.stream = stream, .ppid = GW_PPID_DCEP};
    uint8_t data[GW_DCEP_OPEN_MAX];

    return gw_assoc_send(&s->assoc, &how, data, gw_dcep_write(data, msg));
}

static void owe_reset(struct gw_sctp *s, uint16_t stream)
{
    if (stream >= GW_CHANNEL_STREAMS)
        return;
    s->resets[stream / 8] |= (uint8_t)(1 << stream % 8);
    s->owes = true;
}

static bool reset_is_owed(const struct gw_sctp *s, unsigned stream)
{
    return s->resets[stream / 8] >> stream % 8 & 1;
}

static void pay(struct gw_sctp *s)
{
    static const struct gw_dcep ack = {.type = GW_DCEP_ACK};

    s->owes = false;
    for (unsigned i = 0; i < s->channels.count; i++) {
        struct gw_channel *c = s->channels.list[i];

        if (c->ack_owed && send_dcep(s, c->stream, &ack) == GW_EAGAIN)
            s->owes = true;
        else
            c->ack_owed = false;
    }
    for (unsigned stream = 0; stream < GW_CHANNEL_STREAMS; stream++) {
        if (!reset_is_owed(s, stream))
            continue;
        if (gw_assoc_reset(&s->assoc, (uint16_t)stream) == GW_EAGAIN)
            s->owes = true;
        else
            s->resets[stream / 8] &= (uint8_t) ~(1 << stream % 8);
    }
}

/* --- what comes in ------------------------------------------------------------------------------------------------ */

static void tell_channel(struct gw_sctp *s, const struct gw_channel *c, bool open)
{
    char label[GW_DCEP_LABEL + 1];

    memcpy(label, c->open.label, sizeof(label)); /* the channel may be gone before the callee is done */
    if (!s->doomed)
        s->events.channel(s->arg, label, open);
}

static void close_channel(struct gw_sctp *s, struct gw_channel *c)
{
    char label[GW_DCEP_LABEL + 1];

    memcpy(label, c->open.label, sizeof(label));
    owe_reset(s, c->stream);
    gw_channels_remove(&s->channels, c);
    if (!s->doomed)
        s->events.channel(s->arg, label, false);
}

static void on_open(struct gw_sctp *s, uint16_t stream, const struct gw_dcep *msg)
{
    struct gw_channel *c = gw_channels_find(&s->channels, stream);

    if (c) { /* RFC 8832 §6: an open on a stream in use closes it */
        close_channel(s, c);
        return;
    }
    if (reset_is_owed(s, stream))
        return;
    if (gw_channels_add(&c, &s->channels, stream, msg)) {
        owe_reset(s, stream);
        return;
    }
    c->acked = true;
    c->ack_owed = true;
    s->owes = true;
    tell_channel(s, c, true);
}

static void on_dcep(struct gw_sctp *s, uint16_t stream, const uint8_t *data, size_t len)
{
    struct gw_channel *c;
    struct gw_dcep msg;

    if (stream >= GW_CHANNEL_STREAMS || gw_dcep_parse(&msg, data, len) < 0)
        return;
    if (msg.type == GW_DCEP_OPEN) {
        on_open(s, stream, &msg);
        return;
    }
    c = gw_channels_find(&s->channels, stream);
    if (c && !c->acked) {
        c->acked = true;
        tell_channel(s, c, true);
    }
}

static void deliver(struct gw_sctp *s, const struct gw_channel *c, bool binary, const uint8_t *data, size_t len)
{
    const struct gw_dcep open = c->open; /* the channel may be gone before the callee is done */
    const struct gw_sctp_message msg = {
        .label = open.label, .protocol = open.protocol, .binary = binary, .data = data, .len = len};

    if (!s->doomed)
        s->events.message(s->arg, &msg);
}

/* A piece, first or last, of a message sent in the deprecated way (RFC 8831 §6.6). */
static void on_piece(struct gw_sctp *s, struct gw_channel *c, bool binary, bool last, const uint8_t *data, size_t len)
{
    uint8_t *whole;
    size_t whole_len;

    if (!c->discarding && gw_channel_append(&s->channels, c, data, len))
        c->discarding = true;
    if (!last)
        return;
    if (c->discarding) {
        c->discarding = false;
        return;
    }
    whole = c->part;
    whole_len = c->part_len;
    s->channels.part_bytes -= whole_len;
    c->part = NULL;
    c->part_len = 0;
    deliver(s, c, binary, whole, whole_len);
    free(whole);
}

static void on_message(struct gw_sctp *s, uint16_t stream, uint32_t ppid, const uint8_t *data, size_t len)
{
    struct gw_channel *c = gw_channels_find(&s->channels, stream);

    if (ppid == GW_PPID_DCEP) {
        on_dcep(s, stream, data, len);
        return;
    }
    if (!c)
        return;
    if (!c->acked) { /* RFC 8832 §6: whoever answers on the channel has accepted it */
        c->acked = true;
        tell_channel(s, c, true);
        c = gw_channels_find(&s->channels, stream);
        if (!c)
            return;
    }
    switch (ppid) {
    case GW_PPID_STRING:
    case GW_PPID_BINARY:
        if (c->part || c->discarding)
            on_piece(s, c, ppid == GW_PPID_BINARY, true, data, len);
        else
            deliver(s, c, ppid == GW_PPID_BINARY, data, len);
        break;
    case GW_PPID_STRING_PARTIAL:
    case GW_PPID_BINARY_PARTIAL:
        on_piece(s, c, ppid == GW_PPID_BINARY_PARTIAL, false, data, len);
        break;
    case GW_PPID_STRING_EMPTY: /* one byte that means none */
    case GW_PPID_BINARY_EMPTY:
        deliver(s, c, ppid == GW_PPID_BINARY_EMPTY, data, 0);
        break;
    default:
        break;
    }
}

static void on_reset(void *arg, uint16_t stream)
{
    struct gw_sctp *s = arg;
    struct gw_channel *c;

    if (stream == GW_ASSOC_ALL_STREAMS) {
        while (s->channels.count)
            close_channel(s, s->channels.list[s->channels.count - 1]);
        return;
    }
    c = gw_channels_find(&s->channels, stream);
    if (c)
        close_channel(s, c);
}

static void on_event(struct gw_sctp *s, const uint8_t *data, size_t len)
{
    switch (gw_assoc_event(data, len, on_reset, s)) {
    case GW_ASSOC_UP:
        if (s->state == CONNECTING) {
            s->state = UP;
            s->events.up(s->arg);
        }
        break;
    case GW_ASSOC_DOWN:
        if (s->state != DOWN) {
            s->state = DOWN;
            s->events.closed(s->arg);
        }
        break;
    default:
        break;
    }
}

/* Room for one more read behind what has been read of a message. */
static bool make_room(struct gw_sctp *s)
{
    size_t room = s->in_room ? s->in_room * 2 : READ_ROOM;
    uint8_t *more;

    if (s->in_room - s->in_len >= READ_ROOM)
        return true;
    more = realloc(s->in, room);
    if (!more)
        return false;
    s->in = more;
    s->in_room = room;
    return true;
}

static void take(struct gw_sctp *s, const struct gw_assoc_read *r)
{
    size_t len;

    if (r->event) {
        on_event(s, s->in + s->in_len, r->len);
        return;
    }
    s->in_len += r->len;
    if (s->in_len > GW_CHANNEL_MESSAGE)
        s->discarding = true;
    if (s->discarding)
        s->in_len = 0;
    if (!r->end)
        return;
    len = s->in_len;
    s->in_len = 0;
    if (!s->discarding && len)
        on_message(s, r->stream, r->ppid, s->in, len);
    s->discarding = false;
}

static void read_all(struct gw_sctp *s)
{
    struct gw_assoc_read r;

    while (!s->doomed && make_room(s) && !gw_assoc_read(&s->assoc, &r, s->in + s->in_len, s->in_room - s->in_len))
        take(s, &r);
    if (s->in_len == 0) {
        free(s->in);
        s->in = NULL;
        s->in_room = 0;
    }
}

static void send_box(struct gw_sctp *s, struct gw_assoc_box *box)
{
    const uint8_t *packet;
    size_t at = 0, len;

    while (!s->doomed && (packet = gw_assoc_box_next(box, &at, &len)))
        s->events.send(s->arg, packet, len);
    box->used = 0;
}

static void send_late(struct gw_sctp *s)
{
    struct gw_assoc_packet *p = gw_assoc_late(&s->assoc), *next;

    for (; p; p = next) {
        next = p->next;
        if (!s->doomed)
            s->events.send(s->arg, p->data, p->len);
        free(p);
    }
}

/* --- every call ends here ----------------------------------------------------------------------------------------- */

static void enter(struct gw_sctp *s, struct gw_assoc_box *box)
{
    box->used = 0;
    if (s->inside++ == 0)
        s->assoc.box = box;
}

/* Has usrsctp produced anything that was not fetched yet? */
static bool is_stirred(const struct gw_sctp *s)
{
    return s->assoc.box->used || s->assoc.events || atomic_load_explicit(&s->assoc.awake, memory_order_relaxed);
}

/* Fetches what usrsctp has produced, until it is quiet. */
static void settle(struct gw_sctp *s)
{
    unsigned events;

    while (!s->doomed && is_stirred(s)) {
        send_box(s, s->assoc.box);
        if (atomic_exchange_explicit(&s->assoc.awake, false, memory_order_acquire))
            send_late(s);
        events = s->assoc.events;
        s->assoc.events = 0;
        if (events & GW_ASSOC_READABLE)
            read_all(s);
        if (s->owes && s->state == UP && !s->doomed)
            pay(s);
        if (s->blocked && s->state == UP && !s->doomed && gw_assoc_writable(&s->assoc)) {
            s->blocked = false;
            s->events.writable(s->arg);
        }
    }
}

static void leave(struct gw_sctp *s)
{
    if (s->inside == 1)
        settle(s);
    if (--s->inside)
        return;
    s->assoc.box = NULL;
    if (s->doomed)
        gw_sctp_free(s);
}

int gw_sctp_connect(struct gw_sctp *s)
{
    struct gw_assoc_box box;
    int err;

    if (s->state != NEW)
        return GW_EPROTO;
    enter(s, &box);
    err = gw_assoc_connect(&s->assoc, s->remote_port);
    s->state = err ? DOWN : CONNECTING;
    leave(s);
    return err;
}

void gw_sctp_receive(struct gw_sctp *s, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_assoc_box box;

    if (s->state == DOWN || s->doomed)
        return;
    enter(s, &box);
    gw_assoc_input(&s->assoc, data, len);
    leave(s);
}

/* The lowest stream of our parity (RFC 8832 §6: the DTLS client has the even ones). */
static int open_channel(struct gw_sctp *s, struct gw_channel **out, const char *label, const char *protocol)
{
    struct gw_dcep open = {.type = GW_DCEP_OPEN};
    unsigned stream = s->dtls_client ? 0 : 1;
    int err;

    while (gw_channels_find(&s->channels, (uint16_t)stream) || reset_is_owed(s, stream)) {
        stream += 2;
        if (stream >= GW_CHANNEL_STREAMS)
            return GW_ELIMIT;
    }
    gw_dcep_text(open.label, sizeof(open.label), label, strlen(label));
    gw_dcep_text(open.protocol, sizeof(open.protocol), protocol, strlen(protocol));
    err = gw_channels_add(out, &s->channels, (uint16_t)stream, &open);
    if (err)
        return err;
    (*out)->ours = true;
    err = send_dcep(s, (*out)->stream, &open);
    if (err)
        gw_channels_remove(&s->channels, *out);
    return err;
}

static int send_message(struct gw_sctp *s, const struct gw_sctp_message *msg)
{
    char label[GW_DCEP_LABEL + 1];
    struct gw_assoc_how how;
    struct gw_channel *c;
    int err;

    gw_dcep_text(label, sizeof(label), msg->label, strlen(msg->label));
    c = gw_channels_labelled(&s->channels, label);
    if (!c) {
        err = open_channel(s, &c, label, msg->protocol);
        if (err)
            return err;
    }
    how = (struct gw_assoc_how){
        .stream = c->stream,
        .ppid = msg->binary ? GW_PPID_BINARY : GW_PPID_STRING,
        .unordered = c->open.unordered && c->acked && !c->ack_owed,
        .reliability = c->open.reliability,
        .limit = c->open.limit,
    };
    return gw_assoc_send(&s->assoc, &how, msg->data, msg->len);
}

int gw_sctp_send(struct gw_sctp *s, const struct gw_sctp_message *msg)
{
    struct gw_assoc_box box;
    int err = GW_EAGAIN;

    if (s->state == DOWN || s->doomed)
        return GW_ESTATE;
    if (!msg->len)
        return GW_OK;
    if (msg->len > GW_CHANNEL_MESSAGE)
        return GW_ELIMIT;
    enter(s, &box);
    if (s->state == UP)
        err = send_message(s, msg);
    if (err == GW_EAGAIN)
        s->blocked = true;
    leave(s);
    return err;
}

void gw_sctp_tick(int64_t now_us)
{
    struct gw_assoc_box box;
    struct gw_sctp *s;

    if (!mine)
        return;
    gw_assoc_timers(now_us);
    for (s = mine; s; s = tick_next) {
        tick_next = s->next;
        if (s->owes)
            atomic_store_explicit(&s->assoc.awake, true, memory_order_relaxed);
        enter(s, &box);
        leave(s);
    }
    tick_next = NULL;
}

unsigned gw_sctp_channels(const struct gw_sctp *s)
{
    return s->channels.count;
}
