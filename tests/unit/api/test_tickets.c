/* SPDX-License-Identifier: Apache-2.0 */
#include "api/tickets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_ticket_is_good_until_it_is_taken_back(void **state)
{
    struct gw_tickets t;
    int one, two;
    void *a, *b;

    gw_tickets_init(&t);
    a = gw_tickets_add(&t, &one);
    b = gw_tickets_add(&t, &two);
    assert_non_null(a);
    assert_ptr_not_equal(a, b);
    assert_ptr_equal(gw_tickets_get(&t, a), &one);
    assert_ptr_equal(gw_tickets_get(&t, b), &two);
    gw_tickets_remove(&t, a);
    assert_null(gw_tickets_get(&t, a));
    gw_tickets_remove(&t, a);
    assert_ptr_equal(gw_tickets_get(&t, b), &two);
    gw_tickets_clear(&t);
}

static void none_is_used_twice(void **state)
{
    struct gw_tickets t;
    void *old[100];
    int object;

    gw_tickets_init(&t);
    for (int i = 0; i < 100; i++) {
        old[i] = gw_tickets_add(&t, &object);
        gw_tickets_remove(&t, old[i]);
        for (int j = 0; j < i; j++)
            assert_ptr_not_equal(old[i], old[j]);
    }
    gw_tickets_clear(&t);
}

static void nonsense_is_nobody(void **state)
{
    struct gw_tickets t;

    gw_tickets_init(&t);
    assert_null(gw_tickets_get(&t, NULL));
    assert_null(gw_tickets_get(&t, &t)); /* a pointer, not a ticket: it is not followed */
    gw_tickets_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_good_until_it_is_taken_back),
        cmocka_unit_test(none_is_used_twice),
        cmocka_unit_test(nonsense_is_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
