/* SPDX-License-Identifier: Apache-2.0 */
/* A program and a webhook that hear of finished recordings. */
#include "studio.h"

static char *program, *notes;

/* A shell script that writes down how it was called, and fails the first `failures` times. */
static void write_program(unsigned failures)
{
    char *script;

    visitor_folder();
    program = g_build_filename(visitor.folder, "hook", NULL);
    notes = g_build_filename(visitor.folder, "notes", NULL);
    script = g_strdup_printf("#!/bin/sh\nread -r line\necho \"$1 $2 $line\" >>%s\n[ $(wc -l <%s) -gt %u ]\n", notes,
                             notes, failures);
    assert_true(g_file_set_contents(program, script, -1, NULL));
    assert_int_equal(chmod(program, 0700), 0);
    g_free(script);
}

/* Lines of it so far. */
static unsigned notes_are(char ***lines)
{
    char *text = NULL;
    unsigned n;

    if (!g_file_get_contents(notes, &text, NULL, NULL))
        text = g_strdup("");
    *lines = g_strsplit(g_strchomp(text), "\n", 0);
    n = g_strv_length(*lines);
    g_free(text);
    return n;
}

static unsigned wanted;

static bool are_there(void)
{
    char **lines;
    unsigned n = notes_are(&lines);

    g_strfreev(lines);
    return n >= wanted;
}

static void film_and_wait(const char *more)
{
    struct cardea_record wish = studio_wish("take");
    cardea_recording r;
    char *config = g_strdup_printf("hooks: { program = \"%s\" %s }", program, more);

    visitor_begin(config);
    studio_open();
    assert_int_equal(rec_service.begin(&r, &wish), 0);
    rec_service.streams(r, &studio.stream, 1, NULL);
    world_turn();
    studio_film(1);
    rec_service.end(r, "enough");
    world_settle(visitor_no_takes);
    g_free(config);
}

static void finish(void)
{
    studio_close();
    visitor_end(false);
    g_clear_pointer(&program, g_free);
    g_clear_pointer(&notes, g_free);
}

static void a_program_is_run(void **state)
{
    char **lines;

    write_program(0);
    film_and_wait("");
    wanted = 2;
    world_settle(are_there);
    assert_int_equal(notes_are(&lines), 2);
    assert_true(g_str_has_prefix(lines[0], "segment "));
    assert_non_null(strstr(lines[0], "take.webm {\"what\":\"segment\""));
    assert_non_null(strstr(lines[0], "\"sha256\":"));
    assert_true(g_str_has_prefix(lines[1], "recording "));
    assert_non_null(strstr(lines[1], "take.json "));
    assert_non_null(strstr(lines[1], "\"state\":\"finished\""));
    g_strfreev(lines);
    finish();
}

/* What fails is tried again, a second later. */
static void a_program_that_fails(void **state)
{
    char **lines;

    write_program(2);
    film_and_wait("");
    wanted = 4;
    world_settle(are_there);
    assert_true(notes_are(&lines) >= 4);
    g_strfreev(lines);
    finish();
}

/* A program that is not there fails every time, and is given up: nothing else happens. */
static void a_program_that_is_none(void **state)
{
    write_program(0);
    unlink(program);
    film_and_wait(", attempts = 1");
    finish();
}

static void a_webhook(void **state)
{
    const char *first;

    write_program(0);
    film_and_wait(", webhook = \"http://127.0.0.1:9/\"");
    assert_int_equal(world.web_posts.length, 2);
    first = world.web_posts.head->data;
    assert_non_null(strstr(first, "\"what\":\"segment\""));
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_run),
        cmocka_unit_test(a_program_that_fails),
        cmocka_unit_test(a_program_that_is_none),
        cmocka_unit_test(a_webhook),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
