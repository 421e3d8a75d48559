/* SPDX-License-Identifier: Apache-2.0 */
#include "api/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct cardea_param fields[] = {{"mid", CARDEA_STRING, CARDEA_REQUIRED}, {"n", CARDEA_UINT}, {0}};
static const struct cardea_param itself[] = {{"x", CARDEA_OBJECT, .fields = itself}, {0}};
static const struct cardea_param table[] = {
    {"s", CARDEA_STRING, .max = 3},
    {"b", CARDEA_BOOL},
    {"i", CARDEA_INT, .max = 5},
    {"u", CARDEA_UINT},
    {"o", CARDEA_OBJECT, .fields = fields},
    {"a", CARDEA_ARRAY, CARDEA_NONEMPTY, .fields = fields},
    {"w", CARDEA_ARRAY, .element = CARDEA_STRING, .element_typed = true},
    {"any", CARDEA_ARRAY},
    {"id", CARDEA_ID},
    {0},
};

static const struct {
    const char *json;
    enum gw_params_result result, with_string_ids;
} rows[] = {
#define SAME(r) GW_PARAMS_##r, GW_PARAMS_##r
    {"{}", SAME(OK)},
    {"{\"unknown\":null}", SAME(OK)},
    {"{\"s\":\"\"}", SAME(OK)},
    {"{\"s\":\"abc\"}", SAME(OK)},
    {"{\"s\":\"abcd\"}", SAME(INVALID)},
    {"{\"s\":null}", SAME(INVALID)},
    {"{\"s\":1}", SAME(INVALID)},
    {"{\"b\":true}", SAME(OK)},
    {"{\"b\":0}", SAME(INVALID)},
    {"{\"b\":\"true\"}", SAME(INVALID)},
    {"{\"i\":-9223372036854775808}", SAME(OK)},
    {"{\"i\":5}", SAME(OK)},
    {"{\"i\":6}", SAME(INVALID)},
    {"{\"i\":5.0}", SAME(INVALID)},
    {"{\"u\":0}", SAME(OK)},
    {"{\"u\":-1}", SAME(INVALID)},
    {"{\"u\":9223372036854775807}", SAME(OK)},
    {"{\"o\":[]}", SAME(INVALID)},
    {"{\"o\":{}}", SAME(MISSING)},
    {"{\"o\":{\"mid\":\"0\"}}", SAME(OK)},
    {"{\"o\":{\"mid\":\"0\",\"n\":-1}}", SAME(INVALID)},
    {"{\"a\":[]}", SAME(INVALID)},
    {"{\"a\":[{\"mid\":\"0\"},{\"n\":1}]}", SAME(MISSING)},
    {"{\"a\":[{\"mid\":\"0\"},7]}", SAME(INVALID)},
    {"{\"a\":[{\"mid\":\"0\"},{\"mid\":\"1\",\"n\":2}]}", SAME(OK)},
    {"{\"w\":[]}", SAME(OK)},
    {"{\"w\":[\"a\",\"b\"]}", SAME(OK)},
    {"{\"w\":[\"a\",null]}", SAME(INVALID)},
    {"{\"any\":[1,\"a\",null]}", SAME(OK)},
    {"{\"id\":5}", GW_PARAMS_OK, GW_PARAMS_INVALID},
    {"{\"id\":\"5\"}", GW_PARAMS_INVALID, GW_PARAMS_OK},
    {"{\"id\":-5}", SAME(INVALID)},
    {"{\"u\":-1,\"o\":{}}", SAME(INVALID)}, /* in the order of the table */
    {"{\"o\":{},\"id\":-1}", SAME(MISSING)},
};

static void every_row(void **state)
{
    char why[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *o = json_loads(rows[i].json, 0, NULL);

        assert_non_null(o);
        for (int string_ids = 0; string_ids < 2; string_ids++) {
            enum gw_params_result wanted = string_ids ? rows[i].with_string_ids : rows[i].result;

            why[0] = '\0';
            if (gw_params_check(table, o, string_ids, why, sizeof(why)) != wanted)
                fail_msg("%s, string ids %d: %s", rows[i].json, string_ids, why);
            assert_int_equal(why[0] != '\0', wanted != GW_PARAMS_OK);
        }
        json_decref(o);
    }
}

static void says_which(void **state)
{
    json_t *o = json_pack("{s{si}}", "o", "n", 1);
    char why[200], small[8];

    assert_int_equal(gw_params_check(table, o, false, why, sizeof(why)), GW_PARAMS_MISSING);
    assert_non_null(strstr(why, "mid"));
    assert_int_equal(gw_params_check(table, o, false, small, sizeof(small)), GW_PARAMS_MISSING);
    assert_int_equal(strlen(small), 7);
    assert_int_equal(gw_params_check(NULL, o, false, why, sizeof(why)), GW_PARAMS_OK);
    json_decref(o);
}

static void a_table_that_contains_itself(void **state)
{
    json_t *o = json_object();
    char why[200];

    for (int i = 0; i < 50; i++)
        o = json_pack("{so}", "x", o);
    assert_int_equal(gw_params_check(itself, o, false, why, sizeof(why)), GW_PARAMS_OK);
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),
        cmocka_unit_test(says_which),
        cmocka_unit_test(a_table_that_contains_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
