/* SPDX-License-Identifier: Apache-2.0 */
#include "host/calibrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void costs_something(void **state)
{
    struct gw_packet_cost c = {-1, -1};

    gw_calibrate(&c);
    assert_true(c.seal_us > 0 && c.seal_us < 1000);
    assert_true(c.send_us >= 0 && c.send_us < 1000); /* 0: the kernel has no UDP_SEGMENT */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(costs_something)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
