/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to `info`. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static void every_member(void **state)
{
    static const char *const settings[] = {"nat.announce", "192.0.2.7, 192.0.2.8", NULL};
    static const char *const strings[] = {"name",        "version_string", "author",    "commit-hash",   "compile-time",
                                          "server-name", "local-ip",       "public-ip", "ice-nomination"};
    static const char *const bools[] = {"log-to-stdout",
                                        "log-to-file",
                                        "data_channels",
                                        "accepting-new-sessions",
                                        "ipv6",
                                        "ice-lite",
                                        "ice-tcp",
                                        "ice-consent-freshness",
                                        "full-trickle",
                                        "mdns-enabled",
                                        "api_secret",
                                        "hangup-on-failed",
                                        "auth_token",
                                        "opaqueid_in_api",
                                        "event_handlers",
                                        "nack-optimizations",
                                        "ice-keepalive-conncheck"};
    static const char *const integers[] = {
        "version",     "session-timeout", "reclaim-session-timeout", "min-nack-queue",
        "twcc-period", "dtls-mtu",        "candidates-timeout",      "static-event-loops"};
    static const char *const objects[] = {"dependencies", "transports", "events", "loggers", "plugins"};
    json_t *reply, *fake;

    world_begin(settings);
    reply = world_http_json(CARDEA_DOOR_CLIENT, "GET", "/info", NULL);
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
        if (!json_is_string(json_object_get(reply, strings[i])))
            fail_msg("%s", strings[i]);
    for (size_t i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
        if (!json_is_boolean(json_object_get(reply, bools[i])))
            fail_msg("%s", bools[i]);
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
        if (!json_is_integer(json_object_get(reply, integers[i])))
            fail_msg("%s", integers[i]);
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        if (!json_is_object(json_object_get(reply, objects[i])))
            fail_msg("%s", objects[i]);
    assert_int_equal(json_array_size(json_object_get(reply, "public-ips")), 2);
    fake = json_object_get(json_object_get(reply, "plugins"), "janus.plugin.fake");
    assert_string_equal(json_string_value(json_object_get(fake, "version_string")), "1");
    assert_true(json_is_string(json_object_get(fake, "author")));
    json_decref(reply);
    world_end();
}

/* Those that are there only where they mean something. */
static void members_that_depend(void **state)
{
    static const struct {
        const char *setting, *value, *member, *json; /* json NULL: it is absent */
    } rows[] = {
        {"nat.ice_lite", "true", "public-ip", NULL},
        {"nat.announce", "192.0.2.7", "public-ip", "\"192.0.2.7\""},
        {"nat.announce", "192.0.2.7", "public-ips", NULL},
        {"media.ipv6", "false", "ipv6-link-local", NULL},
        {"media.ipv6", "true", "ipv6-link-local", "false"},
        {"media.dscp", "46", "dscp", "46"},
        {"media.dscp", "0", "dscp", NULL},
        {"nat.stun_server", "stun.example", "stun-server", "\"stun.example:3478\""},
        {"nat.stun_port", "5000", "stun-server", NULL},
        {"nat.turn_server", "turn.example", "turn-server", "\"turn:turn.example:3478\""},
        {"nat.allow_force_relay", "true", "allow-force-relay", "true"},
        {"nat.allow_force_relay", "false", "allow-force-relay", NULL},
        {"general.hide_dependencies", "true", "dependencies", NULL},
        {"general.api_secret", "s", "api_secret", "true"},
        {"general.server_name", "Here", "server-name", "\"Here\""},
        {"general.session_timeout", "7", "session-timeout", "7"},
        {"nat.ignore_mdns", "true", "mdns-enabled", "false"},
        {"general.token_auth", "true", "auth_token", "true"},
        {"general.opaqueid_in_api", "true", "opaqueid_in_api", "true"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *reply, *wanted = rows[i].json ? json_loads(rows[i].json, JSON_DECODE_ANY, NULL) : NULL, *got;

        world_begin((const char *[]){rows[i].setting, rows[i].value, NULL});
        reply = world_ask(WORLD_WS, "{\"janus\":\"info\",\"transaction\":\"x\"}");
        assert_null(json_object_get(reply, "session_id"));
        got = json_object_get(reply, rows[i].member);
        if ((got != NULL) != (wanted != NULL) || (got && !json_equal(got, wanted)))
            fail_msg("%s = %s: %s is %s", rows[i].setting, rows[i].value, rows[i].member,
                     got ? json_dumps(got, JSON_ENCODE_ANY) : "absent");
        json_decref(wanted);
        json_decref(reply);
        world_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member),
        cmocka_unit_test(members_that_depend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
