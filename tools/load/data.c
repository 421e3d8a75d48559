/* SPDX-License-Identifier: Apache-2.0 */
/* Data channels: publishers send messages at a rate, everybody counts what comes and in which order. */
#include <string.h>

#include "load.h"

#define LABEL "load"
#define MARK  "cardea-d"
#define HEAD  24 /* mark, time, number */

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct peer *p = arg;

    gw_dtls_send(p->dtls, data, len, now_us());
}

static void on_up(void *arg)
{
    struct peer *p = arg;

    p->data.up = true;
    p->data.next_us = now_us();
    /* Some servers deliver only to clients that opened a channel of their own, as the stock client library always does.
     */
    if (!p->publisher)
        gw_sctp_send(p->data.sctp,
                     &(struct gw_sctp_message){
                         .label = "JanusDataChannel", .protocol = "", .data = (const uint8_t *)"-", .len = 1});
}

static void on_message(void *arg, const struct gw_sctp_message *m)
{
    struct peer *p = arg;
    int64_t sent;
    uint64_t number;

    if (m->len < HEAD || memcmp(m->data, MARK, 8)) {
        p->garbage++;
        return;
    }
    memcpy(&sent, m->data + 8, 8);
    memcpy(&number, m->data + 16, 8);
    if (p->data.received && number != p->data.expected)
        p->data.lost += number > p->data.expected ? number - p->data.expected : 0;
    p->data.expected = number + 1;
    p->data.received++;
    p->data.bytes += m->len;
    latency_add(&data_latency, now_us() - sent);
}

static void on_channel(void *arg, const char *label, bool open)
{
}

static void on_writable(void *arg)
{
}

static void on_closed(void *arg)
{
    struct peer *p = arg;

    p->data.up = false;
}

bool data_start(struct peer *p)
{
    static const struct gw_sctp_events events = {on_send, on_up, on_message, on_channel, on_writable, on_closed};

    return !gw_sctp_new(&p->data.sctp, !p->remote.active, p->remote.sctp_port, &events, p) &&
           !gw_sctp_connect(p->data.sctp);
}

void data_arrived(struct peer *p, const uint8_t *data, size_t len)
{
    if (p->data.sctp)
        gw_sctp_receive(p->data.sctp, data, len, now_us());
}

void data_send(struct peer *p, int64_t now)
{
    static uint8_t text[MESSAGE_MOST];

    while (p->data.up && p->data.next_us <= now) {
        const struct gw_sctp_message m = {
            .label = LABEL, .protocol = "", .binary = true, .data = text, .len = (size_t)option.message_size};

        p->data.next_us += (int64_t)(1e6 / option.messages);
        memcpy(text, MARK, 8);
        memcpy(text + 8, &now, 8);
        memcpy(text + 16, &p->data.sent, 8);
        if (gw_sctp_send(p->data.sctp, &m))
            return; /* the way is full: it is not sent, and so not counted */
        p->data.sent++;
    }
}

void data_close(struct peer *p)
{
    gw_sctp_free(p->data.sctp);
    p->data.sctp = NULL;
    p->data.up = false;
}
