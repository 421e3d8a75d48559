/* SPDX-License-Identifier: Apache-2.0 */
/* Modules that misbehave, loaded as the gateway loads them: the rest goes on. */
#include "host/modules.h"
#include "host/plugin_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/world.h"

static struct gw_modules *modules;

static char *in_build(const char *rest)
{
    const char *build = getenv("CARDEA_BUILD");

    return g_build_filename(build ? build : ".", rest, NULL);
}

/* What the log says while the folder is loaded; refused: how many files were not taken. free() it. */
static char *load(unsigned *refused)
{
    char name[] = "/tmp/test_modules.XXXXXX", *text;
    struct gw_settings settings = {.config = world.config,
                                   .configs_folder = "/nonexistent",
                                   .plugins_folder = in_build("tests/abi"),
                                   .transports_folder = "/nonexistent",
                                   .html_folder = "/nonexistent",
                                   .state_folder = "/nonexistent"};
    int fd = mkstemp(name), old = dup(STDERR_FILENO);

    assert_true(fd >= 0 && old >= 0);
    fflush(stderr);
    dup2(fd, STDERR_FILENO);
    *refused = gw_modules_load(&modules, world.api, &settings);
    fflush(stderr);
    dup2(old, STDERR_FILENO);
    assert_true(g_file_get_contents(name, &text, NULL, NULL));
    unlink(name);
    close(fd);
    close(old);
    g_free(settings.plugins_folder);
    return text;
}

static void end(void)
{
    world_end();
    gw_modules_free(modules);
    modules = NULL;
}

/* One line that names the file and says why. */
static void has_line(const char *text, const char *file, const char *why)
{
    char **lines = g_strsplit(text, "\n", -1);
    unsigned n = 0;

    for (char **l = lines; *l; l++)
        n += strstr(*l, file) && strstr(*l, why);
    if (n != 1)
        fail_msg("%u lines with \"%s\" and \"%s\" in:\n%s", n, file, why, text);
    g_strfreev(lines);
}

static void refusals_say_why(void **state)
{
    unsigned refused;
    char *log;

    world_begin(NULL);
    log = load(&refused);
    assert_int_equal(refused, 7);
    assert_int_equal(gw_api_plugins(world.api), 3); /* the world's own, the clumsy and the older one */
    has_line(log, "wrong_major.so", "it was built for ABI 2");
    has_line(log, "short_table.so", "bytes");
    has_line(log, "no_symbol.so", "exports neither");
    has_line(log, "no_verbs.so", "lacks one of");
    has_line(log, "refuses.so", "refused with -7");
    has_line(log, "same_name.so", "already called");
    has_line(log, "unresolved.so", "nobody_has_this");
    has_line(log, "cardea.plugin.clumsy", "ms to start");
    has_line(log, "/nonexistent", "cannot be read");
    g_free(log);
    end();
}

static void disabled_ones_are_left_alone(void **state)
{
    static const char *const settings[] = {"plugins.disable", "clumsy.so, refuses.so,wrong_major.so", NULL};
    unsigned refused;
    char *log;

    world_begin(settings);
    log = load(&refused);
    assert_int_equal(refused, 4); /* same_name is welcome now */
    assert_null(strstr(log, "wrong_major"));
    g_free(log);
    assert_int_equal(gw_api_plugins(world.api), 3);
    end();
}

static json_t *message(uint64_t session, uint64_t handle, const char *request)
{
    return world_ask(WORLD_WS,
                     "{\"janus\":\"message\",\"session_id\":%llu,\"handle_id\":%llu,\"transaction\":\"m\","
                     "\"body\":{\"request\":\"%s\"}}",
                     (unsigned long long)session, (unsigned long long)handle, request);
}

static void expect(const char *janus, const char *text)
{
    json_t *got = world_heard(WORLD_WS), *data = json_object_get(json_object_get(got, "plugindata"), "data");
    const char *said = json_string_value(json_object_get(data, "clumsy"));

    assert_string_equal(json_string_value(json_object_get(got, "janus")), janus);
    assert_int_equal(text != NULL, said != NULL);
    if (text)
        assert_string_equal(said, text);
    json_decref(got);
}

static uint64_t attach(uint64_t session)
{
    uint64_t handle = 0;

    world_say(WORLD_WS, "{}"); /* an error first: what follows is in order */
    assert_int_equal(world_code(world_heard(WORLD_WS)), 456);
    char *text = g_strdup_printf("{\"janus\":\"attach\",\"session_id\":%llu,\"transaction\":\"a\","
                                 "\"plugin\":\"cardea.plugin.clumsy\"}",
                                 (unsigned long long)session);
    world_say(WORLD_WS, text);
    g_free(text);
    expect("event", "hello");
    json_t *got = world_heard(WORLD_WS);
    handle = (uint64_t)json_integer_value(json_object_get(json_object_get(got, "data"), "id"));
    assert_int_not_equal(handle, 0);
    json_decref(got);
    return handle;
}

static void a_clumsy_plugin_hurts_nobody(void **state)
{
    uint64_t session, handle;
    unsigned refused;

    world_begin(NULL);
    g_free(load(&refused));
    session = world_session(WORLD_WS);
    handle = attach(session);
    json_decref(message(session, handle, "twice"));
    expect("event", "first");
    assert_true(world_quiet(WORLD_WS));
    json_decref(message(session, handle, "keep"));
    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"detach\",\"session_id\":%llu,\"handle_id\":%llu,"
                          "\"transaction\":\"d\"}",
                          (unsigned long long)session, (unsigned long long)handle));
    expect("event", "in the last moment");
    expect("detached", NULL);
    assert_true(world_quiet(WORLD_WS));
    attach(session); /* ends itself inside attach() */
    expect("detached", NULL);
    assert_int_equal(gw_api_handles(world.api), 0);
    /* the admin's door reaches its synchronous verb: the last handle has gone */
    json_decref(world_ask(WORLD_ADMIN, "{\"janus\":\"message_plugin\",\"transaction\":\"x\","
                                       "\"plugin\":\"cardea.plugin.clumsy\",\"request\":{\"request\":\"gone\"}}"));
    assert_true(world_quiet(WORLD_WS));
    end(); /* its stop() tries once more */
}

/* A smaller minor is welcome: it works, and what its table lacks is never looked at. */
static void an_older_plugin_is_welcome(void **state)
{
    json_t *reply, *said;
    uint64_t session;
    unsigned refused;

    world_begin((const char *[]){"general.drain_grace", "0", "general.drain_events", "false", NULL});
    g_free(load(&refused));
    session = world_session(WORLD_WS);
    reply = world_ask(WORLD_WS,
                      "{\"janus\":\"attach\",\"session_id\":%llu,\"transaction\":\"a\","
                      "\"plugin\":\"cardea.plugin.older\"}",
                      (unsigned long long)session);
    uint64_t handle = (uint64_t)json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));
    assert_int_not_equal(handle, 0);
    json_decref(reply);
    reply = message(session, handle, "anything");
    said = json_object_get(json_object_get(json_object_get(reply, "plugindata"), "data"), "older");
    assert_string_equal(json_string_value(said), "and wiser");
    json_decref(reply);
    reply = world_ask(WORLD_ADMIN,
                      "{\"janus\":\"handle_info\",\"transaction\":\"i\",\"session_id\":%llu,\"handle_id\":%llu}",
                      (unsigned long long)session, (unsigned long long)handle);
    said = json_object_get(json_object_get(json_object_get(reply, "info"), "plugin_specific"), "born");
    assert_string_equal(json_string_value(said), "early");
    json_decref(reply);
    /* draining, a newer one would be asked */
    assert_int_equal(world_code(world_ask(WORLD_ADMIN, "{\"janus\":\"drain\",\"transaction\":\"d\"}")), 0);
    assert_int_equal(world_code(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"c\","
                                                    "\"for\":{\"plugin\":\"cardea.plugin.older\"}}")),
                     472);
    end();
}

/* One plugin's table of functions, found by the others under its name until it is withdrawn. */
static void services_are_found_by_name(void **state)
{
    static const int one, other;
    const struct cardea_host *host = gw_plugin_host(NULL, "/nonexistent");

    assert_null(host->service("recorder"));
    assert_int_equal(host->provide("recorder", &one), 0);
    assert_int_equal(host->provide("recorder", &one), 0);
    assert_int_equal(host->provide("recorder", &other), CARDEA_EPROTO);
    assert_ptr_equal(host->service("recorder"), &one);
    assert_null(host->service("painter"));
    host->provide("recorder", NULL);
    assert_null(host->service("recorder"));
    gw_plugin_host_free();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(disabled_ones_are_left_alone),
        cmocka_unit_test(a_clumsy_plugin_hurts_nobody),
        cmocka_unit_test(an_older_plugin_is_welcome),
        cmocka_unit_test(services_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
