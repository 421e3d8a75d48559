/* SPDX-License-Identifier: Apache-2.0 */
/* The seam itself: what is the same for all back ends, and the way to theirs. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"
#include "base/str.h"
#include "ice/inside.h"

#define ARENA (128u << 10) /* what stays in a processor's cache from writing to sending; full: a flush more */

/* --- the back end ------------------------------------------------------------------------------------------------- */

static void wake(void *arg, int64_t now_us)
{
    gw_ice_run_deferred(arg, now_us);
}

int gw_ice_io_init(struct gw_ice_io *io, const struct gw_ice_backend *backend, struct gw_loop *loop,
                   struct gw_packet_pool *pool, const struct gw_ice_events *events, size_t capacity, bool plain)
{
    io->backend = backend;
    io->loop = loop;
    io->pool = pool;
    io->events = *events;
    io->capacity = capacity ? capacity : 1024;
    io->now_us = loop ? gw_loop_now(loop) : 0;
    io->wake = (struct gw_timer){.fire = wake, .arg = io};
    return gw_egress_new(&io->egress, ARENA, plain, &io->stats);
}

int gw_ice_io_new(struct gw_ice_io **out, const struct gw_ice_conf *conf, struct gw_loop *loop,
                  struct gw_packet_pool *pool, const struct gw_ice_events *events, char *why, size_t why_len)
{
    if (why_len)
        why[0] = 0;
    return conf->full ? gw_full_new(out, conf, loop, pool, events, why, why_len)
                      : gw_lite_new(out, conf, loop, pool, events, why, why_len);
}

static void destroy(struct gw_ice *ice)
{
    struct gw_ice_io *io = ice->io;
    struct gw_packet *pkt;

    while ((pkt = ice->packets)) {
        ice->packets = pkt->next;
        gw_packet_unref(pkt);
    }
    gw_ice_free_lines(&ice->locals);
    gw_ice_free_lines(&ice->remotes);
    free(ice->remote.ufrag);
    free(ice->remote.pwd);
    io->count--;
    io->backend->destroy(ice);
}

static void bury(struct gw_ice_io *io)
{
    struct gw_ice *ice;

    while ((ice = io->dying)) {
        io->dying = ice->next;
        destroy(ice);
    }
}

void gw_ice_io_free(struct gw_ice_io *io)
{
    if (!io)
        return;
    while (io->all)
        gw_ice_free(io->all);
    bury(io);
    if (io->loop)
        gw_timer_stop(gw_loop_timers(io->loop), &io->wake);
    gw_egress_free(io->egress);
    io->backend->free(io);
}

const struct gw_ice_stats *gw_ice_io_stats(const struct gw_ice_io *io)
{
    return &io->stats;
}

void gw_ice_io_before_flush(struct gw_ice_io *io, void (*fn)(void *arg), void *arg)
{
    io->before_flush = fn;
    io->before_flush_arg = arg;
}

static void flush(struct gw_ice_io *io)
{
    if (io->flushing)
        return;
    io->flushing = true;
    if (io->before_flush)
        io->before_flush(io->before_flush_arg);
    gw_egress_flush(io->egress, io->backend->send_run, io);
    io->flushes++;
    bury(io);
    if (io->backend->flushed)
        io->backend->flushed(io);
    io->flushing = false;
}

void gw_ice_io_flush(struct gw_ice_io *io, int64_t now_us)
{
    io->now_us = now_us;
    if (!io->loop)
        gw_ice_run_deferred(io, now_us);
    flush(io);
}

/* --- one connection ----------------------------------------------------------------------------------------------- */

int gw_ice_make_credentials(struct gw_ice_credentials *out)
{
    static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { UFRAG = 8, PWD = 24 };
    uint8_t bytes[UFRAG + PWD];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return GW_EIO;
    for (int i = 0; i < UFRAG; i++)
        out->ufrag[i] = chars[bytes[i] & 63];
    for (int i = 0; i < PWD; i++)
        out->pwd[i] = chars[bytes[UFRAG + i] & 63];
    out->ufrag[UFRAG] = out->pwd[PWD] = 0;
    return 0;
}

int gw_ice_new(struct gw_ice **out, struct gw_ice_io *io, void *peer, bool controlling, int64_t now_us)
{
    struct gw_ice *ice;
    int err;

    io->now_us = now_us;
    if (io->count >= io->capacity)
        return GW_ELIMIT;
    err = io->backend->make(&ice, io, controlling, now_us);
    if (err)
        return err;
    ice->io = io;
    ice->peer = peer;
    ice->controlling = controlling;
    ice->next = io->all;
    ice->link = &io->all;
    if (io->all)
        io->all->link = &ice->next;
    io->all = ice;
    io->count++;
    *out = ice;
    return 0;
}

void gw_ice_relay_only(struct gw_ice *ice)
{
    if (ice->io->backend->relay_only)
        ice->io->backend->relay_only(ice);
}

void gw_ice_relays(struct gw_ice *ice, const struct gw_relays *relays)
{
    if (ice->io->backend->relays)
        ice->io->backend->relays(ice, relays);
}

void gw_ice_free(struct gw_ice *ice)
{
    struct gw_ice_io *io;

    if (!ice)
        return;
    io = ice->io;
    if (io->telling == ice)
        io->telling = NULL;
    gw_ice_forget_deferred(ice);
    *ice->link = ice->next;
    if (ice->next)
        ice->next->link = ice->link;
    io->backend->detach(ice);
    ice->dead = true;
    if (ice->flush_mark == io->flushes + 1) {
        ice->next = io->dying;
        io->dying = ice;
    } else {
        destroy(ice);
    }
}

int gw_ice_gather(struct gw_ice *ice, int64_t now_us)
{
    ice->io->now_us = now_us;
    return ice->io->backend->gather(ice, now_us);
}

const char *gw_ice_ufrag(const struct gw_ice *ice)
{
    return ice->local.ufrag;
}

const char *gw_ice_pwd(const struct gw_ice *ice)
{
    return ice->local.pwd;
}

static size_t give_lines(const struct gw_ice_lines *lines, const char *const **list)
{
    *list = (const char *const *)lines->line;
    return lines->n;
}

size_t gw_ice_candidates(const struct gw_ice *ice, const char *const **list)
{
    return give_lines(&ice->locals, list);
}

size_t gw_ice_remote_candidates(const struct gw_ice *ice, const char *const **list)
{
    return give_lines(&ice->remotes, list);
}

bool gw_ice_is_lite(const struct gw_ice *ice)
{
    return ice->io->backend->lite;
}

bool gw_ice_is_controlling(const struct gw_ice *ice)
{
    return ice->io->backend->is_controlling ? ice->io->backend->is_controlling(ice)
                                            : ice->controlling && !ice->io->backend->lite;
}

/* RFC 8839 §5.4: ice-char alone, 4 … 256 and 22 … 256 of them. */
static bool is_credential(const char *text, size_t least)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    return n >= least && n < GW_ICE_TEXT && !text[n];
}

static bool take_text(char **at, const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        return false;
    free(*at);
    *at = copy;
    return true;
}

int gw_ice_set_remote(struct gw_ice *ice, const char *ufrag, const char *pwd, int64_t now_us)
{
    ice->io->now_us = now_us;
    if (!is_credential(ufrag, 1) || !is_credential(pwd, 1))
        return GW_EPARSE;
    if (ice->has_remote && !strcmp(ufrag, ice->remote.ufrag) && !strcmp(pwd, ice->remote.pwd))
        return 0;
    if (ice->has_remote)
        gw_ice_free_lines(&ice->remotes); /* those of the generation before */
    if (!take_text(&ice->remote.ufrag, ufrag) || !take_text(&ice->remote.pwd, pwd))
        return GW_ENOMEM;
    ice->has_remote = true;
    return ice->io->backend->set_remote(ice, now_us);
}

int gw_ice_add_remote(struct gw_ice *ice, const char *candidate, int64_t now_us)
{
    struct gw_candidate c;
    size_t len = strlen(candidate);
    int n;

    ice->io->now_us = now_us;
    n = gw_candidate_parse(&c, candidate, len);
    if (n < 0)
        return n;
    if (c.component != 1 || gw_ice_add_line(&ice->remotes, &c))
        return 0;
    ice->io->backend->add_remote(ice, &c, now_us);
    return 0;
}

void gw_ice_remote_done(struct gw_ice *ice)
{
    ice->io->backend->remote_done(ice);
}

int gw_ice_restart(struct gw_ice *ice, int64_t now_us)
{
    int err;

    ice->io->now_us = now_us;
    err = ice->io->backend->restart(ice, now_us);
    if (err)
        return err;
    ice->candidates_told = 0;
    gw_ice_defer_gathered(ice);
    return 0;
}

int gw_ice_set_local(struct gw_ice *ice, const char *ufrag, const char *pwd)
{
    struct gw_ice_credentials c;

    if (gw_strlcpy(c.ufrag, ufrag, sizeof(c.ufrag)) >= sizeof(c.ufrag) ||
        gw_strlcpy(c.pwd, pwd, sizeof(c.pwd)) >= sizeof(c.pwd))
        return GW_EINVAL;
    return ice->io->backend->set_local(ice, &c);
}

enum gw_ice_state gw_ice_get_state(const struct gw_ice *ice)
{
    return ice->state;
}

void gw_ice_selected(const struct gw_ice *ice, char *text, size_t len)
{
    if (len)
        text[0] = 0;
    if (ice->route.kind != GW_ROUTE_NONE)
        ice->io->backend->selected(ice, text, len);
}

int64_t gw_ice_last_seen(const struct gw_ice *ice)
{
    return ice->last_seen_us;
}

/* --- helpers ------------------------------------------------------------------------------------------------------ */

void gw_ice_set_route(struct gw_ice *ice, const struct gw_route *route)
{
    static const struct gw_route none = {.kind = GW_ROUTE_NONE};

    ice->route = route ? *route : none;
    ice->route_version++;
}

int gw_ice_add_line(struct gw_ice_lines *lines, const struct gw_candidate *c)
{
    char text[GW_CANDIDATE_TEXT];

    char **more;

    if (lines->n == GW_ICE_CANDIDATES || gw_candidate_write(c, text, sizeof(text)) < 0)
        return GW_ELIMIT;
    for (size_t i = 0; i < lines->n; i++)
        if (!strcmp(lines->line[i], text))
            return GW_ELIMIT;
    if (lines->n == lines->room) {
        more = realloc(lines->line, (lines->room + 4) * sizeof(*more));
        if (!more)
            return GW_ENOMEM;
        lines->line = more;
        lines->room += 4;
    }
    lines->line[lines->n] = strdup(text);
    if (!lines->line[lines->n])
        return GW_ENOMEM;
    lines->n++;
    return 0;
}

void gw_ice_free_lines(struct gw_ice_lines *lines)
{
    for (size_t i = 0; i < lines->n; i++)
        free(lines->line[i]);
    free(lines->line);
    *lines = (struct gw_ice_lines){0};
}

const char *gw_ice_remote_kind(const struct gw_ice *ice, const struct gw_address *a, bool tcp)
{
    struct gw_candidate c;

    for (size_t i = 0; i < ice->remotes.n; i++) {
        const char *line = ice->remotes.line[i];

        if (gw_candidate_parse(&c, line, strlen(line)) < 0 || c.tcp != tcp || !gw_address_same_ip(&c.address, a))
            continue;
        if (tcp || c.address.port == a->port) /* an active TCP candidate has no port to speak of */
            return gw_candidate_type_name(c.type);
    }
    return gw_candidate_type_name(GW_CANDIDATE_PRFLX);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

void gw_ice_prefetch(const struct gw_ice *ice)
{
    for (size_t at = 0; at <= offsetof(struct gw_ice, flush_mark); at += 64)
        __builtin_prefetch((const char *)ice + at, 1);
}

uint8_t *gw_ice_reserve(struct gw_ice *ice, size_t cap)
{
    struct gw_ice_io *io = ice->io;
    uint8_t *room;

    if (ice->route.kind == GW_ROUTE_NONE) {
        gw_count(&io->stats.drop_no_path);
        return NULL;
    }
    if (cap > GW_EGRESS_DATAGRAM) {
        gw_count(&io->stats.drop_too_large);
        return NULL;
    }
    room = gw_egress_reserve(io->egress, &ice->route, cap);
    if (!room) {
        flush(io);
        room = gw_egress_reserve(io->egress, &ice->route, cap);
    }
    if (!room)
        gw_count(&io->stats.drop_send_full);
    return room;
}

void gw_ice_commit(struct gw_ice *ice, size_t len)
{
    gw_egress_commit(ice->io->egress, &ice->route, ice, ice->route_version, len);
    ice->flush_mark = ice->io->flushes + 1;
}
