/* SPDX-License-Identifier: Apache-2.0 */
/* Records of ours against OpenSSL's in both directions; replay, truncation, forgery; keys and ciphers that do not fit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/cursor.h"
#include "base/err.h"
#include "dtls/dtls.h"
#include "dtls/link.h"
#include "dtls/record.h"

enum { ROOM = 2048, MOST = 32, HEADER = 13, TEXT = 1100 };

struct datagram {
    size_t len;
    uint8_t data[ROOM];
};

struct end {
    SSL *ssl;
    struct gw_dtls_link link;
    struct datagram sent[MOST];
    unsigned n_sent, n_taken; /* taken: by the other end */
    struct gw_record *record;
};

struct pair {
    SSL_CTX *ctx;
    BIO_METHOD *method;
    struct end client, server;
};

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct end *e = arg;

    assert_true(e->n_sent < MOST && len <= ROOM);
    e->sent[e->n_sent].len = len;
    memcpy(e->sent[e->n_sent++].data, data, len);
}

static void open_end(struct pair *p, struct end *e, bool client)
{
    BIO *bio;

    e->link = (struct gw_dtls_link){.send = on_send, .arg = e, .mtu = 1200};
    e->ssl = SSL_new(p->ctx);
    assert_non_null(e->ssl);
    bio = gw_dtls_link_bio(p->method, &e->link);
    SSL_set_bio(e->ssl, bio, bio);
    SSL_set_mtu(e->ssl, 1200);
    if (client)
        SSL_set_connect_state(e->ssl);
    else
        SSL_set_accept_state(e->ssl);
}

/* Everything the other end has sent goes to this one. */
static void carry(struct end *e, struct end *from)
{
    SSL_do_handshake(e->ssl);
    while (from->n_taken < from->n_sent) {
        struct datagram *d = &from->sent[from->n_taken++];

        e->link.in = d->data;
        e->link.in_len = d->len;
        SSL_do_handshake(e->ssl);
        e->link.in = NULL;
    }
}

static SSL_CTX *context(const char *cipher)
{
    SSL_CTX *ctx = SSL_CTX_new(DTLS_method());
    char *cert = NULL, *key = NULL;
    BIO *cert_bio, *key_bio;
    X509 *x509;
    EVP_PKEY *pkey;

    assert_int_equal(gw_dtls_self_signed(&cert, &key), 0);
    cert_bio = BIO_new_mem_buf(cert, -1);
    key_bio = BIO_new_mem_buf(key, -1);
    x509 = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL);
    pkey = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
    assert_int_equal(SSL_CTX_use_certificate(ctx, x509), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(ctx, pkey), 1);
    assert_int_equal(SSL_CTX_set_cipher_list(ctx, cipher), 1);
    SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    BIO_free(cert_bio);
    BIO_free(key_bio);
    free(cert);
    free(key);
    return ctx;
}

/* Two ends of OpenSSL whose handshake is done. */
static struct pair *pair_new(const char *cipher)
{
    struct pair *p = calloc(1, sizeof(*p));

    p->ctx = context(cipher);
    p->method = gw_dtls_link_method();
    open_end(p, &p->client, true);
    open_end(p, &p->server, false);
    for (int i = 0; i < 6; i++) {
        carry(&p->client, &p->server);
        carry(&p->server, &p->client);
    }
    assert_true(SSL_is_init_finished(p->client.ssl) && SSL_is_init_finished(p->server.ssl));
    return p;
}

static void pair_free(struct pair *p)
{
    gw_record_free(p->client.record);
    gw_record_free(p->server.record);
    SSL_free(p->client.ssl);
    SSL_free(p->server.ssl);
    BIO_meth_free(p->method);
    SSL_CTX_free(p->ctx);
    free(p);
}

static int take(struct end *e)
{
    const struct datagram *last = &e->sent[e->n_sent - 1];

    return gw_record_new(&e->record, e->ssl, last->data, last->len);
}

/* … and both with records of ours. */
static struct pair *pair_of_records(const char *cipher)
{
    struct pair *p = pair_new(cipher);

    assert_int_equal(take(&p->client), 0);
    assert_int_equal(take(&p->server), 0);
    return p;
}

static void fill(uint8_t *text, size_t len, uint8_t with)
{
    for (size_t i = 0; i < len; i++)
        text[i] = (uint8_t)(with + i * 7);
}

static size_t seal(struct gw_record *r, const uint8_t *text, size_t len, uint8_t *out)
{
    int n = gw_record_seal(r, GW_RECORD_DATA, text, len, out);

    assert_int_equal(n, len + GW_RECORD_GROWTH);
    return (size_t)n;
}

/* The type under which it was opened: NONE when it was ignored. All of it was taken in either case. */
static enum gw_record_type open_one(struct gw_record *r, const uint8_t *data, size_t len, uint8_t *plain, size_t *n)
{
    struct gw_record_in in = {0};

    assert_int_equal(gw_record_open(r, data, len, plain, &in), len);
    *n = in.len;
    return in.type;
}

static void test_both_ways(void **state)
{
    static const char *const ciphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"};
    uint8_t text[TEXT], wire[ROOM], plain[ROOM];
    size_t n, len;

    for (size_t c = 0; c < 2; c++) {
        struct pair *p = pair_of_records(ciphers[c]);

        for (len = 0; len <= TEXT; len += len < 70 ? 1 : 103) {
            fill(text, len, (uint8_t)len);
            n = seal(p->client.record, text, len, wire);
            assert_int_equal(open_one(p->server.record, wire, n, plain, &n), GW_RECORD_DATA);
            assert_int_equal(n, len);
            assert_memory_equal(plain, text, len);
            n = seal(p->server.record, text, len, wire);
            assert_int_equal(open_one(p->client.record, wire, n, plain, &n), GW_RECORD_DATA);
            assert_memory_equal(plain, text, len);
        }
        pair_free(p);
    }
}

static void test_openssl_reads_ours(void **state)
{
    struct pair *p = pair_new("ECDHE-ECDSA-AES128-GCM-SHA256");
    uint8_t text[TEXT], wire[ROOM], plain[ROOM];
    size_t n;

    assert_int_equal(take(&p->client), 0);
    for (uint8_t i = 0; i < 10; i++) {
        fill(text, TEXT, i);
        n = seal(p->client.record, text, TEXT, wire);
        p->server.link.in = wire;
        p->server.link.in_len = n;
        assert_int_equal(SSL_read(p->server.ssl, plain, sizeof(plain)), TEXT);
        assert_memory_equal(plain, text, TEXT);
    }
    pair_free(p);
}

static void test_ours_reads_openssl(void **state)
{
    struct pair *p = pair_new("ECDHE-ECDSA-AES256-GCM-SHA384");
    uint8_t text[TEXT], plain[ROOM];
    const struct datagram *d;
    size_t n;

    assert_int_equal(take(&p->server), 0);
    for (uint8_t i = 0; i < 10; i++) {
        fill(text, TEXT, i);
        assert_int_equal(SSL_write(p->client.ssl, text, TEXT), TEXT);
        d = &p->client.sent[p->client.n_sent - 1];
        assert_int_equal(open_one(p->server.record, d->data, d->len, plain, &n), GW_RECORD_DATA);
        assert_int_equal(n, TEXT);
        assert_memory_equal(plain, text, TEXT);
    }
    pair_free(p);
}

static void test_types(void **state)
{
    static const enum gw_record_type types[] = {GW_RECORD_ALERT, GW_RECORD_HANDSHAKE, GW_RECORD_DATA};
    struct pair *p = pair_of_records("ECDHE-ECDSA-AES128-GCM-SHA256");
    uint8_t wire[ROOM], plain[ROOM];
    struct gw_record_in in;
    size_t len = 0, at = 0;

    for (size_t i = 0; i < 3; i++) /* in one datagram */
        len += (size_t)gw_record_seal(p->client.record, types[i], (const uint8_t *)"hello", 5, wire + len);
    for (size_t i = 0; i < 3; i++) {
        at += (size_t)gw_record_open(p->server.record, wire + at, len - at, plain, &in);
        assert_int_equal(in.type, types[i]);
        assert_int_equal(in.len, 5);
        assert_memory_equal(plain, "hello", 5);
    }
    assert_int_equal(at, len);

    len = seal(p->client.record, plain, 5, wire);
    wire[0] = 20; /* a change of cipher is nothing that we know here */
    assert_int_equal(open_one(p->server.record, wire, len, plain, &at), GW_RECORD_NONE);
    wire[0] = 24;
    assert_int_equal(open_one(p->server.record, wire, len, plain, &at), GW_RECORD_NONE);
    pair_free(p);
}

/* What arrives a second time is ignored, also when it is late; older than 64 is too old. */
static void test_replay(void **state)
{
    enum { N = 100 };
    struct pair *p = pair_of_records("ECDHE-ECDSA-AES128-GCM-SHA256");
    static uint8_t wire[N][64];
    uint8_t plain[64];
    size_t len = 0, n;

    for (uint8_t i = 0; i < N; i++)
        len = seal(p->client.record, &i, 1, wire[i]);
    for (int i = 1; i < N; i += 2) {
        assert_int_equal(open_one(p->server.record, wire[i], len, plain, &n), GW_RECORD_DATA);
        assert_int_equal(open_one(p->server.record, wire[i], len, plain, &n), GW_RECORD_NONE);
    }
    for (int i = 0; i < N; i += 2) { /* 99 was the newest: 36 is the oldest of the window */
        enum gw_record_type want = N - 1 - i < 64 ? GW_RECORD_DATA : GW_RECORD_NONE;

        assert_int_equal(open_one(p->server.record, wire[i], len, plain, &n), want);
        if (want)
            assert_int_equal(plain[0], i);
        assert_int_equal(open_one(p->server.record, wire[i], len, plain, &n), GW_RECORD_NONE);
    }
    pair_free(p);
}

/* Numbers that OpenSSL has opened during the handshake are not opened again. */
static void test_seen(void **state)
{
    struct pair *p = pair_of_records("ECDHE-ECDSA-AES128-GCM-SHA256");
    uint8_t first[64], second[64], plain[64];
    size_t len, n;

    len = seal(p->client.record, plain, 1, first);
    seal(p->client.record, plain, 1, second);
    gw_record_seen(p->server.record, (uint64_t)gw_record_number(second, len, &n) & 0xffffffffffff);
    gw_record_seen(p->server.record, 1000); /* no number of a handshake */
    assert_int_equal(open_one(p->server.record, second, len, plain, &n), GW_RECORD_NONE);
    assert_int_equal(open_one(p->server.record, first, len, plain, &n), GW_RECORD_DATA);
    pair_free(p);
}

/* A forged record is ignored, and does not keep the true one out. */
static void test_forged(void **state)
{
    struct pair *p = pair_of_records("ECDHE-ECDSA-AES128-GCM-SHA256");
    uint8_t text[40] = "whatever it is", wire[ROOM], forged[ROOM], plain[ROOM];
    struct gw_record_in in;
    size_t len = seal(p->client.record, text, sizeof(text), wire), n;

    for (size_t i = 0; i < len; i++) {
        if (i == 1 || i == 11 || i == 12) /* whether it is a record at all, and its end: below */
            continue;
        memcpy(forged, wire, len);
        forged[i] ^= 1;
        if (i == 3) /* epoch 257 */
            forged[i] = 1;
        assert_int_equal(gw_record_open(p->server.record, forged, len, plain, &in), len);
        assert_int_equal(in.type, GW_RECORD_NONE);
        assert_int_equal(in.len, 0);
    }
    assert_int_equal(open_one(p->server.record, wire, len, plain, &n), GW_RECORD_DATA);
    pair_free(p);
}

static void test_epochs(void **state)
{
    struct pair *p = pair_of_records("ECDHE-ECDSA-AES128-GCM-SHA256");
    uint8_t wire[ROOM], plain[ROOM];
    size_t len = seal(p->client.record, plain, 10, wire), n;

    for (unsigned epoch = 0; epoch < 0x8000; epoch += epoch < 4 ? 1 : 997) {
        if (epoch == 1)
            continue;
        gw_put_u16(wire + 3, (uint16_t)epoch);
        assert_int_equal(open_one(p->server.record, wire, len, plain, &n), GW_RECORD_NONE);
    }
    gw_put_u16(wire + 3, 1);
    assert_int_equal(open_one(p->server.record, wire, len, plain, &n), GW_RECORD_DATA);
    pair_free(p);
}

/* Every length of a datagram, and every length that a record says of itself. */
static void test_truncated(void **state)
{
    struct pair *p = pair_of_records("ECDHE-ECDSA-AES128-GCM-SHA256");
    uint8_t text[20] = "short", wire[ROOM], plain[ROOM];
    struct gw_record_in in;
    size_t len = seal(p->client.record, text, sizeof(text), wire), size;

    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *exact = malloc(cut + 1); /* behind which nothing may be read */

        memcpy(exact, wire, cut);
        assert_int_equal(gw_record_number(exact, cut, &size), -1);
        assert_int_equal(gw_record_open(p->server.record, exact, cut, plain, &in), GW_EPARSE);
        assert_int_equal(in.type, GW_RECORD_NONE);
        free(exact);
    }
    for (size_t says = 0; HEADER + says < len; says++) {
        uint8_t *exact = malloc(HEADER + says);

        memcpy(exact, wire, HEADER + says);
        gw_put_u16(exact + 11, (uint16_t)says);
        assert_int_equal(gw_record_open(p->server.record, exact, HEADER + says, plain, &in), HEADER + says);
        assert_int_equal(in.type, GW_RECORD_NONE);
        free(exact);
    }
    wire[1] = 3; /* TLS */
    assert_int_equal(gw_record_open(p->server.record, wire, len, plain, &in), GW_EPARSE);
    wire[1] = 0xfe;
    wire[3] = 0x80;
    assert_int_equal(gw_record_open(p->server.record, wire, len, plain, &in), GW_EPARSE);
    pair_free(p);
}

static void test_number(void **state)
{
    static const uint8_t header[] = {23, 0xfe, 0xfd, 0, 1, 1, 2, 3, 4, 5, 6, 0, 2, 'a', 'b', 'c'};
    size_t size = 0;

    assert_true(gw_record_number(header, sizeof(header), &size) == 0x0001010203040506);
    assert_int_equal(size, 15);
}

static void test_not_ours(void **state)
{
    struct pair *p = pair_new("ECDHE-ECDSA-CHACHA20-POLY1305");

    assert_int_equal(take(&p->client), GW_EPROTO);
    assert_null(p->client.record);
    pair_free(p);

    p = pair_new("ECDHE-ECDSA-AES128-GCM-SHA256");
    assert_int_equal(gw_record_new(&p->client.record, p->client.ssl, p->client.sent[0].data, p->client.sent[0].len),
                     GW_EIO); /* the ClientHello: not of epoch 1 */
    assert_int_equal(gw_record_new(&p->client.record, p->client.ssl, p->server.sent[p->server.n_sent - 1].data,
                                   p->server.sent[p->server.n_sent - 1].len),
                     GW_EIO); /* the other's Finished: not by our key */
    assert_int_equal(gw_record_new(&p->client.record, p->client.ssl, NULL, 0), GW_EIO);
    assert_null(p->client.record);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_openssl_reads_ours),
        cmocka_unit_test(test_ours_reads_openssl),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_seen),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_not_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
