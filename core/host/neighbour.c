/* SPDX-License-Identifier: Apache-2.0 */
#include "host/neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "host/control.h"
#include "host/neighbour_side.h"

#define MOST_OUT     (64u << 20) /* bytes that wait for a neighbour which does not read; then it is given up */
#define READ_AT_ONCE 65536

struct gw_neighbours gw_neighbours;

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void flush(struct gw_side *s)
{
    ssize_t n;

    while (s->out->len) {
        n = send(s->conf.fd, s->out->data, s->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break; /* a neighbour that has gone is noticed by reading */
        g_byte_array_remove_range(s->out, 0, (guint)n);
    }
    if (s->blocked != (s->out->len > 0)) {
        s->blocked = !s->blocked;
        gw_loop_change(gw_control_loop(), s->conf.fd, EPOLLIN | (s->blocked ? EPOLLOUT : 0));
    }
}

bool gw_side_put(struct gw_side *s, enum gw_frame_kind kind, uint64_t id, json_t *head, const void *body, size_t len)
{
    bool fits;

    if (!s->there || s->out->len > MOST_OUT) {
        json_decref(head);
        return false;
    }
    fits = !gw_frame_put(s->out, kind, id, head, body, len);
    flush(s);
    return fits;
}

/* --- reading -------------------------------------------------------------------------------------------------------
 */

/* false: it has ended, or makes no sense. */
static bool take_frames(struct gw_side *s)
{
    int used;

    for (;;) {
        struct gw_frame f;

        used = gw_frame_read(&f, s->in->data, s->in->len);
        if (used <= 0)
            break;
        if (!gw_side_take(s, &f) && (!s->conf.word || !s->conf.word(s->conf.arg, &f)))
            gw_side_give_up(s);
        json_decref(f.head);
        if (!s->there)
            return true; /* given up meanwhile */
        g_byte_array_remove_range(s->in, 0, (guint)used);
    }
    return !used;
}

static void on_io(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_side *s = arg;
    ssize_t n;

    if (events & EPOLLOUT)
        flush(s);
    if (!(events & ~(uint32_t)EPOLLOUT))
        return;
    g_byte_array_set_size(s->in, s->in->len + READ_AT_ONCE);
    n = recv(s->conf.fd, s->in->data + s->in->len - READ_AT_ONCE, READ_AT_ONCE, MSG_DONTWAIT);
    g_byte_array_set_size(s->in, s->in->len - READ_AT_ONCE + (guint)(n > 0 ? n : 0));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !take_frames(s))
        gw_side_give_up(s);
}

/* --- coming and going --------------------------------------------------------------------------------------------- */

static GHashTable *new_table(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
}

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

/* All that hung on it: exchanges are answered, what it brought has gone. */
static void let_go(struct gw_side *s)
{
    const void *transport = &gw_neighbour_tables[s->conf.which];
    GHashTableIter it;
    gpointer key, value;

    g_hash_table_iter_init(&it, s->exchanges);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct gw_origin *o = value;

        gw_api_respond(gw_neighbours.api, o->transport, o->theirs, 503, NULL, NULL, 0);
    }
    g_hash_table_iter_init(&it, s->taken_exchanges);
    while (g_hash_table_iter_next(&it, &key, NULL))
        gw_api_abandoned(gw_neighbours.api, transport, *(uint64_t *)key);
    g_hash_table_iter_init(&it, s->taken_connections);
    while (g_hash_table_iter_next(&it, &key, NULL))
        gw_api_closed(gw_neighbours.api, transport, *(uint64_t *)key);
}

static void free_side(struct gw_side *s)
{
    gw_loop_remove(gw_control_loop(), s->conf.fd);
    close(s->conf.fd);
    g_byte_array_unref(s->in);
    g_byte_array_unref(s->out);
    g_hash_table_destroy(s->exchanges);
    g_hash_table_destroy(s->connections);
    g_hash_table_destroy(s->taken_exchanges);
    g_hash_table_destroy(s->taken_connections);
}

void gw_side_give_up(struct gw_side *s)
{
    struct gw_neighbour_conf conf = s->conf;

    if (!s->there)
        return;
    s->there = s->serves = false;
    let_go(s);
    free_side(s);
    gw_api_neighbour_gone(gw_neighbours.api, (int)conf.which);
    if (conf.gone)
        conf.gone(conf.arg);
}

int gw_neighbour_add(const struct gw_neighbour_conf *conf)
{
    struct gw_side *s = &gw_neighbours.side[conf->which];
    char why[120];

    if (s->there || (!s->known && gw_api_add_transport(gw_neighbours.api, &gw_neighbour_tables[conf->which], NULL, NULL,
                                                       why, sizeof(why)))) {
        close(conf->fd);
        return GW_EPROTO;
    }
    *s = (struct gw_side){.conf = *conf, .there = true, .known = true, .serves = conf->which == GW_NEIGHBOUR_BEFORE};
    s->in = g_byte_array_new();
    s->out = g_byte_array_new();
    s->exchanges = new_table();
    s->connections = new_table();
    s->taken_exchanges = new_set();
    s->taken_connections = new_set();
    fcntl(conf->fd, F_SETFL, fcntl(conf->fd, F_GETFL) | O_NONBLOCK);
    gw_loop_add(gw_control_loop(), conf->fd, EPOLLIN, on_io, s);
    return 0;
}

bool gw_neighbour_is_there(enum gw_neighbour which)
{
    return gw_neighbours.side[which].there;
}

void gw_neighbour_serves(enum gw_neighbour which)
{
    gw_neighbours.side[which].serves = gw_neighbours.side[which].there;
}

void gw_neighbour_say(enum gw_neighbour which, enum gw_frame_kind kind)
{
    gw_side_put(&gw_neighbours.side[which], kind, 0, NULL, NULL, 0);
}

bool gw_neighbours_wait(void)
{
    for (unsigned i = 0; i < 2; i++)
        if (gw_neighbours.side[i].there &&
            (g_hash_table_size(gw_neighbours.side[i].exchanges) || gw_neighbours.side[i].out->len))
            return true;
    return false;
}

void gw_neighbours_begin(struct gw_api *api)
{
    memset(&gw_neighbours, 0, sizeof(gw_neighbours));
    gw_neighbours.api = api;
    gw_api_elsewhere(api, &gw_neighbour_place);
}

void gw_neighbours_end(void)
{
    for (unsigned i = 0; gw_neighbours.api && i < 2; i++) {
        gw_neighbours.side[i].conf.gone = NULL;
        gw_side_give_up(&gw_neighbours.side[i]);
    }
    gw_neighbours.api = NULL;
}
