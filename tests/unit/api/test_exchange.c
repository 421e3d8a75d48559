/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges: each is answered once, or abandoned. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

#define PING "{\"janus\":\"ping\",\"transaction\":\"x\"}"

static uint64_t begin(uint64_t tag, const char *method, const char *path, const char *body)
{
    const struct gw_exchange_in in = {.method = method,
                                      .path = path,
                                      .query = "",
                                      .remote = "192.0.2.9",
                                      .route = gw_api_has_route(world.api, path),
                                      .body = body,
                                      .len = strlen(body)};

    gw_api_exchange(world.api, &world_transport, tag, CARDEA_DOOR_CLIENT, &in);
    world_turn();
    return tag;
}

/* The status of its answer, which is taken; 0: there is none (left). */
static int answered(uint64_t tag)
{
    struct world_response *r = world_response(tag);
    int status = r ? r->status : 0;

    world_response_free(r);
    return status;
}

static struct cardea_http *kept;
static unsigned asked;

static void keep(struct cardea_http *x, const struct cardea_http_request *rq)
{
    kept = x;
    asked++;
}

static void answered_once(void **state)
{
    world_begin(NULL);
    assert_int_equal(answered(begin(5, "POST", "", PING)), 200);
    assert_int_equal(answered(5), 0);
    begin(5, "POST", "", PING); /* the number is free again */
    assert_int_equal(answered(5), 200);
    gw_api_route(world.api, "/x", keep);
    begin(6, "GET", "/x", "");
    begin(6, "POST", "", PING); /* but not while it waits */
    assert_int_equal(answered(6), 0);
    gw_api_http_reply(world.api, kept, 204, NULL, NULL, 0);
    assert_int_equal(answered(6), 204);
    gw_api_http_reply(world.api, kept, 500, NULL, NULL, 0);
    assert_int_equal(answered(6), 0);
    world_end();
}

static void of_nobody(void **state)
{
    const struct gw_exchange_in in = {.method = "POST", .path = "", .query = "", .body = PING, .len = strlen(PING)};
    struct gw_transport *t;

    world_begin(NULL);
    gw_api_exchange(world.api, &in, 5, CARDEA_DOOR_CLIENT, &in); /* no transport of ours */
    gw_api_abandoned(world.api, &in, 5);
    gw_api_abandoned(world.api, &world_transport, 5);
    t = gw_transport_find(world.api, &world_transport);
    gw_exchange_respond(t, 5, 200, NULL, "late", 4);
    gw_exchange_json(t, 5, "{}");
    assert_int_equal(world.responses.length, 0);
    world_end();
}

static void abandoned(void **state)
{
    world_begin(NULL);
    gw_api_route(world.api, "/x", keep);
    begin(7, "GET", "/x", "");
    gw_api_abandoned(world.api, &world_transport, 7);
    gw_api_http_reply(world.api, kept, 200, NULL, NULL, 0); /* its handler does not know yet */
    assert_int_equal(answered(7), 0);
    begin(7, "POST", "", PING);
    gw_api_abandoned(world.api, &world_transport, 7); /* after the answer */
    assert_int_equal(answered(7), 200);
    world_end();
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

/* A file is given along with the answer: whoever does not get it, it is closed. */
static void files(void **state)
{
    int fd = open("/dev/null", O_RDONLY);

    world_begin(NULL);
    gw_api_route(world.api, "/x", keep);
    begin(8, "GET", "/x", "");
    gw_api_http_file(world.api, kept, 200, NULL, dup(fd), 0, 10);
    assert_int_equal(answered(8), 200);
    begin(9, "GET", "/x", "");
    gw_api_abandoned(world.api, &world_transport, 9);
    gw_api_http_file(world.api, kept, 200, NULL, fd, 0, 10);
    assert_false(is_open(fd));
    fd = open("/dev/null", O_RDONLY);
    gw_exchange_respond_file(gw_transport_find(world.api, &world_transport), 9, 200, NULL, fd, 0, 10);
    assert_false(is_open(fd));
    world_end();
}

/* Where there is a successor, the connection ends with the answer, so that the next request goes there. */
static void the_last_answer(void **state)
{
    static const char *const own[] = {"Content-Type", "text/plain", NULL};
    struct world_response *r;

    world_begin(NULL);
    gw_api_route(world.api, "/x", keep);
    begin(10, "GET", "/x", "");
    gw_api_http_reply(world.api, kept, 200, own, "x", 1);
    r = world_response(10);
    assert_string_equal(r->headers, "Content-Type: text/plain\n");
    world_response_free(r);
    gw_api_succeeded(world.api);
    begin(11, "GET", "/x", "");
    gw_api_http_reply(world.api, kept, 200, own, "x", 1);
    r = world_response(11);
    assert_string_equal(r->headers, "Content-Type: text/plain\nConnection: close\n");
    assert_string_equal(r->body, "x");
    world_response_free(r);
    begin(12, "OPTIONS", "", ""); /* also where there were none */
    r = world_response(12);
    assert_string_equal(r->headers, "Connection: close\n");
    world_response_free(r);
    world_end();
}

static void whose_it_is(void **state)
{
    struct gw_origin o = {.tag = 13};

    world_begin(NULL);
    o.transport = gw_transport_find(world.api, &world_transport);
    assert_null(gw_origin_remote(&o));
    gw_api_route(world.api, "/x", keep);
    begin(13, "GET", "/x", "");
    assert_string_equal(gw_origin_remote(&o), "192.0.2.9");
    gw_api_http_reply(world.api, kept, 200, NULL, NULL, 0);
    assert_null(gw_origin_remote(&o));
    o.connection = WORLD_WS;
    assert_string_equal(gw_origin_remote(&o), "192.0.2.1");
    o.connection = 999;
    assert_null(gw_origin_remote(&o));
    world_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered_once), cmocka_unit_test(of_nobody),       cmocka_unit_test(abandoned),
        cmocka_unit_test(files),         cmocka_unit_test(the_last_answer), cmocka_unit_test(whose_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
