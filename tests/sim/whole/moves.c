/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sim/whole/whole.h"

/* --- calls of echotest and recorder ------------------------------------------------------------------------------- */

static const char *const medias[] = {"av", "a", "v", "v3", "av3", "avv", "avd"};

/* Begins a call with an offer, or renegotiates one. false: it is not the moment. */
static bool offer_with(struct seat *s, const char *what, json_t *body)
{
    struct whole *w = s->person->whole;
    char *sdp;

    if (s->asked || (s->phone ? !s->phone->met : s->again)) {
        json_decref(body);
        return false;
    }
    if (!s->phone) {
        s->phone = phone_new(s);
        phone_add(s->phone, medias[whole_random(w, G_N_ELEMENTS(medias))]);
    } else if (whole_chance(w, 30) && s->phone->n_lines)
        phone_drop(s->phone, whole_random(w, s->phone->n_lines));
    else if (whole_chance(w, 50) && s->phone->n_lines < 6)
        phone_add(s->phone, medias[whole_random(w, 3)]);
    sdp = phone_offer(s->phone);
    seat_say(s, what, body, "offer", sdp);
    g_free(sdp);
    return true;
}

static bool echo_move(struct seat *s)
{
    struct whole *w = s->person->whole;
    json_t *body = json_pack("{sb sb}", "audio", (int)whole_chance(w, 80), "video", (int)whole_chance(w, 80));

    if (whole_chance(w, 30))
        json_object_set_new(body, "bitrate", json_integer(whole_random(w, 1000000)));
    if (whole_chance(w, 20))
        json_object_set_new(body, "substream", json_integer(whole_random(w, 4)));
    if (whole_chance(w, 10))
        json_object_set_new(body, "audio", json_string("no bool"));
    if (!s->phone || whole_chance(w, 20))
        return offer_with(s, "echo", body);
    seat_say(s, "echo", body, NULL, NULL);
    return true;
}

static bool record_move(struct seat *s)
{
    static const char *const words[] = {"stop", "pause", "resume", "list", "update", "start", "nonsense"};
    struct whole *w = s->person->whole;
    unsigned chance = whole_random(w, 100);

    if (chance < 40)
        return offer_with(s, "record",
                          json_pack("{ss ss sb si}", "request", "record", "name", "take", "update",
                                    (int)(s->phone != NULL), "id", (int)whole_random(w, 3)));
    if (chance < 50 && !s->phone && !s->again) {
        s->described = true; /* its offer is under way: whoever stops it is told its end */
        seat_say(s, "play", json_pack("{ss si}", "request", "play", "id", (int)whole_random(w, 3)), NULL, NULL);
        return true;
    }
    seat_say(s, "recordplay", json_pack("{ss}", "request", words[whole_random(w, G_N_ELEMENTS(words))]), NULL, NULL);
    return true;
}

/* --- any handle --------------------------------------------------------------------------------------------------- */

static bool do_detach(struct seat *s)
{
    seat_detach(s);
    return true;
}

static bool do_hangup(struct seat *s)
{
    seat_hangup(s);
    return true;
}

static bool do_close(struct seat *s) /* the PeerConnection alone, and nothing is said over the API */
{
    if (!s->phone || !s->phone->up)
        return false;
    seat_lose_phone(s, true);
    return true;
}

static bool do_die(struct seat *s)
{
    if (!s->phone)
        return false;
    s->phone->client->deaf = true;
    return true;
}

static bool do_talk(struct seat *s)
{
    return s->phone && phone_says(s->phone, s->id, s->room);
}

static bool do_trickle(struct seat *s)
{
    static const char *const candidates[] = {"candidate:1 1 udp 2015363327 192.0.2.2 9 typ host", "nonsense", "",
                                             "candidate:2 1 udp 1 ::1 65535 typ relay"};
    struct whole *w = s->person->whole;
    json_t *c = json_pack("{ss si}", "candidate", candidates[whole_random(w, G_N_ELEMENTS(candidates))],
                          "sdpMLineIndex", (int)whole_random(w, 3));

    if (whole_chance(w, 20)) {
        json_decref(c);
        c = json_pack("{sb}", "completed", 1);
    }
    person_ask(s->person, s, "trickle", json_pack("{so}", "candidate", c));
    return true;
}

/* A description that is none, or that comes at the wrong moment. */
static bool do_nonsense(struct seat *s)
{
    static const char *const bodies[] = {"{}",
                                         "{\"request\":7}",
                                         "{\"request\":\"nonsense\"}",
                                         "{\"request\":\"join\",\"ptype\":\"nobody\",\"room\":1}",
                                         "{\"request\":\"start\"}",
                                         "{\"request\":\"publish\"}",
                                         "{\"request\":\"switch\",\"streams\":[{}]}"};
    struct whole *w = s->person->whole;
    json_t *body = json_loads(bodies[whole_random(w, G_N_ELEMENTS(bodies))], 0, NULL);

    if (!s->phone && !s->again && whole_chance(w, 30)) {
        seat_say(s, "nonsense", body, whole_chance(w, 50) ? "offer" : "answer", "v=0\r\nnonsense");
        s->again = false;
    } else
        seat_say(s, "nonsense", body, NULL, NULL);
    return true;
}

static bool do_plugin(struct seat *s)
{
    static bool (*const moves[])(struct seat *) = {room_move, room_move, echo_move, record_move};

    return moves[s->kind](s);
}

static const struct {
    unsigned weight;
    bool (*run)(struct seat *s);
} of_seats[] = {
    {200, do_plugin}, {4, do_detach},  {6, do_hangup}, {5, do_close},
    {2, do_die},      {8, do_trickle}, {90, do_talk},  {6, do_nonsense},
};

static void seat_move(struct seat *s)
{
    struct whole *w = s->person->whole;
    unsigned sum = 0, chosen;

    for (size_t i = 0; i < G_N_ELEMENTS(of_seats); i++)
        sum += of_seats[i].weight;
    chosen = whole_random(w, sum);
    for (size_t i = 0; i < G_N_ELEMENTS(of_seats); i++) {
        if (chosen < of_seats[i].weight) {
            of_seats[i].run(s);
            return;
        }
        chosen -= of_seats[i].weight;
    }
}

/* --- operators, and the machine ----------------------------------------------------------------------------------- */

static void operator_looks(struct whole *w)
{
    struct person *p = &w->person[whole_random(w, WHOLE_PEOPLE)];
    struct seat *s = &p->seat[whole_random(w, WHOLE_SEATS)];
    char text[200];

    if (s->handle && p->session)
        g_snprintf(text, sizeof(text),
                   "{\"janus\":\"handle_info\",\"transaction\":\"o\",\"session_id\":%llu,\"handle_id\":%llu}",
                   (unsigned long long)p->session, (unsigned long long)s->handle);
    else
        g_snprintf(text, sizeof(text), "{\"janus\":\"list_sessions\",\"transaction\":\"o\"}");
    world_say(WORLD_ADMIN, text);
}

static void worker_is_busy(struct whole *w)
{
    w->full_until_us[whole_random(w, SIM_WORKERS)] = whole_now(w) + whole_random(w, 300000);
}

static void session_goes(struct person *p)
{
    person_ask(p, NULL, "destroy", NULL);
    person_drop(p);
    p->old_session = 0;
    p->alive_us = 0; /* nothing of it is left to come back to */
    p->old_session = 1;
}

static void person_move(struct person *p)
{
    struct whole *w = p->whole;
    struct seat *s = &p->seat[whole_random(w, WHOLE_SEATS)];
    unsigned chance = whole_random(w, 1000), ends = whole_random(w, 2000);

    if (!p->connection && whole_now(w) < p->away_us)
        return;
    if (!p->connection)
        person_connect(p);
    if (!p->session || p->frozen)
        return;
    if (ends < 15)
        person_drop(p);
    else if (ends < 18)
        p->frozen = true;
    else if (ends < 22)
        session_goes(p);
    else if (s->handle && !s->leaving)
        seat_move(s);
    else if (!s->attaching && !s->leaving)
        person_attach(p, w->conf.recorder && chance < 300 ? SEAT_RECORD
                         : chance < 400                   ? SEAT_ECHO
                         : chance < 700                   ? SEAT_PUBLISHER
                                                          : SEAT_SUBSCRIBER);
}

/* Everybody who can says something: what is said to nobody is as interesting as what is heard. */
static void all_talk(struct whole *w)
{
    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        for (unsigned k = 0; k < WHOLE_SEATS; k++) {
            struct seat *s = &w->person[i].seat[k];

            if (s->handle && !s->leaving)
                do_talk(s);
        }
}

void whole_move(struct whole *w)
{
    unsigned chance = whole_random(w, 100);

    w->moves++;
    if (chance < 2)
        worker_is_busy(w);
    else if (chance < 5)
        operator_looks(w);
    else if (chance < 13)
        all_talk(w);
    else
        person_move(&w->person[whole_random(w, WHOLE_PEOPLE)]);
}
