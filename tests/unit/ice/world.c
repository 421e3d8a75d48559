/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/ice/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct gw_loop *world_loop;
struct gw_packet_pool *world_pool;
int world_inside;

void world_open(bool glib, size_t packets)
{
    world_inside = 0;
    assert_int_equal(gw_loop_new(&world_loop, glib), 0);
    assert_int_equal(gw_packet_pool_new(&world_pool, packets), 0);
}

void world_close(void)
{
    gw_packet_pool_free(world_pool);
    gw_loop_free(world_loop);
}

void world_turn(struct gw_ice_io *a, struct gw_ice_io *b, int wait_ms)
{
    gw_loop_turn(world_loop, wait_ms);
    if (a)
        gw_ice_io_flush(a, gw_loop_now(world_loop));
    if (b)
        gw_ice_io_flush(b, gw_loop_now(world_loop));
}

static void called(struct world_peer *p)
{
    assert_int_equal(world_inside, 0);
}

static void maybe_free(struct world_peer *p, bool now)
{
    if (!now)
        return;
    gw_ice_free(p->ice);
    p->ice = NULL;
}

static void on_packet(void *peer, struct gw_packet *pkt, int64_t now_us)
{
    struct world_peer *p = peer;

    called(p);
    if (p->n_packets < WORLD_PACKETS) {
        p->lengths[p->n_packets] = pkt->len;
        p->first[p->n_packets] = pkt->len > 1 ? pkt->data[1] : 0;
    }
    p->n_packets++;
    p->n_bytes += pkt->len;
    p->arrival_us = pkt->arrival_us;
    assert_true(pkt->arrival_us > 0 && pkt->arrival_us <= now_us);
    if (p->keep) {
        pkt->next = p->kept;
        p->kept = pkt;
    } else {
        gw_packet_unref(pkt);
    }
    maybe_free(p, p->free_on_packet);
}

static void on_state(void *peer, enum gw_ice_state state, int64_t now_us)
{
    struct world_peer *p = peer;

    called(p);
    if (p->n_states < WORLD_STATES)
        p->states[p->n_states++] = state;
    maybe_free(p, p->free_on_state);
}

static void on_gathered(void *peer, int64_t now_us)
{
    struct world_peer *p = peer;

    called(p);
    p->gathered++;
}

static void on_candidate(void *peer, const char *candidate, int64_t now_us)
{
    struct world_peer *p = peer;

    called(p);
    assert_memory_not_equal(candidate, "candidate:", 10);
    p->n_candidates++;
}

struct gw_ice_io *world_io(const struct gw_ice_conf *conf)
{
    static const struct gw_ice_events events = {on_packet, on_state, on_gathered, on_candidate};
    struct gw_ice_io *io = NULL;
    char why[200];

    if (gw_ice_io_new(&io, conf, world_loop, world_pool, &events, why, sizeof(why)))
        fail_msg("%s", why);
    return io;
}

void world_peer(struct world_peer *p, struct gw_ice_io *io, bool controlling)
{
    memset(p, 0, sizeof(*p));
    world_inside++;
    assert_int_equal(gw_ice_new(&p->ice, io, p, controlling, gw_loop_now(world_loop)), 0);
    assert_int_equal(gw_ice_gather(p->ice, gw_loop_now(world_loop)), 0);
    world_inside--;
    assert_true(strlen(gw_ice_ufrag(p->ice)) >= 4);
    assert_true(strlen(gw_ice_pwd(p->ice)) >= 22);
}

void world_send(struct world_peer *p, size_t len, uint8_t mark)
{
    uint8_t *room = gw_ice_reserve(p->ice, len + 16);

    assert_non_null(room);
    memset(room, mark, len);
    room[0] = 0x80;
    gw_ice_commit(p->ice, len);
}

bool world_was(const struct world_peer *p, enum gw_ice_state state)
{
    for (size_t i = 0; i < p->n_states; i++)
        if (p->states[i] == state)
            return true;
    return false;
}

static void introduce(struct world_peer *to, struct world_peer *from)
{
    const char *const *list;
    size_t n = gw_ice_candidates(from->ice, &list);
    int64_t now_us = gw_loop_now(world_loop);

    world_inside++;
    assert_int_equal(gw_ice_set_remote(to->ice, gw_ice_ufrag(from->ice), gw_ice_pwd(from->ice), now_us), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(gw_ice_add_remote(to->ice, list[i], now_us), 0);
    gw_ice_remote_done(to->ice);
    world_inside--;
}

void world_introduce(struct world_peer *a, struct world_peer *b)
{
    introduce(a, b);
    introduce(b, a);
}
