/* SPDX-License-Identifier: Apache-2.0 */
/* Who is recorded and when, as a recorder hears it that only takes notes. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../plugins/videoroom/videoroom.h"

#define MOST 32

/* --- a recorder --------------------------------------------------------------------------------------------------- */

static struct note {
    bool armed, started, ended;
    char name[100], cause[40];
    size_t lines;
} notes[MOST + 1];
static unsigned n_notes;
static int answer; /* of begin() */

static int take_begin(cardea_recording *out, const struct cardea_record *what)
{
    json_decref(what->meta);
    if (answer)
        return answer;
    assert_true(n_notes < MOST);
    *out = ++n_notes;
    notes[n_notes] = (struct note){.armed = what->armed};
    g_strlcpy(notes[n_notes].name, what->name, sizeof(notes[0].name));
    return 0;
}

static int take_streams(cardea_recording id, const struct cardea_stream *s, size_t n, const char *const *descriptions)
{
    notes[id].lines = n;
    return 0;
}

static int take_data(cardea_recording id, const struct cardea_message *message)
{
    return 0;
}

static int take_note(cardea_recording id, const char *what, json_t *about)
{
    json_decref(about);
    return 0;
}

static int take_end(cardea_recording id, const char *cause)
{
    notes[id].ended = true;
    g_strlcpy(notes[id].cause, cause, sizeof(notes[0].cause));
    return 0;
}

static const char *take_path(cardea_recording id)
{
    return notes[id].name;
}

static int take_start(cardea_recording id)
{
    assert_true(notes[id].armed && !notes[id].ended);
    notes[id].started = true;
    return 0;
}

static const struct cardea_recorder recorder = {.size = sizeof(recorder),
                                                .begin = take_begin,
                                                .streams = take_streams,
                                                .data = take_data,
                                                .note = take_note,
                                                .end = take_end,
                                                .path = take_path,
                                                .start = take_start};

static struct person *ada;

static void begin(const char *room)
{
    people_begin(NULL);
    vr.host->provide(CARDEA_RECORDER, &recorder);
    n_notes = 0;
    answer = 0;
    room_make(1, room);
    ada = person_new();
    room_join(ada, 1, NULL);
}

static void end(void)
{
    vr.host->provide(CARDEA_RECORDER, NULL);
    people_end();
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static void a_room_is_recorded(void **state)
{
    begin(",'record':true");
    assert_int_equal(n_notes, 0); /* nothing is published yet */
    room_publish(ada, "avd");
    assert_int_equal(n_notes, 1);
    assert_true(!notes[1].armed && g_str_has_prefix(notes[1].name, "videoroom-1-user-"));
    assert_int_equal(notes[1].lines, 3);
    expect_word(ask(ada, "{'request':'enable_recording','room':1,'record':false}"), "success");
    assert_true(notes[1].ended);
    expect_word(ask(ada, "{'request':'enable_recording','room':1,'record':false}"), "success");
    expect_word(ask(ada, "{'request':'configure','record':true,'filename':'tape'}"), "event/configured");
    assert_string_equal(notes[2].name, "tape");
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    assert_string_equal(notes[2].cause, "unpublished");
    end();
}

static void a_locked_recording_wants_the_secret(void **state)
{
    begin(",'secret':'s','lock_record':true");
    room_publish(ada, "a");
    expect_word(ask(ada, "{'request':'configure','record':true}"), "event/configured");
    expect_word(ask(ada, "{'request':'configure','record':true,'secret':'x'}"), "event/configured");
    assert_int_equal(n_notes, 0);
    expect_word(ask(ada, "{'request':'configure','record':true,'secret':'s'}"), "event/configured");
    assert_int_equal(n_notes, 1);
    end();
}

static json_t *said; /* by everybody's token */

static const json_t *what_tokens_say(const struct cardea_handle *h)
{
    return said;
}

static void or_a_token_that_is_admin_of_the_room(void **state)
{
    static const char *const wrong[] = {"{\"role\":\"publisher\"}", "{\"role\":\"admin\",\"rooms\":[2]}",
                                        "{\"rooms\":[1]}"};
    const struct cardea_host *real;
    struct cardea_host with_tokens;

    begin(",'secret':'s','lock_record':true");
    real = vr.host;
    with_tokens = *real;
    with_tokens.claims = what_tokens_say;
    vr.host = &with_tokens;
    room_publish(ada, "a");
    for (unsigned i = 0; i < 3; i++) {
        said = json_loads(wrong[i], 0, NULL);
        expect_word(ask(ada, "{'request':'configure','record':true}"), "event/configured");
        json_decref(said);
    }
    assert_int_equal(n_notes, 0);
    said = json_loads("{\"role\":[\"publisher\",\"admin\"],\"rooms\":[1]}", 0, NULL);
    expect_word(ask(ada, "{'request':'configure','record':true}"), "event/configured");
    assert_int_equal(n_notes, 1);
    json_decref(said);
    vr.host = real;
    end();
}

/* Whoever publishes is kept in memory; pressing record starts with that. */
static void what_was_before_record_was_pressed(void **state)
{
    begin(",'preroll':true");
    room_publish(ada, "av");
    assert_true(n_notes == 1 && notes[1].armed && !notes[1].started);
    assert_int_equal(notes[1].lines, 2);
    expect_word(ask(ada, "{'request':'enable_recording','room':1,'record':true}"), "success");
    assert_true(n_notes == 1 && notes[1].started && !notes[1].ended);
    expect_word(ask(ada, "{'request':'enable_recording','room':1,'record':false}"), "success");
    assert_true(notes[1].ended);
    assert_true(n_notes == 2 && notes[2].armed); /* for the next time */
    expect_word(ask(ada, "{'request':'configure','record':true,'filename':'tape'}"), "event/configured");
    assert_true(notes[2].ended && !notes[2].started);
    assert_true(n_notes == 3 && !notes[3].armed);
    assert_string_equal(notes[3].name, "tape");
    expect_word(ask(ada, "{'request':'leave'}"), "event/leaving");
    assert_true(notes[3].ended);
    assert_int_equal(n_notes, 3);
    end();
}

static void without_room_for_a_preroll_it_begins_at_once(void **state)
{
    begin(",'preroll':true");
    answer = CARDEA_ESTATE; /* the recorder keeps nothing */
    room_publish(ada, "av");
    assert_int_equal(n_notes, 0);
    answer = 0;
    expect_word(ask(ada, "{'request':'configure','record':true}"), "event/configured");
    assert_true(n_notes == 1 && !notes[1].armed);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_room_is_recorded),
        cmocka_unit_test(a_locked_recording_wants_the_secret),
        cmocka_unit_test(or_a_token_that_is_admin_of_the_room),
        cmocka_unit_test(what_was_before_record_was_pressed),
        cmocka_unit_test(without_room_for_a_preroll_it_begins_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
