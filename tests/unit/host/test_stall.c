/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <glib.h>
#include <jansson.h>

#include "api/busy.h"
#include "host/stall.h"

static struct {
    gint stands, moves; /* how often that was told */
    char said[100];
} told;

static void tell(void *arg, const char *plugin, const char *what, unsigned ms, bool over)
{
    assert_ptr_equal(arg, &told);
    assert_true(ms >= 200);
    snprintf(told.said, sizeof(told.said), "%s in %s", plugin ? plugin : "nobody", what ? what : "nothing");
    g_atomic_int_inc(over ? &told.moves : &told.stands);
}

static void until(const gint *count, gint n)
{
    for (int i = 0; i < 1000 && g_atomic_int_get(count) < n; i++)
        usleep(10000);
    assert_int_equal(g_atomic_int_get(count), n);
}

/* The loop that does not turn is told of, once, with the plugin's name; and once when it turns again. */
static void test_stall(void **state)
{
    struct gw_loop *loop;
    struct gw_stall *s;
    struct gw_stall_conf conf = {.patience_ms = 200, .tell = tell, .arg = &told};

    assert_int_equal(gw_loop_new(&loop, false), 0);
    conf.loop = loop;
    assert_int_equal(gw_stall_new(&s, &conf), 0);
    gw_busy_with("cardea.plugin.slow", "attach");
    until(&told.stands, 1);
    assert_string_equal(told.said, "cardea.plugin.slow in attach");
    gw_busy_with(NULL, NULL);
    gw_loop_turn(loop, 0);
    until(&told.moves, 1);
    assert_string_equal(told.said, "cardea.plugin.slow in attach"); /* who it was, though it is over */
    until(&told.stands, 2);
    assert_string_equal(told.said, "nobody in nothing");
    gw_stall_free(s);
    gw_stall_free(NULL);
    gw_loop_free(loop);
}

/* What has no name is called by the file of the module that its code lies in; ours is no module. */
static void code_has_a_module(void **state)
{
    struct gw_loop *loop;
    struct gw_stall *s;
    struct gw_stall_conf conf = {.patience_ms = 200, .tell = tell, .arg = &told};

    memset(&told, 0, sizeof(told));
    assert_int_equal(gw_loop_new(&loop, false), 0);
    conf.loop = loop;
    gw_busy_running("timer", (void (*)(void))json_object); /* a function of a library */
    assert_int_equal(gw_stall_new(&s, &conf), 0);
    until(&told.stands, 1);
    assert_memory_equal(told.said, "libjansson.so", 13);
    assert_non_null(strstr(told.said, " in timer"));
    gw_busy_running("timer", (void (*)(void))gw_stall_new);
    gw_loop_turn(loop, 0);
    until(&told.stands, 2);
    assert_string_equal(told.said, "nobody in timer");
    gw_busy_running(NULL, NULL);
    gw_stall_free(s);
    gw_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stall), cmocka_unit_test(code_has_a_module)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
