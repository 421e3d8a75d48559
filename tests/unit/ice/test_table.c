/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

#define N 5000

static struct gw_table_key key_of(uint32_t i)
{
    return gw_table_key(&i, sizeof(i));
}

static void put_get_remove(void **state)
{
    static int values[3];
    struct gw_table *t;
    struct gw_table_key a = key_of(1), b = key_of(2);

    assert_int_equal(gw_table_new(&t, 2), 0);
    assert_null(gw_table_get(t, &a));
    assert_int_equal(gw_table_put(t, &a, &values[0]), 0);
    assert_int_equal(gw_table_put(t, &b, &values[1]), 0);
    assert_ptr_equal(gw_table_get(t, &a), &values[0]);
    assert_int_equal(gw_table_put(t, &a, &values[2]), 0); /* replaced, although it is full */
    assert_ptr_equal(gw_table_get(t, &a), &values[2]);
    assert_int_equal(gw_table_count(t), 2);
    a = key_of(3);
    assert_int_equal(gw_table_put(t, &a, &values[0]), GW_ELIMIT);
    gw_table_remove(t, &a); /* not there */
    gw_table_remove(t, &b);
    assert_null(gw_table_get(t, &b));
    assert_int_equal(gw_table_put(t, &a, &values[0]), 0);
    gw_table_free(t);
    gw_table_free(NULL);
}

/* Against a plain array, through growth and a lot of removing in clusters. */
static void like_an_array(void **state)
{
    static char present[N], value[N];
    struct gw_table *t;
    size_t count = 0;

    srand(7);
    memset(present, 0, sizeof(present));
    assert_int_equal(gw_table_new(&t, N), 0);
    for (int round = 0; round < 60000; round++) {
        uint32_t i = (uint32_t)rand() % (round < 30000 ? N : 300); /* first fill, then churn */
        struct gw_table_key key = key_of(i);

        assert_ptr_equal(gw_table_get(t, &key), present[i] ? &value[i] : NULL);
        if (rand() % 3) {
            assert_int_equal(gw_table_put(t, &key, &value[i]), 0);
            count += !present[i];
            present[i] = 1;
        } else {
            gw_table_remove(t, &key);
            count -= (size_t)present[i];
            present[i] = 0;
        }
        assert_int_equal(gw_table_count(t), count);
    }
    for (uint32_t i = 0; i < N; i++) {
        struct gw_table_key key = key_of(i);

        assert_ptr_equal(gw_table_get(t, &key), present[i] ? &value[i] : NULL);
    }
    gw_table_free(t);
}

static void keys(void **state)
{
    struct gw_table_key a = gw_table_key("abcd", 4), b = gw_table_key("abcd\0\0", 6), c = gw_table_key("abce", 4);

    assert_memory_equal(&a, &b, sizeof(a));
    assert_memory_not_equal(&a, &c, sizeof(a));
}

static void refuses_nonsense(void **state)
{
    struct gw_table *t;

    assert_int_equal(gw_table_new(&t, 0), GW_EINVAL);
    assert_int_equal(gw_table_new(&t, SIZE_MAX), GW_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(put_get_remove),
        cmocka_unit_test(like_an_array),
        cmocka_unit_test(keys),
        cmocka_unit_test(refuses_nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
