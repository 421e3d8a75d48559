/* SPDX-License-Identifier: Apache-2.0 */
#include "api/linklimits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void read_text(struct cardea_link *l, const char *text, const struct cardea_stream *of)
{
    json_t *body = json_loads(text, 0, NULL);

    assert_non_null(body);
    gw_link_limits_read(l, body, of);
    json_decref(body);
}

static void layers(void **state)
{
    struct cardea_link l = {0};

    read_text(&l, "{\"substream\":1,\"temporal\":0,\"spatial_layer\":2,\"fallback\":100000}", NULL);
    assert_true(l.limit_substream && l.limit_temporal && l.limit_spatial);
    assert_int_equal(l.substream, 1);
    assert_int_equal(l.temporal, 0);
    assert_int_equal(l.spatial, 2);
    assert_int_equal(l.fallback_us, 100000);
    read_text(&l, "{\"temporal_layer\":2,\"fallback\":0}", NULL); /* what is not named stays */
    assert_int_equal(l.substream, 1);
    assert_int_equal(l.temporal, 2);
    assert_int_equal(l.fallback_us, 0);
}

static void only_those_that_it_has(void **state)
{
    const struct cardea_stream simulcast = {.simulcast = true}, svc = {.svc = true}, none = {0};
    const char *all = "{\"substream\":1,\"temporal\":1,\"spatial_layer\":1,\"temporal_layer\":0}";
    struct cardea_link l = {0};

    read_text(&l, all, &none);
    assert_false(l.limit_substream || l.limit_temporal || l.limit_spatial);
    read_text(&l, all, &simulcast);
    assert_true(l.limit_substream && l.limit_temporal && !l.limit_spatial);
    assert_int_equal(l.temporal, 1);
    l = (struct cardea_link){0};
    read_text(&l, all, &svc);
    assert_true(!l.limit_substream && l.limit_temporal && l.limit_spatial);
    assert_int_equal(l.temporal, 0);
}

static void delays(void **state)
{
    static const struct {
        const char *text;
        bool set;
        int min, max;
    } rows[] = {
        /* one after the other, on the same link */
        {"{\"min_delay\":10}", true, 10, 10},
        {"{\"max_delay\":40}", true, 10, 40},
        {"{\"max_delay\":5}", true, 5, 5},
        {"{\"min_delay\":7}", true, 7, 7},
        {"{\"min_delay\":30,\"max_delay\":20}", true, 30, 30},
        {"{\"substream\":1}", true, 30, 30},
        {"{\"max_delay\":99999}", true, 30, 4095},
        {"{\"min_delay\":-1}", false, 0, 0},
        {"{\"min_delay\":0,\"max_delay\":0}", true, 0, 0},
        {"{\"max_delay\":-5}", false, 0, 0},
    };
    struct cardea_link l = {0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        read_text(&l, rows[i].text, NULL);
        assert_int_equal(l.delay_set, rows[i].set);
        assert_int_equal(l.min_delay, rows[i].min);
        assert_int_equal(l.max_delay, rows[i].max);
    }
}

static void nonsense(void **state)
{
    struct cardea_link l = {0}, same = {0};

    read_text(&l, "{\"substream\":\"1\",\"temporal\":null,\"min_delay\":1.5,\"fallback\":true}", NULL);
    assert_memory_equal(&l, &same, sizeof(l));
    read_text(&l, "{\"substream\":9,\"fallback\":-1,\"temporal\":-3}", NULL); /* kept within its bounds */
    assert_int_equal(l.substream, 2);
    assert_int_equal(l.temporal, 0);
    assert_int_equal(l.fallback_us, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers),
        cmocka_unit_test(only_those_that_it_has),
        cmocka_unit_test(delays),
        cmocka_unit_test(nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
