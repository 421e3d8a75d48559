/* SPDX-License-Identifier: Apache-2.0 */
/* Two associations against each other, over a link that loses packets, under calls of gw_sctp_tick(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#include "base/err.h"
#include "sctp/assoc.h"
#include "sctp/channel.h"
#include "sctp/sctp.h"

enum { QUEUE = 2000, PACKET = 1400 };
#define MS 1000LL

struct packet {
    size_t len;
    uint8_t data[PACKET];
};

struct end {
    struct gw_sctp *sctp;
    struct end *peer;
    struct packet *in; /* on its way to this end */
    unsigned in_count;
    /* what it heard */
    unsigned up, closed, messages, opened, shut, writable;
    size_t bytes, last_len, longest;
    bool last_binary, in_order, free_on_message;
    char label[200], protocol[100], text[100];
    uint32_t next_number;
};

struct link {
    struct end a, b;
    int64_t now;
    uint32_t random;
    unsigned loss;
};

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct end *e = arg, *to = e->peer;

    assert_true(len <= PACKET);
    if (len > e->longest)
        e->longest = len;
    if (to->in_count == QUEUE)
        return;
    to->in[to->in_count].len = len;
    memcpy(to->in[to->in_count++].data, data, len);
}

static void on_up(void *arg)
{
    ((struct end *)arg)->up++;
}

static void on_message(void *arg, const struct gw_sctp_message *m)
{
    struct end *e = arg;
    uint32_t number;

    e->messages++;
    e->bytes += m->len;
    e->last_len = m->len;
    e->last_binary = m->binary;
    snprintf(e->label, sizeof(e->label), "%s", m->label);
    snprintf(e->protocol, sizeof(e->protocol), "%s", m->protocol);
    snprintf(e->text, sizeof(e->text), "%.*s", (int)(m->len < 99 ? m->len : 99), (const char *)m->data);
    if (m->binary && m->len >= 4) {
        memcpy(&number, m->data, 4);
        if (number != e->next_number++)
            e->in_order = false;
    }
    if (e->free_on_message) {
        gw_sctp_free(e->sctp);
        e->sctp = NULL;
    }
}

static void on_channel(void *arg, const char *label, bool open)
{
    struct end *e = arg;

    snprintf(e->label, sizeof(e->label), "%s", label);
    if (open)
        e->opened++;
    else
        e->shut++;
}

static void on_writable(void *arg)
{
    ((struct end *)arg)->writable++;
}

static void on_closed(void *arg)
{
    ((struct end *)arg)->closed++;
}

static const struct gw_sctp_events events = {
    .send = on_send,
    .up = on_up,
    .message = on_message,
    .channel = on_channel,
    .writable = on_writable,
    .closed = on_closed,
};

static void make(struct link *l)
{
    memset(l, 0, sizeof(*l));
    l->now = 5000000;
    l->random = 1;
    l->a.peer = &l->b;
    l->b.peer = &l->a;
    l->a.in_order = l->b.in_order = true;
    l->a.in = calloc(QUEUE, sizeof(struct packet));
    l->b.in = calloc(QUEUE, sizeof(struct packet));
    assert_int_equal(gw_sctp_new(&l->a.sctp, true, 5000, &events, &l->a), 0);
    assert_int_equal(gw_sctp_new(&l->b.sctp, false, 5000, &events, &l->b), 0);
}

static void drop(struct link *l)
{
    gw_sctp_free(l->a.sctp);
    gw_sctp_free(l->b.sctp);
    free(l->a.in);
    free(l->b.in);
}

static void deliver(struct link *l, struct end *e)
{
    struct packet *taken = e->in;
    unsigned n = e->in_count;

    e->in = calloc(QUEUE, sizeof(struct packet));
    e->in_count = 0;
    for (unsigned i = 0; i < n; i++) {
        l->random = l->random * 1664525 + 1013904223;
        if ((l->random >> 8) % 100 >= l->loss && e->sctp)
            gw_sctp_receive(e->sctp, taken[i].data, taken[i].len, l->now);
    }
    free(taken);
}

static void run(struct link *l, int ms)
{
    for (; ms > 0; ms -= 10) {
        for (int i = 0; i < 5; i++) {
            if (l->a.in_count)
                deliver(l, &l->a);
            if (l->b.in_count)
                deliver(l, &l->b);
        }
        l->now += 10 * MS;
        gw_sctp_tick(l->now);
    }
}

static void join(struct link *l)
{
    assert_int_equal(gw_sctp_connect(l->a.sctp), 0);
    assert_int_equal(gw_sctp_connect(l->b.sctp), 0);
    run(l, 20000);
    assert_int_equal(l->a.up, 1);
    assert_int_equal(l->b.up, 1);
}

static int say(struct end *e, const char *label, const char *text)
{
    const struct gw_sctp_message m = {
        .label = label, .protocol = "chat-1", .data = (const uint8_t *)text, .len = strlen(text)};

    return gw_sctp_send(e->sctp, &m);
}

static void comes_up_and_talks(void **state)
{
    struct link l;

    make(&l);
    assert_int_equal(say(&l.a, "x", "too early"), GW_EAGAIN);
    join(&l);
    assert_int_equal(l.a.writable, 1);
    assert_int_equal(gw_sctp_connect(l.a.sctp), GW_EPROTO);
    assert_int_equal(say(&l.a, "room", "hello"), 0);
    assert_int_equal(say(&l.a, "room", ""), 0);
    run(&l, 100);
    assert_int_equal(l.b.opened, 1);
    assert_int_equal(l.a.opened, 1);
    assert_int_equal(l.b.messages, 1);
    assert_string_equal(l.b.text, "hello");
    assert_string_equal(l.b.label, "room");
    assert_string_equal(l.b.protocol, "chat-1");
    assert_false(l.b.last_binary);
    assert_int_equal(say(&l.b, "room", "hello yourself"), 0); /* on the channel that is there */
    run(&l, 100);
    assert_int_equal(l.a.messages, 1);
    assert_string_equal(l.a.text, "hello yourself");
    assert_int_equal(gw_sctp_channels(l.a.sctp), 1);
    assert_int_equal(gw_sctp_channels(l.b.sctp), 1);
    assert_true(l.a.longest <= GW_ASSOC_PACKET && l.b.longest <= GW_ASSOC_PACKET);
    drop(&l);
}

/* usrsctp asks the real clock how old a packet is before it repeats it: this one cannot run faster. */
static void survives_loss(void **state)
{
    struct link l;
    uint8_t data[3000];

    make(&l);
    join(&l);
    l.loss = 10;
    for (uint32_t i = 0; i < 40; i++) {
        const struct gw_sctp_message m = {
            .label = "l", .protocol = "", .binary = true, .data = data, .len = 70 * i + 4};

        memset(data, (int)i, sizeof(data));
        memcpy(data, &i, 4);
        assert_int_equal(gw_sctp_send(l.a.sctp, &m), 0);
        run(&l, 10);
    }
    for (int i = 0; i < 3000 && l.b.messages < 40; i++) {
        usleep(10000);
        run(&l, 10);
    }
    assert_int_equal(l.b.messages, 40);
    assert_true(l.b.in_order);
    drop(&l);
}

static void carries_long_messages_and_says_when_full(void **state)
{
    uint8_t *data = calloc(1, GW_CHANNEL_MESSAGE + 1);
    struct gw_sctp_message m = {.label = "l", .protocol = "", .binary = true, .data = data, .len = GW_CHANNEL_MESSAGE};
    unsigned accepted = 0;
    struct link l;
    int err = 0;

    make(&l);
    join(&l);
    for (uint32_t i = 0; i < 20 && !err; i++) {
        memcpy(data, &i, 4);
        err = gw_sctp_send(l.a.sctp, &m);
        accepted += !err;
    }
    assert_int_equal(err, GW_EAGAIN);
    assert_in_range(accepted, 3, 5); /* 1 MiB waits, and what is in flight */
    l.a.writable = 0;
    run(&l, 30000);
    assert_int_equal(l.b.messages, accepted);
    assert_true(l.b.in_order);
    assert_int_equal(l.b.last_len, GW_CHANNEL_MESSAGE);
    assert_true(l.a.writable >= 1);
    assert_in_range(l.a.longest, GW_ASSOC_PACKET - 50, GW_ASSOC_PACKET);
    m.len = GW_CHANNEL_MESSAGE + 1;
    assert_int_equal(gw_sctp_send(l.a.sctp, &m), GW_ELIMIT);
    free(data);
    drop(&l);
}

static void opens_a_bounded_number_of_channels(void **state)
{
    char label[200];
    struct link l;
    int err;

    make(&l);
    join(&l);
    for (int i = 0; i < GW_CHANNELS; i++) {
        snprintf(label, sizeof(label), "channel %d", i);
        while ((err = say(i & 1 ? &l.a : &l.b, label, "x")) == GW_EAGAIN)
            run(&l, 100);
        assert_int_equal(err, 0);
        run(&l, 20);
    }
    run(&l, 1000);
    assert_int_equal(gw_sctp_channels(l.a.sctp), GW_CHANNELS);
    assert_int_equal(gw_sctp_channels(l.b.sctp), GW_CHANNELS);
    assert_int_equal(say(&l.a, "one more", "x"), GW_ELIMIT);
    assert_int_equal(l.a.messages + l.b.messages, GW_CHANNELS);
    memset(label, 'q', 150);
    label[150] = '\0';
    assert_int_equal(say(&l.a, label, "x"), GW_ELIMIT);
    drop(&l);
}

static void may_be_freed_inside_an_event(void **state)
{
    struct link l;

    make(&l);
    join(&l);
    l.b.free_on_message = true;
    assert_int_equal(say(&l.a, "x", "one"), 0);
    assert_int_equal(say(&l.a, "x", "two"), 0);
    run(&l, 1000);
    assert_int_equal(l.b.messages, 1);
    drop(&l);
}

static void stands_garbage(void **state)
{
    uint8_t data[1200];
    struct link l;

    make(&l);
    for (int i = 0; i < 500; i++) {
        l.random = l.random * 1664525 + 1013904223;
        for (size_t k = 0; k < sizeof(data); k++)
            data[k] = (uint8_t)((l.random >> (k % 24)) * k);
        gw_sctp_receive(l.a.sctp, data, (size_t)i * 2, l.now);
    }
    join(&l);
    for (int i = 0; i < 500; i++)
        gw_sctp_receive(l.a.sctp, data, (size_t)i * 2, l.now);
    assert_int_equal(say(&l.a, "x", "still here"), 0);
    run(&l, 1000);
    assert_string_equal(l.b.text, "still here");
    drop(&l);
}

static void gives_up_on_a_peer_that_is_gone(void **state)
{
    struct link l;

    make(&l);
    join(&l);
    assert_int_equal(say(&l.a, "x", "one"), 0);
    run(&l, 1000);
    l.loss = 100;
    assert_int_equal(say(&l.a, "x", "two"), 0);
    run(&l, 200000);
    assert_int_equal(l.a.closed, 1);
    assert_int_equal(say(&l.a, "x", "three"), GW_ESTATE);
    drop(&l);
}

/* --- a peer of our own making, for what a well-behaved one does not do -------------------------------------------- */

struct raw {
    struct gw_assoc assoc;
    struct end end; /* only its queue is used */
    struct gw_sctp *sctp;
    unsigned acks, resets;
};

static void raw_reset(void *arg, uint16_t stream)
{
    ((struct raw *)arg)->resets++;
}

static void raw_pump(struct raw *r, struct end *other, int64_t *now)
{
    struct gw_assoc_packet *p, *next;
    struct gw_assoc_read got;
    uint8_t buf[4096];

    for (int round = 0; round < 20; round++) {
        for (p = gw_assoc_late(&r->assoc); p; p = next) {
            next = p->next;
            gw_sctp_receive(other->sctp, p->data, p->len, *now);
            free(p);
        }
        for (unsigned i = 0; i < r->end.in_count; i++)
            gw_assoc_input(&r->assoc, r->end.in[i].data, r->end.in[i].len);
        r->end.in_count = 0;
        while (!gw_assoc_read(&r->assoc, &got, buf, sizeof(buf))) {
            if (got.event)
                gw_assoc_event(buf, got.len, raw_reset, r);
            else if (got.ppid == GW_PPID_DCEP && buf[0] == GW_DCEP_ACK)
                r->acks++;
        }
        *now += 10 * MS;
        gw_sctp_tick(*now);
    }
}

static void raw_send(struct raw *r, uint16_t stream, uint32_t ppid, const void *data, size_t len)
{
    const struct gw_assoc_how how = {.stream = stream, .ppid = ppid};

    assert_int_equal(gw_assoc_send(&r->assoc, &how, data, len), 0);
}

static void raw_open(struct raw *r, uint16_t stream, const char *label)
{
    struct gw_dcep open = {.type = GW_DCEP_OPEN, .unordered = true, .reliability = GW_MAX_LIFETIME, .limit = 100};
    uint8_t data[GW_DCEP_OPEN_MAX];

    snprintf(open.label, sizeof(open.label), "%s", label);
    raw_send(r, stream, GW_PPID_DCEP, data, gw_dcep_write(data, &open));
}

static void raw_make(struct raw *r, struct end *e, int64_t *now)
{
    memset(r, 0, sizeof(*r));
    memset(e, 0, sizeof(*e));
    *now = 9000000;
    r->end.in = calloc(QUEUE, sizeof(struct packet));
    e->peer = &r->end;
    assert_int_equal(gw_sctp_new(&e->sctp, false, 5000, &events, e), 0);
    assert_int_equal(gw_assoc_open(&r->assoc, GW_CHANNEL_STREAMS), 0);
    assert_int_equal(gw_sctp_connect(e->sctp), 0);
    assert_int_equal(gw_assoc_connect(&r->assoc, 5000), 0);
    raw_pump(r, e, now);
    raw_pump(r, e, now);
    assert_int_equal(e->up, 1);
}

static void raw_drop(struct raw *r, struct end *e)
{
    gw_sctp_free(e->sctp);
    gw_assoc_close(&r->assoc);
    free(r->end.in);
}

static void understands_every_payload_kind(void **state)
{
    struct raw r;
    struct end e;
    int64_t now;

    raw_make(&r, &e, &now);
    raw_send(&r, 4, GW_PPID_STRING, "nobody", 6); /* no such channel */
    raw_open(&r, 4, "x");
    raw_pump(&r, &e, &now);
    assert_int_equal(e.opened, 1);
    assert_int_equal(r.acks, 1);
    assert_int_equal(e.messages, 0);
    raw_send(&r, 4, GW_PPID_STRING, "text", 4);
    raw_pump(&r, &e, &now);
    assert_string_equal(e.text, "text");
    assert_false(e.last_binary);
    raw_send(&r, 4, GW_PPID_BINARY_EMPTY, "", 1);
    raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 2);
    assert_int_equal(e.last_len, 0);
    assert_true(e.last_binary);
    raw_send(&r, 4, GW_PPID_STRING_EMPTY, "", 1);
    raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 3);
    assert_false(e.last_binary);
    raw_send(&r, 4, GW_PPID_STRING_PARTIAL, "one ", 4);
    raw_send(&r, 4, GW_PPID_STRING_PARTIAL, "two ", 4);
    raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 3);
    raw_send(&r, 4, GW_PPID_STRING, "three", 5);
    raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 4);
    assert_string_equal(e.text, "one two three");
    raw_send(&r, 4, 99, "what?", 5);
    raw_send(&r, 4, GW_PPID_DCEP, "\x07", 1);
    raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 4);
    raw_drop(&r, &e);
}

static void drops_messages_that_are_too_long(void **state)
{
    uint8_t *data = calloc(1, 300 * 1024);
    struct raw r;
    struct end e;
    int64_t now;

    raw_make(&r, &e, &now);
    raw_open(&r, 2, "x");
    raw_send(&r, 2, GW_PPID_BINARY, data, 300 * 1024);
    for (int i = 0; i < 20; i++)
        raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 0);
    for (int i = 0; i < 5; i++) {
        raw_send(&r, 2, GW_PPID_BINARY_PARTIAL, data, 64 * 1024);
        raw_pump(&r, &e, &now);
    }
    raw_send(&r, 2, GW_PPID_BINARY, data, 10);
    raw_send(&r, 2, GW_PPID_STRING, "after", 5);
    for (int i = 0; i < 5; i++)
        raw_pump(&r, &e, &now);
    assert_int_equal(e.messages, 1);
    assert_string_equal(e.text, "after");
    free(data);
    raw_drop(&r, &e);
}

static void answers_a_reset(void **state)
{
    struct raw r;
    struct end e;
    int64_t now;

    raw_make(&r, &e, &now);
    for (int round = 1; round <= 3; round++) {
        raw_open(&r, 6, "x");
        raw_open(&r, 8, "y");
        raw_pump(&r, &e, &now);
        assert_int_equal(gw_sctp_channels(e.sctp), 2);
        assert_int_equal(gw_assoc_reset(&r.assoc, 6), 0);
        raw_pump(&r, &e, &now);
        assert_int_equal(gw_assoc_reset(&r.assoc, 8), 0);
        for (int i = 0; i < 10; i++)
            raw_pump(&r, &e, &now);
        assert_int_equal(gw_sctp_channels(e.sctp), 0);
        assert_int_equal(e.shut, 2 * round);
        assert_int_equal(r.resets, 2 * round); /* ours came back */
    }
    raw_drop(&r, &e);
}

static void resets_what_it_does_not_want(void **state)
{
    struct raw r;
    struct end e;
    int64_t now;
    char label[20];

    raw_make(&r, &e, &now);
    raw_open(&r, 6, "x");
    raw_open(&r, 6, "again"); /* a stream in use */
    for (int i = 0; i < 5; i++)
        raw_pump(&r, &e, &now);
    assert_int_equal(e.opened, 1);
    assert_int_equal(e.shut, 1);
    assert_int_equal(r.resets, 1);
    for (unsigned i = 0; i < GW_CHANNELS + 3; i++) {
        snprintf(label, sizeof(label), "%u", i);
        raw_open(&r, (uint16_t)(100 + i), label);
        raw_pump(&r, &e, &now);
    }
    for (int i = 0; i < 20; i++)
        raw_pump(&r, &e, &now);
    assert_int_equal(gw_sctp_channels(e.sctp), GW_CHANNELS);
    assert_int_equal(r.resets, 4);
    raw_drop(&r, &e);
}

/* What the peer's open says about reliability holds for what we send: after 100 ms of silence it is given up. */
static void sends_as_the_peer_asked(void **state)
{
    struct raw r;
    struct end e;
    int64_t now;

    raw_make(&r, &e, &now);
    raw_open(&r, 6, "x");
    raw_pump(&r, &e, &now);
    assert_int_equal(say(&e, "x", "hello"), 0);
    assert_true(r.end.in_count >= 1);
    /* the data chunk: type 0, U bit, stream 6, PPID 51 */
    assert_int_equal(r.end.in[r.end.in_count - 1].data[12], 0);
    assert_int_equal(r.end.in[r.end.in_count - 1].data[13] & 4, 4);
    assert_int_equal(r.end.in[r.end.in_count - 1].data[21], 6);
    assert_int_equal(r.end.in[r.end.in_count - 1].data[27], 51);
    raw_drop(&r, &e);
}

/* Streams of our own have our parity. */
static void numbers_streams_by_role(void **state)
{
    for (int client = 0; client < 2; client++) {
        struct link l;
        struct end *e;

        make(&l);
        join(&l);
        e = client ? &l.a : &l.b;
        e->peer->in_count = 0;
        assert_int_equal(say(e, "x", "hello"), 0);
        assert_int_equal(e->peer->in[0].data[12], 0);
        assert_int_equal(e->peer->in[0].data[21], client ? 0 : 1);
        assert_int_equal(e->peer->in[0].data[27], GW_PPID_DCEP);
        drop(&l);
    }
}

/* --- several workers ---------------------------------------------------------------------------------------------- */

static void *worker(void *arg)
{
    unsigned *ok = arg;

    for (int round = 0; round < 4; round++) {
        struct link l;

        make(&l);
        gw_sctp_connect(l.a.sctp);
        gw_sctp_connect(l.b.sctp);
        for (int i = 0; i < 50000 && (!l.a.up || !l.b.up); i += 10)
            run(&l, 10);
        for (int i = 0; i < 100; i++) {
            say(&l.a, "x", "ping");
            say(&l.b, "x", "pong");
            run(&l, 20);
        }
        run(&l, 1000);
        *ok += l.a.messages == 100 && l.b.messages == 100;
        drop(&l);
    }
    return NULL;
}

static void serves_several_workers(void **state)
{
    unsigned ok[3] = {0};
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, worker, &ok[i]), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(ok[i], 4);
    }
}

static int setup(void **state)
{
    return gw_sctp_global_init();
}

static int teardown(void **state)
{
    gw_sctp_global_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_up_and_talks),
        cmocka_unit_test(survives_loss),
        cmocka_unit_test(carries_long_messages_and_says_when_full),
        cmocka_unit_test(opens_a_bounded_number_of_channels),
        cmocka_unit_test(may_be_freed_inside_an_event),
        cmocka_unit_test(stands_garbage),
        cmocka_unit_test(gives_up_on_a_peer_that_is_gone),
        cmocka_unit_test(understands_every_payload_kind),
        cmocka_unit_test(drops_messages_that_are_too_long),
        cmocka_unit_test(answers_a_reset),
        cmocka_unit_test(resets_what_it_does_not_want),
        cmocka_unit_test(sends_as_the_peer_asked),
        cmocka_unit_test(numbers_streams_by_role),
        cmocka_unit_test(serves_several_workers),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
