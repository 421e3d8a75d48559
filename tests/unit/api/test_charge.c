/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms are counted for the session, the address and the token that made them, for as long as they are there. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "support/world.h"

#define FAR  50 /* connections from two other hosts */
#define FAR2 51

static void open_from(cardea_connection c, const char *address)
{
    gw_api_opened(world.api, &world_transport, c, CARDEA_DOOR_CLIENT, address);
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

static uint64_t attach_with(cardea_connection c, const char *token)
{
    json_t *o = world_ask(c,
                          "{\"janus\":\"attach\",\"transaction\":\"x\",\"session_id\":%llu,"
                          "\"plugin\":\"janus.plugin.fake\",\"token\":\"%s\"}",
                          (unsigned long long)world_session(c), token);
    uint64_t id = (uint64_t)json_integer_value(json_object_get(json_object_get(o, "data"), "id"));

    json_decref(o);
    return id;
}

/* A token is one, wherever it comes from. */
static void a_token_is_counted_over_all_addresses(void **state)
{
    static const char *const settings[] = {"limits.rooms_per_token", "1", NULL};
    struct cardea_charge *first, *other, *refused;
    char why[64] = "";

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    open_from(FAR2, "203.0.113.10");
    assert_true(attach_with(FAR, "t"));
    assert_int_equal(gw_api_charge(world.api, world.handle, &first, why, sizeof(why)), 0);
    assert_true(attach_with(FAR2, "t"));
    assert_int_equal(gw_api_charge(world.api, world.handle, &refused, why, sizeof(why)), GW_ELIMIT);
    assert_null(refused);
    assert_string_equal(why, "limits.rooms_per_token");
    assert_true(attach_with(FAR2, "another"));
    assert_int_equal(gw_api_charge(world.api, world.handle, &other, why, sizeof(why)), 0);
    gw_api_refund(first);
    assert_true(attach_with(FAR2, "t"));
    assert_int_equal(gw_api_charge(world.api, world.handle, &first, why, sizeof(why)), 0);
    gw_api_refund(first);
    gw_api_refund(other);
    world_end();
}

/* What is refused by one of the three is charged to none. */
static void a_refusal_charges_nobody(void **state)
{
    static const char *const settings[] = {"limits.rooms_per_address", "2", "limits.rooms_per_session", "1", NULL};
    struct cardea_charge *first, *second;
    uint64_t session;

    world_begin(settings);
    open_from(FAR, "203.0.113.9");
    session = world_session(FAR);
    first = charge(FAR, session, "");
    for (int i = 0; i < 5; i++)
        charge(FAR, session, "limits.rooms_per_session");
    second = charge(FAR, world_session(FAR), ""); /* the second of its address */
    charge(FAR, world_session(FAR), "limits.rooms_per_address");
    gw_api_refund(first);
    gw_api_refund(second);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rooms_outlive_sessions_and_are_counted),
        cmocka_unit_test(a_token_is_counted_over_all_addresses),
        cmocka_unit_test(a_refusal_charges_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
