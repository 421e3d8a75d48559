/* SPDX-License-Identifier: Apache-2.0 */
#include "api/listed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void prefixes(void **state)
{
    assert_true(gw_address_listed("127.,192.0.2.", "192.0.2.7"));
    assert_false(gw_address_listed("127.,192.0.2.", "192.0.3.7"));
    assert_true(gw_address_listed("2001:db8:,unix", "unix"));
    assert_true(gw_address_listed("*", "203.0.113.1"));
    assert_false(gw_address_listed("*", NULL));
    assert_false(gw_address_listed(NULL, "127.0.0.1"));
    assert_false(gw_address_listed("", "127.0.0.1"));
}

static void private_networks(void **state)
{
    static const struct {
        const char *address;
        bool is;
    } rows[] = {
        {"127.0.0.1", true},
        {"10.1.2.3", true},
        {"172.16.0.1", true},
        {"172.31.255.1", true},
        {"172.32.0.1", false},
        {"192.168.7.7", true},
        {"192.169.0.1", false},
        {"169.254.1.1", true},
        {"8.8.8.8", false},
        {"::1", true},
        {"fd00::7", true},
        {"fe80::1", true},
        {"2001:db8::1", false},
        {"::ffff:10.0.0.1", true},
        {"::ffff:203.0.113.1", false},
        {"not an address", false},
        {"unix", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (gw_address_listed("192.0.2.,private", rows[i].address) != rows[i].is)
            fail_msg("%s", rows[i].address);
    assert_false(gw_address_listed("privat", "127.0.0.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(prefixes), cmocka_unit_test(private_networks)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
