/* SPDX-License-Identifier: Apache-2.0 */
/* Permanent rooms: one file each, there after a restart, gone when they were destroyed; bad files harm nobody. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATIC "room-7: { description = \"of the file\"; pin = \"p\" }"

static char *folder;

static int set_up(void **state)
{
    folder = g_dir_make_tmp("cardea-test-XXXXXX", NULL);
    world_state = folder;
    return 0;
}

static int tear_down(void **state)
{
    char *rooms = g_build_filename(folder, "videoroom", NULL);
    GDir *dir = g_dir_open(rooms, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        char *path = g_build_filename(rooms, name, NULL);

        unlink(path);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    rmdir(rooms);
    rmdir(folder);
    g_free(rooms);
    g_free(folder);
    world_state = "/dev/null/nowhere";
    return 0;
}

static bool exists(struct person *p, unsigned room)
{
    json_t *r = ask(p, "{'request':'exists','room':%u}", room);
    bool yes = json_is_true(json_object_get(r, "exists"));

    json_decref(r);
    return yes;
}

static char *path_of(const char *name)
{
    return g_build_filename(folder, "videoroom", name, NULL);
}

static void expect_permanent(json_t *r, const char *word, bool yes)
{
    assert_int_equal(json_is_true(json_object_get(r, "permanent")), yes);
    expect_word(r, word);
}

static void a_room_outlives_a_restart(void **state)
{
    struct person *p;
    json_t *r, *room;

    people_begin(NULL);
    p = person_new();
    expect_permanent(ask(p, "{'request':'create','room':5,'permanent':true,'description':'Kitchen','secret':'s',"
                            "'opus_fec':false,'publishers':9,'allowed':['a'],'loudest':4,'probing':false,"
                            "'dummy_publisher':true,'dummy_streams':[{'codec':'opus'}]}"),
                     "created", true);
    expect_permanent(ask(p, "{'request':'create','room':6}"), "created", false);
    people_end();

    people_begin(NULL);
    p = person_new();
    assert_true(exists(p, 5) && !exists(p, 6));
    r = ask(p, "{'request':'list'}");
    room = json_array_get(json_object_get(r, "list"), 0);
    assert_string_equal(json_string_value(json_object_get(room, "description")), "Kitchen");
    assert_int_equal(json_integer_value(json_object_get(room, "max_publishers")), 9);
    assert_int_equal(json_integer_value(json_object_get(room, "num_participants")), 1); /* the placeholder */
    assert_null(json_object_get(room, "opus_fec"));
    json_decref(r);
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':5}"), "error 433");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':5,'token':'a'}"), "joined");
    expect_word(ask(p, "{'request':'edit','room':5}"), "error 429"); /* its secret is there as well */
    expect_permanent(ask(p, "{'request':'edit','room':5,'secret':'s','new_description':'Hall','permanent':true}"),
                     "edited", true);
    expect_permanent(ask(p, "{'request':'edit','room':5,'secret':'s','new_description':'Cellar'}"), "edited", false);
    people_end();

    people_begin(NULL);
    p = person_new();
    r = ask(p, "{'request':'list'}");
    room = json_array_get(json_object_get(r, "list"), 0);
    assert_string_equal(json_string_value(json_object_get(room, "description")), "Hall");
    json_decref(r);
    expect_permanent(ask(p, "{'request':'destroy','room':5,'secret':'s','permanent':true}"), "destroyed", true);
    people_end();

    people_begin(NULL);
    assert_false(exists(person_new(), 5));
    people_end();
}

static void a_room_of_the_configuration_file_can_be_changed_and_destroyed(void **state)
{
    struct person *p;

    people_begin(STATIC);
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':7}"), "error 429");
    expect_permanent(ask(p, "{'request':'edit','room':7,'new_pin':'q','permanent':true}"), "edited", true);
    people_end();

    people_begin(STATIC);
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':7,'pin':'p'}"), "error 433");
    expect_permanent(ask(p, "{'request':'destroy','room':7,'permanent':true}"), "destroyed", true);
    people_end();

    people_begin(STATIC);
    assert_false(exists(person_new(), 7));
    people_end();
}

static void write_file(const char *name, const char *text)
{
    char *path = path_of(name);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void bad_files_are_skipped_and_left_alone(void **state)
{
    struct person *p;
    char *path = path_of("room-9.json");

    people_begin(NULL);
    p = person_new();
    expect_permanent(ask(p, "{'request':'create','room':5,'permanent':true}"), "created", true);
    people_end();
    write_file("room-9.json", "{\"room\": \"9\", \"descr");
    write_file("room-10.json", "[]");
    write_file("room-11.json", "{\"room\": 11}");
    write_file("room-12.json", "{\"room\": \"minus one\"}");
    write_file("room-13.json", "{\"room\": \"13\", \"publishers\": \"many\", \"bitrate\": null, \"dummy_streams\": 7}");
    write_file("notes.txt", "not a room");
    people_begin(NULL);
    p = person_new();
    assert_true(exists(p, 5) && exists(p, 13));
    assert_false(exists(p, 9) || exists(p, 10) || exists(p, 11));
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    people_end();
    g_free(path);
}

static void without_a_folder_nothing_is_promised(void **state)
{
    struct person *p;

    world_state = "/proc/nowhere";
    people_begin(NULL);
    p = person_new();
    expect_word(ask(p, "{'request':'create','room':5,'permanent':true}"), "error 499");
    assert_false(exists(p, 5));
    expect_word(ask(p, "{'request':'create','room':5}"), "created");
    expect_permanent(ask(p, "{'request':'edit','room':5,'permanent':true}"), "edited", false);
    expect_permanent(ask(p, "{'request':'destroy','room':5,'permanent':true}"), "destroyed", false);
    people_end();
    world_state = folder;
}

static void ids_of_any_kind_have_a_file(void **state)
{
    static const char strings[] = "general: { string_ids = true }";
    char *name = g_strnfill(300, 'x');
    struct person *p;

    people_begin(strings);
    p = person_new();
    expect_permanent(ask(p, "{'request':'create','room':'../../etc/passwd','permanent':true}"), "created", true);
    expect_permanent(ask(p, "{'request':'create','room':'%s','permanent':true}", name), "created", true);
    people_end();
    people_begin(strings);
    p = person_new();
    expect_word(ask(p, "{'request':'create','room':'../../etc/passwd'}"), "error 427");
    expect_word(ask(p, "{'request':'create','room':'%s'}", name), "error 427");
    people_end();
    g_free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_room_outlives_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_room_of_the_configuration_file_can_be_changed_and_destroyed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bad_files_are_skipped_and_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_folder_nothing_is_promised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ids_of_any_kind_have_a_file, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
