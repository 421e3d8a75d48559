/* SPDX-License-Identifier: Apache-2.0 */
/* RTP forwarders, publishers of other gateways and ingest: requests, replies and what the room is told. */
#include "people.h"

#include <stdlib.h>
#include <string.h>

static struct person *ada, *bob;

static int set_up(void **state)
{
    people_begin(NULL);
    room_make(1, NULL);
    ada = person_new();
    bob = person_new();
    room_join(ada, 1, NULL);
    room_join(bob, 1, NULL);
    deaf(ada);
    deaf(bob);
    return 0;
}

static int tear_down(void **state)
{
    people_end();
    return 0;
}

#define ADA (unsigned long long)ada->id
/* Asks about ada; the answer must look like this (members that it has besides do not matter). */
#define EXPECT(word, fmt, ...) expect_word(ask(ada, fmt, ADA __VA_OPT__(, ) __VA_ARGS__), word)

static json_t *forwarders(void)
{
    json_t *r = ask(ada, "{'request':'listforwarders','room':1}");
    json_t *first = json_array_get(json_object_get(r, "publishers"), 0);
    json_t *list = json_incref(json_object_get(first, "forwarders"));

    expect_word(json_incref(r), "forwarders");
    json_decref(r);
    return list;
}

static size_t count(void)
{
    json_t *list = forwarders();
    size_t n = json_array_size(list);

    json_decref(list);
    return n;
}

static void forwarders_come_and_go(void **state)
{
    json_t *r, *f;

    EXPECT("error 428", "{'request':'rtp_forward','room':1,'publisher_id':%llu,'host':'127.0.0.1','streams':[]}");
    room_publish(ada, "avd");
    r = ask(ada,
            "{'request':'rtp_forward','room':1,'publisher_id':%llu,'host':'192.0.2.1','streams':["
            "{'mid':'0','port':5002},{'mid':'1','port':5004,'pt':100,'ssrc':77,'host':'2001:db8::1'},"
            "{'mid':'2','port':5006},{'mid':'9','port':5008}]}",
            ADA);
    f = json_object_get(r, "forwarders");
    assert_int_equal(json_array_size(f), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(f, 1), "host")), "2001:db8::1");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(f, 1), "pt")), 100);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(f, 1), "ssrc")), 77);
    assert_null(json_object_get(json_array_get(f, 0), "pt"));
    assert_string_equal(json_string_value(json_object_get(json_array_get(f, 2), "type")), "data");
    assert_int_equal(count(), 3);
    EXPECT("stop_rtp_forward", "{'request':'stop_rtp_forward','room':1,'publisher_id':%llu,'stream_id':%llu}",
           (unsigned long long)json_integer_value(json_object_get(json_array_get(f, 0), "stream_id")));
    json_decref(r);
    assert_int_equal(count(), 2);
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    assert_int_equal(count(), 0);
}

static void the_old_form(void **state)
{
    json_t *r, *s;

    room_publish(ada, "avd");
    r = ask(ada,
            "{'request':'rtp_forward','room':1,'publisher_id':%llu,'host':'192.0.2.1','audio_port':6000,'audio_pt':0,"
            "'video_port':6002,'data_port':6004}",
            ADA);
    s = json_object_get(r, "rtp_stream");
    assert_string_equal(json_string_value(json_object_get(s, "host")), "192.0.2.1");
    assert_int_equal(json_integer_value(json_object_get(s, "audio")), 6000);
    assert_int_equal(json_integer_value(json_object_get(s, "video")), 6002);
    assert_int_equal(json_integer_value(json_object_get(s, "data")), 6004);
    assert_true(json_object_get(s, "video_stream_id") && !json_object_get(s, "video_stream_id_2"));
    json_decref(r);
    r = forwarders();
    assert_int_equal(json_integer_value(json_object_get(json_array_get(r, 0), "pt")), 0); /* said is said */
    json_decref(r);
}

static void forwarders_are_bounded(void **state)
{
    room_publish(ada, "av");
    for (unsigned i = 0; i < 10; i++)
        EXPECT("rtp_forward",
               "{'request':'rtp_forward','room':1,'publisher_id':%llu,'host':'127.0.0.1','streams':[{'mid':'0',"
               "'port':5}]}");
    assert_int_equal(count(), 8); /* of the gateway */
}

static void a_publisher_appears_elsewhere(void **state)
{
    json_t *r;

    EXPECT("success", "{'request':'publish_remotely','room':1,'publisher_id':%llu,'remote_id':'b','host':'192.0.2.2',"
                      "'port':7000}");
    EXPECT("error 436", "{'request':'publish_remotely','room':1,'publisher_id':%llu,'remote_id':'b',"
                        "'host':'192.0.2.2','port':7000}");
    EXPECT("error 430", "{'request':'publish_remotely','room':1,'publisher_id':%llu,'remote_id':'c',"
                        "'host':'192.0.2.2','port':0}");
    EXPECT("error 429", "{'request':'publish_remotely','room':1,'publisher_id':%llu,'host':'192.0.2.2','port':1}");
    room_publish(ada, "av"); /* its streams follow */
    r = forwarders();
    assert_int_equal(json_array_size(r), 0);
    json_decref(r);
    EXPECT("error 428", "{'request':'stop_rtp_forward','room':1,'publisher_id':%llu,'stream_id':5}");
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    r = ask(ada, "{'request':'listremotes','room':1,'publisher_id':%llu}", ADA);
    assert_int_equal(json_array_size(json_object_get(r, "list")), 1); /* it outlives unpublishing */
    json_decref(r);
    EXPECT("success", "{'request':'unpublish_remotely','room':1,'publisher_id':%llu,'remote_id':'b'}");
    EXPECT("error 428", "{'request':'unpublish_remotely','room':1,'publisher_id':%llu,'remote_id':'b'}");
}

static unsigned long long add_remote(const char *more)
{
    json_t *r = ask(ada,
                    "{'request':'add_remote_publisher','room':1%s,'streams':[{'type':'audio','mindex':0,'mid':'0',"
                    "'codec':'opus'},{'type':'video','mindex':1,'mid':'1','codec':'vp8','simulcast':true}]}",
                    more);
    unsigned long long id = (unsigned long long)json_integer_value(json_object_get(r, "id"));

    expect_word(r, "success");
    return id;
}

static void a_publisher_of_another_gateway(void **state)
{
    unsigned long long id = add_remote(",'display':'Eve','port':0");

    assert_true(id > 0);
    expect_heard(bob, "event/publishers");
    expect_heard(ada, "event/publishers");
    expect_word(ask(ada, "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':[]}", id), "success");
    expect_silence(bob);
    expect_word(ask(ada,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':[{'type':'video','mindex':1,"
                    "'mid':'1','codec':'vp8','simulcast':true,'disabled':true}]}",
                    id),
                "success");
    expect_heard(bob, "event/publishers");
    expect_word(ask(ada,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':[{'type':'data','mindex':7,"
                    "'mid':'7'}]}",
                    id),
                "error 430"); /* not the next one */
    expect_word(ask(ada, "{'request':'remove_remote_publisher','room':1,'id':%llu}", id), "success");
    expect_heard(bob, "event/leaving");
    expect_word(ask(ada, "{'request':'remove_remote_publisher','room':1,'id':%llu}", id), "error 428");
    expect_word(ask(ada, "{'request':'remove_remote_publisher','room':1,'id':%llu}", ADA), "error 428"); /* is here */
}

static void it_can_be_watched(void **state)
{
    unsigned long long id = add_remote("");
    struct person *p = person_new();

    room_watch(p, 1, id);
    answer_offer(p);
    expect_word(ask(ada, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':true}", id), "success");
    expect_word(ask(ada, "{'request':'kick','room':1,'id':%llu}", id), "error 428");
    deaf(p);
    expect_word(ask(ada, "{'request':'remove_remote_publisher','room':1,'id':%llu}", id), "success");
    expect_heard(p, "updated+offer");
}

static void a_room_that_goes_takes_them_along(void **state)
{
    add_remote("");
    expect_word(ask(ada, "{'request':'rtp_ingest','room':1,'streams':[{'type':'video','codec':'vp8'}]}"), "rtp_ingest");
    expect_word(ask(ada, "{'request':'destroy','room':1}"), "destroyed");
}

static void an_ingest_is_a_publisher(void **state)
{
    json_t *r = ask(ada, "{'request':'rtp_ingest','room':1,'id':81,'display':'Camera','streams':[{'type':'audio',"
                         "'codec':'OPUS','pt':97},{'type':'video','codec':'vp8','rtcp_port':0}]}");
    json_t *s = json_object_get(r, "streams");

    assert_int_equal(json_array_size(s), 2);
    assert_true(json_integer_value(json_object_get(json_array_get(s, 1), "rtcp_port")) > 0);
    assert_null(json_object_get(json_array_get(s, 0), "rtcp_port"));
    json_decref(r);
    expect_heard(bob, "event/publishers");
    expect_word(ask(ada, "{'request':'rtp_ingest','room':1,'id':81,'streams':[{'type':'video','codec':'vp8'}]}"),
                "error 436");
    expect_word(ask(ada, "{'request':'rtp_ingest','room':1,'streams':[{'type':'video','codec':'h264'}]}"),
                "error 430"); /* not in this room */
    expect_word(ask(ada, "{'request':'stop_rtp_ingest','room':1,'id':%llu}", ADA), "error 428");
    expect_word(ask(ada, "{'request':'stop_rtp_ingest','room':1,'id':81}"), "stop_rtp_ingest");
    expect_heard(bob, "event/leaving");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(forwarders_come_and_go),
        T(the_old_form),
        T(forwarders_are_bounded),
        T(a_publisher_appears_elsewhere),
        T(a_publisher_of_another_gateway),
        T(it_can_be_watched),
        T(a_room_that_goes_takes_them_along),
        T(an_ingest_is_a_publisher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
