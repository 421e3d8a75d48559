/* SPDX-License-Identifier: Apache-2.0 */
/* What a client may say in `jsep`, and what of it comes to the worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixture.h"
#include "support/world.h"

static uint64_t session, handle;
static struct {
    bool relay_only, ended, e2ee, svc, low_to_high;
    unsigned layers;
    char lowest[17]; /* rid */
} seen;

static void watch(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_PEER_NEW)
        seen.relay_only = o->u.peer_new.relay_only;
    seen.ended |= o->tag == GW_ORDER_PEER_CANDIDATE && !o->u.text;
    for (unsigned i = 0; o->tag == GW_ORDER_PEER_MEDIA && i < o->u.media->n; i++) {
        const struct gw_mline *m = &o->u.media->m[i];

        if (m->kind != GW_VIDEO)
            continue;
        seen.layers = m->layers;
        seen.svc = m->svc;
        seen.e2ee = m->e2ee;
        seen.low_to_high = m->rids_low_to_high;
        memcpy(seen.lowest, m->rid[0], sizeof(seen.lowest));
    }
}

/* Sends an offer of a browser with these members of jsep besides; 0, or the error's code. */
static int offer(const char *const *settings, const char *fixture, const char *members)
{
    char *sdp = fixture_sdp(fixture), *text;
    json_t *jsep = json_pack("{ss ss}", "type", "OFFER", "sdp", sdp), *more = json_loads(members, 0, NULL), *reply;
    int code;

    assert_non_null(more);
    memset(&seen, 0, sizeof(seen));
    json_object_update(jsep, more);
    text = json_dumps(jsep, 0);
    world_begin(settings);
    world.watch = watch;
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
    reply = world_ask(WORLD_WS,
                      "{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"m\","
                      "\"body\":{\"request\":\"answer\"},\"jsep\":%s}",
                      (unsigned long long)session, (unsigned long long)handle, text);
    code = world_code(reply);
    world.watch = NULL;
    world_end();
    free(text);
    free(sdp);
    json_decref(jsep);
    json_decref(more);
    return code;
}

/* The same after a change of its text: what stands for from (each time) becomes to. */
static int changed_offer(const char *from, const char *to)
{
    char *sdp = fixture_sdp("chromium-all");
    GString *text = g_string_new(sdp);
    json_t *members;
    char *json;
    int code;

    assert_true(g_string_replace(text, from, to, 0) > 0);
    members = json_pack("{ss}", "sdp", text->str);
    json = json_dumps(members, 0);
    code = offer(NULL, "chromium-all", json);
    free(json);
    json_decref(members);
    g_string_free(text, TRUE);
    free(sdp);
    return code;
}

/* What a first description must have. */
static void descriptions_that_lack_something(void **state)
{
    static const struct {
        const char *from, *to;
        int code;
    } rows[] = {
        {"a=mid:1\r\n", "a=mid:0123456789abcdef\r\n", 0},
        {"a=mid:1\r\n", "a=mid:0123456789abcdefg\r\n", 465},
        {"a=mid:1\r\n", "a=mid:1 2\r\n", 465},
        {"a=mid:1\r\n", "a=mid:0\r\n", 465}, /* another one's */
        {"a=ice-ufrag:", "a=no-ufrag:", 465},
        {"a=ice-pwd:", "a=no-pwd:", 465},
        {"a=fingerprint:", "a=no-fingerprint:", 465},
        {"a=fingerprint:sha-256 ", "a=fingerprint:rot13 ", 465},
        {"m=", "x=", 465},
        {"v=0", "v=1", 465},
        {"a=setup:actpass", "a=setup:active", 0},
        {"a=", "a=x-unknown\r\na=", 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int code = changed_offer(rows[i].from, rows[i].to);

        if (code != rows[i].code)
            fail_msg("%s: %d", rows[i].to, code);
    }
}

static void wrong_members(void **state)
{
    static const struct {
        const char *members;
        int code;
    } rows[] = {
        {"{\"type\":5}", 467},         {"{\"type\":\"pranswer\"}", 464}, {"{\"type\":\"rollback\"}", 464},
        {"{\"sdp\":null}", 467},       {"{\"sdp\":\"nonsense\"}", 465},  {"{\"trickle\":1}", 467},
        {"{\"e2ee\":\"yes\"}", 467},   {"{\"force_relay\":0}", 467},     {"{\"type\":\"answer\"}", 469},
        {"{\"svc\":\"nonsense\"}", 0}, {"{\"rid_order\":5}", 0},         {"{\"unknown\":[]}", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int code = offer(NULL, "chromium-all", rows[i].members);

        if (code != rows[i].code)
            fail_msg("%s: %d", rows[i].members, code);
    }
}

static void candidates_are_complete(void **state)
{
    assert_int_equal(offer(NULL, "chromium-all", "{}"), 0);
    assert_false(seen.ended);
    assert_int_equal(offer(NULL, "chromium-all", "{\"trickle\":false}"), 0);
    assert_true(seen.ended);
}

static void relays_only_where_that_is_allowed(void **state)
{
    static const char *const allowed[] = {"nat.allow_force_relay", "true", NULL};

    assert_int_equal(offer(NULL, "chromium-all", "{\"force_relay\":true}"), 0);
    assert_false(seen.relay_only);
    assert_int_equal(offer(allowed, "chromium-all", "{\"force_relay\":true}"), 0);
    assert_true(seen.relay_only);
}

static void end_to_end_encryption(void **state)
{
    assert_int_equal(offer(NULL, "chromium-all", "{\"e2ee\":true}"), 0);
    assert_true(seen.e2ee);
    assert_int_equal(offer(NULL, "chromium-all", "{\"e2ee\":false}"), 0);
    assert_false(seen.e2ee);
}

static void order_of_the_layers(void **state)
{
    static const struct {
        const char *members, *lowest;
    } rows[] = {{"{}", "f"},
                {"{\"rid_order\":\"hml\"}", "f"},
                {"{\"rid_order\":\"lmh\"}", "q"},
                {"{\"rid_order\":\"upside down\"}", "f"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) { /* a=simulcast:send q;h;f */
        assert_int_equal(offer(NULL, "chromium-simulcast", rows[i].members), 0);
        assert_int_equal(seen.layers, 3);
        assert_string_equal(seen.lowest, rows[i].lowest);
    }
}

static void svc_is_stated_or_the_list_is_ignored(void **state)
{
    static const struct {
        const char *members;
        bool svc;
    } rows[] = {
        {"{}", false},
        {"{\"svc\":[{\"mindex\":0,\"svc\":\"L3T3\"}]}", true},
        {"{\"svc\":[{\"mid\":\"0\",\"svc\":\"L3T3\"}]}", true},
        {"{\"svc\":[{\"mid\":\"1\",\"svc\":\"L3T3\"}]}", false},
        {"{\"svc\":[{\"mindex\":0,\"svc\":\"L3T3\"},{\"mindex\":\"2\",\"svc\":\"L3T3\"}]}", false},
        {"{\"svc\":[{\"mindex\":0}]}", false},
        {"{\"svc\":[7]}", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(offer(NULL, "chromium-svc-vp9", rows[i].members), 0);
        if (seen.svc != rows[i].svc)
            fail_msg("%s", rows[i].members);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptions_that_lack_something),
        cmocka_unit_test(wrong_members),
        cmocka_unit_test(candidates_are_complete),
        cmocka_unit_test(end_to_end_encryption),
        cmocka_unit_test(relays_only_where_that_is_allowed),
        cmocka_unit_test(order_of_the_layers),
        cmocka_unit_test(svc_is_stated_or_the_list_is_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
