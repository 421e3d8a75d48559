/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams into a fresh association. First byte: odd is a client, even a server; then datagrams, each with its length
 * in two bytes before it.
 */
#include <stdlib.h>

#include "dtls/dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    *(size_t *)arg += len + data[0];
}

/* Nobody without our certificate's fingerprint may get this far. */
static void on_connected(void *arg, const struct gw_dtls_keys *keys)
{
    abort();
}

static void on_data(void *arg, const uint8_t *data, size_t len)
{
    abort();
}

static void on_closed(void *arg, const char *reason)
{
    *(size_t *)arg += (size_t)reason[0];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct gw_dtls_events events = {on_send, on_connected, on_data, on_closed};
    static const struct gw_dtls_conf conf = {0};
    static struct gw_dtls_context *context;
    int64_t now = 1000000;
    struct gw_dtls *d;
    size_t sum = 0, len;
    char why[100];

    if (!context && gw_dtls_context_new(&context, &conf, why, sizeof(why)))
        abort();
    if (!size || gw_dtls_new(&d, context, data[0] & 1 ? GW_DTLS_CLIENT : GW_DTLS_SERVER, &events, &sum))
        return 0;
    data++;
    size--;
    gw_dtls_expect(d, "sha-256", gw_dtls_fingerprint(context));
    gw_dtls_start(d, now);
    while (size >= 2) {
        len = (size_t)data[0] << 8 | data[1];
        data += 2;
        size -= 2;
        if (len > size)
            len = size;
        gw_dtls_receive(d, data, len, now);
        now += 100000;
        gw_dtls_timer(d, now);
        data += len;
        size -= len;
    }
    gw_dtls_close(d, now);
    gw_dtls_free(d);
    return 0;
}
