/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An association with somebody who has the right certificate, the right keys, and no manners: a script of what becomes
 * of the datagrams between them, during the handshake and after it. First byte: who is who, which cipher, whose
 * records; then steps, each a byte and its arguments. Random numbers are the same each time, so that a byte of a flight
 * is, too.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method(): the only way that reaches every library context */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/cursor.h"
#include "dtls/cert.h"
#include "dtls/context.h"
#include "dtls/dtls.h"
#include "dtls/link.h"
#include "dtls/record.h"

enum { ROOM = 2048, QUEUE = 32, MESSAGES = 256, STEPS = 400, LARGEST = 1200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct datagram {
    size_t len;
    uint8_t data[ROOM];
};

struct queue {
    struct datagram at[QUEUE];
    unsigned n;
};

static struct {
    struct gw_dtls *dtls;
    unsigned connected, closed, heard;
    struct gw_dtls_keys keys;
    int64_t now_us;
    /* the other */
    SSL *ssl;
    struct gw_dtls_link link;
    struct gw_record *record;  /* once its handshake is done, with the ciphers that record.h does */
    struct datagram finished;  /* the last of its datagrams that ended in epoch 1 */
    bool wanted[MESSAGES];     /* messages that were sealed and have not come */
    unsigned serial;           /* of the next */
    bool stranger;             /* not the certificate that was signalled */
    struct queue to_us, to_it; /* under way */
    struct datagram last;      /* that we were given */
} now;

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* --- chance ------------------------------------------------------------------------------------------------------- */

static uint32_t chance;

static int no_chance(unsigned char *out, int len)
{
    for (int i = 0; i < len; i++) {
        chance = chance * 1664525 + 1013904223;
        out[i] = (unsigned char)(chance >> 24);
    }
    return 1;
}

static int seeded(void)
{
    return 1;
}

/* --- the association that is tried -------------------------------------------------------------------------------- */

static void put(struct queue *q, const uint8_t *data, size_t len)
{
    require(len <= ROOM);
    if (q->n == QUEUE)
        return;
    q->at[q->n].len = len;
    memcpy(q->at[q->n++].data, data, len);
}

static bool take(struct queue *q, struct datagram *out)
{
    if (!q->n)
        return false;
    *out = q->at[0];
    memmove(q->at, q->at + 1, --q->n * sizeof(q->at[0]));
    return true;
}

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    require(len && len <= LARGEST + GW_RECORD_GROWTH);
    put(&now.to_it, data, len);
}

static void on_connected(void *arg, const struct gw_dtls_keys *keys)
{
    require(!now.stranger && !now.closed && !now.connected++);
    now.keys = *keys;
}

/* Each message has come once at most, and says what it said when it was sealed. */
static void on_data(void *arg, const uint8_t *data, size_t len)
{
    require(now.connected && !now.closed && len && now.wanted[data[0]]);
    now.wanted[data[0]] = false;
    for (size_t i = 1; i < len; i++)
        require(data[i] == (uint8_t)(data[0] + i));
    now.heard++;
}

static void on_closed(void *arg, const char *reason)
{
    require(reason[0] && !now.closed++);
}

static void give(const struct datagram *d)
{
    uint8_t *exact = malloc(d->len ? d->len : 1); /* so that a read past its end is seen */

    require(exact != NULL);
    memcpy(exact, d->data, d->len);
    gw_dtls_receive(now.dtls, exact, d->len, now.now_us);
    free(exact);
    now.last = *d;
}

/* --- the other ---------------------------------------------------------------------------------------------------- */

static void it_sends(void *arg, const uint8_t *data, size_t len)
{
    size_t size;
    int64_t number;

    for (size_t at = 0; (number = gw_record_number(data + at, len - at, &size)) >= 0; at += size)
        if (number >> 48 && at + size == len) {
            now.finished.len = len;
            memcpy(now.finished.data, data, len);
        }
    put(&now.to_us, data, len);
}

static unsigned never(SSL *ssl, unsigned previous_us)
{
    return 3600000000U;
}

/* Both came to the same keys. */
static void compare_keys(void)
{
    static const char label[] = "EXTRACTOR-dtls_srtp";
    const SRTP_PROTECTION_PROFILE *p = SSL_get_selected_srtp_profile(now.ssl);
    bool server = SSL_is_server(now.ssl);
    uint8_t m[120];
    size_t key = now.keys.profile == 8 ? 32 : 16, salt = now.keys.len - key;

    if (!p) {
        require(!now.keys.len);
        return;
    }
    require(p->id == now.keys.profile && 2 * now.keys.len <= sizeof(m));
    require(SSL_export_keying_material(now.ssl, m, 2 * now.keys.len, label, sizeof(label) - 1, NULL, 0, 0) == 1);
    require(!memcmp(m, server ? now.keys.local : now.keys.remote, key));
    require(!memcmp(m + key, server ? now.keys.remote : now.keys.local, key));
    require(!memcmp(m + 2 * key, (server ? now.keys.local : now.keys.remote) + key, salt));
    require(!memcmp(m + 2 * key + salt, (server ? now.keys.remote : now.keys.local) + key, salt));
}

static void it_goes_on(void)
{
    uint8_t plain[ROOM];

    if (now.record)
        return;
    if (!SSL_is_init_finished(now.ssl))
        SSL_do_handshake(now.ssl);
    if (!SSL_is_init_finished(now.ssl))
        return;
    if (!gw_record_new(&now.record, now.ssl, now.finished.data, now.finished.len))
        return;
    while (SSL_read(now.ssl, plain, sizeof(plain)) > 0)
        ;
}

static void it_gets(const struct datagram *d)
{
    now.link.in = d->data;
    now.link.in_len = d->len;
    it_goes_on();
    now.link.in = NULL;
}

/* A record with valid keys; of a message the content is known, of anything else it is what the script says. */
static void it_seals(unsigned type, const uint8_t *data, size_t len)
{
    uint8_t body[LARGEST], out[LARGEST + GW_RECORD_GROWTH];
    int n;

    if (type != GW_RECORD_DATA) {
        if (now.record && len <= LARGEST && (n = gw_record_seal(now.record, type, data, len, out)) > 0)
            put(&now.to_us, out, (size_t)n);
        return;
    }
    if (!len || now.serial == MESSAGES || !SSL_is_init_finished(now.ssl))
        return;
    for (size_t i = 0; i < len; i++)
        body[i] = (uint8_t)(now.serial + i);
    now.wanted[now.serial++] = true;
    if (!now.record)
        SSL_write(now.ssl, body, (int)len);
    else if ((n = gw_record_seal(now.record, type, body, len, out)) > 0)
        put(&now.to_us, out, (size_t)n);
}

/* --- the script --------------------------------------------------------------------------------------------------- */

enum step { TO_US, TO_IT, BOTH, LOSE, AGAIN, FLIP, CUT, WAIT, STRANGE, SEAL, SAY, NUMBER, LATER, JOIN, SPLIT, END };

static uint8_t byte(const uint8_t **data, size_t *size)
{
    if (!*size)
        return 0;
    --*size;
    return *(*data)++;
}

static void wait(int64_t us)
{
    now.now_us += us;
    if (now.now_us >= gw_dtls_next(now.dtls))
        gw_dtls_timer(now.dtls, now.now_us);
    if (!now.record) {
        gw_dtls_link_expire(&now.link);
        DTLSv1_handle_timeout(now.ssl);
    }
}

static void both(void)
{
    struct datagram d;

    for (unsigned i = 0; i < 2 * QUEUE && (now.to_us.n || now.to_it.n); i++) {
        if (take(&now.to_us, &d))
            give(&d);
        if (take(&now.to_it, &d))
            it_gets(&d);
    }
}

/* The first two that wait for us, in one; or the first, record for record. */
static void join(void)
{
    struct datagram a, b;

    if (now.to_us.n < 2 || !take(&now.to_us, &a) || !take(&now.to_us, &b))
        return;
    if (a.len + b.len <= ROOM) {
        memcpy(a.data + a.len, b.data, b.len);
        a.len += b.len;
    }
    give(&a);
}

static void split(void)
{
    struct datagram all, one;
    size_t size;

    if (!take(&now.to_us, &all))
        return;
    for (size_t at = 0; gw_record_number(all.data + at, all.len - at, &size) >= 0; at += size) {
        one.len = size;
        memcpy(one.data, all.data + at, size);
        give(&one);
    }
}

/* Changes the one that waits for us, or what we were given last. */
static struct datagram *victim(void)
{
    if (now.to_us.n)
        return &now.to_us.at[0];
    put(&now.to_us, now.last.data, now.last.len);
    return &now.to_us.at[0];
}

static void change(enum step step, const uint8_t **data, size_t *size)
{
    unsigned at = byte(data, size);
    struct datagram *d = victim();

    at |= (unsigned)byte(data, size) << 8;
    if (!d->len)
        return;
    if (step == FLIP)
        d->data[at % d->len] ^= (uint8_t)(1 + byte(data, size) % 255);
    else if (step == CUT)
        d->len = at % d->len;
    else if (d->len >= 13)
        gw_put_u16(d->data + 3 + 2 * (at >> 14), (uint16_t)(at & 0x3fff)); /* epoch or number */
}

static void strange(const uint8_t **data, size_t *size)
{
    struct datagram d = {.len = byte(data, size)};

    d.len = d.len < *size ? d.len : *size;
    memcpy(d.data, *data, d.len);
    *data += d.len;
    *size -= d.len;
    give(&d);
}

static void seal(unsigned type, const uint8_t **data, size_t *size)
{
    size_t len = byte(data, size), there;

    if (type == GW_RECORD_DATA) {
        it_seals(type, NULL, len * 4);
        return;
    }
    there = len < *size ? len : *size;
    it_seals(type, *data, there);
    *data += there;
    *size -= there;
}

static void run(uint8_t op, const uint8_t **data, size_t *size)
{
    static const unsigned types[] = {GW_RECORD_DATA, GW_RECORD_ALERT, GW_RECORD_HANDSHAKE, 20, 24, GW_RECORD_DATA};
    static const uint8_t message[LARGEST] = "from us";
    struct datagram d;

    switch ((enum step)(op & 15)) {
    case TO_US:
        if (take(&now.to_us, &d))
            give(&d);
        break;
    case TO_IT:
        if (take(&now.to_it, &d))
            it_gets(&d);
        break;
    case BOTH:
        both();
        break;
    case LOSE:
        take(op & 16 ? &now.to_it : &now.to_us, &d);
        break;
    case AGAIN:
        d = now.last;
        give(&d);
        break;
    case FLIP:
    case CUT:
    case NUMBER:
        change((enum step)(op & 15), data, size);
        break;
    case WAIT:
        wait((op >> 4) * 100000 + 1000);
        break;
    case STRANGE:
        strange(data, size);
        break;
    case SEAL:
        seal(types[(op >> 4) % (sizeof(types) / sizeof(types[0]))], data, size);
        break;
    case SAY:
        gw_dtls_send(now.dtls, message, (size_t)byte(data, size) * 5 % LARGEST, now.now_us);
        break;
    case LATER:
        if (take(&now.to_us, &d))
            put(&now.to_us, d.data, d.len);
        break;
    case JOIN:
        join();
        break;
    case SPLIT:
        split();
        break;
    case END:
        if (op >> 4 > 12)
            gw_dtls_close(now.dtls, now.now_us);
        break;
    }
}

/* --- begin and end ------------------------------------------------------------------------------------------------ */

static struct gw_dtls_context *ours[2]; /* records: our own, or OpenSSL's */
static SSL_CTX *theirs;
static char fingerprint[GW_FINGERPRINT_TEXT];

static void make_contexts(void)
{
    static const RAND_METHOD method = {.bytes = no_chance, .pseudorand = no_chance, .status = seeded};
    struct gw_dtls_conf conf = {0};
    EVP_PKEY *key;
    X509 *cert;
    char why[100];

    require(RAND_set_rand_method(&method) == 1);
    for (unsigned i = 0; i < 2; i++) {
        conf.openssl_records = i;
        require(!gw_dtls_context_new(&ours[i], &conf, why, sizeof(why)));
    }
    theirs = SSL_CTX_new(DTLS_method());
    require(theirs != NULL);
    if (gw_cert_make(&cert, &key, false, false))
        abort();
    require(SSL_CTX_use_certificate(theirs, cert) == 1 && SSL_CTX_use_PrivateKey(theirs, key) == 1);
    require(!gw_fingerprint_print(fingerprint, sizeof(fingerprint), cert));
    SSL_CTX_set_verify(theirs, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_options(theirs, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
    X509_free(cert);
    EVP_PKEY_free(key);
}

/* Of the first byte: 1 who begins, 2 and 4 the cipher, 8 no SRTP, 16 another certificate, 32 small datagrams, 64 whose
 * records. */
static void meet(uint8_t choice)
{
    static const struct gw_dtls_events events = {on_send, on_connected, on_data, on_closed};
    static const char *const ciphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                          "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-SHA"};
    static const char *const profiles[] = {"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_256_GCM",
                                           "SRTP_AES128_CM_SHA1_80", "SRTP_AEAD_AES_128_GCM"};
    struct gw_dtls_context *c = ours[choice >> 6 & 1];
    BIO *bio;

    now.stranger = choice & 16;
    require(!gw_dtls_new(&now.dtls, c, choice & 1 ? GW_DTLS_CLIENT : GW_DTLS_SERVER, &events, NULL));
    require(!gw_dtls_expect(now.dtls, "sha-256", now.stranger ? gw_dtls_fingerprint(c) : fingerprint));
    now.ssl = SSL_new(theirs);
    now.link = (struct gw_dtls_link){.send = it_sends, .mtu = choice & 32 ? 300 : LARGEST};
    bio = now.ssl ? gw_dtls_link_bio(c->link, &now.link) : NULL;
    require(bio != NULL);
    SSL_set_bio(now.ssl, bio, bio);
    SSL_set_mtu(now.ssl, now.link.mtu);
    DTLS_set_timer_cb(now.ssl, never);
    require(SSL_set_cipher_list(now.ssl, ciphers[choice >> 1 & 3]) == 1);
    if (!(choice & 8))
        require(!SSL_set_tlsext_use_srtp(now.ssl, profiles[choice >> 1 & 3]));
    if (choice & 1)
        SSL_set_accept_state(now.ssl);
    else
        SSL_set_connect_state(now.ssl);
    gw_dtls_start(now.dtls, now.now_us);
    it_goes_on();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!ours[0])
        make_contexts();
    if (!size)
        return 0;
    chance = 1;
    memset(&now, 0, sizeof(now));
    now.now_us = 1000000;
    meet(byte(&data, &size));
    for (unsigned i = 0; size && i < STEPS; i++) {
        uint8_t op = byte(&data, &size);

        run(op, &data, &size);
    }
    if (now.connected && SSL_is_init_finished(now.ssl))
        compare_keys();
    require(gw_dtls_get_state(now.dtls) != GW_DTLS_FAILED || now.closed);
    require(gw_dtls_get_state(now.dtls) != GW_DTLS_CONNECTED || now.connected);
    gw_dtls_close(now.dtls, now.now_us);
    gw_dtls_free(now.dtls);
    gw_record_free(now.record);
    SSL_free(now.ssl);
    return 0;
}
