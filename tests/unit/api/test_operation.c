/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of operators that the host answers, now or later. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

#define RESOLVE "{\"janus\":\"resolve_address\",\"transaction\":\"t\",\"address\":\"a.example\"}"

static struct gw_operation *kept;
static char *asked;

static void operate(void *arg, struct gw_operation *op, const char *request, const json_t *root)
{
    kept = op;
    g_free(asked);
    asked = g_strdup_printf("%s %s", request, json_string_value(json_object_get(root, "address")));
}

static void begin(void)
{
    world_begin(NULL);
    world.api->conf.operate = operate;
}

static void end(void)
{
    world_end();
    g_clear_pointer(&asked, g_free);
}

static void without_a_host(void **state)
{
    world_begin(NULL);
    assert_int_equal(world_code(world_ask(WORLD_ADMIN, RESOLVE)), 490);
    world_end();
}

static void later(void **state)
{
    json_t *got;

    begin();
    world_say(WORLD_ADMIN, RESOLVE);
    assert_string_equal(asked, "resolve_address a.example");
    assert_true(world_quiet(WORLD_ADMIN));
    assert_int_equal(world_code(world_ask(WORLD_ADMIN, "{\"janus\":\"ping\",\"transaction\":\"u\"}")),
                     0); /* meanwhile */
    gw_operation_reply(kept, json_pack("{ss si}", "ip", "192.0.2.1", "elapsed", 5));
    got = world_heard(WORLD_ADMIN);
    assert_string_equal(json_string_value(json_object_get(got, "janus")), "success");
    assert_string_equal(json_string_value(json_object_get(got, "transaction")), "t");
    assert_string_equal(json_string_value(json_object_get(got, "ip")), "192.0.2.1");
    assert_int_equal(json_object_size(got), 4);
    json_decref(got);
    end();
}

static void in_vain(void **state)
{
    json_t *got;

    begin();
    world_say(WORLD_ADMIN, RESOLVE);
    gw_operation_fail(kept, 490, "No such name");
    got = world_heard(WORLD_ADMIN);
    assert_string_equal(json_string_value(json_object_get(got, "transaction")), "t");
    assert_string_equal(json_string_value(json_object_get(json_object_get(got, "error"), "reason")), "No such name");
    assert_int_equal(world_code(got), 490);
    end();
}

/* Who asked has gone: the answer goes nowhere, over connections and exchanges alike. */
static void for_nobody(void **state)
{
    uint64_t tag;

    begin();
    world_say(WORLD_ADMIN, RESOLVE);
    gw_api_closed(world.api, &world_transport, WORLD_ADMIN);
    gw_operation_reply(kept, json_object());
    assert_true(world_quiet(WORLD_ADMIN));
    tag = world_http(CARDEA_DOOR_ADMIN, "POST", "", NULL, RESOLVE);
    assert_null(world_response(tag));
    gw_api_abandoned(world.api, &world_transport, tag);
    gw_operation_fail(kept, 490, "late");
    assert_null(world_response(tag));
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_host),
        cmocka_unit_test(later),
        cmocka_unit_test(in_vain),
        cmocka_unit_test(for_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
