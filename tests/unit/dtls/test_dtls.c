/* SPDX-License-Identifier: Apache-2.0 */
/* Two associations against each other over a lossy link and under a virtual clock; browsers' first flights; garbage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <malloc.h>
#include <pthread.h>

#include "base/err.h"
#include "dtls/dtls.h"
#include "dtls/link.h"

enum { DATAGRAMS = 64, ROOM = 2000 };
#define S 1000000LL

struct datagram {
    size_t len;
    uint8_t data[ROOM];
};

struct end {
    struct gw_dtls *dtls;
    struct end *peer;
    /* what is on its way to this end */
    struct datagram *in;
    unsigned in_count;
    /* what it heard */
    unsigned connected, closed, messages, sent;
    size_t longest;
    char reason[40], text[100];
    struct gw_dtls_keys keys;
    bool free_in_data, close_in_data, echo;
    int64_t *now;
};

struct link {
    struct end a, b;
    int64_t now;
    uint32_t random;
    unsigned loss; /* percent */
};

static struct gw_dtls_context *ours, *theirs;

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct end *e = arg;

    assert_true(len <= ROOM);
    e->sent++;
    if (len > e->longest)
        e->longest = len;
    if (!e->peer || e->peer->in_count == DATAGRAMS)
        return;
    e->peer->in[e->peer->in_count].len = len;
    memcpy(e->peer->in[e->peer->in_count++].data, data, len);
}

static void on_connected(void *arg, const struct gw_dtls_keys *keys)
{
    struct end *e = arg;

    e->connected++;
    e->keys = *keys;
}

static void on_data(void *arg, const uint8_t *data, size_t len)
{
    struct end *e = arg;

    e->messages++;
    snprintf(e->text, sizeof(e->text), "%.*s", (int)len, (const char *)data);
    if (e->echo)
        assert_int_equal(gw_dtls_send(e->dtls, data, len, *e->now), 0);
    if (e->close_in_data)
        gw_dtls_close(e->dtls, *e->now);
    if (e->free_in_data) {
        gw_dtls_free(e->dtls);
        e->dtls = NULL;
    }
}

static void on_closed(void *arg, const char *reason)
{
    struct end *e = arg;

    e->closed++;
    snprintf(e->reason, sizeof(e->reason), "%s", reason);
}

static const struct gw_dtls_events events = {
    .send = on_send, .connected = on_connected, .data = on_data, .closed = on_closed};

static void make(struct link *l, enum gw_dtls_role a_is)
{
    memset(l, 0, sizeof(*l));
    l->random = 12345;
    l->now = 1000 * S;
    l->a.in = calloc(DATAGRAMS, sizeof(struct datagram));
    l->b.in = calloc(DATAGRAMS, sizeof(struct datagram));
    l->a.peer = &l->b;
    l->b.peer = &l->a;
    l->a.now = l->b.now = &l->now;
    assert_int_equal(gw_dtls_new(&l->a.dtls, ours, a_is, &events, &l->a), 0);
    assert_int_equal(
        gw_dtls_new(&l->b.dtls, theirs, a_is == GW_DTLS_CLIENT ? GW_DTLS_SERVER : GW_DTLS_CLIENT, &events, &l->b), 0);
    assert_int_equal(gw_dtls_expect(l->a.dtls, "sha-256", gw_dtls_fingerprint(theirs)), 0);
    assert_int_equal(gw_dtls_expect(l->b.dtls, "SHA-256", gw_dtls_fingerprint(ours)), 0);
}

static void drop(struct link *l)
{
    gw_dtls_free(l->a.dtls);
    gw_dtls_free(l->b.dtls);
    free(l->a.in);
    free(l->b.in);
}

static bool lost(struct link *l)
{
    l->random = l->random * 1664525 + 1013904223;
    return (l->random >> 8) % 100 < l->loss;
}

static void deliver(struct link *l, struct end *e)
{
    struct datagram *taken = malloc(DATAGRAMS * sizeof(*taken));
    unsigned n = e->in_count;

    memcpy(taken, e->in, n * sizeof(*taken));
    e->in_count = 0;
    for (unsigned i = 0; i < n; i++)
        if (!lost(l) && e->dtls)
            gw_dtls_receive(e->dtls, taken[i].data, taken[i].len, l->now);
    free(taken);
}

/* Runs the world until nothing is left to do or the virtual time is over. */
static void run(struct link *l, int64_t until)
{
    while (l->now <= until) {
        int64_t next = INT64_MAX;

        while (l->a.in_count || l->b.in_count) {
            deliver(l, &l->a);
            deliver(l, &l->b);
            l->now += 10000;
        }
        if (l->a.dtls && gw_dtls_next(l->a.dtls) < next)
            next = gw_dtls_next(l->a.dtls);
        if (l->b.dtls && gw_dtls_next(l->b.dtls) < next)
            next = gw_dtls_next(l->b.dtls);
        if (next == INT64_MAX || next > until)
            break;
        if (next > l->now)
            l->now = next;
        if (l->a.dtls)
            gw_dtls_timer(l->a.dtls, l->now);
        if (l->b.dtls)
            gw_dtls_timer(l->b.dtls, l->now);
    }
}

static void start(struct link *l)
{
    gw_dtls_start(l->a.dtls, l->now);
    gw_dtls_start(l->b.dtls, l->now);
}

static void check_connected(const struct link *l)
{
    assert_int_equal(l->a.connected, 1);
    assert_int_equal(l->b.connected, 1);
    assert_int_equal(gw_dtls_get_state(l->a.dtls), GW_DTLS_CONNECTED);
    assert_int_equal(gw_dtls_get_state(l->b.dtls), GW_DTLS_CONNECTED);
    assert_int_equal(l->a.keys.profile, l->b.keys.profile);
    assert_int_equal(l->a.keys.len, l->b.keys.len);
    assert_memory_equal(l->a.keys.local, l->b.keys.remote, l->a.keys.len);
    assert_memory_equal(l->a.keys.remote, l->b.keys.local, l->a.keys.len);
    assert_memory_not_equal(l->a.keys.remote, l->a.keys.local, l->a.keys.len);
}

static void connects_in_either_role(void **state)
{
    for (int role = GW_DTLS_CLIENT; role <= GW_DTLS_SERVER; role++) {
        struct link l;

        make(&l, (enum gw_dtls_role)role);
        assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_CREATED);
        assert_int_equal(gw_dtls_next(l.a.dtls), INT64_MAX);
        start(&l);
        assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_TRYING);
        run(&l, l.now + 20 * S);
        check_connected(&l);
        assert_int_equal(l.a.keys.profile, 7);
        assert_int_equal(l.a.keys.len, 28);
        assert_int_equal(gw_dtls_retransmissions(l.a.dtls) + gw_dtls_retransmissions(l.b.dtls), 0);
        assert_int_equal(gw_dtls_next(l.a.dtls), INT64_MAX);
        assert_true(l.a.longest <= 1200 && l.b.longest <= 1200);
        drop(&l);
    }
}

static void connects_through_loss(void **state)
{
    unsigned connected = 0, retransmitted = 0;

    if (!gw_dtls_link_can_expire())
        skip(); /* a library that will not follow a virtual clock */
    for (uint32_t seed = 0; seed < 40; seed++) {
        struct link l;

        make(&l, seed & 1 ? GW_DTLS_CLIENT : GW_DTLS_SERVER);
        l.random = seed * 7919;
        l.loss = 30;
        start(&l);
        run(&l, l.now + 30 * S);
        connected += l.a.connected && l.b.connected;
        retransmitted += gw_dtls_retransmissions(l.a.dtls) + gw_dtls_retransmissions(l.b.dtls);
        assert_true(gw_dtls_get_state(l.a.dtls) == GW_DTLS_CONNECTED || l.a.closed == 1);
        drop(&l);
    }
    assert_true(connected >= 38);
    assert_true(retransmitted >= 40);
}

/* The server's last flight is lost: the client asks again and the server, already connected, repeats it. */
static void repeats_the_last_flight(void **state)
{
    struct link l;

    if (!gw_dtls_link_can_expire())
        skip();
    make(&l, GW_DTLS_SERVER);
    start(&l);
    while (!l.a.connected) {
        deliver(&l, &l.a);
        if (l.a.connected)
            l.b.in_count = 0;
        deliver(&l, &l.b);
    }
    assert_int_equal(l.b.connected, 0);
    run(&l, l.now + 5 * S);
    check_connected(&l);
    assert_int_equal(gw_dtls_retransmissions(l.b.dtls), 1);
    drop(&l);
}

static void gives_up_after_twenty_seconds(void **state)
{
    for (int role = GW_DTLS_CLIENT; role <= GW_DTLS_SERVER; role++) {
        struct link l;
        int64_t began;

        make(&l, (enum gw_dtls_role)role);
        l.loss = 100;
        began = l.now;
        start(&l);
        run(&l, began + 19 * S);
        assert_int_equal(l.a.closed, 0);
        run(&l, began + 21 * S);
        assert_int_equal(l.a.closed, 1);
        assert_string_equal(l.a.reason, "DTLS timeout");
        assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_FAILED);
        assert_int_equal(gw_dtls_next(l.a.dtls), INT64_MAX);
        gw_dtls_timer(l.a.dtls, began + 60 * S);
        assert_int_equal(l.a.closed, 1);
        if (role == GW_DTLS_CLIENT && gw_dtls_link_can_expire()) {
            assert_in_range(gw_dtls_retransmissions(l.a.dtls), 5, 11);
        }
        drop(&l);
    }
}

static void refuses_a_wrong_fingerprint(void **state)
{
    for (int who = 0; who < 3; who++) { /* the server's certificate, the client's, none expected */
        struct link l;

        make(&l, GW_DTLS_SERVER);
        if (who == 0)
            assert_int_equal(gw_dtls_expect(l.b.dtls, "sha-256", gw_dtls_fingerprint(theirs)), 0);
        else if (who == 1)
            assert_int_equal(gw_dtls_expect(l.a.dtls, "sha-256", gw_dtls_fingerprint(ours)), 0);
        else
            gw_dtls_free(l.a.dtls), assert_int_equal(gw_dtls_new(&l.a.dtls, ours, GW_DTLS_SERVER, &events, &l.a), 0);
        start(&l);
        run(&l, l.now + 5 * S);
        assert_int_equal(l.a.connected, 0);
        assert_int_equal(l.a.closed, 1);
        assert_int_equal(l.b.closed, 1);
        assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_FAILED);
        assert_string_equal(who ? l.a.reason : l.b.reason, "DTLS error");
        assert_string_equal(who ? l.b.reason : l.a.reason, "DTLS alert");
        drop(&l);
    }
}

/* The authorities of a machine are here one file with one certificate. */
static void wants_an_authority_where_told_so(void **state)
{
    char path[] = "/tmp/test_dtls.XXXXXX", why[200], *cert, *key;
    struct gw_dtls_context *before = ours, *named;
    struct link l;
    FILE *file = fdopen(mkstemp(path), "w");

    assert_int_equal(gw_dtls_self_signed(&cert, &key), 0);
    fprintf(file, "%s%s", cert, key);
    fclose(file);
    setenv("SSL_CERT_FILE", path, 1);
    assert_int_equal(gw_dtls_context_new(&ours, &(struct gw_dtls_conf){.trusted_only = true}, why, sizeof(why)), 0);
    for (int trusted = 0; trusted < 2; trusted++) {
        struct gw_dtls_context *fresh = theirs;

        assert_int_equal(gw_dtls_context_new(&named, &(struct gw_dtls_conf){.cert_pem = path}, why, sizeof(why)), 0);
        theirs = trusted ? named : theirs;
        make(&l, GW_DTLS_SERVER);
        start(&l);
        run(&l, l.now + 5 * S);
        assert_int_equal(l.a.connected, trusted);
        assert_int_equal(l.a.closed, !trusted);
        drop(&l);
        theirs = fresh;
        gw_dtls_context_free(named);
    }
    gw_dtls_context_free(ours);
    ours = before;
    unsetenv("SSL_CERT_FILE");
    remove(path);
    free(cert);
    free(key);
}

static void checks_expectations(void **state)
{
    struct link l;

    make(&l, GW_DTLS_SERVER);
    assert_int_equal(gw_dtls_expect(l.a.dtls, "md5", "00"), GW_EPROTO);
    assert_int_equal(gw_dtls_expect(l.a.dtls, "sha-1", "00"), GW_EPARSE);
    drop(&l);
}

static void carries_data_and_close(void **state)
{
    struct link l;
    uint8_t big[1501] = {0};

    make(&l, GW_DTLS_SERVER);
    assert_int_equal(gw_dtls_send(l.a.dtls, (const uint8_t *)"early", 5, l.now), GW_ESTATE);
    start(&l);
    run(&l, l.now + S);
    check_connected(&l);
    l.b.echo = true;
    for (int i = 0; i < 5; i++)
        assert_int_equal(gw_dtls_send(l.a.dtls, (const uint8_t *)"hello", 5, l.now), 0);
    run(&l, l.now + S);
    assert_int_equal(l.b.messages, 5);
    assert_int_equal(l.a.messages, 5);
    assert_string_equal(l.a.text, "hello");
    assert_int_equal(gw_dtls_send(l.a.dtls, big, 1280, l.now), 0);
    assert_int_equal(gw_dtls_send(l.a.dtls, big, sizeof(big), l.now), GW_ELIMIT);
    run(&l, l.now + S);
    assert_int_equal(l.b.messages, 6);

    gw_dtls_close(l.a.dtls, l.now);
    assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_CLOSED);
    assert_int_equal(gw_dtls_send(l.a.dtls, big, 1, l.now), GW_ESTATE);
    run(&l, l.now + S);
    assert_int_equal(l.a.closed, 0);
    assert_int_equal(l.b.closed, 1);
    assert_string_equal(l.b.reason, "DTLS alert");
    assert_int_equal(gw_dtls_get_state(l.b.dtls), GW_DTLS_CLOSED);
    drop(&l);
}

static struct gw_dtls_context *with_records(bool library)
{
    const struct gw_dtls_conf conf = {.openssl_records = library};
    struct gw_dtls_context *c;
    char why[200];

    assert_int_equal(gw_dtls_context_new(&c, &conf, why, sizeof(why)), 0);
    return c;
}

/* Our own records and OpenSSL's understand each other, in either role: data, and the end from either side. */
static void understands_the_librarys_records(void **state)
{
    struct gw_dtls_context *kept_ours = ours, *kept_theirs = theirs;

    ours = with_records(false);
    theirs = with_records(true);
    for (int i = 0; i < 4; i++) {
        struct link l;
        uint8_t big[1300];
        struct end *closes, *hears;

        memset(big, 'x', sizeof(big));
        make(&l, i & 1 ? GW_DTLS_CLIENT : GW_DTLS_SERVER);
        start(&l);
        run(&l, l.now + S);
        check_connected(&l);
        l.b.echo = true;
        for (int k = 0; k < 100; k++) {
            assert_int_equal(gw_dtls_send(l.a.dtls, big, 1 + (size_t)k * 13, l.now), 0);
            run(&l, l.now + S);
        }
        assert_int_equal(l.b.messages, 100);
        assert_int_equal(l.a.messages, 100);
        closes = i & 2 ? &l.a : &l.b;
        hears = i & 2 ? &l.b : &l.a;
        gw_dtls_close(closes->dtls, l.now);
        run(&l, l.now + S);
        assert_int_equal(hears->closed, 1);
        assert_string_equal(hears->reason, "DTLS alert");
        drop(&l);
    }
    gw_dtls_context_free(ours);
    gw_dtls_context_free(theirs);
    ours = kept_ours;
    theirs = kept_theirs;
}

/* A datagram that comes twice, or was changed on its way, is nothing. */
static void takes_each_record_once_and_whole(void **state)
{
    struct datagram copy;
    struct link l;

    make(&l, GW_DTLS_SERVER);
    start(&l);
    run(&l, l.now + S);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gw_dtls_send(l.b.dtls, (const uint8_t *)"hello", 5, l.now), 0);
        assert_int_equal(l.a.in_count, 1);
        copy = l.a.in[0];
        for (size_t at = 0; at < copy.len; at++) {
            struct datagram bad = copy;

            bad.data[at] ^= 0x40;
            gw_dtls_receive(l.a.dtls, bad.data, bad.len, l.now);
            gw_dtls_receive(l.a.dtls, copy.data, at, l.now);
        }
        assert_int_equal(l.a.messages, (unsigned)i);
        run(&l, l.now + S);
        gw_dtls_receive(l.a.dtls, copy.data, copy.len, l.now);
        assert_int_equal(l.a.messages, (unsigned)i + 1);
    }
    assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_CONNECTED);
    drop(&l);
}

static void may_be_closed_or_freed_inside_an_event(void **state)
{
    for (int i = 0; i < 2; i++) {
        struct link l;

        make(&l, GW_DTLS_CLIENT);
        start(&l);
        run(&l, l.now + S);
        check_connected(&l);
        l.b.free_in_data = i == 0;
        l.b.close_in_data = i == 1;
        assert_int_equal(gw_dtls_send(l.a.dtls, (const uint8_t *)"go", 2, l.now), 0);
        run(&l, l.now + S);
        assert_int_equal(l.b.messages, 1);
        assert_int_equal(l.b.closed, 0);
        drop(&l);
    }
}

static void takes_the_servers_order_of_profiles(void **state)
{
    static const struct {
        const char *server, *client;
        unsigned profile;
        size_t len;
    } cases[] = {
        {NULL, "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM", 7, 28},
        {"SRTP_AEAD_AES_256_GCM", NULL, 8, 44},
        {NULL, "SRTP_AES128_CM_SHA1_80", 1, 30},
        {"SRTP_AES128_CM_SHA1_32", "SRTP_AES128_CM_SHA1_32", 2, 30},
        {"SRTP_AES128_CM_SHA1_32", NULL, 0, 0}, /* nothing in common */
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_dtls_context *keep_ours = ours, *keep_theirs = theirs;
        const struct gw_dtls_conf server = {.profiles = cases[i].server}, client = {.profiles = cases[i].client};
        struct link l;
        char why[100];

        assert_int_equal(gw_dtls_context_new(&ours, &server, why, sizeof(why)), 0);
        assert_int_equal(gw_dtls_context_new(&theirs, &client, why, sizeof(why)), 0);
        make(&l, GW_DTLS_SERVER);
        start(&l);
        run(&l, l.now + S);
        assert_int_equal(l.a.connected, 1);
        assert_int_equal(l.b.connected, 1);
        assert_int_equal(l.a.keys.profile, cases[i].profile);
        assert_int_equal(l.a.keys.len, cases[i].len);
        assert_memory_equal(l.a.keys.local, l.b.keys.remote, sizeof(l.a.keys.local));
        drop(&l);
        gw_dtls_context_free(ours);
        gw_dtls_context_free(theirs);
        ours = keep_ours;
        theirs = keep_theirs;
    }
}

static unsigned feed_fixture(struct gw_dtls *d, const char *name, int64_t now, bool backwards)
{
    const char *srcdir = getenv("srcdir");
    char path[300], line[4000];
    struct datagram in[8];
    unsigned n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/tests/fixtures/dtls/%s", srcdir ? srcdir : "..", name);
    f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    while (n < 8 && fgets(line, sizeof(line), f)) {
        unsigned byte;

        in[n].len = 0;
        for (char *p = line; sscanf(p, "%2x", &byte) == 1 && in[n].len < ROOM; p += 2)
            in[n].data[in[n].len++] = (uint8_t)byte;
        n += in[n].len > 0;
    }
    fclose(f);
    for (unsigned i = 0; i < n; i++) {
        const struct datagram *g = &in[backwards ? n - 1 - i : i];

        gw_dtls_receive(d, g->data, g->len, now);
    }
    return n;
}

static void answers_browsers(void **state)
{
    static const char *const names[] = {"chromium-clienthello.hex", "firefox-clienthello.hex"};

    for (int i = 0; i < 4; i++) {
        struct end e = {0};
        struct datagram got[DATAGRAMS];
        struct end peer = {.in = got};

        e.peer = &peer;
        assert_int_equal(gw_dtls_new(&e.dtls, ours, GW_DTLS_SERVER, &events, &e), 0);
        assert_int_equal(gw_dtls_expect(e.dtls, "sha-256", gw_dtls_fingerprint(theirs)), 0);
        gw_dtls_start(e.dtls, 1);
        assert_int_equal(feed_fixture(e.dtls, names[i / 2], 1, i & 1), 2);
        assert_int_equal(gw_dtls_get_state(e.dtls), GW_DTLS_TRYING);
        assert_true(peer.in_count >= 1);
        assert_int_equal(got[0].data[0], 22);                             /* handshake */
        assert_int_equal(got[0].data[13], 2);                             /* ServerHello */
        assert_int_equal(got[0].data[25] << 8 | got[0].data[26], 0xfefd); /* DTLS 1.2 */
        assert_true(e.longest <= 1200);
        gw_dtls_free(e.dtls);
    }
}

static void stands_garbage(void **state)
{
    uint8_t data[1500];
    struct link l;

    make(&l, GW_DTLS_SERVER);
    start(&l);
    for (int i = 0; i < 2000; i++) {
        size_t len = 1 + l.random % sizeof(data);

        for (size_t k = 0; k < len; k++) {
            lost(&l);
            data[k] = (uint8_t)(l.random >> 16);
        }
        data[0] = (uint8_t)(20 + i % 44);
        gw_dtls_receive(l.a.dtls, data, len, l.now);
    }
    assert_int_equal(l.a.closed, 0);
    run(&l, l.now + S);
    check_connected(&l);
    for (int i = 0; i < 500; i++) {
        data[0] = (uint8_t)(20 + i % 4);
        gw_dtls_receive(l.a.dtls, data, 1 + (size_t)i, l.now);
    }
    assert_int_equal(gw_dtls_get_state(l.a.dtls), GW_DTLS_CONNECTED);
    drop(&l);
}

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t heap_used(void)
{
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : mallinfo2().uordblks;
}

/* OpenSSL's object (34 to 75 KiB) is gone once the handshake is done. */
static void is_small_when_connected(void **state)
{
    enum { LINKS = 16 };
    static struct link l[LINKS];
    size_t before = heap_used(), each;

    for (int i = 0; i < LINKS; i++) {
        make(&l[i], GW_DTLS_SERVER);
        start(&l[i]);
        run(&l[i], l[i].now + S);
        check_connected(&l[i]);
    }
    each = (heap_used() - before) / (2 * LINKS) - DATAGRAMS * sizeof(struct datagram);
    assert_in_range(each, 0, 3 * 1024); /* what the allocator keeps for itself counts too */
    for (int i = 0; i < LINKS; i++)
        drop(&l[i]);
}

/* One context, several workers. */
static void *handshakes(void *arg)
{
    unsigned *connected = arg;

    for (int i = 0; i < 10; i++) {
        struct link l;

        make(&l, i & 1 ? GW_DTLS_CLIENT : GW_DTLS_SERVER);
        start(&l);
        run(&l, l.now + S);
        *connected += l.a.connected && l.b.connected;
        drop(&l);
    }
    return NULL;
}

static void serves_several_workers(void **state)
{
    unsigned connected[3] = {0};
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, handshakes, &connected[i]), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(connected[i], 10);
    }
}

static int setup(void **state)
{
    const struct gw_dtls_conf conf = {0};
    char why[200];

    return gw_dtls_context_new(&ours, &conf, why, sizeof(why)) || gw_dtls_context_new(&theirs, &conf, why, sizeof(why));
}

static int teardown(void **state)
{
    gw_dtls_context_free(ours);
    gw_dtls_context_free(theirs);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_in_either_role),
        cmocka_unit_test(connects_through_loss),
        cmocka_unit_test(repeats_the_last_flight),
        cmocka_unit_test(gives_up_after_twenty_seconds),
        cmocka_unit_test(refuses_a_wrong_fingerprint),
        cmocka_unit_test(wants_an_authority_where_told_so),
        cmocka_unit_test(checks_expectations),
        cmocka_unit_test(carries_data_and_close),
        cmocka_unit_test(understands_the_librarys_records),
        cmocka_unit_test(takes_each_record_once_and_whole),
        cmocka_unit_test(may_be_closed_or_freed_inside_an_event),
        cmocka_unit_test(takes_the_servers_order_of_profiles),
        cmocka_unit_test(answers_browsers),
        cmocka_unit_test(stands_garbage),
        cmocka_unit_test(is_small_when_connected),
        cmocka_unit_test(serves_several_workers),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
