/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets, and who is remembered under which name. What is refused because of them: test_limits.c, test_charge.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "api/quota.h"

static void a_bucket_fills_at_its_rate(void **state)
{
    struct gw_bucket b = {0};
    int64_t now = 1000000;

    for (int i = 0; i < 40; i++)
        assert_true(gw_bucket_take(&b, 10, now));
    assert_false(gw_bucket_take(&b, 10, now));
    assert_false(gw_bucket_take(&b, 10, now + 50000));
    assert_true(gw_bucket_take(&b, 10, now + 150000));
    assert_false(gw_bucket_take(&b, 10, now + 150000));
    assert_false(gw_bucket_take(&b, 10, now)); /* a clock that goes back gives nothing */
    for (int i = 0; i < 1000; i++)
        assert_true(gw_bucket_take(&b, 0, now));
    now += INT64_C(86400000000);
    for (int i = 0; i < 40; i++) /* not more than the burst, however long it was quiet */
        assert_true(gw_bucket_take(&b, 10, now));
    assert_false(gw_bucket_take(&b, 10, now));
}

static void addresses_of_one_household_are_one(void **state)
{
    static const char *const cases[][2] = {
        {"203.0.113.9", "203.0.113.9"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
        {"2001:db8:1:2::1", "2001:db8:1:2::"},
        {"unix", "unix"},
        {"", ""},
    };
    char key[70];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        gw_quota_key(key, sizeof(key), cases[i][0]);
        assert_string_equal(key, cases[i][1]);
    }
}

static void what_is_not_used_is_forgotten(void **state)
{
    struct gw_quota q;
    struct gw_quota_place *p;

    gw_quota_init(&q);
    p = gw_quota_address(&q, "203.0.113.9");
    assert_ptr_equal(gw_quota_address(&q, "203.0.113.9"), p);
    p->sessions = 1;
    gw_quota_token(&q, "secret");
    assert_int_equal(g_hash_table_size(q.places), 2);
    assert_null(g_hash_table_lookup(q.places, "secret"));
    gw_quota_tidy(&q, 1000000000);
    assert_int_equal(g_hash_table_size(q.places), 1);
    p->sessions = 0;
    gw_quota_tidy(&q, 1000000000);
    assert_int_equal(g_hash_table_size(q.places), 0);
    gw_quota_end(&q);
}

/* Whatever a token looks like, it is a token: one that reads as a session, an address or the digest of another. */
static void nobody_is_taken_for_somebody_else(void **state)
{
    struct gw_quota q;
    struct gw_quota_place *session, *address, *token;
    char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "secret", -1);

    gw_quota_init(&q);
    session = gw_quota_session(&q, 4711);
    address = gw_quota_address(&q, "203.0.113.9");
    token = gw_quota_token(&q, "secret");
    assert_ptr_equal(gw_quota_session(&q, 4711), session);
    assert_ptr_not_equal(gw_quota_token(&q, "session 4711"), session);
    assert_ptr_not_equal(gw_quota_token(&q, "4711"), session);
    assert_ptr_not_equal(gw_quota_address(&q, "4711"), session);
    assert_ptr_not_equal(gw_quota_address(&q, "session 4711"), session);
    assert_ptr_not_equal(gw_quota_token(&q, "203.0.113.9"), address);
    assert_ptr_not_equal(gw_quota_address(&q, digest), token);
    gw_quota_end(&q);
    g_free(digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_fills_at_its_rate),
        cmocka_unit_test(addresses_of_one_household_are_one),
        cmocka_unit_test(what_is_not_used_is_forgotten),
        cmocka_unit_test(nobody_is_taken_for_somebody_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
