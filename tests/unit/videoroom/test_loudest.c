/* SPDX-License-Identifier: Apache-2.0 */
/* Only the loudest are heard, wherever their sound comes from; and nobody keeps a place without making a sound. */
#include "people.h"

#include <stdlib.h>
#include <string.h>

#include "peer/messages.h"

#define TALKERS 4

static struct person *ada, *bob;
/* Sources that are measured, in the order in which they began; is it heard? */
static struct talker {
    gw_track_id track;
    bool heard;
} talkers[TALKERS];
static unsigned n;

static void watch(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_LOUDNESS) {
        assert_true(n < TALKERS);
        talkers[n++].track = o->track;
    }
    for (unsigned i = 0; o->tag == GW_ORDER_HUSH && i < n; i++)
        if (talkers[i].track == o->track)
            talkers[i].heard = !o->u.number;
}

static int set_up(void **state)
{
    n = 0;
    memset(talkers, 0, sizeof(talkers));
    people_begin(NULL);
    room_make(1, ",'loudest':1");
    ada = person_new();
    bob = person_new();
    room_join(ada, 1, NULL);
    room_join(bob, 1, NULL);
    world.watch = watch;
    return 0;
}

static int tear_down(void **state)
{
    world.watch = NULL;
    people_end();
    return 0;
}

/* For a while, after everybody's second has passed. */
static void speaks(unsigned talker, double level)
{
    struct gw_news news = {
        .tag = GW_NEWS_LOUDNESS, .peer = gw_track_peer(talkers[talker].track), .track = talkers[talker].track};

    news.u.talking.level = level;
    world_wait(1100000);
    for (unsigned i = 0; i < 30; i++)
        world_tell(&news);
}

static unsigned long long remote(const char *more)
{
    json_t *r = ask(ada,
                    "{'request':'add_remote_publisher','room':1,'streams':[{'type':'audio','mindex':0,'mid':'0',"
                    "'codec':'opus'%s}]}",
                    more);
    unsigned long long id = (unsigned long long)json_integer_value(json_object_get(r, "id"));

    expect_word(r, "success");
    return id;
}

static void somebody_of_another_gateway_may_be_the_loudest(void **state)
{
    unsigned long long id;

    room_publish(ada, "a");
    id = remote(",'audiolevel_ext_id':3");
    assert_int_equal(n, 2);
    assert_true(talkers[0].heard && !talkers[1].heard);
    speaks(0, 40);
    speaks(1, 20);
    assert_true(!talkers[0].heard && talkers[1].heard);
    expect_word(ask(ada, "{'request':'remove_remote_publisher','room':1,'id':%llu}", id), "success");
    assert_true(talkers[0].heard);
}

static void so_may_plain_rtp(void **state)
{
    room_publish(ada, "a");
    expect_word(ask(ada, "{'request':'rtp_ingest','room':1,'id':9,'streams':[{'type':'audio','codec':'opus',"
                         "'audiolevel_ext_id':1}]}"),
                "rtp_ingest");
    assert_int_equal(n, 2);
    speaks(0, 40);
    speaks(1, 20);
    assert_true(!talkers[0].heard && talkers[1].heard);
    expect_word(ask(ada, "{'request':'stop_rtp_ingest','room':1,'id':9}"), "stop_rtp_ingest");
    assert_true(talkers[0].heard);
}

/* Nobody knows how loud it is. */
static void without_levels_it_is_always_heard(void **state)
{
    room_publish(ada, "a");
    remote("");
    assert_int_equal(n, 1);
    assert_true(talkers[0].heard);
}

static void who_is_muted_loses_the_place(void **state)
{
    room_publish(ada, "a");
    room_publish(bob, "a");
    speaks(0, 10);
    speaks(1, 40);
    assert_true(talkers[0].heard && !talkers[1].heard);
    expect_word(
        ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':true}", (unsigned long long)ada->id),
        "success");
    assert_true(!talkers[0].heard && talkers[1].heard);
    expect_word(ask(ada, "{'request':'configure','mid':'0','send':false}"), "event/configured");
    expect_word(
        ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'0','mute':false}", (unsigned long long)ada->id),
        "success");
    assert_true(!talkers[0].heard); /* still muted by herself */
}

static void so_does_who_has_no_microphone_any_more(void **state)
{
    char *offer = offer_of("A");

    room_publish(ada, "a");
    room_publish(bob, "a");
    speaks(0, 10);
    assert_true(talkers[0].heard);
    expect_word(ask_jsep(ada, "offer", offer, "{'request':'configure'}"), "event/configured+answer");
    assert_true(talkers[1].heard);
    g_free(offer);
}

static void a_remote_stream_that_is_disabled_leaves_its_place(void **state)
{
    unsigned long long id = remote(",'audiolevel_ext_id':3");

    room_publish(ada, "a");
    speaks(0, 10);
    assert_true(talkers[0].heard && !talkers[1].heard);
    expect_word(ask(ada,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':[{'type':'audio','mindex':0,"
                    "'mid':'0','disabled':true}]}",
                    id),
                "success");
    assert_true(talkers[1].heard);
    expect_word(ask(ada,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':[{'type':'audio','mindex':0,"
                    "'mid':'0','disabled':false}]}",
                    id),
                "success");
    assert_int_equal(n, 3); /* measured again */
    speaks(2, 5);
    assert_true(!talkers[1].heard && talkers[2].heard);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(somebody_of_another_gateway_may_be_the_loudest),
        T(so_may_plain_rtp),
        T(without_levels_it_is_always_heard),
        T(who_is_muted_loses_the_place),
        T(so_does_who_has_no_microphone_any_more),
        T(a_remote_stream_that_is_disabled_leaves_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
