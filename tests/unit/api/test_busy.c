/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever looks from another thread finds the name of the callback that runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glib.h>

#include "api/busy.h"

struct seen {
    const char *plugin, *what;
    void (*code)(void);
};

static gpointer look(gpointer seen)
{
    struct seen *s = seen;

    gw_busy(&s->plugin, &s->what, &s->code);
    return NULL;
}

static struct seen from_elsewhere(void)
{
    struct seen s;

    g_thread_join(g_thread_new("looks", look, &s));
    return s;
}

static void nobody_is_in(void **state)
{
    struct seen s = from_elsewhere();

    assert_true(!s.plugin && !s.what && !s.code);
}

static void callback(void)
{
    struct seen s = from_elsewhere();

    assert_string_equal(s.plugin, "cardea.plugin.slow");
    assert_string_equal(s.what, "attach");
}

static void a_call_has_its_name_while_it_runs(void **state)
{
    GW_NAMED_CALL("cardea.plugin.slow", "attach", callback());
    nobody_is_in(state);
}

static void what_has_no_plugin_has_its_code(void **state)
{
    struct seen s;

    gw_busy_running("timer", callback);
    s = from_elsewhere();
    assert_null(s.plugin);
    assert_string_equal(s.what, "timer");
    assert_ptr_equal(s.code, callback);
    gw_busy_running(NULL, NULL);
    nobody_is_in(state);
}

/* A handle's table names both; the result of the call is not lost. */
static int attach(int n)
{
    callback();
    return n + 1;
}

static void a_callback_of_a_plugin_has_the_name_of_its_member(void **state)
{
    struct {
        struct {
            struct {
                const char *name;
                int (*attach)(int n);
            } table;
        } * plugin;
    } handle, *h = &handle;
    __typeof__(*h->plugin) plugin = {{"cardea.plugin.slow", attach}};
    int result = 0;

    h->plugin = &plugin;
    GW_NAMED_CALL(h->plugin->table.name, "attach", result = h->plugin->table.attach(1));
    assert_int_equal(result, 2);
    GW_PLUGIN_CALL(h, attach, 1);
    nobody_is_in(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_in),
        cmocka_unit_test(a_call_has_its_name_while_it_runs),
        cmocka_unit_test(what_has_no_plugin_has_its_code),
        cmocka_unit_test(a_callback_of_a_plugin_has_the_name_of_its_member),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
