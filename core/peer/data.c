/* SPDX-License-Identifier: Apache-2.0 */
/* Data channels of a peer: messages in go to linked sinks and to the tap, messages out wait for SCTP to take them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/state.h"

static const char *blob_protocol(const struct gw_data_blob *b)
{
    return b->bytes + b->label_len + 1;
}

static size_t blob_size(const struct gw_data_blob *b)
{
    return sizeof(*b) + b->label_len + b->protocol_len + 2u + b->len;
}

static struct gw_sctp_message message_of(const struct gw_data_blob *b)
{
    return (struct gw_sctp_message){.label = b->bytes,
                                    .protocol = blob_protocol(b),
                                    .binary = b->binary,
                                    .data = (const uint8_t *)b->bytes + b->label_len + b->protocol_len + 2,
                                    .len = b->len};
}

static struct gw_data_blob *blob_new(const struct gw_sctp_message *m)
{
    size_t label = strlen(m->label), protocol = strlen(m->protocol);
    struct gw_data_blob *b = malloc(sizeof(*b) + label + protocol + 2 + m->len);

    if (!b)
        return NULL;
    b->binary = m->binary;
    b->label_len = (uint16_t)label;
    b->protocol_len = (uint16_t)protocol;
    b->len = (uint32_t)m->len;
    memcpy(b->bytes, m->label, label + 1);
    memcpy(b->bytes + label + 1, m->protocol, protocol + 1);
    memcpy(b->bytes + label + protocol + 2, m->data, m->len);
    return b;
}

/* --- out ---------------------------------------------------------------------------------------------------------- */

/* GW_EAGAIN: SCTP has no room for it now. */
static int give(struct gw_peer *p, const struct gw_sctp_message *m)
{
    int err = gw_sctp_send(p->sctp, m);

    if (!err) {
        p->said.messages++;
        p->said.bytes += m->len;
    }
    return err;
}

static void send_waiting(struct gw_peer *p)
{
    struct gw_data_blob *b;

    while (p->sctp_up && (b = g_queue_peek_head(&p->data_waiting))) {
        struct gw_sctp_message m = message_of(b);

        if (give(p, &m) == GW_EAGAIN)
            return;
        p->data_waiting_bytes -= blob_size(b);
        free(g_queue_pop_head(&p->data_waiting));
    }
}

static void send_message(struct gw_peer *p, const struct gw_sctp_message *m)
{
    struct gw_data_blob *b;

    if (!p->sctp)
        return;
    send_waiting(p);
    if (p->sctp_up && !p->data_waiting.length && give(p, m) != GW_EAGAIN)
        return;
    b = p->data_waiting_bytes < GW_DATA_WAITING ? blob_new(m) : NULL;
    if (!b) {
        gw_count(&p->engine->counters.drops_queue);
        return;
    }
    p->data_waiting_bytes += blob_size(b);
    g_queue_push_tail(&p->data_waiting, b);
}

void gw_data_send(struct gw_peer *p, const struct gw_data_blob *blob)
{
    struct gw_sctp_message m = message_of(blob);

    send_message(p, &m);
}

/* --- in ----------------------------------------------------------------------------------------------------------- */

static void deliver(struct gw_engine *e, gw_track_id source, const struct gw_sctp_message *m)
{
    const GPtrArray *all = gw_listeners(e, source);

    for (guint i = 0; all && i < all->len; i++) {
        const struct gw_listening *l = all->pdata[i];
        struct gw_sctp_message copy = *m;

        if (l->label)
            copy.label = l->label;
        if (!l->track->link.paused && !l->track->peer->closing)
            send_message(l->track->peer, &copy);
    }
}

void gw_data_deliver(struct gw_engine *e, gw_track_id source, const struct gw_data_blob *blob)
{
    struct gw_sctp_message m = message_of(blob);

    deliver(e, source, &m);
}

static struct gw_track *data_track(struct gw_peer *p)
{
    for (unsigned i = 0; i < p->n_tracks; i++)
        if (p->tracks[i] && p->tracks[i]->known && p->tracks[i]->m.kind == GW_DATA &&
            (p->tracks[i]->m.send || p->tracks[i]->m.receive))
            return p->tracks[i];
    return NULL;
}

static void on_message(void *arg, const struct gw_sctp_message *m)
{
    struct gw_peer *p = arg;
    struct gw_track *t = data_track(p);
    struct gw_data_blob *b;

    if (!t || p->closing || !m->len)
        return;
    p->heard.messages++;
    p->heard.bytes += m->len;
    b = blob_new(m);
    if (!b)
        return;
    if (!t->muted) {
        deliver(p->engine, gw_track_id_of(t), m);
        gw_forward_message(t, m);
        gw_mirror_data(p->engine, gw_track_id_of(t), b);
    }
    if (p->data_tap)
        gw_engine_tell(p->engine, &(struct gw_news){.tag = GW_NEWS_DATA, .peer = p->id, .u.data = b});
    else
        free(b);
}

static void on_send(void *arg, const uint8_t *data, size_t len)
{
    struct gw_peer *p = arg;

    if (p->dtls)
        gw_dtls_send(p->dtls, data, len, p->engine->now_us);
}

static void on_up(void *arg)
{
    struct gw_peer *p = arg;

    p->sctp_up = true;
    send_waiting(p);
}

static void on_writable(void *arg)
{
    send_waiting(arg);
}

static void on_channel(void *arg, const char *label, bool open)
{
    if (open)
        send_waiting(arg);
}

static void on_closed(void *arg)
{
    struct gw_peer *p = arg;

    p->sctp_up = false;
}

static const struct gw_sctp_events events = {
    .send = on_send,
    .up = on_up,
    .message = on_message,
    .channel = on_channel,
    .writable = on_writable,
    .closed = on_closed,
};

/* --- its life ----------------------------------------------------------------------------------------------------- */

void gw_data_start(struct gw_peer *p, int64_t now_us)
{
    struct gw_track *t = data_track(p);

    if (!t || p->sctp || !p->up)
        return;
    if (gw_sctp_new(&p->sctp, p->remote->dtls_client, t->m.sctp_port ? t->m.sctp_port : 5000, &events, p))
        return;
    p->engine->n_sctp++;
    gw_sctp_connect(p->sctp);
}

void gw_data_receive(struct gw_peer *p, const uint8_t *data, size_t len, int64_t now_us)
{
    if (p->sctp)
        gw_sctp_receive(p->sctp, data, len, now_us);
    else
        gw_count(&p->engine->counters.drops_not_ready);
}

void gw_data_stop(struct gw_peer *p)
{
    struct gw_data_blob *b;

    while ((b = g_queue_pop_head(&p->data_waiting)))
        free(b);
    if (!p->sctp)
        return;
    gw_sctp_free(p->sctp);
    p->sctp = NULL;
    p->engine->n_sctp--;
}
