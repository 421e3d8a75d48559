/* SPDX-License-Identifier: Apache-2.0 */
/* Data channels of a peer: messages in go to linked sinks and to the tap, messages out wait for SCTP to take them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "peer/state.h"

/* --- out ---------------------------------------------------------------------------------------------------------- */

/* false: SCTP has no room for it now. */
static bool give(struct gw_peer *p, const struct gw_waiting *w)
{
    const struct gw_data_blob *b = w->blob;
    const struct gw_sctp_message m = {.label = w->label ? w->label : gw_data_blob_label(b),
                                      .protocol = gw_data_blob_protocol(b),
                                      .binary = b->binary,
                                      .data = gw_data_blob_data(b),
                                      .len = b->len};
    int err = gw_sctp_send(p->sctp, &m);

    if (!err) {
        p->said.messages++;
        p->said.bytes += b->len;
    }
    return err != GW_EAGAIN;
}

static void send_waiting(struct gw_peer *p)
{
    const struct gw_waiting *w;

    while (p->sctp_up && (w = gw_data_queue_peek(&p->data_waiting)) && give(p, w))
        gw_data_queue_pop(&p->data_waiting);
}

static void list(struct gw_peer *p)
{
    struct gw_engine *e = p->engine;

    if (p->data_listed)
        return;
    p->data_listed = true;
    p->data_next = NULL;
    *e->data_last = p;
    e->data_last = &p->data_next;
}

static void unlist(struct gw_peer *p)
{
    struct gw_engine *e = p->engine;
    struct gw_peer **at = &e->data_first;

    if (!p->data_listed)
        return;
    while (*at != p)
        at = &(*at)->data_next;
    *at = p->data_next;
    if (e->data_last == &p->data_next)
        e->data_last = at;
    p->data_listed = false;
}

void gw_data_flush(struct gw_engine *e)
{
    struct gw_peer *p;

    while ((p = e->data_first)) {
        unlist(p);
        send_waiting(p);
    }
}

/* Until the end of the turn, so that what goes to one peer leaves in one run. */
static void send_message(struct gw_peer *p, struct gw_data_blob *b, char *label)
{
    if (!p->sctp)
        return;
    if (p->data_waiting.bytes >= GW_DATA_WAITING)
        send_waiting(p);
    if (p->data_waiting.bytes >= GW_DATA_WAITING || !gw_data_queue_push(&p->data_waiting, b, label))
        gw_count(&p->engine->counters.drops_queue);
    else
        list(p);
}

void gw_data_send(struct gw_peer *p, struct gw_data_blob *blob)
{
    send_message(p, blob, NULL);
}

/* --- in ----------------------------------------------------------------------------------------------------------- */

void gw_data_deliver(struct gw_engine *e, gw_track_id source, struct gw_data_blob *blob)
{
    const GPtrArray *all = gw_listeners(e, source);

    for (guint i = 0; all && i < all->len; i++) {
        const struct gw_listening *l = all->pdata[i];

        if (!l->track->link.paused && !l->track->peer->closing)
            send_message(l->track->peer, blob, l->label);
    }
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
    b = gw_data_blob_new(m->label, m->protocol, m->binary, m->data, m->len);
    if (!b)
        return;
    if (!t->muted) {
        gw_data_deliver(p->engine, gw_track_id_of(t), b);
        gw_forward_message(t, b);
        gw_mirror_data(p->engine, gw_track_id_of(t), b);
    }
    if (p->data_tap)
        gw_engine_tell(p->engine, &(struct gw_news){.tag = GW_NEWS_DATA, .peer = p->id, .u.data = b});
    else
        gw_data_blob_unref(b);
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
    unlist(p);
    gw_data_queue_clear(&p->data_waiting);
    if (!p->sctp)
        return;
    gw_sctp_free(p->sctp);
    p->sctp = NULL;
    p->engine->n_sctp--;
}
