/* SPDX-License-Identifier: Apache-2.0 */
/* What one address, session or token may use. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/quota.h"
#include "support/world.h"

#define FAR      50 /* connections from another host */
#define SAME_64  51
#define OTHER_64 52
#define PER_TURN "{\"transaction\":\"x\",\"janus\":\"ping\"}"

static void open_from(cardea_connection c, const char *address)
{
    gw_api_opened(world.api, &world_transport, c, CARDEA_DOOR_CLIENT, address);
}

static int create(cardea_connection c, const char *more)
{
    return world_code(world_ask(c, "{\"janus\":\"create\",\"transaction\":\"x\"%s}", more));
}

static void a_bucket_fills_at_its_rate(void **state)
{
    struct gw_bucket b = {0};
    int64_t now = 1000000;

    for (int i = 0; i < 40; i++)
        assert_true(gw_bucket_take(&b, 10, now));
    assert_false(gw_bucket_take(&b, 10, now));
    assert_false(gw_bucket_take(&b, 10, now + 50000));
    assert_true(gw_bucket_take(&b, 10, now + 150000));
    assert_false(gw_bucket_take(&b, 10, now + 150000));
    assert_false(gw_bucket_take(&b, 10, now)); /* a clock that goes back gives nothing */
    for (int i = 0; i < 1000; i++)
        assert_true(gw_bucket_take(&b, 0, now));
    now += INT64_C(86400000000);
    for (int i = 0; i < 40; i++) /* not more than the burst, however long it was quiet */
        assert_true(gw_bucket_take(&b, 10, now));
    assert_false(gw_bucket_take(&b, 10, now));
}

static void addresses_of_one_household_are_one(void **state)
{
    static const char *const cases[][2] = {
        {"203.0.113.9", "203.0.113.9"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2::1", "2001:db8:1:2::"},
        {"unix", "unix"},
        {"", ""},
    };
    char key[70];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        gw_quota_key(key, sizeof(key), cases[i][0]);
        assert_string_equal(key, cases[i][1]);
    }
}

static void what_is_not_used_is_forgotten(void **state)
{
    struct gw_quota q;
    struct gw_quota_place *p;

    gw_quota_init(&q);
    p = gw_quota_address(&q, "203.0.113.9");
    assert_ptr_equal(gw_quota_address(&q, "203.0.113.9"), p);
    p->sessions = 1;
    gw_quota_token(&q, "secret");
    assert_int_equal(g_hash_table_size(q.places), 2);
    assert_null(g_hash_table_lookup(q.places, "secret"));
    gw_quota_tidy(&q, 1000000000);
    assert_int_equal(g_hash_table_size(q.places), 1);
    p->sessions = 0;
    gw_quota_tidy(&q, 1000000000);
    assert_int_equal(g_hash_table_size(q.places), 0);
    gw_quota_end(&q);
}

static void connections_of_an_address(void **state)
{
    static const char *const settings[] = {"limits.connections_per_address", "1", "limits.exempt", "192.0.2.", NULL};

    world_begin(settings);
    open_from(FAR, "2001:db8::1");
    open_from(SAME_64, "2001:db8::2");
    open_from(OTHER_64, "2001:db8:0:1::2");
    assert_int_equal(create(FAR, ""), 0);
    world_say(SAME_64, PER_TURN);
    assert_true(world_quiet(SAME_64)); /* it was shut */
    assert_int_equal(create(OTHER_64, ""), 0);
    gw_api_closed(world.api, &world_transport, FAR);
    open_from(SAME_64, "2001:db8::2");
    assert_int_equal(create(SAME_64, ""), 0);
    world_end();
}

static void sessions_of_an_address_and_a_token(void **state)
{
    static const char *const settings[] = {
        "limits.sessions_per_address", "3", "limits.sessions_per_token", "2", "limits.exempt", "192.0.2.", NULL};
    uint64_t first;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    first = world_session(FAR);
    assert_int_equal(create(FAR, ""), 0);
    assert_int_equal(create(FAR, ""), 0);
    assert_int_equal(create(FAR, ""), 429);
    assert_int_equal(world_code(world_ask(FAR, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                                          (unsigned long long)first)),
                     0);
    assert_int_equal(create(FAR, ""), 0);
    for (int i = 0; i < 10; i++) /* from this host: not counted */
        assert_int_equal(create(WORLD_WS, ""), 0);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"t\""), 0);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"t\""), 0);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"t\""), 429);
    assert_int_equal(create(WORLD_WS, ",\"token\":\"u\""), 0);
    world_end();
}

static int attach(cardea_connection c, uint64_t session)
{
    return world_code(world_ask(c,
                                "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":%llu,"
                                "\"plugin\":\"janus.plugin.fake\"}",
                                (unsigned long long)session));
}

static void handles_of_an_address_and_in_all(void **state)
{
    static const char *const settings[] = {"limits.handles_per_address", "2", "limits.handles", "4", NULL};
    uint64_t far, near;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    far = world_session(FAR);
    near = world_session(WORLD_WS);
    assert_int_equal(attach(FAR, far), 0);
    assert_int_equal(attach(FAR, world_session(FAR)), 0); /* all its sessions together */
    assert_int_equal(attach(FAR, far), 429);
    assert_int_equal(attach(WORLD_WS, near), 0);
    assert_int_equal(attach(WORLD_WS, near), 0);
    assert_int_equal(attach(WORLD_WS, near), 461);
    assert_int_equal(world_code(world_ask(FAR, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                                          (unsigned long long)far)),
                     0);
    world_turn();
    assert_int_equal(attach(FAR, world_session(FAR)), 0);
    world_end();
}

/* A room of this session, and what stands in its way. */
static struct cardea_charge *charge(cardea_connection c, uint64_t session, const char *reason)
{
    struct cardea_charge *out;
    char why[64] = "";

    world_attach(c, session);
    gw_api_charge(world.api, world.handle, &out, why, sizeof(why));
    assert_string_equal(why, reason);
    assert_true(*why ? !out : out != NULL);
    return out;
}

static void rooms_outlive_sessions_and_are_counted(void **state)
{
    static const char *const settings[] = {"limits.rooms_per_address", "2", "limits.rooms_per_session", "1", NULL};
    struct cardea_charge *first, *second, *third, *of_operator;
    uint64_t session;
    char why[64];

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    session = world_session(FAR);
    first = charge(FAR, session, "");
    charge(FAR, session, "limits.rooms_per_session");
    second = charge(FAR, world_session(FAR), "");
    world_code(world_ask(FAR, "{\"janus\":\"destroy\",\"transaction\":\"x\",\"session_id\":%llu}",
                         (unsigned long long)session));
    world_turn();
    charge(FAR, world_session(FAR), "limits.rooms_per_address");
    gw_api_refund(first);
    third = charge(FAR, world_session(FAR), "");
    gw_api_refund(charge(WORLD_WS, world_session(WORLD_WS), "")); /* this host: for its session alone */
    assert_int_equal(gw_api_charge(world.api, NULL, &of_operator, why, sizeof(why)), 0);
    assert_null(of_operator);
    gw_api_refund(of_operator);
    gw_api_refund(second);
    gw_api_refund(third);
    world_end();
}

static void requests_a_second(void **state)
{
    static const char *const settings[] = {"limits.requests_per_address", "5", "limits.requests_per_session", "2",
                                           NULL};
    uint64_t session;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    for (int i = 0; i < 20; i++)
        assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 0);
    assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 429);
    world_wait(1000000);
    for (int i = 0; i < 5; i++)
        assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 0);
    assert_int_equal(world_code(world_ask(FAR, PER_TURN)), 429);
    session = world_session(WORLD_WS); /* its address is not counted, it is */
    for (int i = 0; i < 9; i++)
        assert_int_equal(
            world_code(world_ask(WORLD_WS, "{\"janus\":\"keepalive\",\"transaction\":\"x\",\"session_id\":%llu}",
                                 (unsigned long long)session)),
            i < 8 ? 0 : 429);
    world_end();
}

/* Whatever a token looks like, it is a token: one that reads as a session, an address or the digest of another. */
static void nobody_is_taken_for_somebody_else(void **state)
{
    struct gw_quota q;
    struct gw_quota_place *session, *address, *token;
    char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "secret", -1);

    gw_quota_init(&q);
    session = gw_quota_session(&q, 4711);
    address = gw_quota_address(&q, "203.0.113.9");
    token = gw_quota_token(&q, "secret");
    assert_ptr_equal(gw_quota_session(&q, 4711), session);
    assert_ptr_not_equal(gw_quota_token(&q, "session 4711"), session);
    assert_ptr_not_equal(gw_quota_token(&q, "4711"), session);
    assert_ptr_not_equal(gw_quota_address(&q, "4711"), session);
    assert_ptr_not_equal(gw_quota_address(&q, "session 4711"), session);
    assert_ptr_not_equal(gw_quota_token(&q, "203.0.113.9"), address);
    assert_ptr_not_equal(gw_quota_address(&q, digest), token);
    gw_quota_end(&q);
    g_free(digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_fills_at_its_rate),         cmocka_unit_test(addresses_of_one_household_are_one),
        cmocka_unit_test(what_is_not_used_is_forgotten),      cmocka_unit_test(connections_of_an_address),
        cmocka_unit_test(sessions_of_an_address_and_a_token), cmocka_unit_test(requests_a_second),
        cmocka_unit_test(handles_of_an_address_and_in_all),   cmocka_unit_test(rooms_outlive_sessions_and_are_counted),
        cmocka_unit_test(nobody_is_taken_for_somebody_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
