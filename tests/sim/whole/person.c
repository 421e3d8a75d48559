/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "api/errors.h"
#include "sim/whole/whole.h"

#define SECOND       1000000
#define ANSWER_US    (5 * SECOND) /* by then everything has its answer */
#define HANGUP_US    10000000
#define RECLAIM_US   (6 * SECOND)
#define KEEPALIVE_US (6 * SECOND)
#define AWAY_US      (12 * SECOND)

void person_begin(struct person *p, struct whole *w, unsigned number)
{
    p->whole = w;
    p->number = number;
    for (unsigned i = 0; i < WHOLE_SEATS; i++)
        p->seat[i].person = p;
}

void ask_free(gpointer ask)
{
    struct ask *a = ask;

    g_free(a->text);
    g_free(a);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static void ask(struct person *p, struct seat *s, const char *what, json_t *m, bool message,
                void (*answered)(struct ask *a, const json_t *answer))
{
    struct whole *w = p->whole;
    struct ask *a;
    char transaction[20];

    if (!p->connection) {
        json_decref(m);
        return;
    }
    a = g_new0(struct ask, 1);
    g_snprintf(transaction, sizeof(transaction), "t%u", ++w->serial);
    json_object_set_new(m, "transaction", json_string(transaction));
    if (p->session)
        json_object_set_new(m, "session_id", json_integer((json_int_t)p->session));
    if (s && s->handle)
        json_object_set_new(m, "handle_id", json_integer((json_int_t)s->handle));
    *a = (struct ask){.person = p, .seat = s, .what = what, .message = message, .sent_us = whole_now(w)};
    a->answered = answered;
    a->handle = s ? s->handle : 0;
    a->text = json_dumps(m, JSON_COMPACT);
    g_hash_table_insert(w->asks, g_strdup(transaction), a);
    if (s)
        s->asked++;
    p->alive_us = whole_now(w);
    whole_say(w, "%u > %.400s", p->number, a->text);
    world_say(p->connection, a->text);
    json_decref(m);
}

static void lose_session(struct person *p);

static void on_session(struct ask *a, const json_t *answer)
{
    struct person *p = a->person;

    p->creating = false;
    p->session = (uint64_t)json_integer_value(json_object_get(json_object_get(answer, "data"), "id"));
}

static void on_claim(struct ask *a, const json_t *answer)
{
    struct person *p = a->person;

    p->creating = false;
    if (!strcmp(json_string_value(json_object_get(answer, "janus")), "success"))
        p->session = p->old_session;
    else
        lose_session(p);
    p->old_session = 0;
}

void person_connect(struct person *p)
{
    struct whole *w = p->whole;
    uint64_t claimed = p->old_session;

    p->connection = w->next_connection++;
    p->creating = true;
    gw_api_opened(world.api, &world_transport, p->connection, CARDEA_DOOR_CLIENT, WHOLE_ADDRESS);
    whole_claimed(w, claimed);
    if (claimed)
        ask(p, NULL, "claim", json_pack("{ss sI}", "janus", "claim", "session_id", (json_int_t)claimed), false,
            on_claim);
    else
        ask(p, NULL, "create", json_pack("{ss}", "janus", "create"), false, on_session);
}

static void on_attached(struct ask *a, const json_t *answer)
{
    a->seat->attaching = false;
    a->seat->handle = (uint64_t)json_integer_value(json_object_get(json_object_get(answer, "data"), "id"));
}

struct seat *person_attach(struct person *p, enum seat_kind kind)
{
    static const char *const packages[] = {"janus.plugin.videoroom", "janus.plugin.videoroom", "janus.plugin.echotest",
                                           "janus.plugin.recordplay"};
    struct seat *s = NULL;

    for (unsigned i = 0; i < WHOLE_SEATS && !s; i++)
        if (!p->seat[i].handle && !p->seat[i].attaching)
            s = &p->seat[i];
    if (!s)
        return NULL;
    *s = (struct seat){.person = p, .kind = kind, .attaching = true};
    ask(p, s, "attach", json_pack("{ss ss}", "janus", "attach", "plugin", packages[kind]), false, on_attached);
    return s;
}

static void note_wanted(struct seat *s, const json_t *body)
{
    const json_t *stream;
    size_t i;

    json_array_foreach(json_object_get(body, "streams"), i, stream)
    {
        if (s->n_wanted < WHOLE_WANTED)
            s->wanted[s->n_wanted] = (uint64_t)json_integer_value(json_object_get(stream, "feed"));
        s->n_wanted++;
    }
}

bool seat_may_hear(const struct seat *s, uint64_t feed)
{
    bool may = s->n_wanted > WHOLE_WANTED; /* more than are remembered */

    for (unsigned i = 0; !may && i < s->n_wanted; i++)
        may = s->wanted[i] == feed;
    return may;
}

/* Its own side of the call; the gateway hears of it by an alert, or never. */
void seat_lose_phone(struct seat *s, bool alert)
{
    if (s->phone && s->pc && alert && s->phone->lossless && s->phone->client->connected && !s->phone->client->deaf)
        s->alerted_us = whole_now(s->person->whole);
    phone_end(s->phone, alert);
    s->phone = NULL;
    s->publishing = s->playing = false;
    memset(s->feeds, 0, sizeof(s->feeds));
    g_clear_pointer(&s->offer, g_free);
}

static void clear(struct seat *s)
{
    struct person *p = s->person;

    seat_lose_phone(s, false);
    *s = (struct seat){.person = p};
}

static void on_detached(struct ask *a, const json_t *answer)
{
    if (a->seat->handle != a->handle)
        return;
    clear(a->seat);
    g_hash_table_add(a->person->whole->fading, g_memdup2(&a->handle, sizeof(a->handle))); /* `detached` is to come */
}

void seat_detach(struct seat *s)
{
    s->leaving = true;
    seat_lose_phone(s, whole_chance(s->person->whole, 50));
    ask(s->person, s, "detach", json_pack("{ss}", "janus", "detach"), false, on_detached);
}

static void on_hung_up(struct ask *a, const json_t *answer)
{
    if (a->seat->handle == a->handle && !a->seat->phone)
        a->seat->again = false;
}

void seat_hangup(struct seat *s)
{
    seat_lose_phone(s, whole_chance(s->person->whole, 50));
    s->described = true; /* or was about to be: its end is told then, too */
    ask(s->person, s, "hangup", json_pack("{ss}", "janus", "hangup"), false, on_hung_up);
}

void person_ask(struct person *p, struct seat *s, const char *janus, json_t *body)
{
    json_t *m = json_pack("{ss}", "janus", janus);

    if (body)
        json_object_update(m, body);
    json_decref(body);
    ask(p, s, janus, m, false, NULL);
}

static void on_error(struct ask *a, const json_t *answer)
{
    const json_t *data = json_object_get(json_object_get(answer, "plugindata"), "data");

    /* an offer of ours that was refused: the PeerConnection that it was to begin is none */
    if (a->seat->phone && !a->seat->phone->met && a->seat->kind != SEAT_SUBSCRIBER &&
        json_object_get(data, "error_code"))
        seat_lose_phone(a->seat, false);
}

void seat_say(struct seat *s, const char *what, json_t *body, const char *type, const char *sdp)
{
    json_t *m = json_pack("{ss so}", "janus", "message", "body", body);

    note_wanted(s, body);
    if (sdp) {
        json_object_set_new(m, "jsep", json_pack("{ss ss}", "type", type, "sdp", sdp));
        s->again = s->described = true;
    }
    ask(s->person, s, what, m, true, sdp ? on_error : NULL);
}

/* --- losing ------------------------------------------------------------------------------------------------------- */

/* What was asked gets no answer any more, or one that nobody waits for. */
static void give_up(struct person *p)
{
    GHashTableIter it;
    struct ask *a;

    g_hash_table_iter_init(&it, p->whole->asks);
    while (g_hash_table_iter_next(&it, NULL, (gpointer *)&a))
        if (a->person == p && !a->over) {
            a->over = true;
            a->person = NULL;
        }
    for (unsigned i = 0; i < WHOLE_SEATS; i++) {
        struct seat *s = &p->seat[i];

        s->asked = 0;
        s->unsure = s->handle; /* what was said meanwhile was said to nobody */
        if (s->attaching || s->leaving)
            clear(s);
    }
}

static void lose_session(struct person *p)
{
    p->session = 0;
    p->frozen = false;
    give_up(p);
    for (unsigned i = 0; i < WHOLE_SEATS; i++)
        clear(&p->seat[i]);
}

void person_drop(struct person *p)
{
    if (!p->connection)
        return;
    whole_say(p->whole, "%u drops", p->number);
    whole_unheard(p->whole, p->connection);
    gw_api_closed(world.api, &world_transport, p->connection);
    p->connection = 0;
    p->creating = p->frozen = false;
    whole_lost(p->whole, p->session ? p->session : p->old_session);
    p->old_session = p->session;
    p->session = 0;
    p->alive_us = whole_now(p->whole);
    if (whole_chance(p->whole, 30))
        p->away_us = whole_now(p->whole) + whole_random(p->whole, AWAY_US);
    give_up(p);
    world_turn();
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static struct seat *seat_of(struct person *p, uint64_t handle)
{
    for (unsigned i = 0; handle && i < WHOLE_SEATS; i++)
        if (p->seat[i].handle == handle)
            return &p->seat[i];
    return NULL;
}

static void hear_streams(struct seat *s, const json_t *streams)
{
    const json_t *stream;
    size_t i;

    json_array_foreach(streams, i, stream)
    {
        size_t mindex = (size_t)json_integer_value(json_object_get(stream, "mindex"));
        uint64_t feed = (uint64_t)json_integer_value(json_object_get(stream, "feed_id"));
        struct feed_of *f = mindex < PHONE_LINES ? &s->feeds[mindex] : NULL;

        if (!f || f->feed == feed)
            continue;
        *f = (struct feed_of){.feed = feed, .before = f->feed, .since_us = whole_now(s->person->whole)};
    }
}

static bool is(const json_t *data, const char *key, const char *value)
{
    const char *text = json_string_value(json_object_get(data, key));

    return text && !strcmp(text, value);
}

static void hear_room(struct seat *s, const json_t *data)
{
    uint64_t room = (uint64_t)json_integer_value(json_object_get(data, "room"));

    if (is(data, "videoroom", "joined")) {
        s->room = (unsigned)room;
        s->id = (uint64_t)json_integer_value(json_object_get(data, "id"));
        s->private_id = (uint32_t)json_integer_value(json_object_get(data, "private_id"));
        s->person->whole->joins++;
        g_hash_table_add(s->person->whole->joined,
                         g_strdup_printf("%llu %llu", (unsigned long long)room, (unsigned long long)s->id));
    }
    if (is(data, "videoroom", "attached"))
        s->room = (unsigned)room;
    if (is(data, "left", "ok") || is(data, "leaving", "ok")) {
        s->room = 0;
        if (s->phone)
            seat_hangup(s);
    }
    if (is(data, "videoroom", "destroyed") && room < WHOLE_ROOMS + 1) {
        s->person->whole->room[room] = false;
        if (s->kind == SEAT_PUBLISHER && s->room == room)
            s->room = 0;
    }
    if (s->kind == SEAT_SUBSCRIBER)
        hear_streams(s, json_object_get(data, "streams"));
}

static void hear_jsep(struct seat *s, const json_t *jsep)
{
    const char *sdp = json_string_value(json_object_get(jsep, "sdp"));

    s->again = s->described = true;
    if (is(jsep, "type", "answer")) {
        if (s->phone)
            phone_answered(s->phone, sdp);
        return;
    }
    g_free(s->offer);
    s->offer = g_strdup(sdp);
}

static void hear_plugin(struct seat *s, const json_t *m)
{
    const json_t *data = json_object_get(json_object_get(m, "plugindata"), "data"), *jsep = json_object_get(m, "jsep");

    s->quiet_us = whole_now(s->person->whole);
    if (s->kind == SEAT_PUBLISHER || s->kind == SEAT_SUBSCRIBER)
        hear_room(s, data);
    if (jsep)
        hear_jsep(s, jsep);
}

static void wrong(struct seat *s, const char *what)
{
    if (s->unsure)
        return;
    whole_wrong(s->person->whole, "%s at handle %llu", what, (unsigned long long)s->handle);
}

static void hear_up(struct seat *s, const json_t *m)
{
    if (s->pc)
        wrong(s, "webrtcup twice");
    if (!s->described)
        wrong(s, "webrtcup without a negotiation");
    s->pc = true;
    if (s->phone)
        s->phone->up = true;
}

static void hear_hangup(struct seat *s, const json_t *m)
{
    if (!s->described)
        wrong(s, "a hangup of nothing");
    s->pc = s->again = s->described = s->unsure = false;
    s->alerted_us = 0;
    seat_lose_phone(s, false);
}

static void hear_media(struct seat *s, const json_t *m)
{
    if (!s->pc)
        wrong(s, "news of media without a PeerConnection");
}

static void hear_nothing(struct seat *s, const json_t *m)
{
}

static const struct {
    const char *janus;
    void (*hear)(struct seat *s, const json_t *m);
} of_handles[] = {
    {"event", hear_plugin},   {"webrtcup", hear_up},      {"hangup", hear_hangup},   {"media", hear_media},
    {"slowlink", hear_media}, {"detached", hear_nothing}, {"trickle", hear_nothing},
};

static void hear_event(struct person *p, const char *janus, const json_t *m)
{
    uint64_t sender = (uint64_t)json_integer_value(json_object_get(m, "sender"));
    struct seat *s = seat_of(p, sender);

    if (!strcmp(janus, "timeout")) {
        lose_session(p);
        return;
    }
    if (!s && g_hash_table_contains(p->whole->fading, &sender)) {
        if (!strcmp(janus, "detached"))
            g_hash_table_remove(p->whole->fading, &sender);
        return;
    }
    if (!s)
        whole_wrong(p->whole, "%s of handle %llu, which has gone", janus, (unsigned long long)sender);
    for (size_t i = 0; i < G_N_ELEMENTS(of_handles); i++)
        if (!strcmp(of_handles[i].janus, janus)) {
            of_handles[i].hear(s, m);
            return;
        }
    whole_wrong(p->whole, "an event that nobody knows: %s", janus);
}

/* What it was told is there is there until it is told otherwise. */
static void check_refusal(struct person *p, const struct ask *a, const json_t *m)
{
    json_int_t code = json_integer_value(json_object_get(json_object_get(m, "error"), "code"));

    if (code == GW_API_NO_SESSION && strcmp(a->what, "claim"))
        whole_wrong(p->whole, "a session that nobody has ended is not there: %s", a->text);
    if (code == GW_API_NO_HANDLE)
        whole_wrong(p->whole, "a handle that nobody has detached is not there: %s", a->text);
}

static void hear_answer(struct person *p, struct ask *a, const char *janus, const json_t *m)
{
    bool ack = !strcmp(janus, "ack");

    if (!a->person) /* from before the transport broke */
        return;
    if (a->over || (ack && a->acked))
        whole_wrong(p->whole, "a second answer (%s) to %s", janus, a->text);
    if (ack && a->message) {
        a->acked = true;
        return;
    }
    check_refusal(p, a, m);
    if (!strcmp(janus, "event") && !a->acked)
        whole_wrong(p->whole, "an event before its ack, to %s", a->text);
    /* a switch may need an offer, which comes first */
    a->over = strcmp(a->what, "switch") ||
              !is(json_object_get(json_object_get(m, "plugindata"), "data"), "videoroom", "updated");
    if (!a->over) {
        hear_plugin(a->seat, m);
        return;
    }
    if (a->seat && a->seat->handle == a->handle) {
        a->seat->asked -= a->seat->asked > 0;
        a->seat->quiet_us = whole_now(p->whole);
        if (a->message)
            hear_plugin(a->seat, m);
    }
    if (a->answered)
        a->answered(a, m);
}

void person_hears(struct person *p, const json_t *m)
{
    const char *janus = json_string_value(json_object_get(m, "janus")),
               *transaction = json_string_value(json_object_get(m, "transaction"));
    struct ask *a = transaction ? g_hash_table_lookup(p->whole->asks, transaction) : NULL;

    if (p->whole->conf.loud) {
        char *text = json_dumps(m, JSON_COMPACT);

        whole_say(p->whole, "%u < %.400s", p->number, text);
        free(text);
    }
    if (!janus || (transaction && !a))
        whole_wrong(p->whole, "an answer to nothing: %s", transaction ? transaction : "");
    if (a)
        hear_answer(p, a, janus, m);
    else
        hear_event(p, janus, m);
}

/* --- what people do without being asked --------------------------------------------------------------------------- */

static void answer_offer(struct seat *s)
{
    char *offer = s->offer, *answer;

    s->offer = NULL;
    if (!s->phone)
        s->phone = phone_new(s);
    answer = phone_answer(s->phone, offer);
    seat_say(s, "start", json_pack("{ss}", "request", "start"), "answer", answer);
    g_free(answer);
    g_free(offer);
}

/* A recorder's threads have a clock of their own: their answers are waited for at the end. */
static void check_answers(struct person *p)
{
    GHashTableIter it;
    struct ask *a;

    g_hash_table_iter_init(&it, p->whole->asks);
    while (g_hash_table_iter_next(&it, NULL, (gpointer *)&a))
        if (a->person == p && !a->over && !(a->seat && a->seat->kind == SEAT_RECORD) &&
            whole_now(p->whole) - a->sent_us > ANSWER_US)
            whole_wrong(p->whole, "no answer for so long: %s", a->text);
}

void person_turn(struct person *p)
{
    int64_t now = whole_now(p->whole);

    for (unsigned i = 0; i < WHOLE_SEATS; i++) {
        struct seat *s = &p->seat[i];

        if (s->phone)
            phone_turn(s->phone);
        if (s->alerted_us && p->session && s->handle && !s->leaving && now - s->alerted_us > HANGUP_US)
            wrong(s, "no hangup after the end of a PeerConnection");
        if (s->offer && !s->leaving && !p->frozen && p->session && s->handle && whole_chance(p->whole, 30))
            answer_offer(s);
    }
    if (!p->connection && p->old_session && now - p->alive_us > RECLAIM_US) {
        p->old_session = 0;
        lose_session(p);
    }
    if (now >= p->checked_us) {
        check_answers(p);
        p->checked_us = now + SECOND;
    }
    if (p->session && !p->frozen && now - p->alive_us > KEEPALIVE_US)
        person_ask(p, NULL, "keepalive", NULL);
}
