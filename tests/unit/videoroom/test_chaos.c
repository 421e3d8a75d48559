/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everybody does anything at any time: requests in the wrong state, connections that come up late or never, offers that
 * nobody answers, rooms destroyed under everyone's feet, tabs closed. Each request gets one answer, with a code of the
 * protocol when it is an error; all who are there hear the same in the same order; and afterwards the room works.
 */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer/messages.h"

#define CROWD 24
#define STEPS 6000

static struct person *crowd[CROWD];
static struct person *witness[2]; /* in room 1, saying nothing */
static GRand *dice;
static unsigned asked, refused, heard_alike;
static json_int_t last_code; /* 0: the last request was granted */

static unsigned any(unsigned n)
{
    return (unsigned)g_rand_int_range(dice, 0, (gint32)n);
}

static struct person *anybody(void)
{
    return crowd[any(CROWD)];
}

/* Somebody's id in the room; perhaps nobody's any more. */
static unsigned long long an_id(void)
{
    return (unsigned long long)anybody()->id;
}

/* --- what can be done --------------------------------------------------------------------------------------------- */

static void take(json_t *answer)
{
    json_t *code = json_object_get(answer, "error_code");
    json_int_t n = json_integer_value(code);

    last_code = n;
    asked++;
    refused += code != NULL;
    if (code && !(n >= 421 && n <= 438) && n != 499)
        fail_msg("a code that is none: %d", (int)n);
    json_decref(answer);
}

static void join(struct person *p)
{
    json_t *r = ask(p, "{'request':'join','ptype':'publisher','room':1%s}", any(2) ? ",'display':'x'" : "");
    json_int_t id = json_integer_value(json_object_get(r, "id"));

    if (id)
        p->id = (uint64_t)id;
    take(r);
}

static void publish(struct person *p)
{
    static const char *const media[] = {"a", "av", "avd", "xv", "Av"};
    char *offer = offer_of(media[any(G_N_ELEMENTS(media))]);

    take(ask_jsep(p, "offer", offer, "{'request':'%s'}", any(2) ? "publish" : "configure"));
    g_free(offer);
    if (any(4))
        comes_up(p);
}

static void watch(struct person *p)
{
    take(ask(p, "{'request':'join','ptype':'subscriber','room':1,'autoupdate':%s,'streams':[{'feed':%llu}%s]}",
             any(2) ? "true" : "false", an_id(), any(3) ? "" : ",{'feed':17}"));
}

static void answer(struct person *p)
{
    char *sdp = p->sdp && strstr(p->sdp, "a=setup:actpass") ? answer_to(p->sdp) : NULL;

    if (sdp && any(3))
        take(ask_jsep(p, "answer", sdp, "{'request':'start'}"));
    else
        take(ask(p, "{'request':'%s'}", any(2) ? "start" : "pause"));
    if (any(2))
        comes_up(p);
    g_free(sdp);
}

static void change(struct person *p)
{
    static const char *const verbs[] = {"subscribe", "unsubscribe"};

    if (any(2))
        take(ask(p, "{'request':'%s','streams':[{'feed':%llu}]}", verbs[any(2)], an_id()));
    else
        take(ask(p, "{'request':'update','subscribe':[{'feed':%llu,'mid':'0'}],'unsubscribe':[{'sub_mid':'%u'}]}",
                 an_id(), any(4)));
}

static void switch_over(struct person *p)
{
    if (any(2))
        take(ask(p, "{'request':'switch','feed':%llu}", an_id()));
    else
        take(ask(p, "{'request':'switch','streams':[{'feed':%llu,'mid':'%u','sub_mid':'%u'}]}", an_id(), any(3),
                 any(3)));
}

static void configure(struct person *p)
{
    static const char *const what[] = {"'update':true", "'restart':true", "'mid':'0','send':false", "'video':true",
                                       "'display':'y'", "'bitrate':1",    "'record':true",          "'mid':7"};

    take(ask(p, "{'request':'configure',%s}", what[any(G_N_ELEMENTS(what))]));
}

static void moderate(struct person *p)
{
    switch (any(5)) {
    case 0:
        take(ask(p, "{'request':'kick','room':1,'id':%llu}", an_id()));
        break;
    case 1:
        take(
            ask(p, "{'request':'edit','room':1,'new_locked':%s,'new_loudest':%u}", any(12) ? "false" : "true", any(3)));
        break;
    default:
        take(ask(p, "{'request':'moderate','room':1,'id':%llu,'mid':'%u','mute':%s}", an_id(), any(3),
                 any(2) ? "true" : "false"));
    }
}

static void outside(struct person *p)
{
    static unsigned long long remote;
    json_t *r;

    switch (any(5)) {
    case 0:
        r = ask(p, "{'request':'add_remote_publisher','room':1,'streams':[{'type':'audio','mindex':0,'mid':'0',"
                   "'codec':'opus','audiolevel_ext_id':1}]}");
        if (json_object_get(r, "id"))
            remote = (unsigned long long)json_integer_value(json_object_get(r, "id"));
        take(r);
        break;
    case 1:
        take(ask(p, "{'request':'remove_remote_publisher','room':1,'id':%llu}", remote));
        break;
    case 2:
        take(ask(p,
                 "{'request':'rtp_forward','room':1,'publisher_id':%llu,'host':'127.0.0.1','streams':[{'mid':'0',"
                 "'port':9}]}",
                 an_id()));
        break;
    case 3:
        take(ask(p,
                 "{'request':'publish_remotely','room':1,'publisher_id':%llu,'remote_id':'b','host':'127.0.0.1',"
                 "'port':9}",
                 an_id()));
        break;
    default:
        take(ask(p, "{'request':'explain','room':1}"));
    }
}

static void leave(struct person *p)
{
    take(ask(p, "{'request':'%s'}", any(2) ? "leave" : "unpublish"));
}

/* The worker gives up a connection, and soon knows it no more. */
static void lose(struct person *p)
{
    world_tell(&(struct gw_news){.tag = GW_NEWS_DOWN, .peer = p->peer, .u.text = strdup("ICE failed")});
    world_tell(&(struct gw_news){.tag = GW_NEWS_CLOSED, .peer = p->peer});
}

/* The tab is closed, and another one opened. */
static void again(struct person *p)
{
    unsigned i = 0;

    while (crowd[i] != p)
        i++;
    person_leaves(p);
    crowd[i] = person_new();
}

static void (*const deeds[])(struct person *p) = {
    join,   join,   join,      publish,  publish, publish, watch, watch, watch, answer, answer,     answer,
    change, change, configure, moderate, outside, leave,   lose,  again, again, again,  switch_over};

/* --- what is heard ------------------------------------------------------------------------------------------------ */

static void assert_alike(void)
{
    json_t *a, *b;

    while ((a = heard(witness[0]))) {
        b = heard(witness[1]);
        assert_true(b && json_equal(a, b));
        json_decref(a);
        json_decref(b);
        heard_alike++;
    }
    assert_null(heard(witness[1]));
}

static void open_room(void)
{
    room_make(1, ",'publishers':12,'dynacast':true,'loudest':2,'notify_joining':true,'audiolevel_event':true");
    for (unsigned i = 0; i < 2; i++) {
        witness[i] = person_new();
        room_join(witness[i], 1, NULL);
    }
    all_deaf();
}

static void destroy(void)
{
    expect_word(ask(anybody(), "{'request':'destroy','room':1}"), "destroyed");
    assert_alike();
    for (unsigned i = 0; i < 2; i++)
        person_leaves(witness[i]);
    open_room();
}

static void anything_at_any_time(void **state)
{
    struct person *p, *s;

    dice = g_rand_new_with_seed(20);
    people_begin(NULL);
    open_room();
    for (unsigned i = 0; i < CROWD; i++)
        crowd[i] = person_new();
    for (unsigned i = 0; i < STEPS; i++) {
        p = anybody();
        deeds[any(G_N_ELEMENTS(deeds))](p);
        if (last_code == 426 && any(2)) /* this handle is good for nothing any more */
            again(p);
        else if (last_code == 424 && any(8))
            any(2) ? join(p) : watch(p);
        last_code = 0;
        if (any(300) == 0)
            destroy();
        if (any(20) == 0)
            world_wait(50000 + any(500000)); /* timers of demand */
        if (world.sent.length > 200) {
            assert_alike();
            all_deaf();
        }
        assert_alike();
    }
    for (unsigned i = 0; i < CROWD; i++)
        person_leaves(crowd[i]);
    assert_alike();
    expect_word(ask(witness[0], "{'request':'destroy','room':1}"), "destroyed");
    room_make(1, NULL); /* and everything works */
    p = person_new();
    room_join(p, 1, NULL);
    room_publish(p, "avd");
    s = person_new();
    room_watch(s, 1, p->id);
    answer_offer(s);
    people_end();
    g_rand_free(dice);
    print_message("%u requests, %u refused, %u events heard alike\n", asked, refused, heard_alike);
    assert_true(asked > STEPS / 2 && asked - refused > STEPS / 5 && heard_alike > STEPS / 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(anything_at_any_time)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
