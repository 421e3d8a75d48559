/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients of this API break on, row by row: shapes of replies, literal words, one thing an event, which spelling
 * where. What a person hears here is what a client would, whole.
 */
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

static int set_up(void **state)
{
    people_begin(NULL);
    room_make(1, ",'notify_joining':true,'videocodec':'vp8,vp9,h264'");
    ada = person_new();
    bob = person_new();
    sub = person_new();
    room_join(ada, 1, NULL);
    room_publish(ada, "avd");
    room_join(bob, 1, NULL);
    all_deaf();
    return 0;
}

static int tear_down(void **state)
{
    people_end();
    return 0;
}

static json_t *line(const json_t *data, unsigned i)
{
    return json_array_get(json_object_get(data, "streams"), i);
}

static const char *text(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

/* Exactly these members, blank between them. */
static void assert_members(const json_t *o, const char *names)
{
    char **name = g_strsplit(names, " ", 0);
    size_t n = 0;

    for (; name[n]; n++)
        if (!json_object_get(o, name[n]))
            fail_msg("%s is missing", name[n]);
    if (json_object_size(o) != n) {
        char *all = json_dumps(o, 0);

        fail_msg("more than %s: %s", names, all);
    }
    g_strfreev(name);
}

static void an_error_of_a_synchronous_request_is_a_success(void **state)
{
    char body[300];
    json_t *r;

    snprintf(body, sizeof(body),
             "{\"janus\":\"message\",\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu,"
             "\"body\":{\"request\":\"kick\",\"room\":1,\"id\":5}}",
             (unsigned long long)person_session(), (unsigned long long)ada->handle);
    r = world_ask(WORLD_WS, "%s", body);
    assert_string_equal(text(r, "janus"), "success");
    assert_members(json_object_get(json_object_get(r, "plugindata"), "data"), "videoroom error_code error");
    json_decref(r);
}

static void joined_is_whole(void **state)
{
    json_t *r = ask(sub, "{'request':'join','ptype':'PUBLISHER','room':1,'audio_active_packets':0,"
                         "'audio_level_average':30,'display':'Cem'}");
    const json_t *p = json_array_get(json_object_get(r, "publishers"), 0);

    assert_members(r, "videoroom room description id private_id publishers attendees audio_level_average");
    assert_true(json_integer_value(json_object_get(r, "id")) < 1ll << 53);
    assert_true(json_integer_value(json_object_get(r, "private_id")) > 0);
    assert_string_equal(text(r, "description"), "Room 1");
    assert_members(p, "id display audio_codec video_codec streams talking");
    assert_members(line(p, 0), "type mindex mid codec fec talking");
    assert_members(line(p, 1), "type mindex mid codec");
    assert_members(line(p, 2), "type mindex mid");
    json_decref(r);
    r = ask(person_new(), "{'request':'join','ptype':'publisher','room':1}");
    assert_int_equal(json_array_size(json_object_get(r, "attendees")), 2);
    json_decref(r);
}

static void publishing_is_told_when_it_is_up(void **state)
{
    char *offer = offer_of("av");
    json_t *r = ask_jsep(bob, "offer", offer, "{'request':'configure','audio':true,'video':true}");

    assert_members(r, "videoroom room configured audio_codec video_codec streams +jsep");
    assert_string_equal(text(r, "configured"), "ok");
    assert_members(line(r, 0), "type mindex mid codec fec audiolevel_ext_id");
    json_decref(r);
    expect_silence(ada);
    comes_up(bob);
    r = heard(ada);
    assert_members(r, "videoroom room publishers");
    assert_int_equal(json_array_size(json_object_get(r, "publishers")), 1);
    assert_members(line(json_array_get(json_object_get(r, "publishers"), 0), 0), "type mindex mid codec fec");
    json_decref(r);
    r = heard(bob); /* of the gateway; nothing of the room, it is about bob himself */
    while (r) {
        assert_null(json_object_get(r, "videoroom"));
        json_decref(r);
        r = heard(bob);
    }
    g_free(offer);
}

static void a_renegotiation_tells_all_streams(void **state)
{
    char *offer = offer_of("axdv");
    const json_t *p;
    json_t *r;

    expect_word(
        ask_jsep(ada, "offer", offer, "{'request':'configure','descriptions':[{'mid':'3','description':'screen'}]}"),
        "event/configured+answer");
    r = heard(bob);
    p = json_array_get(json_object_get(r, "publishers"), 0);
    assert_int_equal(json_array_size(json_object_get(p, "streams")), 4);
    assert_members(line(p, 1), "type mindex mid disabled");
    assert_members(line(p, 3), "type mindex mid codec description");
    json_decref(r);
    expect_silence(bob);
    g_free(offer);
}

static void words_that_are_literally_ok(void **state)
{
    static const struct {
        const char *request, *key;
    } as_subscriber[] = {{"start", "started"}, {"pause", "paused"}, {"configure", "configured"}, {"leave", "left"}};
    json_t *r;

    room_watch(sub, 1, ada->id);
    answer_offer(sub);
    for (size_t i = 0; i < G_N_ELEMENTS(as_subscriber); i++) {
        r = ask(sub, "{'request':'%s'}", as_subscriber[i].request);
        assert_string_equal(text(r, as_subscriber[i].key), "ok");
        assert_int_equal(json_object_size(r), 3);
        json_decref(r);
    }
    r = ask(ada, "{'request':'unpublish'}");
    assert_string_equal(text(r, "unpublished"), "ok");
    json_decref(r);
    r = ask(ada, "{'request':'leave'}");
    assert_string_equal(text(r, "leaving"), "ok");
    json_decref(r);
    r = heard(bob); /* to others the same keys hold the id */
    assert_members(r, "videoroom room unpublished display");
    assert_true((uint64_t)json_integer_value(json_object_get(r, "unpublished")) == ada->id);
    json_decref(r);
    r = heard(bob);
    assert_members(r, "videoroom room leaving display");
    assert_true((uint64_t)json_integer_value(json_object_get(r, "leaving")) == ada->id);
    json_decref(r);
}

static void the_victim_is_told_why(void **state)
{
    json_t *r;

    expect_word(ask(bob, "{'request':'kick','room':1,'id':%llu}", id_of(ada)), "success");
    r = heard(ada);
    assert_members(r, "videoroom room leaving reason");
    assert_string_equal(text(r, "reason"), "kicked");
    json_decref(r);
    r = heard(bob);
    assert_members(r, "videoroom room kicked display");
    json_decref(r);
}

static void moderation_has_four_words(void **state)
{
    json_t *r;

    expect_word(ask(bob, "{'request':'moderate','room':1,'id':%llu,'mid':'2','mute':true}", id_of(ada)), "success");
    r = heard(ada);
    assert_members(r, "videoroom room id mid moderation");
    assert_string_equal(text(r, "moderation"), "muted");
    json_decref(r);
    r = ask(sub, "{'request':'join','ptype':'publisher','room':1}"); /* all kinds of streams say so */
    assert_true(
        json_is_true(json_object_get(line(json_array_get(json_object_get(r, "publishers"), 0), 2), "moderated")));
    json_decref(r);
}

/* --- subscribers -------------------------------------------------------------------------------------------------- */

static void lines_of_a_subscriber(void **state)
{
    json_t *r = ask(sub, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu}]}", id_of(ada));

    assert_members(r, "videoroom room streams +jsep");
    assert_members(line(r, 0), "type active mindex mid ready send feed_id feed_display feed_mid codec");
    assert_members(line(r, 1), "type active mindex mid ready send feed_id feed_display feed_mid codec auto");
    assert_members(line(r, 2), "type active mindex mid ready send sources source_ids");
    json_decref(r);
    answer_offer(sub);
    r = ask(sub, "{'request':'unsubscribe','streams':[{'feed':%llu,'mid':'1'}]}", id_of(ada));
    assert_members(r, "videoroom room streams +jsep");
    assert_members(line(r, 1), "type active mindex mid ready send");
    json_decref(r);
    answer_offer(sub);
    r = ask(sub, "{'request':'unsubscribe','streams':[{'feed':4444}]}"); /* it has gone, or never was */
    assert_members(r, "videoroom room");
    json_decref(r);
}

static unsigned long long remote(void)
{
    json_t *r = ask(bob, "{'request':'add_remote_publisher','room':1,'streams':["
                         "{'type':'video','mindex':0,'mid':'0','codec':'h264','h264_profile':'42e01f'},"
                         "{'type':'video','mindex':1,'mid':'1','codec':'vp9','vp9_profile':'2','svc':true},"
                         "{'type':'video','mindex':2,'mid':'2','codec':'vp8','simulcast':true}]}");
    unsigned long long id = (unsigned long long)json_integer_value(json_object_get(r, "id"));

    expect_word(r, "success");
    return id;
}

static void profiles_and_layers_are_spelled_as_ever(void **state)
{
    unsigned long long id = remote();
    json_t *r = heard(bob);
    const json_t *p = json_array_get(json_object_get(r, "publishers"), 0);

    assert_members(line(p, 0), "type mindex mid codec h264_profile");
    assert_members(line(p, 1), "type mindex mid codec vp9_profile svc");
    assert_members(line(p, 2), "type mindex mid codec simulcast");
    json_decref(r);
    r = ask(sub, "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu,'fallback':500000}]}", id);
    assert_string_equal(text(line(r, 0), "h264-profile"), "42e01f");
    assert_string_equal(text(line(r, 1), "vp9-profile"), "2");
    assert_members(json_object_get(line(r, 1), "svc"),
                   "spatial-layer target-spatial-layer temporal-layer target-temporal-layer");
    assert_members(json_object_get(line(r, 2), "simulcast"),
                   "substream substream-target temporal-layer temporal-layer-target fallback");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(line(r, 2), "simulcast"), "substream")), -1);
    json_decref(r);
}

static gw_track_id source_of[8]; /* that feeds this line */

static void note_links(const struct gw_order *o)
{
    if (o->tag == GW_ORDER_LINK)
        source_of[gw_track_mindex(o->track)] = o->other;
}

static void layer(unsigned mindex, int8_t substream, int8_t spatial, int8_t temporal)
{
    struct gw_news n = {.tag = GW_NEWS_LAYER, .peer = sub->peer, .track = gw_track_make(sub->peer, mindex)};

    n.u.layer.source = source_of[mindex];
    n.u.layer.substream = substream;
    n.u.layer.spatial = spatial;
    n.u.layer.temporal = temporal;
    world_tell(&n);
}

static void expect_layer(unsigned mid, const char *key, int value)
{
    json_t *r = heard(sub);
    char number[12], members[64];

    snprintf(number, sizeof(number), "%u", mid);
    snprintf(members, sizeof(members), "videoroom room mid %s", key);
    assert_non_null(r);
    assert_members(r, members); /* one layer an event */
    assert_string_equal(text(r, "mid"), number);
    assert_int_equal(json_integer_value(json_object_get(r, key)), value);
    json_decref(r);
}

static void layer_events_name_the_line(void **state)
{
    json_t *r;

    expect_word(ask(sub,
                    "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu,'mid':'0'},"
                    "{'feed':%llu}]}",
                    id_of(ada), remote()),
                "attached+offer");
    world.watch = note_links;
    answer_offer(sub);
    world.watch = NULL;
    deaf(sub);
    layer(3, 1, -1, 2);
    expect_layer(3, "substream", 1);
    expect_layer(3, "temporal", 2);
    layer(3, 1, -1, 1);
    expect_layer(3, "temporal", 1);
    layer(2, -1, 2, 0);
    expect_layer(2, "spatial_layer", 2);
    expect_layer(2, "temporal_layer", 0);
    layer(0, 0, 0, 0); /* of something without layers */
    expect_silence(sub);
    /* asked for what it is already: confirmed before the reply; without a mid only what has such layers changes */
    r = ask(sub, "{'request':'configure','substream':1,'spatial_layer':0}");
    expect_word(r, "event/configured");
    expect_layer(3, "substream", 1);
    expect_silence(sub);
    r = ask(sub, "{'request':'configure','temporal':1}");
    expect_word(r, "event/configured");
    expect_layer(3, "temporal", 1);
    r = ask(sub, "{'request':'update','unsubscribe':[{'sub_mid':'0'}]}");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(line(r, 2), "svc"), "target-temporal-layer")),
                     2);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(line(r, 2), "svc"), "target-spatial-layer")),
                     0);
    json_decref(r);
}

/* What a switch leaves alone: what is the line's own. Layers begin anew. */
static void a_switch_keeps_what_is_not_about_layers(void **state)
{
    json_t *r;

    room_publish(bob, "av");
    expect_word(ask(sub,
                    "{'request':'join','ptype':'subscriber','room':1,'streams':[{'feed':%llu,'mid':'1','auto':false,"
                    "'priority':9,'temporal':0,'min_delay':5,'max_delay':7}]}",
                    id_of(ada)),
                "attached+offer");
    answer_offer(sub);
    expect_word(ask(sub, "{'request':'switch','streams':[{'feed':%llu,'mid':'1'}]}", id_of(bob)), "error 429");
    r = ask(sub, "{'request':'switch','streams':[{'feed':%llu,'mid':'1','sub_mid':'0'}]}", id_of(bob));
    assert_members(r, "videoroom room switched changes streams");
    assert_null(json_object_get(line(r, 0), "auto"));
    assert_int_equal(json_integer_value(json_object_get(line(r, 0), "priority")), 9);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(line(r, 0), "playout-delay"), "max-delay")), 7);
    json_decref(r);
}

/* --- publishers of other gateways --------------------------------------------------------------------------------- */

static void an_update_is_taken_whole_or_not_at_all(void **state)
{
    unsigned long long id = remote();

    all_deaf();
    expect_word(ask(bob,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':["
                    "{'type':'video','mindex':0,'mid':'0','disabled':true},"
                    "{'type':'video','mindex':9,'mid':'9','codec':'vp8'}]}",
                    id),
                "error 430");
    expect_silence(bob); /* nothing was changed */
    expect_word(ask(bob,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':["
                    "{'type':'data','mindex':3,'mid':'3'},{'type':'video','mindex':0,'mid':'0','disabled':true}]}",
                    id),
                "success"); /* what is disabled has no codec that could be said */
    expect_heard(bob, "event/publishers");
    expect_word(ask(bob,
                    "{'request':'update_remote_publisher','room':1,'id':%llu,'streams':["
                    "{'type':'video','mindex':0,'mid':'0','disabled':false}]}",
                    id),
                "success");
    expect_heard(bob, "event/publishers");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(an_error_of_a_synchronous_request_is_a_success),
        T(joined_is_whole),
        T(publishing_is_told_when_it_is_up),
        T(a_renegotiation_tells_all_streams),
        T(words_that_are_literally_ok),
        T(the_victim_is_told_why),
        T(moderation_has_four_words),
        T(lines_of_a_subscriber),
        T(profiles_and_layers_are_spelled_as_ever),
        T(layer_events_name_the_line),
        T(a_switch_keeps_what_is_not_about_layers),
        T(an_update_is_taken_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
