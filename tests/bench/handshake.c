/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server's side of a DTLS 1.2 handshake costs with certificates on both sides (P-256, X25519), in memory: by
 * OpenSSL with nothing around it, and by core/dtls. Usage: handshake [rounds of 100]. Prints JSON, ms of CPU, medians.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ssl.h>

#include "dtls/cert.h"
#include "dtls/dtls.h"

enum { EACH_ROUND = 100, MOST_ROUNDS = 100, QUEUE = 32, ROOM = 2000 };

static double cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

/* --- OpenSSL alone ------------------------------------------------------------------------------------------------ */

static int accept_any(X509_STORE_CTX *store, void *arg)
{
    return 1;
}

static SSL_CTX *bare_context(void)
{
    SSL_CTX *c = SSL_CTX_new(DTLS_method());
    EVP_PKEY *key;
    X509 *cert;

    if (!c || gw_cert_make(&cert, &key, false, false))
        die("no certificate");
    SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION);
    SSL_CTX_use_certificate(c, cert);
    SSL_CTX_use_PrivateKey(c, key);
    SSL_CTX_set_options(c, SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set1_groups_list(c, "X25519:P-256");
    SSL_CTX_set_tlsext_use_srtp(c, "SRTP_AEAD_AES_128_GCM");
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(c, accept_any, NULL);
    X509_free(cert);
    EVP_PKEY_free(key);
    return c;
}

static SSL *bare_side(SSL_CTX *c, BIO *in, BIO *out)
{
    SSL *s = SSL_new(c);

    BIO_up_ref(in);
    BIO_up_ref(out);
    SSL_set_bio(s, in, out);
    DTLS_set_link_mtu(s, 1200);
    return s;
}

static double bare_handshake(SSL_CTX *c)
{
    BIO *there = BIO_new(BIO_s_mem()), *back = BIO_new(BIO_s_mem());
    SSL *client = bare_side(c, back, there), *server;
    uint8_t keys[60];
    double spent, begun;

    BIO_set_mem_eof_return(there, -1);
    BIO_set_mem_eof_return(back, -1);
    SSL_set_connect_state(client);
    begun = cpu_ms();
    server = bare_side(c, there, back);
    SSL_set_accept_state(server);
    spent = cpu_ms() - begun;
    for (int i = 0; i < 10 && !SSL_is_init_finished(server); i++) {
        SSL_do_handshake(client);
        begun = cpu_ms();
        SSL_do_handshake(server);
        spent += cpu_ms() - begun;
    }
    begun = cpu_ms();
    if (!SSL_is_init_finished(server) ||
        SSL_export_keying_material(server, keys, 56, "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0) != 1)
        die("OpenSSL shook no hands");
    SSL_free(server);
    spent += cpu_ms() - begun;
    SSL_free(client);
    BIO_free(there);
    BIO_free(back);
    return spent;
}

/* --- core/dtls ---------------------------------------------------------------------------------------------------- */

struct side {
    struct gw_dtls *dtls;
    struct side *other;
    unsigned count; /* datagrams on their way to this side */
    size_t len[QUEUE];
    uint8_t data[QUEUE][ROOM];
    bool connected;
};

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct side *to = ((struct side *)arg)->other;

    if (to->count == QUEUE || len > ROOM)
        die("more than a flight");
    memcpy(to->data[to->count], data, len);
    to->len[to->count++] = len;
}

static void on_connected(void *arg, const struct gw_dtls_keys *keys)
{
    ((struct side *)arg)->connected = true;
}

static void on_data(void *arg, const uint8_t *data, size_t len)
{
}

static void on_closed(void *arg, const char *reason)
{
    die(reason);
}

static void take(struct side *s)
{
    for (unsigned i = 0; i < s->count; i++)
        gw_dtls_receive(s->dtls, s->data[i], s->len[i], 1);
    s->count = 0;
}

static double our_handshake(struct gw_dtls_context *c)
{
    static const struct gw_dtls_events events = {on_send, on_connected, on_data, on_closed};
    static struct side server, client;
    double spent, begun = cpu_ms();

    server = (struct side){.other = &client};
    client = (struct side){.other = &server};
    begun = cpu_ms();
    if (gw_dtls_new(&server.dtls, c, GW_DTLS_SERVER, &events, &server) ||
        gw_dtls_expect(server.dtls, "sha-256", gw_dtls_fingerprint(c)))
        die("no server");
    gw_dtls_start(server.dtls, 1);
    spent = cpu_ms() - begun;
    if (gw_dtls_new(&client.dtls, c, GW_DTLS_CLIENT, &events, &client) ||
        gw_dtls_expect(client.dtls, "sha-256", gw_dtls_fingerprint(c)))
        die("no client");
    gw_dtls_start(client.dtls, 1);
    for (int i = 0; i < 10 && !(server.connected && client.connected); i++) {
        begun = cpu_ms();
        take(&server);
        spent += cpu_ms() - begun;
        take(&client);
    }
    if (!server.connected)
        die("core/dtls shook no hands");
    begun = cpu_ms();
    gw_dtls_free(server.dtls);
    spent += cpu_ms() - begun;
    gw_dtls_free(client.dtls);
    return spent;
}

/* --- both, in turns ----------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 9;
    double bare[MOST_ROUNDS] = {0}, ours[MOST_ROUNDS] = {0};
    SSL_CTX *bare_ctx = bare_context();
    struct gw_dtls_context *our_ctx;
    char why[200];

    if (rounds < 1 || rounds > MOST_ROUNDS)
        die("from 1 to 100 rounds");
    if (gw_dtls_context_new(&our_ctx, &(struct gw_dtls_conf){0}, why, sizeof(why)))
        die(why);
    for (int r = 0; r < rounds; r++)
        for (int i = 0; i < EACH_ROUND; i++) {
            bare[r] += bare_handshake(bare_ctx) / EACH_ROUND;
            ours[r] += our_handshake(our_ctx) / EACH_ROUND;
        }
    qsort(bare, (size_t)rounds, sizeof(*bare), by_size);
    qsort(ours, (size_t)rounds, sizeof(*ours), by_size);
    printf("{\"openssl\": %.3f, \"cardea\": %.3f}\n", bare[rounds / 2], ours[rounds / 2]);
    gw_dtls_context_free(our_ctx);
    SSL_CTX_free(bare_ctx);
    return 0;
}
