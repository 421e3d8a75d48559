/* SPDX-License-Identifier: Apache-2.0 */
/* Rooms: who may do what, what everybody is told and in which order, crowds. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/messages.h"

static struct person *ada, *bob, *cem;

static unsigned long long id_of(const struct person *p)
{
    return (unsigned long long)p->id;
}

/* Three in room 1, ada publishing. */
static void begin(const char *settings, const char *room)
{
    people_begin(settings);
    room_make(1, room);
    ada = person_new();
    bob = person_new();
    cem = person_new();
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    room_join(bob, 1, NULL);
    room_join(cem, 1, NULL);
    deaf(ada);
    deaf(bob);
    deaf(cem);
}

static json_t *member(json_t *data, const char *name)
{
    json_t *m = json_incref(json_object_get(data, name));

    json_decref(data);
    return m;
}

static unsigned count(json_t *array)
{
    unsigned n = (unsigned)json_array_size(array);

    json_decref(array);
    return n;
}

/* --- who may ------------------------------------------------------------------------------------------------------ */

static void secrets_and_pins(void **state)
{
    struct person *p;

    people_begin(NULL);
    room_make(1, ",'secret':'s','pin':'p'");
    p = person_new();
    expect_word(ask(p, "{'request':'edit','room':1}"), "error 429");
    expect_word(ask(p, "{'request':'edit','room':1,'secret':7}"), "error 430");
    expect_word(ask(p, "{'request':'edit','room':1,'secret':'wrong'}"), "error 433");
    expect_word(ask(p, "{'request':'edit','room':1,'secret':''}"), "error 433");
    expect_word(ask(p, "{'request':'edit','room':1,'secret':'s','new_pin':'q'}"), "edited");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1}"), "error 429");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1,'pin':'p'}"), "error 433");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1,'pin':'q'}"), "joined");
    expect_word(ask(p, "{'request':'edit','room':1,'secret':'s','new_secret':''}"), "edited"); /* nothing is removed */
    expect_word(ask(p, "{'request':'destroy','room':1}"), "error 429");
    expect_word(ask(p, "{'request':'destroy','room':1,'secret':'s'}"), "destroyed");
    people_end();
}

static void the_admin_key(void **state)
{
    struct person *p;

    people_begin("general: { admin_key = \"k\" }");
    p = person_new();
    expect_word(ask(p, "{'request':'create'}"), "error 429");
    expect_word(ask(p, "{'request':'create','admin_key':1}"), "error 430");
    expect_word(ask(p, "{'request':'create','admin_key':'x'}"), "error 433");
    expect_word(ask(p, "{'request':'create','room':5,'is_private':true,'admin_key':'k'}"), "created");
    assert_int_equal(count(member(ask(p, "{'request':'list'}"), "list")), 0);
    assert_int_equal(count(member(ask(p, "{'request':'list','admin_key':''}"), "list")), 0);
    expect_word(ask(p, "{'request':'list','admin_key':'x'}"), "error 433");
    assert_int_equal(count(member(ask(p, "{'request':'list','admin_key':'k'}"), "list")), 1);
    people_end();
}

static void allowed_tokens(void **state)
{
    struct person *p;

    people_begin(NULL);
    room_make(1, ",'allowed':['a']");
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1}"), "error 433");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1,'token':'b'}"), "error 433");
    assert_int_equal(
        count(member(ask(p, "{'request':'allowed','room':1,'action':'add','allowed':['b','a']}"), "allowed")), 2);
    expect_word(ask(p, "{'request':'allowed','room':1,'action':'add','allowed':[1]}"), "error 430");
    assert_int_equal(
        count(member(ask(p, "{'request':'allowed','room':1,'action':'remove','allowed':['a']}"), "allowed")), 1);
    assert_null(member(ask(p, "{'request':'allowed','room':1,'action':'disable'}"), "allowed"));
    expect_word(ask(p, "{'request':'allowed','room':1,'action':'enable'}"), "success");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1,'token':'a'}"), "error 433");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1,'token':'b'}"), "joined");
    people_end();
}

static void private_ids(void **state)
{
    struct person *p;

    begin(NULL, ",'require_pvtid':true");
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu}]}", id_of(ada)),
                "error 433");
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'private_id':%llu,'streams':[{'feed':%llu}]}",
                    bob->private_id + (1ull << 32), id_of(ada)),
                "error 433"); /* its low bits alone are not enough */
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'private_id':%u,'streams':[{'feed':%llu}]}",
                    bob->private_id, id_of(ada)),
                "attached+offer");
    answer_offer(p);
    expect_word(ask(ada, "{'request':'kick','room':1,'id':%llu}", id_of(bob)), "success");
    expect_word(ask(p, "{'request':'configure','send':true}"), "error 433"); /* bob's subscription is barred */
    people_end();
}

static void encrypted_rooms(void **state)
{
    struct person *p;
    char *offer = offer_of("av");

    people_begin(NULL);
    room_make(1, ",'require_e2ee':true");
    p = person_new();
    room_join(p, 1, NULL);
    expect_word(ask_jsep(p, "offer", offer, "{'request':'publish'}"), "error 433");
    people_end();
    g_free(offer);
}

static void locked_rooms(void **state)
{
    struct person *p;
    json_t *r;

    begin(NULL, ",'secret':'s'");
    expect_word(ask(ada, "{'request':'edit','room':1,'secret':'s','new_locked':true}"), "edited");
    expect_heard(ada, "event/locked");
    expect_heard(bob, "event/locked");
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1}"), "error 433");
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu}]}", id_of(ada)),
                "error 433"); /* nobody knows whose it is */
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'private_id':%u,'streams':[{'feed':%llu}]}",
                    bob->private_id, id_of(ada)),
                "attached+offer");
    p = person_new(); /* who moderates may come back, and sees that it is locked */
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':1,'secret':'x'}"), "error 433");
    r = ask(p, "{'request':'join','ptype':'publisher','room':1,'secret':'s'}");
    assert_true(json_is_true(json_object_get(r, "locked")));
    expect_word(r, "joined");
    deaf(bob);
    expect_word(ask(p, "{'request':'edit','room':1,'secret':'s','new_locked':false}"), "edited");
    r = heard(bob);
    assert_true(json_is_false(json_object_get(r, "locked")));
    expect_word(r, "event/locked");
    p = person_new();
    room_join(p, 1, NULL);
    people_end();
}

static void as_many_publishers_as_the_room_has(void **state)
{
    char *offer = offer_of("a");

    begin(NULL, NULL);
    expect_word(ask(ada, "{'request':'edit','room':1,'new_publishers':1}"), "edited");
    expect_word(ask_jsep(bob, "offer", offer, "{'request':'publish'}"), "error 432");
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    expect_word(ask_jsep(cem, "offer", offer, "{'request':'publish'}"), "event/configured+answer");
    people_end();
    g_free(offer);
}

static void ids_may_be_strings(void **state)
{
    struct person *p;
    json_t *r;

    people_begin("general: { string_ids = true }");
    p = person_new();
    expect_word(ask(p, "{'request':'create','room':5}"), "error 430");
    expect_word(ask(p, "{'request':'create','room':'kitchen'}"), "created");
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':5}"), "error 430");
    r = ask(p, "{'request':'join','ptype':'publisher','room':'kitchen','id':'ada'}");
    assert_string_equal(json_string_value(json_object_get(r, "id")), "ada");
    assert_true(json_is_integer(json_object_get(r, "private_id")));
    expect_word(r, "joined");
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'publisher','room':'kitchen','id':'ada'}"), "error 436");
    r = ask(p, "{'request':'join','ptype':'publisher','room':'kitchen'}");
    assert_int_equal(json_string_length(json_object_get(r, "id")), 36);
    json_decref(r);
    people_end();
}

static void rooms_are_bounded(void **state)
{
    struct person *p;

    people_begin("general: { max_rooms = 2 }\nroom-7: { description = \"one\" }\nroom-x: {}\nroom-0: {}");
    p = person_new();
    expect_word(ask(p, "{'request':'exists','room':7}"), "success");
    expect_word(ask(p, "{'request':'create'}"), "created");
    expect_word(ask(p, "{'request':'create'}"), "error 499");
    expect_word(ask(p, "{'request':'create','room':7}"), "error 499");
    expect_word(ask(p, "{'request':'destroy','room':7}"), "destroyed");
    expect_word(ask(p, "{'request':'create'}"), "created");
    people_end();
}

/* --- what people are told ----------------------------------------------------------------------------------------- */

static void joining_is_told_where_the_room_wants_it(void **state)
{
    struct person *p;
    json_t *r;

    begin(NULL, ",'notify_joining':true");
    p = person_new();
    r = ask(p, "{'request':'join','ptype':'publisher','room':1,'display':'dee','metadata':{'x':1}}");
    assert_int_equal(json_array_size(json_object_get(r, "publishers")), 1);
    assert_int_equal(json_array_size(json_object_get(r, "attendees")), 2);
    expect_word(r, "joined");
    r = heard(ada);
    assert_string_equal(json_string_value(json_object_get(json_object_get(r, "joining"), "display")), "dee");
    expect_word(r, "event/joining");
    expect_heard(bob, "event/joining");
    expect_silence(p);
    people_end();
}

static void names_are_told_when_they_change(void **state)
{
    json_t *r;

    begin(NULL, NULL);
    expect_word(ask(bob, "{'request':'configure','display':'Robert','metadata':{'a':1}}"), "event/configured");
    r = heard(ada);
    assert_string_equal(json_string_value(json_object_get(r, "display")), "Robert");
    assert_null(json_object_get(r, "room"));
    json_decref(r);
    expect_silence(ada); /* the first metadata is silent */
    expect_word(ask(bob, "{'request':'configure','metadata':{'a':2}}"), "event/configured");
    expect_heard(ada, "event/metadata");
    expect_silence(bob);
    people_end();
}

static void moderation_is_told_to_all_and_outlives_a_negotiation(void **state)
{
    char *offer = offer_of("av");
    json_t *r;

    begin(NULL, NULL);
    expect_word(ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':true}", id_of(ada)), "success");
    expect_heard(ada, "event/moderation");
    expect_heard(bob, "event/moderation");
    expect_heard(cem, "event/moderation");
    r = ask_jsep(ada, "offer", offer, "{'request':'configure'}");
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(r, "streams"), 0), "moderated")));
    expect_word(r, "event/configured+answer");
    expect_heard(bob, "event/publishers");
    expect_silence(ada);
    expect_word(ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'7','mute':true}", id_of(ada)), "error 428");
    expect_word(ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':true}", id_of(cem)), "error 428");
    people_end();
    g_free(offer);
}

static void who_is_kicked_is_told_first(void **state)
{
    begin(NULL, NULL);
    expect_word(ask(bob, "{'request':'kick','room':1,'id':%llu}", id_of(ada)), "success");
    expect_heard(ada, "event/leaving");
    expect_heard(ada, "hangup");
    expect_heard(bob, "event/kicked");
    expect_heard(cem, "event/kicked");
    expect_silence(bob); /* neither unpublished nor leaving */
    expect_word(ask(bob, "{'request':'kick','room':1,'id':%llu}", id_of(ada)), "error 428");
    people_end();
}

static void a_closed_tab_unpublishes_and_leaves(void **state)
{
    begin(NULL, NULL);
    person_leaves(ada);
    expect_heard(bob, "event/unpublished");
    expect_heard(bob, "event/leaving");
    expect_silence(bob);
    person_leaves(bob);
    expect_heard(cem, "event/unpublished");
    expect_heard(cem, "event/leaving");
    expect_heard(cem, "event/leaving"); /* bob never published */
    expect_silence(cem);
    people_end();
}

static void a_destroyed_room_says_one_word(void **state)
{
    struct person *sub;

    begin(NULL, NULL);
    sub = person_new();
    room_watch(sub, 1, ada->id);
    expect_word(ask(bob, "{'request':'destroy','room':1}"), "destroyed");
    expect_heard(bob, "destroyed");
    expect_heard(ada, "destroyed");
    expect_heard(ada, "hangup");
    expect_silence(ada);
    expect_silence(sub); /* its offer is still unanswered, and nothing comes of it */
    answer_offer(sub);
    expect_silence(sub);
    expect_word(ask(sub, "{'request':'subscribe','streams':[{'feed':%llu}]}", id_of(ada)), "error 428");
    expect_word(ask(sub, "{'request':'leave'}"), "event/left");
    people_end();
}

/* A publisher whose room is destroyed between its answer and its PeerConnection coming up. */
static void destroyed_in_the_middle_of_a_negotiation(void **state)
{
    char *offer = offer_of("av");

    begin(NULL, NULL);
    expect_word(ask_jsep(bob, "offer", offer, "{'request':'publish'}"), "event/configured+answer");
    expect_word(ask(cem, "{'request':'destroy','room':1}"), "destroyed");
    expect_heard(bob, "destroyed");
    comes_up(bob); /* the worker did not know yet */
    expect_word(ask(bob, "{'request':'configure'}"), "error 426");
    room_make(1, NULL); /* the id is free at once */
    people_end();
    g_free(offer);
}

static void talking_is_told_to_everybody(void **state)
{
    struct gw_news n = {.tag = GW_NEWS_TALKING};
    json_t *r;

    begin(NULL, ",'audiolevel_event':true");
    n.track = gw_track_make(ada->peer, 0);
    n.u.talking.talking = true;
    n.u.talking.level = 20.5;
    world_tell(&n);
    expect_heard(ada, "talking");
    r = heard(bob);
    assert_int_equal(json_integer_value(json_object_get(r, "mindex")), 0);
    assert_true(json_is_real(json_object_get(r, "audio-level-dBov-avg")));
    expect_word(r, "talking");
    r = ask(bob, "{'request':'listparticipants','room':1}");
    assert_true(json_is_true(json_object_get(json_array_get(json_object_get(r, "participants"), 0), "talking")));
    json_decref(r);
    n.u.talking.talking = false;
    world_tell(&n);
    expect_heard(cem, "talking");
    expect_heard(cem, "stopped-talking");
    expect_word(ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':true}", id_of(ada)), "success");
    deaf(cem);
    n.u.talking.talking = true;
    world_tell(&n); /* who is muted is not measured */
    expect_silence(cem);
    people_end();
}

/* --- placeholders ------------------------------------------------------------------------------------------------- */

static void the_placeholder(void **state)
{
    struct person *p, *s;
    unsigned long long id;
    json_t *r, *dummy;

    people_begin(NULL);
    room_make(1, ",'dummy_publisher':true,'videocodec':'vp8,h264','dummy_streams':[{'codec':'opus','fmtp':'usedtx=1'},"
                 "{'codec':'h264','fmtp':'profile-level-id=42e01f;packetization-mode=1'}],'publishers':1");
    p = person_new();
    r = ask(p, "{'request':'join','ptype':'publisher','room':1}");
    dummy = json_array_get(json_object_get(r, "publishers"), 0);
    assert_true(json_is_true(json_object_get(dummy, "dummy")));
    assert_int_equal(json_array_size(json_object_get(dummy, "streams")), 2);
    assert_string_equal(json_string_value(json_object_get(dummy, "video_codec")), "h264");
    id = (unsigned long long)json_integer_value(json_object_get(dummy, "id"));
    json_decref(r);
    expect_word(ask(p, "{'request':'kick','room':1,'id':%llu}", id), "error 428");
    room_publish(p, "av"); /* it does not count */
    s = person_new();
    room_watch(s, 1, id);
    answer_offer(s);
    expect_word(ask(p, "{'request':'destroy','room':1}"), "destroyed");
    people_end();
}

/* --- crowds ------------------------------------------------------------------------------------------------------- */

static void two_moderators_at_once(void **state)
{
    unsigned seen = 0;
    json_t *a, *b;

    begin(NULL, NULL);
    for (unsigned i = 0; i < 20; i++)
        expect_word(ask(i % 2 ? bob : cem, "{'request':'moderate','room':1,'id':%llu,'mid':'%u','mute':%s}", id_of(ada),
                        i % 3 ? 1 : 0, i % 2 ? "true" : "false"),
                    "success");
    while ((a = heard(bob)) && (b = heard(cem))) { /* everybody in one order */
        assert_true(json_equal(a, b));
        json_decref(a);
        json_decref(b);
        seen++;
    }
    assert_int_equal(seen, 20);
    expect_word(ask(bob, "{'request':'kick','room':1,'id':%llu}", id_of(ada)), "success");
    expect_word(ask(cem, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':true}", id_of(ada)), "error 428");
    people_end();
}

static void a_thousand_come_and_go(void **state)
{
    json_t *r;

    begin(NULL, ",'notify_joining':true");
    for (unsigned i = 0; i < 1000; i++) {
        struct person *p = person_new();

        room_join(p, 1, NULL);
        if (i % 3 == 0)
            expect_word(ask(p, "{'request':'leave'}"), "event/leaving");
        person_leaves(p);
        expect_heard(bob, "event/joining");
        expect_heard(bob, "event/leaving");
        deaf(ada);
        deaf(cem);
    }
    expect_silence(bob);
    r = ask(bob, "{'request':'listparticipants','room':1}");
    assert_int_equal(json_array_size(json_object_get(r, "participants")), 3);
    json_decref(r);
    people_end();
}

/* --- only the loudest are heard ----------------------------------------------------------------------------------- */

static unsigned hushes, unhushes;
static gw_track_id unhushed;

static void watch_hushes(const struct gw_order *o)
{
    if (o->tag != GW_ORDER_HUSH)
        return;
    hushes += o->u.number == 1;
    unhushes += o->u.number == 0;
    if (!o->u.number)
        unhushed = o->track;
}

static void speaks(struct person *p, double level)
{
    struct gw_news n = {.tag = GW_NEWS_LOUDNESS, .track = gw_track_make(p->peer, 0)};

    n.u.talking.level = level;
    world_tell(&n);
}

static void the_loudest_has_the_only_place(void **state)
{
    begin(NULL, ",'loudest':1");
    world.watch = watch_hushes;
    hushes = unhushes = 0;
    room_publish(bob, "a");
    assert_int_equal(hushes, 1); /* ada came first */
    assert_int_equal(unhushes, 0);
    speaks(ada, 40);
    speaks(bob, 36); /* a little louder is not enough */
    world_wait(2000000);
    for (int i = 0; i < 10; i++) {
        speaks(ada, 40);
        speaks(bob, 36);
    }
    assert_int_equal(unhushes, 0);
    for (int i = 0; i < 10; i++)
        speaks(bob, 20);
    assert_int_equal(unhushes, 1);
    assert_true(unhushed == gw_track_make(bob->peer, 0));
    assert_int_equal(hushes, 2);
    for (int i = 0; i < 10; i++)
        speaks(ada, 5); /* the place was taken less than a second ago */
    assert_int_equal(unhushes, 1);
    expect_word(ask(bob, "{'request':'unpublish'}"), "event/unpublished"); /* a free place is filled at once */
    assert_int_equal(unhushes, 2);
    assert_true(unhushed == gw_track_make(ada->peer, 0));
    world.watch = NULL;
    people_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_and_pins),
        cmocka_unit_test(the_admin_key),
        cmocka_unit_test(allowed_tokens),
        cmocka_unit_test(private_ids),
        cmocka_unit_test(encrypted_rooms),
        cmocka_unit_test(locked_rooms),
        cmocka_unit_test(as_many_publishers_as_the_room_has),
        cmocka_unit_test(ids_may_be_strings),
        cmocka_unit_test(rooms_are_bounded),
        cmocka_unit_test(joining_is_told_where_the_room_wants_it),
        cmocka_unit_test(names_are_told_when_they_change),
        cmocka_unit_test(moderation_is_told_to_all_and_outlives_a_negotiation),
        cmocka_unit_test(who_is_kicked_is_told_first),
        cmocka_unit_test(a_closed_tab_unpublishes_and_leaves),
        cmocka_unit_test(a_destroyed_room_says_one_word),
        cmocka_unit_test(destroyed_in_the_middle_of_a_negotiation),
        cmocka_unit_test(talking_is_told_to_everybody),
        cmocka_unit_test(the_placeholder),
        cmocka_unit_test(two_moderators_at_once),
        cmocka_unit_test(a_thousand_come_and_go),
        cmocka_unit_test(the_loudest_has_the_only_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
