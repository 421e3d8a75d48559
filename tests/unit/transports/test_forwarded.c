/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../transports/common/forwarded.h"

static void is(const char *from, const char *trusted, const char *header, const char *who)
{
    char address[FORWARDED_TEXT];

    snprintf(address, sizeof(address), "%s", from);
    forwarded_resolve(address, trusted, header);
    assert_string_equal(address, who);
}

static void only_who_is_trusted_is_believed(void **state)
{
    is("10.0.0.1", NULL, "192.0.2.7", "10.0.0.1");
    is("10.0.0.1", "", "192.0.2.7", "10.0.0.1");
    is("10.0.0.1", "10.0.0.2", "192.0.2.7", "10.0.0.1");
    is("10.0.0.1", "10.0.0.", "192.0.2.7", "192.0.2.7");
    is("10.0.0.1", "10.0.0.", NULL, "10.0.0.1");
    is("10.0.0.1", "10.0.0.", "", "10.0.0.1");
}

/* The rightmost entry is our proxy's own word; what stands left of a stranger is the stranger's. */
static void it_is_read_from_the_right(void **state)
{
    is("10.0.0.1", "10.", "203.0.113.9, 192.0.2.7", "192.0.2.7");
    is("10.0.0.1", "10.", "203.0.113.9, 192.0.2.7, 10.0.0.2", "192.0.2.7");
    is("10.0.0.1", "10.", "10.0.0.3,10.0.0.2", "10.0.0.3");
    is("unix", "unix", "192.0.2.7", "192.0.2.7"); /* a proxy on this host */
}

static void nonsense_is_not_believed(void **state)
{
    is("10.0.0.1", "10.", "unknown", "10.0.0.1");
    is("10.0.0.1", "10.", "192.0.2.7, <script>", "10.0.0.1");
    is("10.0.0.1", "10.", "192.0.2.7, ,10.0.0.2", "10.0.0.2");
    is("10.0.0.1", "10.", ",", "10.0.0.1");
    is("10.0.0.1", "10.", "[2001:db8::1", "10.0.0.1");
    is("10.0.0.1", "10.", "999.0.2.7", "10.0.0.1");
    is("10.0.0.1", "10.", "192.0.2.7192.0.2.7192.0.2.7192.0.2.7192.0.2.7192.0.2.7192.0.2.7192.0.2.7", "10.0.0.1");
}

static void ports_and_brackets(void **state)
{
    is("10.0.0.1", "10.", "192.0.2.7:4711", "192.0.2.7");
    is("10.0.0.1", "10.", "[2001:db8::1]:4711", "2001:db8::1");
    is("10.0.0.1", "10.", " 2001:db8::1\t", "2001:db8::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_who_is_trusted_is_believed),
        cmocka_unit_test(it_is_read_from_the_right),
        cmocka_unit_test(nonsense_is_not_believed),
        cmocka_unit_test(ports_and_brackets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
