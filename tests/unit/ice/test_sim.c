/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ice/ice.h"

static struct gw_packet_pool *pool;
static struct gw_ice_io *io;
static struct gw_ice *ice;
static int peer, n_states, n_gathered, n_packets, n_sent;
static enum gw_ice_state last_state;
static size_t sent_len[8];
static bool free_on_state;

static void on_packet(void *p, struct gw_packet *pkt, int64_t now_us)
{
    assert_ptr_equal(p, &peer);
    assert_int_equal(pkt->arrival_us, now_us);
    assert_int_equal(pkt->len, 3);
    n_packets++;
    gw_packet_unref(pkt);
}

static void on_state(void *p, enum gw_ice_state state, int64_t now_us)
{
    n_states++;
    last_state = state;
    if (free_on_state) {
        gw_ice_free(ice);
        ice = NULL;
    }
}

static void on_gathered(void *p, int64_t now_us)
{
    assert_int_equal(now_us, 77);
    n_gathered++;
}

static void transmit(void *arg, struct gw_ice *from, const uint8_t *data, size_t len, int64_t now_us)
{
    assert_ptr_equal(arg, &pool);
    assert_int_equal(now_us, 99);
    if (ice)
        assert_ptr_equal(from, ice);
    assert_int_equal(data[len - 1], len);
    sent_len[n_sent++ % 8] = len;
}

static int set_up(void **state)
{
    static const struct gw_ice_events events = {.packet = on_packet, .state = on_state, .gathered = on_gathered};

    n_states = n_gathered = n_packets = n_sent = 0;
    free_on_state = false;
    assert_int_equal(gw_packet_pool_new(&pool, 2), 0);
    assert_int_equal(gw_ice_io_new_sim(&io, pool, &events, transmit, &pool), 0);
    assert_int_equal(gw_ice_new(&ice, io, &peer, false, 1), 0);
    return 0;
}

static int tear_down(void **state)
{
    gw_ice_free(ice);
    gw_ice_io_free(io);
    gw_packet_pool_free(pool);
    return 0;
}

static void send_one(size_t len)
{
    uint8_t *room = gw_ice_reserve(ice, len);

    assert_non_null(room);
    memset(room, (int)len, len);
    gw_ice_commit(ice, len);
}

static void a_life(void **state)
{
    const char *const *list;

    assert_int_equal(gw_ice_gather(ice, 70), 0);
    assert_int_equal(n_gathered, 0);
    gw_ice_io_flush(io, 77);
    assert_int_equal(n_gathered, 1);
    assert_int_equal(gw_ice_candidates(ice, &list), 1);
    assert_null(gw_ice_reserve(ice, 10));
    assert_int_equal(gw_ice_set_remote(ice, "abcd", "abcdabcdabcdabcdabcdab", 80), 0);
    gw_ice_io_flush(io, 81);
    assert_int_equal(last_state, GW_ICE_CONNECTING);
    gw_ice_sim_connect(ice, 90);
    assert_int_equal(last_state, GW_ICE_READY);
    assert_int_equal(n_states, 4);
    gw_ice_sim_deliver(ice, (const uint8_t *)"abc", 3, 95);
    assert_int_equal(n_packets, 1);
    assert_int_equal(gw_ice_last_seen(ice), 95);
    send_one(100);
    send_one(100);
    send_one(60);
    send_one(70);
    assert_int_equal(n_sent, 0);
    gw_ice_io_flush(io, 99);
    assert_int_equal(n_sent, 4);
    assert_int_equal(sent_len[0] + sent_len[1], 200);
    assert_int_equal(sent_len[2], 60);
    assert_int_equal(sent_len[3], 70);
    assert_int_equal(gw_ice_io_stats(io)->out_bytes, 330);
}

static void sent_after_its_death(void **state)
{
    gw_ice_sim_connect(ice, 90);
    send_one(10);
    gw_ice_free(ice);
    ice = NULL;
    gw_ice_io_flush(io, 99);
    assert_int_equal(n_sent, 1);
}

static void freed_when_told(void **state)
{
    free_on_state = true;
    gw_ice_sim_connect(ice, 90);
    assert_null(ice);
    assert_int_equal(n_states, 1);
}

static void bounds(void **state)
{
    struct gw_packet *held[2] = {gw_packet_take(pool), gw_packet_take(pool)};
    static uint8_t data[GW_PACKET_ROOM + 1];

    gw_ice_sim_connect(ice, 90);
    gw_ice_sim_deliver(ice, data, 3, 95);
    assert_int_equal(gw_ice_io_stats(io)->drop_no_buffer, 1);
    gw_packet_unref(held[0]);
    gw_packet_unref(held[1]);
    gw_ice_sim_deliver(ice, data, sizeof(data), 95);
    gw_ice_sim_deliver(ice, data, 0, 95);
    assert_int_equal(gw_ice_io_stats(io)->drop_too_large, 2);
    assert_int_equal(n_packets, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_life, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sent_after_its_death, set_up, tear_down),
        cmocka_unit_test_setup_teardown(freed_when_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
