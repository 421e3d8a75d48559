/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ice/addresses.h"

static struct gw_address parse(const char *text)
{
    struct gw_address a;

    assert_true(gw_address_parse(&a, text, strlen(text)));
    return a;
}

static void numbers_only(void **state)
{
    static const char *const bad[] = {"",          "host",  "1.2.3",        "1.2.3.4.5",
                                      "256.1.1.1", "[::1]", "fe80::1%eth0", "1::2::3"};
    struct gw_address a;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(gw_address_parse(&a, bad[i], strlen(bad[i])));
    assert_false(gw_address_parse(&a, "1.2.3.4\0", 8));
    a = parse("192.0.2.7");
    assert_true(gw_address_is_v4(&a));
    a = parse("fd00::2");
    assert_false(gw_address_is_v4(&a));
}

static void mapped_is_the_same_peer(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(4000)};
    struct gw_address a, b;
    union gw_sockaddr u;
    socklen_t len;

    inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
    assert_true(gw_address_from_sockaddr(&a, (struct sockaddr *)&v4, sizeof(v4)));
    len = gw_address_to_sockaddr(&a, AF_INET6, &u);
    assert_int_equal(len, sizeof(u.in6));
    assert_true(IN6_IS_ADDR_V4MAPPED(&u.in6.sin6_addr));
    assert_true(gw_address_from_sockaddr(&b, &u.sa, len));
    assert_true(gw_address_equal(&a, &b));
    assert_int_equal(gw_address_to_sockaddr(&a, AF_INET, &u), sizeof(u.in));
    assert_memory_equal(&u.in.sin_addr, &v4.sin_addr, 4);
    assert_int_equal(u.in.sin_port, htons(4000));
}

static void odd_sockaddrs(void **state)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_scope_id = 3};
    struct sockaddr_storage none = {.ss_family = AF_UNIX};
    struct gw_address a;
    union gw_sockaddr u;

    assert_false(gw_address_from_sockaddr(&a, (struct sockaddr *)&none, sizeof(none)));
    assert_false(gw_address_from_sockaddr(&a, (struct sockaddr *)&v6, 8));
    assert_false(gw_address_from_sockaddr(&a, (struct sockaddr *)&v6, 0));
    inet_pton(AF_INET6, "fd00::1", &v6.sin6_addr);
    assert_true(gw_address_from_sockaddr(&a, (struct sockaddr *)&v6, sizeof(v6)));
    assert_int_equal(a.scope, 0); /* only link-local ones need it: it must not split a peer in two */
    assert_int_equal(gw_address_to_sockaddr(&a, AF_INET, &u), 0);
    inet_pton(AF_INET6, "fe80::1", &v6.sin6_addr);
    assert_true(gw_address_from_sockaddr(&a, (struct sockaddr *)&v6, sizeof(v6)));
    assert_int_equal(a.scope, 3);
}

static void texts(void **state)
{
    char text[GW_ADDRESS_TEXT];
    struct gw_address a = parse("192.0.2.7");

    a.port = 65535;
    assert_string_equal(gw_address_text(&a, text), "192.0.2.7:65535");
    a = parse("2001:db8:1111:2222:3333:4444:5555:6666");
    a.port = 1;
    assert_string_equal(gw_address_text(&a, text), "[2001:db8:1111:2222:3333:4444:5555:6666]:1");
    assert_string_equal(gw_address_ip(&a, text), "2001:db8:1111:2222:3333:4444:5555:6666");
}

static void kinds(void **state)
{
    struct gw_address a = parse("127.1.2.3"), b = parse("::1"), c = parse("fe80::9"), d = parse("::");

    assert_true(gw_address_is_loopback(&a));
    assert_true(gw_address_is_loopback(&b));
    assert_false(gw_address_is_loopback(&c));
    assert_true(gw_address_is_linklocal(&c));
    assert_false(gw_address_is_linklocal(&a));
    assert_true(gw_address_is_none(&d));
    assert_false(gw_address_is_none(&b));
}

/* --- which of them are offered ------------------------------------------------------------------------------------ */

static bool matches(const char *item, const char *interface, const char *address)
{
    struct gw_address a = parse(address);

    return gw_address_matches(item, strlen(item), interface, &a);
}

static void list_items(void **state)
{
    assert_true(matches("eth0", "eth0", "10.0.0.1"));
    assert_false(matches("eth1", "eth10", "10.0.0.1"));
    assert_true(matches("vmnet", "vmnet8", "10.0.0.1"));
    assert_false(matches("eth", "ethernet", "10.0.0.1"));
    assert_true(matches("192.168.", "eth0", "192.168.3.4"));
    assert_true(matches("192.168.1", "eth0", "192.168.1.4"));
    assert_false(matches("192.168.1", "eth0", "192.168.10.4"));
    assert_true(matches("10.0.0.0/8", "eth0", "10.200.3.4"));
    assert_false(matches("10.0.0.0/8", "eth0", "11.0.0.1"));
    assert_true(matches("10.1.2.0/23", "eth0", "10.1.3.255"));
    assert_false(matches("10.1.2.0/23", "eth0", "10.1.4.0"));
    assert_true(matches("fd00::/8", "eth0", "fd12::1"));
    assert_true(matches("0.0.0.0/0", "eth0", "8.8.8.8"));
    assert_false(matches("0.0.0.0/0", "eth0", "fd12::1"));
    assert_false(matches("10.0.0.0/33", "eth0", "10.0.0.0"));
    assert_false(matches("10.0.0.0/x", "eth0", "10.0.0.0"));
    assert_false(matches("10.0.0.0/", "eth0", "10.0.0.0"));
    assert_false(matches("", "eth0", "10.0.0.0"));
}

static void wanted(void **state)
{
    struct gw_ice_conf conf = {.ipv6 = false};
    struct gw_address v4 = parse("192.0.2.7"), v6 = parse("fd00::2"), link = parse("fe80::2"), lo = parse("127.0.0.1");

    assert_true(gw_address_is_wanted(&conf, "eth0", &v4));
    assert_false(gw_address_is_wanted(&conf, "eth0", &v6));
    assert_false(gw_address_is_wanted(&conf, "lo", &lo));
    conf.ipv6 = true;
    assert_true(gw_address_is_wanted(&conf, "eth0", &v6));
    assert_false(gw_address_is_wanted(&conf, "eth0", &link));
    conf.ipv6_linklocal = true;
    assert_true(gw_address_is_wanted(&conf, "eth0", &link));
    conf.ignore = "wlan0, 192.0.2.";
    assert_false(gw_address_is_wanted(&conf, "eth0", &v4));
    conf.ignore = NULL;
    conf.enforce = "lo";
    assert_true(gw_address_is_wanted(&conf, "lo", &lo));
    assert_false(gw_address_is_wanted(&conf, "eth0", &v4));
}

static void loopback_when_there_is_nothing_else(void **state)
{
    struct gw_ice_conf conf = {.ipv6 = false, .ignore = "0.0.0.0/0"};
    struct gw_addresses list;

    assert_int_equal(gw_addresses_find(&list, &conf), 0);
    assert_true(list.only_loopback);
    assert_true(list.n > 0);
    for (size_t i = 0; i < list.n; i++)
        assert_true(gw_address_is_loopback(&list.list[i]));
}

static void announce_lists(void **state)
{
    struct gw_addresses list;
    char bad[16];

    assert_int_equal(gw_addresses_parse(&list, "203.0.113.9, 2001:db8::9,203.0.113.9", bad, sizeof(bad)), 0);
    assert_int_equal(list.n, 2);
    assert_int_equal(gw_addresses_parse(&list, NULL, bad, sizeof(bad)), 0);
    assert_int_equal(list.n, 0);
    assert_true(gw_addresses_parse(&list, "203.0.113.9,example.org", bad, sizeof(bad)) < 0);
    assert_string_equal(bad, "example.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_only),   cmocka_unit_test(mapped_is_the_same_peer),
        cmocka_unit_test(odd_sockaddrs),  cmocka_unit_test(texts),
        cmocka_unit_test(kinds),          cmocka_unit_test(list_items),
        cmocka_unit_test(wanted),         cmocka_unit_test(loopback_when_there_is_nothing_else),
        cmocka_unit_test(announce_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
