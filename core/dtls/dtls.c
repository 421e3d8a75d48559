/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The association of one peer. OpenSSL runs the handshake; the clock is the caller's (see gw_dtls_link_expire()).
 *
 * When the handshake is done OpenSSL's object goes, if record.h can do what is left: data, alerts, and answering a peer
 * that did not get our last flight, which is kept and sent again as it was (its replay window knows what it has).
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/err.h"
#include "dtls/context.h"
#include "dtls/kept.h"
#include "dtls/link.h"
#include "dtls/record.h"

enum {
    FIRST_TIMEOUT_US = 250 * 1000, /* RFC 6347 says 1 s; media peers use less (RFC 8827 leaves it open) */
    LAST_TIMEOUT_US = 4 * 1000 * 1000,
    GIVE_UP_US = 20 * 1000 * 1000,
    RETRY_US = 10 * 1000,
    MAX_SEND = 1500,
    MAX_DATAGRAM = 2048,
    MAX_PLAIN = 16 * 1024,
    MAX_REPEATS = 16, /* of the last flight, on the peer's request */
    EARLY = 16,       /* records of epoch 1 that came before the handshake was done */
};
#define NEVER_US 3600000000U

struct gw_dtls {
    /* given at creation */
    struct gw_dtls_events events;
    void *arg;
    enum gw_dtls_role role;
    const struct gw_dtls_context *context; /* borrowed */
    /* owned */
    SSL *ssl;                 /* until the handshake is done, or for good */
    struct gw_record *record; /* from then on */
    struct gw_kept flight;    /* our last one */
    /* state */
    struct gw_dtls_link link;
    struct gw_fingerprint expected;
    enum gw_dtls_state state;
    int64_t now_us, started_us, due_us, backoff_us;
    unsigned inside;    /* depth of calls; freeing waits until it is 0 */
    bool doomed, heard; /* heard: something came since we sent, so that what we send next is a new flight */
    uint8_t early[EARLY], n_early;
    /* counters */
    unsigned retransmissions, repeats;
};

const struct gw_fingerprint *gw_dtls_expected(const SSL *ssl)
{
    const struct gw_dtls *d = SSL_get_app_data(ssl);

    return &d->expected;
}

static void send_datagram(void *arg, const uint8_t *data, size_t len)
{
    struct gw_dtls *d = arg;

    if (d->state == GW_DTLS_TRYING) {
        if (d->heard)
            gw_kept_clear(&d->flight);
        d->heard = false;
        gw_kept_add(&d->flight, data, len);
    }
    if (!d->doomed)
        d->events.send(d->arg, data, len);
}

/* OpenSSL starts a timer: previous_us is 0 for a new flight, else the flight has just been sent again. */
static unsigned timer_started(SSL *ssl, unsigned previous_us)
{
    struct gw_dtls *d = SSL_get_app_data(ssl);

    if (previous_us == 0)
        d->backoff_us = FIRST_TIMEOUT_US;
    else if (d->backoff_us < LAST_TIMEOUT_US)
        d->backoff_us *= 2;
    d->due_us = d->now_us + d->backoff_us;
    return gw_dtls_link_can_expire() ? NEVER_US : (unsigned)d->backoff_us;
}

int gw_dtls_new(struct gw_dtls **out, struct gw_dtls_context *c, enum gw_dtls_role role,
                const struct gw_dtls_events *events, void *arg)
{
    struct gw_dtls *d = calloc(1, sizeof(*d));
    int err = GW_ENOMEM;
    BIO *bio;

    if (!d)
        return GW_ENOMEM;
    d->events = *events;
    d->arg = arg;
    d->role = role;
    d->context = c;
    d->due_us = INT64_MAX;
    d->link = (struct gw_dtls_link){.send = send_datagram, .arg = d, .mtu = c->mtu};
    ERR_clear_error();
    d->ssl = SSL_new(c->ssl);
    if (!d->ssl)
        goto out;
    SSL_set_app_data(d->ssl, d);
    bio = gw_dtls_link_bio(c->link, &d->link);
    if (!bio)
        goto out;
    SSL_set_bio(d->ssl, bio, bio);
    SSL_set_mtu(d->ssl, c->mtu);
    DTLS_set_timer_cb(d->ssl, timer_started);
    if (role == GW_DTLS_SERVER)
        SSL_set_accept_state(d->ssl);
    else
        SSL_set_connect_state(d->ssl);
    *out = d;
    d = NULL;
    err = GW_OK;
out:
    gw_dtls_free(d);
    ERR_clear_error();
    return err;
}

void gw_dtls_free(struct gw_dtls *d)
{
    if (!d)
        return;
    d->doomed = true;
    if (d->inside)
        return;
    SSL_free(d->ssl);
    gw_record_free(d->record);
    gw_kept_clear(&d->flight);
    free(d);
}

static void enter(struct gw_dtls *d, int64_t now_us)
{
    d->inside++;
    d->now_us = now_us;
    if (d->ssl)
        ERR_clear_error();
}

static void leave(struct gw_dtls *d)
{
    if (d->ssl)
        ERR_clear_error();
    if (--d->inside == 0 && d->doomed)
        gw_dtls_free(d);
}

static void finish(struct gw_dtls *d, enum gw_dtls_state state, const char *reason)
{
    d->state = state;
    d->due_us = INT64_MAX;
    if (!d->doomed)
        d->events.closed(d->arg, reason);
}

/* The peer's alerts stand in the error queue as SSL_AD_REASON_OFFSET + alert. */
static const char *reason_of_error(void)
{
    const char *reason = "DTLS error";
    unsigned long e;

    while ((e = ERR_get_error()))
        if (ERR_GET_LIB(e) == ERR_LIB_SSL && ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET)
            reason = "DTLS alert";
    return reason;
}

/* What a call that returned n <= 0 means. */
static void judge(struct gw_dtls *d, int n)
{
    switch (SSL_get_error(d->ssl, n)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        break;
    case SSL_ERROR_ZERO_RETURN:
        finish(d, GW_DTLS_CLOSED, "DTLS alert");
        break;
    default:
        finish(d, GW_DTLS_FAILED, reason_of_error());
        break;
    }
}

/* RFC 5764 §4.2: client key, server key, client salt, server salt. */
static int export_keys(const struct gw_dtls *d, struct gw_dtls_keys *out)
{
    static const struct {
        unsigned id;
        size_t key, salt;
    } sizes[] = {{1, 16, 14}, {2, 16, 14}, {7, 16, 12}, {8, 32, 12}};
    static const char label[] = "EXTRACTOR-dtls_srtp";
    const SRTP_PROTECTION_PROFILE *p = SSL_get_selected_srtp_profile(d->ssl);
    uint8_t m[2 * (32 + 14)], *client, *server;
    size_t i = 0, k, s;

    memset(out, 0, sizeof(*out));
    if (!p)
        return GW_OK;
    while (sizes[i].id != p->id)
        if (++i == sizeof(sizes) / sizeof(sizes[0]))
            return GW_EPROTO;
    k = sizes[i].key;
    s = sizes[i].salt;
    if (SSL_export_keying_material(d->ssl, m, 2 * (k + s), label, sizeof(label) - 1, NULL, 0, 0) != 1)
        return GW_EIO;
    client = d->role == GW_DTLS_CLIENT ? out->local : out->remote;
    server = d->role == GW_DTLS_CLIENT ? out->remote : out->local;
    memcpy(client, m, k);
    memcpy(server, m + k, k);
    memcpy(client + k, m + 2 * k, s);
    memcpy(server + k, m + 2 * k + s, s);
    out->profile = (unsigned)p->id;
    out->len = k + s;
    OPENSSL_cleanse(m, sizeof(m));
    return GW_OK;
}

static void connected(struct gw_dtls *d)
{
    struct gw_dtls_keys keys;

    /* verify() has looked already; this also covers a cipher list of the operator's without certificates. */
    if (!gw_fingerprint_matches(&d->expected, SSL_get0_peer_certificate(d->ssl)) || export_keys(d, &keys)) {
        finish(d, GW_DTLS_FAILED, "DTLS error");
        return;
    }
    d->state = GW_DTLS_CONNECTED;
    d->due_us = INT64_MAX;
    if (!d->doomed)
        d->events.connected(d->arg, &keys);
    OPENSSL_cleanse(&keys, sizeof(keys));
}

static void handshake(struct gw_dtls *d)
{
    struct timeval left;
    int n = SSL_do_handshake(d->ssl);

    if (n == 1)
        connected(d);
    else
        judge(d, n);
    if (d->state == GW_DTLS_TRYING && !DTLSv1_get_timeout(d->ssl, &left))
        d->due_us = INT64_MAX;
}

/* Numbers of epoch 1 that OpenSSL reads: they must not be read again by ours. */
static void note_early(struct gw_dtls *d, const uint8_t *data, size_t len)
{
    size_t size;
    int64_t number;

    for (; (number = gw_record_number(data, len, &size)) >= 0; data += size, len -= size)
        if (number >> 48 == 1 && (number & 0xffffffffffff) < 64 && d->n_early < EARLY)
            d->early[d->n_early++] = (uint8_t)number;
}

/* From OpenSSL to our own records, unless there is a reason against it. */
static void change_over(struct gw_dtls *d)
{
    const uint8_t *last;
    size_t len;

    if (d->context->openssl_records || d->doomed || d->state != GW_DTLS_CONNECTED || SSL_pending(d->ssl))
        return;
    last = gw_kept_last(&d->flight, &len);
    if (!last || gw_record_new(&d->record, d->ssl, last, len))
        return;
    for (unsigned i = 0; i < d->n_early; i++)
        gw_record_seen(d->record, d->early[i]);
    SSL_free(d->ssl);
    d->ssl = NULL;
    ERR_clear_error();
    if (d->role == GW_DTLS_CLIENT) /* the server's Finished says that all of it was received */
        gw_kept_clear(&d->flight);
}

int gw_dtls_expect(struct gw_dtls *d, const char *hash, const char *fingerprint)
{
    return gw_fingerprint_parse(&d->expected, hash, fingerprint);
}

void gw_dtls_start(struct gw_dtls *d, int64_t now_us)
{
    if (d->state != GW_DTLS_CREATED)
        return;
    enter(d, now_us);
    d->state = GW_DTLS_TRYING;
    d->started_us = now_us;
    if (d->role == GW_DTLS_CLIENT)
        handshake(d);
    leave(d);
}

/* Everything the datagram holds. The buffers are OpenSSL's 17 KiB: given back between datagrams. */
static void read_data(struct gw_dtls *d)
{
    uint8_t plain[MAX_PLAIN];
    int n;

    while (d->state == GW_DTLS_CONNECTED && !d->doomed) {
        ERR_clear_error();
        n = SSL_read(d->ssl, plain, sizeof(plain));
        if (n <= 0) {
            judge(d, n);
            break;
        }
        d->events.data(d->arg, plain, (size_t)n);
    }
    if (d->state == GW_DTLS_CONNECTED)
        SSL_free_buffers(d->ssl);
}

/* The peer repeats its last flight, so it did not get ours. */
static void repeat_flight(struct gw_dtls *d)
{
    const uint8_t *datagram;
    size_t at = 0, len;

    if (d->repeats == MAX_REPEATS)
        return;
    d->repeats++;
    while (!d->doomed && (datagram = gw_kept_next(&d->flight, &at, &len)))
        d->events.send(d->arg, datagram, len);
}

static void take_record(struct gw_dtls *d, const struct gw_record_in *in, const uint8_t *plain)
{
    enum { WARNING = 1, CLOSE_NOTIFY = 0 };

    switch (in->type) {
    case GW_RECORD_DATA:
        if (in->len)
            d->events.data(d->arg, plain, in->len);
        break;
    case GW_RECORD_ALERT:
        if (in->len == 2 && (plain[0] != WARNING || plain[1] == CLOSE_NOTIFY))
            finish(d, plain[1] == CLOSE_NOTIFY ? GW_DTLS_CLOSED : GW_DTLS_FAILED, "DTLS alert");
        break;
    case GW_RECORD_HANDSHAKE:
        repeat_flight(d);
        break;
    case GW_RECORD_NONE:
        break;
    }
}

static void read_records(struct gw_dtls *d, const uint8_t *data, size_t len)
{
    uint8_t plain[MAX_DATAGRAM];
    struct gw_record_in in;

    if (len > sizeof(plain))
        return;
    while (len && d->state == GW_DTLS_CONNECTED && !d->doomed) {
        int n = gw_record_open(d->record, data, len, plain, &in);

        if (n < 0)
            break;
        take_record(d, &in, plain);
        data += n;
        len -= (size_t)n;
    }
}

static void read_library(struct gw_dtls *d, const uint8_t *data, size_t len)
{
    bool trying = d->state == GW_DTLS_TRYING;

    d->link.in = data;
    d->link.in_len = len;
    if (trying) {
        d->heard = true;
        note_early(d, data, len);
        handshake(d);
    }
    if (d->state == GW_DTLS_CONNECTED)
        read_data(d);
    d->link.in = NULL;
    if (trying)
        change_over(d);
}

void gw_dtls_receive(struct gw_dtls *d, const uint8_t *data, size_t len, int64_t now_us)
{
    if ((d->state != GW_DTLS_TRYING && d->state != GW_DTLS_CONNECTED) || d->inside || !len)
        return;
    enter(d, now_us);
    if (d->record)
        read_records(d, data, len);
    else
        read_library(d, data, len);
    leave(d);
}

static int send_record(struct gw_dtls *d, enum gw_record_type type, const uint8_t *data, size_t len)
{
    uint8_t out[MAX_SEND + GW_RECORD_GROWTH];
    int n = gw_record_seal(d->record, type, data, len, out);

    if (n > 0)
        d->events.send(d->arg, out, (size_t)n);
    return n < 0 ? GW_EIO : GW_OK;
}

static int send_library(struct gw_dtls *d, const uint8_t *data, size_t len)
{
    int n = SSL_alloc_buffers(d->ssl) ? SSL_write(d->ssl, data, (int)len) : 0;

    if (d->inside == 1)
        SSL_free_buffers(d->ssl);
    return n <= 0 ? GW_EIO : GW_OK;
}

int gw_dtls_send(struct gw_dtls *d, const uint8_t *data, size_t len, int64_t now_us)
{
    int err;

    if (d->state != GW_DTLS_CONNECTED || d->doomed)
        return GW_ESTATE;
    if (len > MAX_SEND)
        return GW_ELIMIT;
    if (!len)
        return GW_OK;
    enter(d, now_us);
    err = d->record ? send_record(d, GW_RECORD_DATA, data, len) : send_library(d, data, len);
    leave(d);
    return err;
}

void gw_dtls_timer(struct gw_dtls *d, int64_t now_us)
{
    int n;

    if (d->state != GW_DTLS_TRYING || d->inside || now_us < gw_dtls_next(d))
        return;
    enter(d, now_us);
    if (now_us - d->started_us >= GIVE_UP_US) {
        finish(d, GW_DTLS_FAILED, "DTLS timeout");
    } else {
        d->due_us = now_us + RETRY_US; /* should OpenSSL's clock be behind ours */
        gw_dtls_link_expire(&d->link);
        n = DTLSv1_handle_timeout(d->ssl);
        if (n > 0)
            d->retransmissions++;
        else if (n < 0)
            finish(d, GW_DTLS_FAILED, "DTLS timeout");
    }
    leave(d);
}

int64_t gw_dtls_next(const struct gw_dtls *d)
{
    int64_t end;

    if (d->state != GW_DTLS_TRYING)
        return INT64_MAX;
    end = d->started_us + GIVE_UP_US;
    return d->due_us < end ? d->due_us : end;
}

void gw_dtls_close(struct gw_dtls *d, int64_t now_us)
{
    static const uint8_t close_notify[] = {1, 0};

    if (d->state != GW_DTLS_CONNECTED) {
        if (d->state != GW_DTLS_FAILED)
            d->state = GW_DTLS_CLOSED;
        return;
    }
    enter(d, now_us);
    d->state = GW_DTLS_CLOSED;
    if (d->record)
        send_record(d, GW_RECORD_ALERT, close_notify, sizeof(close_notify));
    else if (SSL_alloc_buffers(d->ssl))
        SSL_shutdown(d->ssl);
    leave(d);
}

enum gw_dtls_state gw_dtls_get_state(const struct gw_dtls *d)
{
    return d->state;
}

unsigned gw_dtls_retransmissions(const struct gw_dtls *d)
{
    return d->retransmissions;
}
