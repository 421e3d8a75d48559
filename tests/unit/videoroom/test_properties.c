/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a room: what is set, kept, bounded, and what it does to those who publish and watch. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/messages.h"

static struct person *ada, *bob, *sub;

static unsigned long long id_of(const struct person *p)
{
    return (unsigned long long)p->id;
}

static void begin(const char *config, const char *room)
{
    people_begin(config);
    if (room)
        room_make(1, room);
    ada = person_new();
    bob = person_new();
    sub = person_new();
}

/* What `list` says of a room; new reference. */
static json_t *listed(unsigned room)
{
    json_t *r = ask(ada, "{'request':'list'}"), *one, *found = NULL;
    size_t i;

    json_array_foreach(json_object_get(r, "list"), i, one) if (json_integer_value(json_object_get(one, "room")) ==
                                                               (json_int_t)room) found = json_incref(one);
    json_decref(r);
    assert_non_null(found);
    return found;
}

static void expect_number(const json_t *o, const char *name, json_int_t n)
{
    if (json_integer_value(json_object_get(o, name)) != n)
        fail_msg("%s is %d", name, (int)json_integer_value(json_object_get(o, name)));
}

static void expect_text(const json_t *o, const char *name, const char *text)
{
    assert_string_equal(json_string_value(json_object_get(o, name)), text);
}

static void defaults_are_those_that_clients_know(void **state)
{
    static const char *const off[] = {"is_private",      "require_pvtid",  "require_e2ee",
                                      "dummy_publisher", "notify_joining", "pin_required",
                                      "record",          "lock_record",    "audiolevel_event"};
    static const char *const on[] = {"audiolevel_ext", "videoorient_ext", "playoutdelay_ext", "transport_wide_cc_ext",
                                     "opus_fec"};
    static const char *const absent[] = {"bitrate_cap",          "opus_dtx", "rec_dir",
                                         "audio_active_packets", "locked",   "dynacast"};
    json_t *r;

    begin(NULL, NULL);
    expect_word(ask(ada, "{'request':'create','room':7}"), "created");
    r = listed(7);
    expect_text(r, "description", "Room 7");
    expect_text(r, "audiocodec", "opus");
    expect_text(r, "videocodec", "vp8");
    expect_number(r, "max_publishers", 3);
    expect_number(r, "bitrate", 0);
    expect_number(r, "fir_freq", 0);
    expect_number(r, "num_participants", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(off); i++)
        assert_true(json_is_false(json_object_get(r, off[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(on); i++)
        assert_true(json_is_true(json_object_get(r, on[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(absent); i++)
        assert_null(json_object_get(r, absent[i]));
    json_decref(r);
    people_end();
}

static void what_is_asked_for_is_bounded(void **state)
{
    json_t *r;

    begin(NULL, ",'bitrate':1,'description':'','pin':'','videocodec':'VP9,h264,vp8,av1,h265,nonsense',"
                "'audiolevel_event':true,'audio_active_packets':0,'audio_level_average':0,'audiocodec':'pcmu',"
                "'opus_dtx':true,'rec_dir':'/tapes'");
    r = listed(1);
    expect_number(r, "bitrate", 64000);
    expect_text(r, "description", "Room 1");
    expect_text(r, "videocodec", "vp9,h264,vp8,av1,h265"); /* five at most; the rest is not looked at */
    assert_true(json_is_false(json_object_get(r, "pin_required")));
    expect_number(r, "audio_active_packets", 100);
    expect_number(r, "audio_level_average", 25);
    assert_null(json_object_get(r, "opus_fec")); /* there is no opus to do it with */
    assert_null(json_object_get(r, "opus_dtx"));
    expect_text(r, "rec_dir", "/tapes");
    json_decref(r);
    expect_word(ask(ada, "{'request':'create','videocodec':'vp8,nonsense'}"), "error 430");
    expect_word(ask(ada, "{'request':'create','audiocodec':''}"), "error 430");
    expect_word(ask(ada, "{'request':'create','allowed':['a',2]}"), "error 430");
    expect_word(ask(ada, "{'request':'create','publishers':-1}"), "error 430");
    expect_word(ask(ada, "{'request':'create','record':1}"), "error 430");
    people_end();
}

static void edit_replaces_and_removes_nothing(void **state)
{
    json_t *r;

    begin(NULL, ",'description':'old','pin':'p'");
    expect_word(ask(ada, "{'request':'edit','room':1,'new_description':'new','new_pin':'','new_bitrate':5,"
                         "'new_fir_freq':9,'new_publishers':0,'new_is_private':false,'new_rec_dir':'/t',"
                         "'new_lock_record':true,'new_require_pvtid':true,'videocodec':'h264'}"),
                "edited");
    r = listed(1);
    expect_text(r, "description", "new");
    assert_true(json_is_true(json_object_get(r, "pin_required")));
    expect_number(r, "bitrate", 64000);
    expect_number(r, "fir_freq", 9);
    expect_number(r, "max_publishers", 0);
    expect_text(r, "rec_dir", "/t");
    expect_text(r, "videocodec", "vp8"); /* it cannot be edited */
    assert_true(json_is_true(json_object_get(r, "lock_record")) && json_is_true(json_object_get(r, "require_pvtid")));
    json_decref(r);
    people_end();
}

/* Files are read leniently: numbers and truth as strings, unknown codecs left out. */
static void a_room_of_the_file(void **state)
{
    json_t *r;

    begin(
        "room-9: { description = \"Weekly\"; publishers = \"8\"; bitrate = 1000; record = \"YES\"; opus_fec = \"no\"; "
        "videocodec = \"mpeg2,h264\"; notify_joining = 1 }",
        NULL);
    r = listed(9);
    expect_text(r, "description", "Weekly");
    expect_text(r, "videocodec", "h264");
    expect_number(r, "max_publishers", 8);
    expect_number(r, "bitrate", 64000);
    assert_true(json_is_true(json_object_get(r, "record")) && json_is_true(json_object_get(r, "notify_joining")));
    assert_null(json_object_get(r, "opus_fec"));
    json_decref(r);
    people_end();
}

/* --- bitrates ----------------------------------------------------------------------------------------------------- */

static int64_t cap = -1;

static void watch_caps(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_BITRATE)
        cap = o->u.number;
}

static void a_cap_that_cannot_be_exceeded(void **state)
{
    begin(NULL, ",'bitrate':300000,'bitrate_cap':true");
    world.watch = watch_caps;
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    assert_int_equal(cap, 300000);
    assert_non_null(strstr(ada->sdp, "b=AS:300"));
    expect_word(ask(ada, "{'request':'configure','bitrate':200000}"), "event/configured");
    assert_int_equal(cap, 200000);
    expect_word(ask(ada, "{'request':'configure','bitrate':0}"), "event/configured");
    assert_int_equal(cap, 300000);
    expect_word(ask(ada, "{'request':'configure','bitrate':900000}"), "event/configured");
    assert_int_equal(cap, 300000);
    world.watch = NULL;
    people_end();
}

static void a_cap_that_is_only_a_default(void **state)
{
    begin(NULL, ",'bitrate':300000");
    world.watch = watch_caps;
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    assert_int_equal(cap, 300000);
    expect_word(ask(ada, "{'request':'configure','bitrate':900000}"), "event/configured");
    assert_int_equal(cap, 900000);
    expect_word(ask(ada, "{'request':'configure','bitrate':1}"), "event/configured"); /* no least here */
    assert_int_equal(cap, 1);
    world.watch = NULL;
    people_end();
}

/* --- encryption --------------------------------------------------------------------------------------------------- */

static void publish_sealed(struct person *p)
{
    char *offer = offer_of("av");

    expect_word(ask_jsep(p, "offer+e2ee", offer, "{'request':'publish'}"), "event/configured+answer");
    comes_up(p);
    g_free(offer);
}

static void encrypted_and_plain_do_not_mix(void **state)
{
    begin(NULL, "");
    room_join(ada, 1, NULL);
    room_join(bob, 1, NULL);
    publish_sealed(ada);
    room_publish(bob, "av");
    expect_word(ask(sub, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu},{'feed':%llu}]}",
                    id_of(ada), id_of(bob)),
                "error 438");
    expect_word(ask(sub, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu}]}", id_of(ada)),
                "attached+offer"); /* the handle was still free */
    answer_offer(sub);
    expect_word(ask(sub, "{'request':'subscribe','streams':[{'feed':%llu}]}", id_of(bob)), "error 438");
    expect_word(ask(sub, "{'request':'switch','streams':[{'feed':%llu,'mid':'1','sub_mid':'1'}]}", id_of(bob)),
                "error 438");
    people_end();
}

static void an_encrypted_room_has_encrypted_feeds_only(void **state)
{
    char *offer = offer_of("av");

    begin(NULL, ",'require_e2ee':true");
    room_join(ada, 1, NULL);
    expect_word(ask_jsep(ada, "offer", offer, "{'request':'publish'}"), "error 433");
    people_end();
    begin(NULL, ",'require_e2ee':true,'dummy_publisher':true");
    room_join(ada, 1, NULL);
    publish_sealed(ada);
    expect_word(ask(sub, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu}]}", id_of(ada)),
                "attached+offer");
    people_end();
    g_free(offer);
}

/* --- what operators and clients of bad networks see --------------------------------------------------------------- */

static json_t *info_of(const struct person *p)
{
    json_t *r = world_ask(WORLD_ADMIN,
                          "{\"janus\":\"handle_info\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu}",
                          (unsigned long long)person_session(), (unsigned long long)p->handle);
    json_t *info = json_incref(json_object_get(json_object_get(r, "info"), "plugin_specific"));

    json_decref(r);
    assert_non_null(info);
    return info;
}

static void handles_are_described(void **state)
{
    json_t *r;

    begin(NULL, "");
    all_deaf();
    r = info_of(ada);
    expect_text(r, "type", "none");
    json_decref(r);
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    room_watch(sub, 1, ada->id);
    expect_word(ask(sub, "{'request':'configure','restart':true}"), "updating");
    all_deaf();
    r = info_of(ada);
    expect_text(r, "type", "publisher");
    expect_number(r, "room", 1);
    expect_number(json_array_get(json_object_get(r, "streams"), 1), "subscribers", 1);
    json_decref(r);
    r = info_of(sub);
    expect_text(r, "type", "subscriber");
    assert_true(json_is_false(json_object_get(r, "answered")));
    assert_true(json_is_true(json_object_get(r, "pending_offer")) &&
                json_is_true(json_object_get(r, "pending_restart")));
    assert_int_equal(json_array_size(json_object_get(r, "streams")), 2);
    json_decref(r);
    people_end();
}

static void slow_links_are_told(void **state)
{
    struct gw_news n = {.tag = GW_NEWS_SLOW_LINK, .u.slow = {.lost = 20}};
    json_t *r;

    begin(NULL, ",'bitrate':128000");
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    room_watch(sub, 1, ada->id);
    answer_offer(sub);
    comes_up(ada);
    comes_up(sub);
    all_deaf();
    n.track = gw_track_make(ada->peer, 1);
    world_tell(&n);
    while ((r = heard(ada)) && !json_object_get(r, "current-bitrate"))
        json_decref(r); /* the gateway's own comes as well */
    expect_number(r, "current-bitrate", 128000);
    expect_word(r, "slow_link");
    n.track = gw_track_make(sub->peer, 1);
    n.u.slow.uplink = true;
    world_tell(&n);
    while ((r = heard(sub)) && !json_object_get(r, "videoroom"))
        json_decref(r);
    assert_int_equal(json_object_size(r), 1);
    expect_word(r, "slow_link");
    people_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_that_clients_know),
        cmocka_unit_test(what_is_asked_for_is_bounded),
        cmocka_unit_test(edit_replaces_and_removes_nothing),
        cmocka_unit_test(a_room_of_the_file),
        cmocka_unit_test(a_cap_that_cannot_be_exceeded),
        cmocka_unit_test(a_cap_that_is_only_a_default),
        cmocka_unit_test(encrypted_and_plain_do_not_mix),
        cmocka_unit_test(an_encrypted_room_has_encrypted_feeds_only),
        cmocka_unit_test(handles_are_described),
        cmocka_unit_test(slow_links_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
