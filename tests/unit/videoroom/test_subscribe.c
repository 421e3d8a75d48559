/* SPDX-License-Identifier: Apache-2.0 */
/* Subscribers: one outstanding offer, m-lines that stay, what they are told and not told, and what is linked. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/messages.h"

static struct person *ada, *bob, *cem, *sub;

static unsigned long long id_of(const struct person *p)
{
    return (unsigned long long)p->id;
}

/* ada publishes audio, video and data, bob audio and video; sub gets all of ada, answered unless told otherwise. */
static void begin(const char *room, bool answered)
{
    people_begin(NULL);
    room_make(1, room);
    ada = person_new();
    bob = person_new();
    sub = person_new();
    room_join(ada, 1, NULL);
    room_publish(ada, "avd");
    room_join(bob, 1, NULL);
    room_publish(bob, "av");
    cem = person_new();
    room_join(cem, 1, NULL);
    if (room && strstr(room, "require_pvtid"))
        expect_word(ask(sub,
                        "{'request':'join','ptype':'subscriber','room':1,'private_id':%u,'streams':[{'feed':%llu}]}",
                        bob->private_id, id_of(ada)),
                    "attached+offer");
    else
        room_watch(sub, 1, ada->id);
    if (answered)
        answer_offer(sub);
    deaf(ada);
    deaf(bob);
}

/* A member of the m-line at `mindex` of a list of streams; borrowed from data. */
static json_t *of_line(const json_t *data, unsigned mindex, const char *name)
{
    return json_object_get(json_array_get(json_object_get(data, "streams"), mindex), name);
}

static void the_first_offer(void **state)
{
    struct person *p;
    json_t *r;

    begin(NULL, true);
    p = person_new();
    r = ask(p,
            "{'request':'join','ptype':'subscriber','room':1,'use_msid':true,'streams':[{'feed':%llu,'mid':'1',"
            "'crossrefid':'tile','substream':1,'auto':true,'priority':7},{'feed':%llu},{'feed':%llu,'mid':'1'}]}",
            id_of(ada), id_of(bob), id_of(ada));
    assert_int_equal(json_array_size(json_object_get(r, "streams")), 4); /* the same one twice is two m-lines */
    assert_string_equal(json_string_value(of_line(r, 0, "crossrefid")), "tile");
    assert_string_equal(json_string_value(of_line(r, 0, "mid")), "0");
    assert_string_equal(json_string_value(of_line(r, 0, "feed_mid")), "1");
    assert_true(json_is_true(of_line(r, 0, "auto")));
    assert_int_equal(json_integer_value(of_line(r, 0, "priority")), 7);
    assert_true(json_is_false(of_line(r, 0, "ready")));
    assert_string_equal(json_string_value(of_line(r, 1, "type")), "audio");
    expect_word(r, "attached+offer");
    assert_non_null(strstr(p->sdp, "a=msid:"));
    people_end();
}

static void the_legacy_join(void **state)
{
    struct person *p;
    json_t *r;

    begin(NULL, true);
    p = person_new();
    r = ask(p, "{'request':'join','ptype':'subscriber','room':1,'feed':%llu,'offer_audio':false,'offer_data':false}",
            id_of(ada));
    assert_int_equal(json_array_size(json_object_get(r, "streams")), 1);
    assert_true((uint64_t)json_integer_value(json_object_get(r, "id")) == ada->id);
    assert_non_null(json_object_get(r, "warning"));
    expect_word(r, "attached+offer");
    people_end();
}

static void what_cannot_be_joined_leaves_the_handle_free(void **state)
{
    struct person *p;

    begin(NULL, true);
    p = person_new();
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1}"), "error 429");
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[]}"), "error 430");
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[{}]}"), "error 429");
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':5},{'feed':true}]}"),
                "error 428"); /* item by item */
    expect_word(
        ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu,'mid':'9'}]}", id_of(ada)),
        "error 428");
    expect_word(
        ask(p, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu,'temporal':3}]}", id_of(ada)),
        "error 430");
    room_watch(p, 1, bob->id);
    people_end();
}

/* A client that never answers: however much changes, it gets one offer, and after its answer one more. */
static void one_offer_is_outstanding(void **state)
{
    json_t *r;

    begin(NULL, false);
    expect_word(ask(sub, "{'request':'subscribe','streams':[{'feed':%llu}]}", id_of(bob)), "updating");
    expect_word(ask(sub, "{'request':'configure','restart':true}"), "updating");
    for (unsigned i = 0; i < 50; i++)
        expect_word(ask(sub, "{'request':'update','%s':[{'feed':%llu,'mid':'1'}]}", i % 2 ? "subscribe" : "unsubscribe",
                        id_of(bob)),
                    "updating");
    expect_word(ask(bob, "{'request':'unpublish'}"), "event/unpublished");
    expect_silence(sub);
    answer_offer(sub);
    r = heard(sub);
    assert_int_equal(json_array_size(json_object_get(r, "streams")), 5);
    assert_true(json_is_false(of_line(r, 3, "active")) && json_is_false(of_line(r, 4, "active")));
    expect_word(r, "updated+offer");
    expect_silence(sub);
    answer_offer(sub);
    expect_silence(sub);
    people_end();
}

static void a_line_is_used_again(void **state)
{
    json_t *r;

    begin(NULL, true);
    r = ask(sub, "{'request':'update','unsubscribe':[{'sub_mid':'1'}]}");
    assert_true(json_is_false(of_line(r, 1, "active")));
    assert_null(of_line(r, 1, "feed_id"));
    expect_word(r, "updated+offer");
    answer_offer(sub);
    r = ask(sub, "{'request':'subscribe','streams':[{'feed':%llu,'mid':'1','send':false}]}", id_of(bob));
    assert_int_equal(json_array_size(json_object_get(r, "streams")), 3);
    assert_true((uint64_t)json_integer_value(of_line(r, 1, "feed_id")) == bob->id);
    assert_true(json_is_false(of_line(r, 1, "send")));
    expect_word(r, "updated+offer");
    people_end();
}

static void who_goes_takes_the_lines_along(void **state)
{
    struct person *quiet;
    json_t *r;

    begin(NULL, true);
    quiet = person_new();
    expect_word(ask(quiet,
                    "{'request':'join','ptype':'subscriber','room':1,'autoupdate':false,'streams':[{'feed':%llu}]}",
                    id_of(ada)),
                "attached+offer");
    answer_offer(quiet);
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    r = heard(sub);
    assert_true(json_is_false(of_line(r, 0, "active")) && json_is_false(of_line(r, 1, "active")));
    expect_word(r, "updated+offer");
    expect_silence(quiet);
    expect_word(ask(quiet, "{'request':'unsubscribe','streams':[{'feed':%llu}]}", id_of(ada)), "updated+offer");
    people_end();
}

static void leaving_is_remembered_until_something_is_asked(void **state)
{
    begin(NULL, true);
    expect_word(ask(ada, "{'request':'leave'}"), "event/leaving");
    expect_silence(sub);
    expect_word(ask(sub, "{'request':'unsubscribe','streams':[{'feed':12}]}"), "updated+offer");
    answer_offer(sub);
    expect_word(ask(sub, "{'request':'unsubscribe','streams':[{'feed':12}]}"), "updated");
    people_end();
}

static void switching_needs_no_offer(void **state)
{
    json_t *r;

    begin(NULL, true);
    r = ask(sub,
            "{'request':'switch','streams':[{'feed':%llu,'mid':'1','sub_mid':'1'},{'feed':%llu,'mid':'0',"
            "'sub_mid':'1'},{'feed':%llu,'mid':'0','sub_mid':'9'}]}",
            id_of(bob), id_of(bob), id_of(bob));
    assert_int_equal(json_integer_value(json_object_get(r, "changes")), 1); /* wrong type, unknown line: skipped */
    assert_true((uint64_t)json_integer_value(of_line(r, 1, "feed_id")) == bob->id);
    expect_word(r, "event/switched");
    expect_silence(sub);
    expect_word(ask(sub, "{'request':'switch','streams':[{'feed':%llu,'mid':'9','sub_mid':'1'}]}", id_of(bob)),
                "error 428");
    r = ask(sub, "{'request':'switch','feed':%llu}", id_of(bob)); /* legacy: all that fit */
    assert_int_equal(json_integer_value(json_object_get(r, "changes")), 1);
    expect_word(r, "event/switched");
    people_end();
}

/* An inactive line has to be offered: that comes with the transaction of the request, before its reply. */
static void switching_an_inactive_line_on(void **state)
{
    begin(NULL, true);
    expect_word(ask(sub, "{'request':'unsubscribe','streams':[{'sub_mid':'1'}]}"), "updated+offer");
    answer_offer(sub);
    expect_word(ask(sub, "{'request':'switch','streams':[{'feed':%llu,'mid':'1','sub_mid':'1'}]}", id_of(bob)),
                "updated+offer");
    people_end();
}

/* A publisher's m-line that is not in use any more: nobody is told, the next offer says so. */
static void a_disabled_stream_turns_inactive_with_the_next_offer(void **state)
{
    char *offer = offer_of("axd");

    begin(NULL, true);
    expect_word(ask_jsep(ada, "offer", offer, "{'request':'configure'}"), "event/configured+answer");
    expect_silence(sub);
    expect_word(ask(sub, "{'request':'configure','update':true}"), "event/configured+offer");
    assert_non_null(strstr(sub->sdp, "a=inactive"));
    people_end();
    g_free(offer);
}

/* --- what is linked ----------------------------------------------------------------------------------------------- */

static unsigned listens, unlistens, links, adjusts;
static char label[64];
static struct gw_link_options linked;

static void watch_links(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_LISTEN) {
        listens++;
        g_strlcpy(label, o->u.text ? o->u.text : "", sizeof(label));
    }
    unlistens += o->tag == GW_ORDER_UNLISTEN;
    if (o->tag == GW_ORDER_LINK) {
        links++;
        linked = o->u.link;
    }
    if (o->tag == GW_ORDER_ADJUST) {
        adjusts++;
        linked = o->u.link;
    }
}

static void data_has_a_channel_for_each_publisher(void **state)
{
    char id[32];
    json_t *r;

    begin(NULL, false);
    listens = unlistens = 0;
    world.watch = watch_links;
    answer_offer(sub);
    snprintf(id, sizeof(id), "%llu", id_of(ada));
    assert_int_equal(listens, 1);
    assert_string_equal(label, id);
    r = ask(sub, "{'request':'subscribe','streams':[{'feed':%llu,'mid':'2'}]}", id_of(ada));
    expect_word(r, "updated"); /* it has that already */
    expect_word(ask(sub, "{'request':'unsubscribe','streams':[{'feed':%llu,'mid':'2'}]}", id_of(ada)), "updated");
    assert_int_equal(unlistens, 1);
    expect_word(ask(sub, "{'request':'subscribe','streams':[{'feed':%llu,'mid':'2'}]}", id_of(ada)), "updated");
    assert_int_equal(listens, 2);
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    assert_int_equal(unlistens, 2);
    world.watch = NULL;
    people_end();
}

/* A link begins anew, with a keyframe: that must not happen to those who watch because of something else. */
static void a_link_is_made_once(void **state)
{
    char *offer = offer_of("avdv");

    begin(NULL, true);
    links = adjusts = 0;
    world.watch = watch_links;
    expect_word(ask(ada, "{'request':'configure','display':'Countess','bitrate':100000}"), "event/configured");
    expect_word(ask_jsep(ada, "offer", offer, "{'request':'configure'}"), "event/configured+answer");
    assert_int_equal(links + adjusts, 0);
    expect_word(ask(sub, "{'request':'pause'}"), "event/paused");
    assert_true(linked.paused);
    expect_word(ask(sub, "{'request':'configure','mid':'1','temporal':0}"), "event/configured");
    assert_int_equal(linked.temporal, 0);
    expect_word(ask(sub, "{'request':'start'}"), "event/started");
    assert_int_equal(links, 0);
    assert_true(adjusts >= 4);
    expect_word(ask(sub, "{'request':'switch','streams':[{'feed':%llu,'mid':'1','sub_mid':'1'}]}", id_of(bob)),
                "event/switched");
    assert_int_equal(links, 1);
    world.watch = NULL;
    people_end();
    g_free(offer);
}

static void a_room_has_defaults_for_layers(void **state)
{
    begin(",'auto':true,'priority':5", false);
    world.watch = watch_links;
    links = 0;
    answer_offer(sub);
    assert_int_equal(links, 2);
    assert_true(linked.automatic); /* the last one was video */
    assert_int_equal(linked.priority, 5);
    expect_word(ask(sub, "{'request':'configure','mid':'1','auto':false,'priority':9,'substream':1}"),
                "event/configured");
    assert_true(!linked.automatic);
    assert_int_equal(linked.priority, 9);
    assert_int_equal(linked.substream, 1);
    expect_word(ask(sub, "{'request':'configure','mid':'1','priority':65536}"), "error 430");
    world.watch = NULL;
    people_end();
}

static int fast; /* what was last said of it */

static void watch_starts(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_FAST_START)
        fast = (int)o->u.number;
}

static void a_room_may_do_without_fast_starts(void **state)
{
    char *offer = offer_of("avd");

    begin(",'fast_start':false", true);
    fast = -1;
    world.watch = watch_starts;
    expect_word(ask_jsep(ada, "offer", offer, "{'request':'configure'}"), "event/configured+answer");
    assert_int_equal(fast, 0);
    expect_word(ask(ada, "{'request':'edit','room':1,'new_fast_start':true}"), "edited");
    assert_int_equal(fast, 1); /* of who publishes already */
    world.watch = NULL;
    people_end();
    g_free(offer);
}

/* --- explain ------------------------------------------------------------------------------------------------------ */

static bool is_paused_by(const json_t *line, const char *who)
{
    const json_t *by;
    size_t i;

    json_array_foreach(json_object_get(line, "paused_by"), i, by) if (!strcmp(json_string_value(by), who)) return true;
    return false;
}

static void why_is_explained(void **state)
{
    json_t *r, *line, *one;

    begin(",'secret':'s'", false);
    r = ask(sub, "{'request':'explain'}");
    line = json_array_get(json_object_get(r, "streams"), 1);
    assert_string_equal(json_string_value(json_object_get(line, "why")), "not_connected");
    assert_true(is_paused_by(line, "unanswered"));
    json_decref(r);
    answer_offer(sub);
    comes_up(sub);
    expect_word(ask(sub, "{'request':'configure','mid':'1','send':false}"), "event/configured");
    expect_word(ask(bob, "{'request':'moderate','room':1,'secret':'s','id':%llu,'mid':'1','mute':true}", id_of(ada)),
                "success");
    r = ask(sub, "{'request':'explain'}");
    line = json_array_get(json_object_get(r, "streams"), 1);
    assert_string_equal(json_string_value(json_object_get(line, "why")), "paused");
    assert_true(is_paused_by(line, "send") && is_paused_by(line, "moderator") && !is_paused_by(line, "subscriber"));
    assert_string_equal(json_string_value(of_line(r, 0, "why")), "everything");
    json_decref(r);
    expect_word(ask(bob, "{'request':'explain','room':1}"), "error 429");
    expect_word(ask(bob, "{'request':'explain','room':1,'secret':'x'}"), "error 433");
    expect_word(ask(bob, "{'request':'explain','room':1,'secret':'s','feed':5}"), "error 428");
    r = ask(bob, "{'request':'explain','room':1,'secret':'s','feed':%llu}", id_of(ada));
    one = json_array_get(json_object_get(r, "subscribers"), 0);
    assert_int_equal(json_array_size(json_object_get(one, "streams")), 3);
    json_decref(r);
    r = ask(bob, "{'request':'explain','room':1,'secret':'s','feed':%llu}", id_of(bob));
    assert_int_equal(json_array_size(json_object_get(r, "subscribers")), 0);
    json_decref(r);
    people_end();
}

/* Everybody who can stop a stream is named. */
static void who_paused_it(void **state)
{
    struct person *p;
    json_t *r, *audio, *video;

    begin(",'require_pvtid':true,'loudest':1", true); /* ada's voice came first, bob's has no place */
    p = person_new();
    expect_word(ask(p,
                    "{'request':'join','ptype':'subscriber','room':1,'private_id':%u,'streams':[{'feed':%llu},"
                    "{'feed':%llu,'mid':'1'}]}",
                    cem->private_id, id_of(bob), id_of(ada)),
                "attached+offer");
    answer_offer(p);
    comes_up(p);
    r = ask(p, "{'request':'explain'}");
    assert_true(is_paused_by(json_array_get(json_object_get(r, "streams"), 0), "loudest"));
    assert_null(of_line(r, 2, "paused_by"));
    json_decref(r);
    expect_word(ask(ada, "{'request':'configure','mid':'1','send':false}"), "event/configured");
    expect_word(ask(p, "{'request':'pause'}"), "event/paused");
    r = ask(p, "{'request':'explain'}");
    audio = json_array_get(json_object_get(r, "streams"), 0);
    video = json_array_get(json_object_get(r, "streams"), 2);
    assert_true(is_paused_by(audio, "subscriber") && is_paused_by(video, "subscriber"));
    assert_true(is_paused_by(video, "publisher") && !is_paused_by(audio, "publisher"));
    json_decref(r);
    expect_word(ask(p, "{'request':'start'}"), "event/started");
    expect_word(ask(ada, "{'request':'kick','room':1,'id':%llu}", id_of(cem)), "success");
    r = ask(p, "{'request':'explain'}");
    assert_true(is_paused_by(json_array_get(json_object_get(r, "streams"), 0), "kick"));
    json_decref(r);
    people_end();
}

/* --- what nobody watches ------------------------------------------------------------------------------------------ */

static int demanded(struct person *p)
{
    json_t *r = heard(p);
    int layer = (int)json_integer_value(json_object_get(json_array_get(json_object_get(r, "demand"), 0), "layer"));

    expect_word(r, "event/demand");
    return layer;
}

static int top_layer = 99; /* as the worker was told last */

static void watch_top_layer(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_TOP_LAYER)
        top_layer = (int)o->u.number;
}

/* Who records or forwards takes it whole. */
static void what_is_forwarded_is_wanted(void **state)
{
    json_t *r;

    begin(",'dynacast':true", true);
    expect_word(ask(sub, "{'request':'pause'}"), "event/paused");
    world_wait(3100000);
    assert_int_equal(demanded(ada), -1);
    world.watch = watch_top_layer;
    r = ask(bob,
            "{'request':'rtp_forward','room':1,'publisher_id':%llu,'host':'127.0.0.1','streams':[{'mid':'1',"
            "'port':5}]}",
            id_of(ada));
    assert_int_equal(demanded(ada), 2);
    assert_int_equal(top_layer, 2);
    expect_word(ask(bob, "{'request':'stop_rtp_forward','room':1,'publisher_id':%llu,'stream_id':%llu}", id_of(ada),
                    (unsigned long long)json_integer_value(
                        json_object_get(json_array_get(json_object_get(r, "forwarders"), 0), "stream_id"))),
                "stop_rtp_forward");
    json_decref(r);
    world_wait(3100000);
    assert_int_equal(demanded(ada), -1);
    assert_int_equal(top_layer, -1);
    world.watch = NULL;
    people_end();
}

static void publishers_know_what_is_watched(void **state)
{
    begin(",'dynacast':true", false);
    world_wait(3100000);
    assert_int_equal(demanded(ada), -1); /* sub has not answered: nobody gets anything */
    answer_offer(sub);
    assert_int_equal(demanded(ada), 2); /* more is told at once */
    expect_word(ask(sub, "{'request':'pause'}"), "event/paused");
    expect_silence(ada);
    world_wait(3100000);
    assert_int_equal(demanded(ada), -1);
    expect_word(ask(sub, "{'request':'start'}"), "event/started");
    assert_int_equal(demanded(ada), 2);
    expect_word(ask(sub, "{'request':'pause'}"), "event/paused");
    expect_word(ask(sub, "{'request':'start'}"), "event/started"); /* to and fro: nothing to tell */
    world_wait(4000000);
    expect_silence(ada);
    people_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_offer),
        cmocka_unit_test(the_legacy_join),
        cmocka_unit_test(what_cannot_be_joined_leaves_the_handle_free),
        cmocka_unit_test(one_offer_is_outstanding),
        cmocka_unit_test(a_line_is_used_again),
        cmocka_unit_test(who_goes_takes_the_lines_along),
        cmocka_unit_test(leaving_is_remembered_until_something_is_asked),
        cmocka_unit_test(switching_needs_no_offer),
        cmocka_unit_test(switching_an_inactive_line_on),
        cmocka_unit_test(a_disabled_stream_turns_inactive_with_the_next_offer),
        cmocka_unit_test(data_has_a_channel_for_each_publisher),
        cmocka_unit_test(a_link_is_made_once),
        cmocka_unit_test(a_room_has_defaults_for_layers),
        cmocka_unit_test(a_room_may_do_without_fast_starts),
        cmocka_unit_test(why_is_explained),
        cmocka_unit_test(who_paused_it),
        cmocka_unit_test(publishers_know_what_is_watched),
        cmocka_unit_test(what_is_forwarded_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
