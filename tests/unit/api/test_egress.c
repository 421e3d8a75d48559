/* SPDX-License-Identifier: Apache-2.0 */
/* How much a session and the gateway may send: who gets which part of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static uint64_t session;

static void pass_over(void)
{
    while (!world_quiet(WORLD_WS))
        json_decref(world_heard(WORLD_WS));
}

/* A handle that is sent an audio track, or one that is not. */
static struct gw_handle *attach(bool receives)
{
    uint64_t id = world_attach(WORLD_WS, session);
    struct gw_handle *h = gw_handle_of(world.api, world.handle);

    assert_int_equal(h->id, id);
    if (receives)
        json_decref(world_ask(WORLD_WS,
                              "{\"janus\":\"message\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu,"
                              "\"body\":{\"request\":\"offer\"}}",
                              (unsigned long long)session, (unsigned long long)id));
    pass_over();
    return h;
}

static void detach(const struct gw_handle *h)
{
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"detach\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                          (unsigned long long)session, (unsigned long long)h->id));
    pass_over();
}

static void no_bound(void **state)
{
    world_begin(NULL);
    session = world_session(WORLD_WS);
    assert_int_equal(attach(true)->most_bps, 0);
    world_end();
}

static void in_equal_parts(void **state)
{
    static const char *const settings[] = {"limits.session_kbps", "3000", NULL};
    struct gw_handle *publisher, *a, *b, *c;
    uint64_t first;

    world_begin(settings);
    session = first = world_session(WORLD_WS);
    publisher = attach(false);
    assert_int_equal(publisher->most_bps, 3000000); /* nobody is sent anything: it might be the one */
    a = attach(true);
    gw_egress_share(a->session); /* as at the end of its negotiation */
    assert_int_equal(a->most_bps, 3000000);
    b = attach(true);
    c = attach(true);
    gw_egress_share(a->session);
    assert_int_equal(a->most_bps, 1000000);
    assert_int_equal(b->most_bps, 1000000);
    assert_int_equal(c->most_bps, 1000000);
    detach(b);
    assert_int_equal(a->most_bps, 1500000);
    assert_int_equal(c->most_bps, 1500000);
    session = world_session(WORLD_WS); /* of others it is none of their business */
    assert_int_equal(attach(true)->most_bps, 3000000);
    assert_int_equal(a->most_bps, 1500000);
    world_end();
}

static void is_never_nothing(void **state)
{
    static const char *const settings[] = {"limits.session_kbps", "1", NULL};
    struct gw_handle *h = NULL;

    world_begin(settings);
    session = world_session(WORLD_WS);
    for (int i = 0; i < 3; i++)
        h = attach(true);
    gw_egress_share(h->session);
    assert_in_range(h->most_bps, 1, 400); /* 0 would be "no bound" */
    world_end();
}

/* --- what the worker is told -------------------------------------------------------------------------------------- */

static struct cardea_sending told;

static void note(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_SENDING)
        told = o->u.sending;
}

static void within_what_the_plugin_wants(void **state)
{
    static const char *const settings[] = {"limits.session_kbps", "1000", NULL};
    static const struct {
        struct cardea_sending wanted, told;
    } rows[] = {
        {{0}, {.max_bps = 1000000}},
        {{.max_bps = 500000}, {.max_bps = 500000}},
        {{.max_bps = 2000000}, {.max_bps = 1000000}},
        {{.start_bps = 300000, .min_bps = 100000}, {.start_bps = 300000, .min_bps = 100000, .max_bps = 1000000}},
        {{.start_bps = 4000000, .min_bps = 3000000, .max_bps = 5000000},
         {.start_bps = 1000000, .min_bps = 1000000, .max_bps = 1000000}},
        {{.start_bps = 700000, .max_bps = 600000}, {.start_bps = 600000, .max_bps = 600000}},
        {{.no_probing = true, .no_pacing = true}, {.max_bps = 1000000, .no_probing = true, .no_pacing = true}},
    };
    struct gw_handle *h;

    world_begin(settings);
    world.watch = note;
    session = world_session(WORLD_WS);
    h = attach(true);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        told = (struct cardea_sending){0};
        assert_int_equal(gw_api_sending(world.api, h->ticket, &rows[i].wanted), 0);
        if (told.max_bps != rows[i].told.max_bps || told.min_bps != rows[i].told.min_bps ||
            told.start_bps != rows[i].told.start_bps || told.no_probing != rows[i].told.no_probing ||
            told.no_pacing != rows[i].told.no_pacing)
            fail_msg("row %zu: %u %u %u", i, told.start_bps, told.min_bps, told.max_bps);
    }
    attach(true); /* what it wants holds for its new part as well */
    gw_egress_share(h->session);
    assert_int_equal(told.max_bps, 500000);
    assert_int_equal(gw_api_sending(world.api, NULL, &rows[0].wanted), CARDEA_ENOENT);
    world_end();
}

static int create(void)
{
    return world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"x\"}"));
}

static void the_gateway_as_a_whole(void **state)
{
    static const char *const settings[] = {"limits.egress_mbps", "10", NULL};

    world_begin(settings);
    gw_api_egress(world.api, 9999999);
    assert_int_equal(create(), 0);
    gw_api_egress(world.api, 10000000);
    assert_int_equal(create(), 472);
    assert_false(gw_api_accepts(world.api));
    gw_api_egress(world.api, 5000000);
    assert_int_equal(create(), 0);
    world_end();
    world_begin(NULL); /* no bound */
    gw_api_egress(world.api, UINT64_MAX);
    assert_int_equal(create(), 0);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bound),
        cmocka_unit_test(in_equal_parts),
        cmocka_unit_test(is_never_nothing),
        cmocka_unit_test(within_what_the_plugin_wants),
        cmocka_unit_test(the_gateway_as_a_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
