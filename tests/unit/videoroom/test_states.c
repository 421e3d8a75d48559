/* SPDX-License-Identifier: Apache-2.0 */
/* Every request in every state a handle can be in: always the code or the event of the protocol, never silence. */
#include "people.h"

#include <stdio.h>
#include <string.h>

/* What a handle can be. */
enum state {
    UNJOINED,
    PASSIVE,
    NEGOTIATING, /* has its answer, but no PeerConnection yet */
    PUBLISHING,
    LEFT,
    KICKED,
    DESTROYED,
    OFFERED, /* a subscriber that has not answered */
    WATCHING,
    PAUSED,
    SUB_LEFT,
    SUB_DESTROYED,
    STATES,
};

static const char *const names[STATES] = {"unjoined", "passive", "negotiating", "publishing",
                                          "left",     "kicked",  "destroyed",   "offered",
                                          "watching", "paused",  "sub left",    "sub destroyed"};

/* The room of a cell, and its one publisher ("star"), whom the others watch. */
static unsigned room;
static struct person *star;
static unsigned failed; /* cells */

/* One row of the table: a request (room and star's id are filled in for %r and %s) and what comes of it. */
struct row {
    const char *request;
    const char *jsep; /* NULL; "o": with an offer; "a": with an answer */
    const char *expect[STATES];
};

#define E(n)    "error " #n
#define UNASKED "error" /* the gateway's own: an offer while ours is unanswered */
#define ALL(x)                                                                                                         \
    {                                                                                                                  \
        x, x, x, x, x, x, x, x, x, x, x, x                                                                             \
    }
/* unjoined, passive, negotiating, publishing, left, kicked, destroyed, offered, watching, paused, sub left, destroyed
 */
static const struct row rows[] = {
    {"'request':'join','ptype':'publisher','room':%r",
     NULL,
     {"joined", E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425)}},
    {"'request':'join','ptype':'subscriber','room':%r,'streams':[{'feed':%s}]",
     NULL,
     {"attached+offer", E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425)}},
    {"'request':'join','ptype':'nobody','room':%r",
     NULL,
     {E(430), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425), E(425)}},
    {"'request':'joinandconfigure','ptype':'publisher','room':%r",
     NULL,
     {"joined", E(425), E(425), E(425), E(425), E(425), E(425), E(423), E(423), E(423), E(423), E(423)}},
    {"'request':'joinandconfigure','ptype':'publisher','room':%r",
     "o",
     {"joined+answer", E(425), E(425), E(425), E(425), E(425), E(425), UNASKED, E(423), E(423), E(423), E(423)}},
    {"'request':'publish'",
     NULL,
     {E(424), "event/configured", "event/configured", E(434), E(426), E(433), E(426), E(423), E(423), E(423), E(423),
      E(423)}},
    {"'request':'publish'",
     "o",
     {E(424), "event/configured+answer", "event/configured+answer", E(434), E(426), E(433), E(426), UNASKED, E(423),
      E(423), E(423), E(423)}},
    {"'request':'configure','bitrate':64000",
     NULL,
     {E(424), "event/configured", "event/configured", "event/configured", E(426), E(433), E(426), "event/configured",
      "event/configured", "event/configured", E(426), E(426)}},
    {"'request':'configure','display':5",
     NULL,
     {E(424), E(430), E(430), E(430), E(426), E(433), E(426), "event/configured", "event/configured",
      "event/configured", E(426), E(426)}},
    {"'request':'configure','streams':[{'mid':'77','send':false}]",
     NULL,
     {E(424), E(428), E(428), E(428), E(426), E(433), E(426), E(428), E(428), E(428), E(426), E(426)}},
    {"'request':'configure','streams':[{'send':true},{'send':true}]",
     NULL,
     {E(424), E(430), E(430), E(430), E(426), E(433), E(426), E(430), E(430), E(430), E(426), E(426)}},
    {"'request':'configure','update':true",
     NULL,
     {E(424), "event/configured", "event/configured", "event/configured", E(426), E(433), E(426), "updating",
      "event/configured+offer", "event/configured+offer", E(426), E(426)}},
    {"'request':'unpublish'",
     NULL,
     {E(424), E(435), E(435), "event/unpublished", E(426), E(426), E(426), E(423), E(423), E(423), E(423), E(423)}},
    {"'request':'leave'",
     NULL,
     {E(424), "event/leaving", "event/leaving", "event/leaving", E(426), E(426), E(426), "event/left", "event/left",
      "event/left", "event/left", "event/left"}},
    {"'request':'start'",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "event/started", "event/started", "event/started",
      "event/started", "event/started"}},
    {"'request':'pause'",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "event/paused", "event/paused", "event/paused",
      "event/paused", "event/paused"}},
    {"'request':'subscribe','streams':[{'feed':%s,'mid':'1'}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "updating", "updated+offer", "updated+offer", E(428),
      E(428)}},
    {"'request':'subscribe','streams':[{'feed':12345}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), E(428), E(428), E(428), E(428), E(428)}},
    {"'request':'subscribe','streams':[]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), E(430), E(430), E(430), E(428), E(428)}},
    {"'request':'subscribe'",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), E(429), E(429), E(429), E(428), E(428)}},
    {"'request':'subscribe','streams':[{'feed':%s,'substream':3}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), E(430), E(430), E(430), E(428), E(428)}},
    {"'request':'unsubscribe','streams':[{'sub_mid':'0'}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "updating", "updated+offer", "updated+offer", E(428),
      E(428)}},
    {"'request':'unsubscribe','streams':[{'feed':999}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "updated", "updated", "updated", E(428), E(428)}},
    {"'request':'update'",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), E(429), E(429), E(429), E(428), E(428)}},
    {"'request':'update','subscribe':[{'feed':%s,'mid':'0'}],'unsubscribe':[{'sub_mid':'0'}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "updating", "updated+offer", "updated+offer", E(428),
      E(428)}},
    {"'request':'switch','streams':[{'feed':%s,'mid':'0','sub_mid':'0'}]",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "event/switched", "event/switched", "event/switched",
      E(426), E(426)}},
    {"'request':'switch','feed':%s",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), "event/switched", "event/switched", "event/switched",
      E(426), E(426)}},
    {"'request':'switch'",
     NULL,
     {E(424), E(423), E(423), E(423), E(426), E(426), E(426), E(429), E(429), E(429), E(426), E(426)}},
    {"'request':'explain'",
     NULL,
     {E(429), E(429), E(429), E(429), E(429), E(429), E(429), "explained", "explained", "explained", "explained",
      "explained"}},
    {"'request':'dance'", NULL, ALL(E(423))},
    {"'request':'exists','room':77", NULL, ALL("success")},
    {"'request':'exists'", NULL, ALL(E(429))},
    {"'request':'exists','room':'77'", NULL, ALL(E(430))},
    {"'request':'list'", NULL, ALL("success")},
    {"'request':'create','room':77", NULL, ALL(E(427))},
    {"'request':'create','room':-1", NULL, ALL(E(430))},
    {"'request':'create','audiocodec':'mp3'", NULL, ALL(E(430))},
    {"'request':'create','description':null", NULL, ALL(E(430))},
    {"'request':'edit','room':77,'new_bitrate':64000", NULL, ALL("edited")},
    {"'request':'edit','room':1", NULL, ALL(E(426))},
    {"'request':'destroy','room':1", NULL, ALL(E(426))},
    {"'request':'allowed','room':77,'action':'enable'", NULL, ALL("success")},
    {"'request':'allowed','room':77,'action':'dance'", NULL, ALL(E(430))},
    {"'request':'allowed','room':77", NULL, ALL(E(429))},
    {"'request':'listparticipants','room':77", NULL, ALL("participants")},
    {"'request':'listparticipants','room':1", NULL, ALL(E(426))},
    {"'request':'kick','room':77,'id':5", NULL, ALL(E(428))},
    {"'request':'kick','room':77", NULL, ALL(E(429))},
    {"'request':'moderate','room':77,'id':5,'mid':'0','mute':true", NULL, ALL(E(428))},
    {"'request':'moderate','room':77,'id':5,'mid':'0','mute':1", NULL, ALL(E(430))},
    {"'request':'enable_recording','room':77,'record':false", NULL, ALL("success")},
    {"'request':'enable_recording','room':77", NULL, ALL(E(429))},
    {"'request':'LISTPARTICIPANTS','room':77", NULL, ALL("participants")},
    {"'request':'rtp_forward','room':%r,'publisher_id':%s,'host':'127.0.0.1','streams':[]",
     NULL,
     {"rtp_forward", "rtp_forward", "rtp_forward", "rtp_forward", "rtp_forward", "rtp_forward", E(426), "rtp_forward",
      "rtp_forward", "rtp_forward", "rtp_forward", E(426)}},
    {"'request':'stop_rtp_forward','room':%r,'publisher_id':%s,'stream_id':1",
     NULL,
     {E(428), E(428), E(428), E(428), E(428), E(428), E(426), E(428), E(428), E(428), E(428), E(426)}},
    {"'request':'remove_remote_publisher','room':%r,'id':%s",
     NULL,
     {E(428), E(428), E(428), E(428), E(428), E(428), E(426), E(428), E(428), E(428), E(428), E(426)}},
    {"'request':'rtp_ingest','room':%r,'streams':[{'type':'video','codec':'h263'}]",
     NULL,
     {E(429), E(429), E(429), E(429), E(429), E(429), E(426), E(429), E(429), E(429), E(429), E(426)}},
};

static struct person *watcher(enum state state)
{
    struct person *p = person_new();

    room_watch(p, room, star->id);
    if (state != OFFERED)
        answer_offer(p);
    if (state == PAUSED)
        expect_word(ask(p, "{'request':'pause'}"), "event/paused");
    if (state == SUB_LEFT)
        expect_word(ask(p, "{'request':'leave'}"), "event/left");
    return p;
}

static struct person *participant(enum state state)
{
    struct person *p = person_new();
    char *offer;

    room_join(p, room, NULL);
    switch (state) {
    case NEGOTIATING:
        offer = offer_of("av");
        expect_word(ask_jsep(p, "offer", offer, "{'request':'publish'}"), "event/configured+answer");
        g_free(offer);
        break;
    case PUBLISHING:
        room_publish(p, "av");
        break;
    case LEFT:
        expect_word(ask(p, "{'request':'leave'}"), "event/leaving");
        break;
    case KICKED:
        expect_word(ask(star, "{'request':'kick','room':%u,'id':%llu}", room, (unsigned long long)p->id), "success");
        break;
    default:
        break;
    }
    return p;
}

static struct person *in_state(enum state state)
{
    struct person *p;

    if (state == UNJOINED)
        return person_new();
    p = state >= OFFERED ? watcher(state) : participant(state);
    if (state == DESTROYED || state == SUB_DESTROYED)
        expect_word(ask(star, "{'request':'destroy','room':%u}", room), "destroyed");
    return p;
}

static char *fill_in(const char *request)
{
    char number[32];
    char **part = g_strsplit(request, "%r", 0);
    char *with_room, *all;

    snprintf(number, sizeof(number), "%u", room);
    with_room = g_strjoinv(number, part);
    g_strfreev(part);
    part = g_strsplit(with_room, "%s", 0);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)star->id);
    all = g_strjoinv(number, part);
    g_strfreev(part);
    g_free(with_room);
    return all;
}

static void check_cell(const struct row *row, enum state state)
{
    char *body, *offer = row->jsep ? offer_of("av") : NULL;
    struct person *p;
    json_t *got;

    room_make(++room, NULL);
    star = person_new();
    room_join(star, room, NULL);
    room_publish(star, "av");
    p = in_state(state);
    body = fill_in(row->request);
    got = row->jsep ? ask_jsep(p, "offer", offer, "{%s}", body) : ask(p, "{%s}", body);
    if (strcmp(word_of(got), row->expect[state]) != 0) {
        char *text = json_dumps(got, 0);

        failed++;
        print_message("%s, %s{%s}: %s, wanted %s\n%s\n", names[state], row->jsep ? row->jsep : "", body, word_of(got),
                      row->expect[state], text);
    }
    json_decref(got);
    g_free(body);
    g_free(offer);
    person_leaves(p); /* no handle is ever stuck */
    person_leaves(star);
}

static void every_request_in_every_state(void **state)
{
    people_begin(NULL);
    room = 1000;
    room_make(77, NULL);
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++)
        for (enum state s = 0; s < STATES; s++)
            check_cell(&rows[r], s);
    people_end();
    assert_int_equal(failed, 0);
}

/* The other direction of a description: always refused with the code for it. */
static void the_wrong_kind_of_description(void **state)
{
    struct person *p, *s;
    char *offer = offer_of("av");

    people_begin(NULL);
    room = 5;
    room_make(room, NULL);
    star = person_new();
    room_join(star, room, NULL);
    room_publish(star, "av");
    s = person_new();
    expect_word(ask_jsep(s, "offer", offer,
                         "{'request':'join','ptype':'subscriber','room':5,'streams':[{'feed':%llu}]}",
                         (unsigned long long)star->id),
                "error 423");
    room_watch(s, room, star->id);
    p = person_new();
    room_join(p, room, NULL);
    expect_word(ask_jsep(p, "offer", "v=0\r\n", "{'request':'publish'}"), "error");
    people_end();
    g_free(offer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_in_every_state),
        cmocka_unit_test(the_wrong_kind_of_description),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
