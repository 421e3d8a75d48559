/* SPDX-License-Identifier: Apache-2.0 */
/* A flight is kept as it was sent, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dtls/kept.h"

static void a_flight_comes_back_in_order(void **state)
{
    static const char *const sent[] = {"one", "second", "", "the third"};
    struct gw_kept f = {0};
    const uint8_t *datagram;
    size_t at = 0, len = 99;

    assert_null(gw_kept_next(&f, &at, &len));
    assert_null(gw_kept_last(&f, &len));
    for (unsigned i = 0; i < 4; i++)
        gw_kept_add(&f, (const uint8_t *)sent[i], strlen(sent[i]));
    for (unsigned twice = 0; twice < 2; twice++) { /* it may be sent again and again */
        at = 0;
        for (unsigned i = 0; i < 4; i++) {
            datagram = gw_kept_next(&f, &at, &len);
            assert_non_null(datagram);
            assert_int_equal(len, strlen(sent[i]));
            assert_memory_equal(datagram, sent[i], len);
        }
        assert_null(gw_kept_next(&f, &at, &len));
    }
    datagram = gw_kept_last(&f, &len);
    assert_int_equal(len, strlen(sent[3]));
    assert_memory_equal(datagram, sent[3], len);
    gw_kept_clear(&f);
    assert_null(gw_kept_last(&f, &len));
    gw_kept_clear(&f);
}

static void half_a_flight_is_none(void **state)
{
    static uint8_t data[GW_KEPT_MOST];
    struct gw_kept f = {0};
    size_t len;

    gw_kept_add(&f, data, GW_KEPT_MOST - 2 - 2 - 10); /* with the lengths before them, the next one just fits */
    gw_kept_add(&f, data, 10);
    assert_non_null(gw_kept_last(&f, &len));
    assert_int_equal(len, 10);
    gw_kept_add(&f, data, 0); /* even an empty one has a length */
    assert_null(gw_kept_last(&f, &len));
    gw_kept_add(&f, data, 5);
    assert_non_null(gw_kept_last(&f, &len));
    gw_kept_add(&f, data, GW_KEPT_MOST);
    assert_null(gw_kept_last(&f, &len));
    gw_kept_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flight_comes_back_in_order),
        cmocka_unit_test(half_a_flight_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
