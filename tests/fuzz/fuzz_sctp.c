/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a peer sends into an association that is up: it has finished DTLS with us, and is hostile. Pieces, each with its
 * length in two bytes before it, of which the top bit says what it is: the chunks of one SCTP packet as they are, or
 * (set) one message: stream, ppid and what is in it. Header, tag, checksum and sequence numbers are made right, so that
 * usrsctp's own parsing and ours both get to see something.
 */
#include <stdlib.h>
#include <string.h>

#include <usrsctp.h>

#include "sctp/sctp.h"

#define PACKET  1400
#define MS      1000LL
#define HEADER  12
#define OVER    16 /* of a DATA chunk before its payload */
#define IS_DATA 0x8000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct end {
    struct gw_sctp *sctp;
    struct end *peer;
    bool up;
    size_t heard; /* reads all that is handed on */
    uint8_t tag[4];
    uint32_t last_tsn;
    unsigned waiting;
    struct {
        size_t len;
        uint8_t bytes[PACKET];
    } in[64];
};

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct end *e = arg, *to = e->peer;

    if (len > PACKET || len < HEADER)
        abort();
    memcpy(e->tag, data + 4, 4);
    if (len >= HEADER + OVER && data[HEADER] == 0)
        e->last_tsn = (uint32_t)data[16] << 24 | (uint32_t)data[17] << 16 | (uint32_t)data[18] << 8 | data[19];
    if (!to || to->waiting == sizeof(to->in) / sizeof(to->in[0]))
        return;
    to->in[to->waiting].len = len;
    memcpy(to->in[to->waiting++].bytes, data, len);
}

static void on_up(void *arg)
{
    ((struct end *)arg)->up = true;
}

static void on_message(void *arg, const struct gw_sctp_message *m)
{
    struct end *e = arg;

    e->heard += strlen(m->label) + strlen(m->protocol) + m->len;
    for (size_t i = 0; i < m->len; i++)
        e->heard += m->data[i];
}

static void on_channel(void *arg, const char *label, bool open)
{
    ((struct end *)arg)->heard += strlen(label) + open;
}

static void nothing(void *arg)
{
}

static const struct gw_sctp_events events = {on_send, on_up, on_message, on_channel, nothing, nothing};

static void deliver(struct end *e, int64_t now)
{
    for (unsigned i = 0; i < e->waiting; i++)
        gw_sctp_receive(e->sctp, e->in[i].bytes, e->in[i].len, now);
    e->waiting = 0;
}

static bool establish(struct end *a, struct end *b, int64_t *now)
{
    static const struct gw_sctp_message hello = {"fuzz", "", false, (const uint8_t *)"x", 1};

    gw_sctp_connect(a->sctp);
    gw_sctp_connect(b->sctp);
    for (int i = 0; i < 100 && !(a->up && b->up && b->last_tsn); i++) {
        deliver(a, *now);
        deliver(b, *now);
        if (b->up)
            gw_sctp_send(b->sctp, &hello);
        *now += 20 * MS;
        gw_sctp_tick(*now);
    }
    deliver(a, *now);
    return a->up && b->up;
}

static void put32(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 24);
    at[1] = (uint8_t)(v >> 16);
    at[2] = (uint8_t)(v >> 8);
    at[3] = (uint8_t)v;
}

/* stream (2), ppid (1), payload → a DATA chunk with the next number */
static size_t message(uint8_t *out, struct end *from, const uint8_t *data, size_t len)
{
    size_t payload = len < 3 ? 0 : len - 3;

    memset(out, 0, OVER);
    out[1] = 7; /* unordered, a whole message */
    put32(out + 4, ++from->last_tsn);
    if (len >= 3) {
        out[8] = data[0];
        out[9] = data[1];
        out[15] = data[2];
        memcpy(out + OVER, data + 3, payload);
    }
    out[2] = (uint8_t)((OVER + payload) >> 8);
    out[3] = (uint8_t)(OVER + payload);
    memset(out + OVER + payload, 0, 3);
    return (OVER + payload + 3) & ~(size_t)3;
}

static void inject(struct end *a, struct end *b, const uint8_t *data, size_t len, bool is_data, int64_t now)
{
    uint8_t packet[HEADER + OVER + PACKET + 4] = {5000 >> 8, 5000 & 255, 5000 >> 8, 5000 & 255};
    uint32_t sum;
    size_t n = len;

    memcpy(packet + 4, b->tag, 4);
    if (is_data)
        n = message(packet + HEADER, b, data, len);
    else
        memcpy(packet + HEADER, data, len);
    sum = usrsctp_crc32c(packet, HEADER + n);
    memcpy(packet + 8, &sum, 4);
    gw_sctp_receive(a->sctp, packet, HEADER + n, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    static int64_t now = 5000000;
    struct end *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));

    if (!ready && gw_sctp_global_init())
        abort();
    ready = true;
    a->peer = b;
    b->peer = a;
    if (gw_sctp_new(&a->sctp, true, 5000, &events, a) || gw_sctp_new(&b->sctp, false, 5000, &events, b) ||
        !establish(a, b, &now))
        abort();
    a->peer = NULL; /* what it answers is of no interest */
    while (size >= 2) {
        unsigned head = (unsigned)data[0] << 8 | data[1];
        size_t len = head & 0x7ff;

        data += 2;
        size -= 2;
        if (len > size)
            len = size;
        if (len <= PACKET)
            inject(a, b, data, len, head & IS_DATA, now);
        now += 10 * MS;
        gw_sctp_tick(now);
        data += len;
        size -= len;
    }
    gw_sctp_free(a->sctp);
    gw_sctp_free(b->sctp);
    free(a);
    free(b);
    return 0;
}
