/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* The examples of RFC 7065, appendix, and a few of our own. */
static void uris(void **state)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
        const char *type;
    } rows[] = {
        {"turn:example.org", "example.org", 3478, "udp"},
        {"turns:example.org", "example.org", 5349, "tls"},
        {"turn:example.org:8000", "example.org", 8000, "udp"},
        {"turn:example.org?transport=udp", "example.org", 3478, "udp"},
        {"turn:example.org?transport=tcp", "example.org", 3478, "tcp"},
        {"turns:example.org?transport=tcp", "example.org", 5349, "tls"},
        {"TURN:192.0.2.5:80?transport=TCP", "192.0.2.5", 80, "tcp"},
        {"turn:[2001:db8::5]:3479?transport=tcp", "2001:db8::5", 3479, "tcp"},
        {"turns:[2001:db8::5]", "2001:db8::5", 5349, "tls"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gw_relay_uri u;

        assert_int_equal(gw_relay_uri_parse(&u, rows[i].text), 0);
        assert_string_equal(u.host, rows[i].host);
        assert_int_equal(u.port, rows[i].port);
        assert_string_equal(u.type, rows[i].type);
    }
}

static void what_is_none(void **state)
{
    static const char *const rows[] = {
        "",          "turn:",      "stun:example.org", "example.org",        "turn::3478",
        "turn:[::1", "turn:[]:1",  "turn:a:0",         "turn:a:65536",       "turn:a:",
        "turn:a:1x", "turn:a?x=1", "turn:a?transport", "turn:a?transport=t", "turns:a?transport=udp",
        "turn:[a]b", "turn:a?",    "turn:a:123456789", "turn:[::1]?",
    };
    char longest[300] = "turn:";
    struct gw_relay_uri u;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(gw_relay_uri_parse(&u, rows[i]), GW_EPARSE);
    memset(longest + 5, 'a', 256);
    assert_int_equal(gw_relay_uri_parse(&u, longest), GW_EPARSE);
    longest[5 + 255] = 0;
    assert_int_equal(gw_relay_uri_parse(&u, longest), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(uris), cmocka_unit_test(what_is_none)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
