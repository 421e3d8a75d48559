/* SPDX-License-Identifier: Apache-2.0 */
/* Every error has a text of its own, and the number that plugins know it by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <cardea/plugin.h>

#include "base/err.h"

static const int all[] = {GW_OK,     GW_ENOMEM, GW_EINVAL, GW_EPARSE, GW_EPROTO,
                          GW_ELIMIT, GW_EIO,    GW_EAGAIN, GW_ENOENT, GW_ESTATE};
#define N (sizeof(all) / sizeof(all[0]))

static void each_has_its_text(void **state)
{
    for (size_t i = 0; i < N; i++) {
        assert_true(*gw_strerror(all[i]));
        assert_string_not_equal(gw_strerror(all[i]), gw_strerror(-1000));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(gw_strerror(all[i]), gw_strerror(all[k]));
    }
}

static void any_number_has_one(void **state)
{
    assert_string_equal(gw_strerror(-1000), "unknown error");
    assert_string_equal(gw_strerror(-2147483647 - 1), "unknown error");
    assert_string_equal(gw_strerror(17), gw_strerror(GW_OK)); /* bytes consumed, say */
}

static void plugins_know_the_same_numbers(void **state)
{
    assert_int_equal(CARDEA_EINVAL, GW_EINVAL);
    assert_int_equal(CARDEA_EPARSE, GW_EPARSE);
    assert_int_equal(CARDEA_EPROTO, GW_EPROTO);
    assert_int_equal(CARDEA_ELIMIT, GW_ELIMIT);
    assert_int_equal(CARDEA_EIO, GW_EIO);
    assert_int_equal(CARDEA_EAGAIN, GW_EAGAIN);
    assert_int_equal(CARDEA_ENOENT, GW_ENOENT);
    assert_int_equal(CARDEA_ESTATE, GW_ESTATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_text),
        cmocka_unit_test(any_number_has_one),
        cmocka_unit_test(plugins_know_the_same_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
