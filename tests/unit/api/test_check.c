/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter tables that a plugin checks by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static const struct cardea_host *host;
static int let_through;
static struct cardea_request *last;

static const struct cardea_param inner[] = {{"n", CARDEA_UINT, CARDEA_REQUIRED, .max = 10}, {"room", CARDEA_ID}, {0}};

static void run_nested(struct cardea_request *rq)
{
    last = rq;
    if (!host->check(rq, json_object_get(host->info(rq)->body, "inner"), inner))
        return;
    let_through++;
    host->reply(rq, json_pack("{ss}", "nested", "fine"));
    assert_false(host->check(rq, NULL, NULL)); /* it is answered: there is nobody to be told */
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    host = h;
    return 0;
}

static int start_with_strings(const struct cardea_host *h, const struct cardea_config *config)
{
    h->string_ids(true);
    return start(h, config);
}

static const struct cardea_verb verbs[] = {{"nested", CARDEA_SYNC, NULL, run_nested}, {0}};
static const struct cardea_plugin plugin = {
    CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.nested",
    .key = "nested",    .errors = {.missing = 701, .invalid = 702},
    .verbs = verbs,     .start = start,
};

/* The plugin's code for inner members; 0: it let them through. */
static int64_t code_of(const char *members)
{
    json_t *reply = world_ask(WORLD_ADMIN,
                              "{\"janus\":\"message_plugin\",\"transaction\":\"x\",\"plugin\":\"cardea.plugin.nested\","
                              "\"request\":{\"request\":\"nested\"%s}}",
                              members),
           *response = json_object_get(reply, "response");
    int64_t code = json_integer_value(json_object_get(response, "error_code"));

    assert_true(world_quiet(WORLD_ADMIN)); /* one answer */
    assert_int_equal(code == 0, !strcmp(json_string_value(json_object_get(response, "nested")), "fine"));
    if (code)
        assert_true(json_is_string(json_object_get(response, "error")));
    json_decref(reply);
    return code;
}

static void with_the_codes_of_the_plugin(void **state)
{
    world_begin(NULL);
    world_plugin(&plugin, "nested", "");
    let_through = 0;
    assert_int_equal(code_of(",\"inner\":{\"n\":10}"), 0);
    assert_int_equal(code_of(",\"inner\":{\"n\":3,\"room\":5,\"more\":null}"), 0);
    assert_int_equal(let_through, 2);
    assert_int_equal(code_of(""), 701);
    assert_int_equal(code_of(",\"inner\":{}"), 701);
    assert_int_equal(code_of(",\"inner\":[]"), 701); /* no members in it */
    assert_int_equal(code_of(",\"inner\":{\"n\":11}"), 702);
    assert_int_equal(code_of(",\"inner\":{\"n\":-1}"), 702);
    assert_int_equal(code_of(",\"inner\":{\"n\":null}"), 702);
    assert_int_equal(code_of(",\"inner\":{\"n\":1,\"room\":\"5\"}"), 702);
    assert_int_equal(let_through, 2);
    world_end();
}

static void as_its_ids_are(void **state)
{
    struct cardea_plugin with_strings = plugin;

    with_strings.start = start_with_strings;
    world_begin(NULL);
    world_plugin(&with_strings, "nested", "");
    assert_int_equal(code_of(",\"inner\":{\"n\":1,\"room\":\"5\"}"), 0);
    assert_int_equal(code_of(",\"inner\":{\"n\":1,\"room\":5}"), 702);
    world_end();
}

static void stale_requests(void **state)
{
    json_t *good = json_pack("{si}", "n", 1);

    world_begin(NULL);
    world_plugin(&plugin, "nested", "");
    assert_int_equal(code_of(",\"inner\":{\"n\":10}"), 0);
    assert_false(gw_api_check(world.api, last, good, inner)); /* good as they are, they are nobody's */
    assert_false(gw_api_check(world.api, NULL, good, inner));
    assert_true(world_quiet(WORLD_ADMIN));
    world_end();
    json_decref(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_the_codes_of_the_plugin),
        cmocka_unit_test(as_its_ids_are),
        cmocka_unit_test(stale_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
