/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP paths beside the API: whose they are, and what their handlers are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "base/err.h"
#include "support/world.h"

static char last[100];
static struct cardea_http *kept;

static void note(const char *who, struct cardea_http *x, const struct cardea_http_request *rq)
{
    g_snprintf(last, sizeof(last), "%s %s %s?%s accept=%s x=%s from %s: %.*s", who, rq->method, rq->rest, rq->query,
               rq->header(x, "accept"), rq->header(x, "x"), rq->remote, (int)rq->len, (const char *)rq->body);
    kept = x;
}

static void short_one(struct cardea_http *x, const struct cardea_http_request *rq)
{
    note("short", x, rq);
    gw_api_http_reply(world.api, x, 201, NULL, "made", 4);
}

static void long_one(struct cardea_http *x, const struct cardea_http_request *rq)
{
    note("long", x, rq);
}

static bool is_long(void *arg, gw_route_fn *handler)
{
    return handler == long_one;
}

static void prefixes(void **state)
{
    static const struct {
        const char *prefix;
        int err;
    } rows[] = {
        {NULL, GW_EINVAL}, {"", GW_EINVAL},   {"/", GW_EINVAL},   {"///", GW_EINVAL},   {"x", GW_EINVAL},
        {"/x", 0},         {"/x", GW_EPROTO}, {"/x/", GW_EPROTO}, {"/x///", GW_EPROTO}, {"/X", 0},
        {"/x/y", 0},       {"/xy/", 0},       {"/xy", GW_EPROTO},
    };

    world_begin(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (gw_api_route(world.api, rows[i].prefix, short_one) != rows[i].err)
            fail_msg("%s", rows[i].prefix);
    assert_int_equal(gw_api_route(world.api, "/z", NULL), GW_EINVAL);
    world_end();
}

static void whose_a_path_is(void **state)
{
    static const struct {
        const char *path, *seen; /* NULL: nobody's */
    } rows[] = {
        {"/a", "short POST "},
        {"/a/", "short POST "},
        {"/a/b", "short POST b"},
        {"/a/b/c/d", "long POST d"}, /* the longest prefix */
        {"/a/b/c", "long POST "},
        {"/a/b/cd", "short POST b/cd"}, /* at the end of a segment */
        {"/a//b", "short POST /b"},
        {"/ab", NULL},
        {"/A", NULL},
        {"a", NULL},
        {"", NULL},
        {"/", NULL},
    };

    world_begin(NULL);
    gw_api_route(world.api, "/a", short_one);
    gw_api_route(world.api, "/a/b/c", long_one);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(gw_api_has_route(world.api, rows[i].path), rows[i].seen != NULL);
        if (!rows[i].seen)
            continue;
        last[0] = 0;
        world_response_free(world_response(world_http(CARDEA_DOOR_CLIENT, "POST", rows[i].path, NULL, "x")));
        if (strncmp(last, rows[i].seen, strlen(rows[i].seen)) || last[strlen(rows[i].seen)] != '?')
            fail_msg("%s: %s", rows[i].path, last);
    }
    gw_api_drop_routes(world.api, is_long, NULL);
    world_response_free(world_response(world_http(CARDEA_DOOR_CLIENT, "POST", "/a/b/c/d", NULL, "x")));
    assert_memory_equal(last, "short POST b/c/d?", 17);
    world_end();
}

static void what_handlers_see(void **state)
{
    struct world_response *r;
    uint64_t tag;

    world_begin(NULL);
    gw_api_route(world.api, "/a", short_one);
    gw_api_route(world.api, "/long", long_one);
    r = world_response(world_http(CARDEA_DOOR_CLIENT, "PUT", "/a/b", "k=v", "the body"));
    assert_int_equal(r->status, 201);
    assert_string_equal(r->body, "made");
    assert_string_equal(last, "short PUT b?k=v accept=text/plain x=(null) from 192.0.2.9: the body");
    world_response_free(r);
    /* later, and only once */
    tag = world_http(CARDEA_DOOR_CLIENT, "GET", "/long/way", NULL, NULL);
    assert_null(world_response(tag));
    gw_api_http_reply(world.api, kept, 200, NULL, "now", 3);
    gw_api_http_reply(world.api, kept, 500, NULL, "again", 5);
    r = world_response(tag);
    assert_string_equal(r->body, "now");
    world_response_free(r);
    assert_null(world_response(tag));
    world_end();
}

/* The route went between the transport's look and ours: there is nothing at its path. */
static void gone_meanwhile(void **state)
{
    const struct gw_exchange_in in = {.method = "GET", .path = "/long", .query = "", .route = true, .body = ""};
    struct world_response *r;

    world_begin(NULL);
    gw_api_exchange(world.api, &world_transport, 9, CARDEA_DOOR_CLIENT, &in);
    r = world_response(9);
    assert_int_equal(r->status, 404);
    world_response_free(r);
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes),
        cmocka_unit_test(whose_a_path_is),
        cmocka_unit_test(what_handlers_see),
        cmocka_unit_test(gone_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
