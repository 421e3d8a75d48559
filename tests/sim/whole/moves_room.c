/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sim/whole/whole.h"

struct seat *whole_publisher(struct whole *w, unsigned room)
{
    struct seat *found = NULL;
    unsigned n = 0;

    for (unsigned i = 0; i < WHOLE_PEOPLE; i++)
        for (unsigned k = 0; k < WHOLE_SEATS; k++) {
            struct seat *s = &w->person[i].seat[k];

            if (s->kind == SEAT_PUBLISHER && s->handle && s->room && (!room || s->room == room) &&
                (s->pc || (s->phone && whole_chance(w, 30))) && !whole_random(w, ++n))
                found = s;
        }
    return found;
}

/* --- the room itself ---------------------------------------------------------------------------------------------- */

static unsigned some_room(struct whole *w)
{
    return 1 + whole_random(w, WHOLE_ROOMS);
}

static bool create(struct seat *s)
{
    struct whole *w = s->person->whole;
    unsigned room = some_room(w);

    seat_say(s, "create",
             json_pack("{ss si si sb sb sb sb}", "request", "create", "room", (int)room, "publishers", 4,
                       "notify_joining", (int)whole_chance(w, 50), "audiolevel_event", (int)whole_chance(w, 50),
                       "require_pvtid", (int)whole_chance(w, 20), "dynacast", (int)whole_chance(w, 30)),
             NULL, NULL);
    w->room[room] = true;
    return true;
}

static bool destroy(struct seat *s)
{
    seat_say(s, "destroy", json_pack("{ss si}", "request", "destroy", "room", (int)some_room(s->person->whole)), NULL,
             NULL);
    return true;
}

static bool look(struct seat *s)
{
    static const char *const words[] = {"list", "listparticipants", "exists", "listforwarders"};
    struct whole *w = s->person->whole;

    seat_say(s, "look",
             json_pack("{ss si}", "request", words[whole_random(w, G_N_ELEMENTS(words))], "room", (int)some_room(w)),
             NULL, NULL);
    return true;
}

static bool moderate(struct seat *s)
{
    struct whole *w = s->person->whole;
    struct seat *who = whole_publisher(w, 0);
    unsigned chance = whole_random(w, 100);

    if (!who)
        return false;
    if (chance < 15)
        seat_say(s, "kick",
                 json_pack("{ss si sI}", "request", "kick", "room", (int)who->room, "id", (json_int_t)who->id), NULL,
                 NULL);
    else if (chance < 60)
        seat_say(s, "moderate",
                 json_pack("{ss si sI ss sb}", "request", "moderate", "room", (int)who->room, "id", (json_int_t)who->id,
                           "mid", whole_chance(w, 50) ? "a" : "b", "mute", (int)whole_chance(w, 50)),
                 NULL, NULL);
    else
        seat_say(s, "enable_recording",
                 json_pack("{ss si sb}", "request", "enable_recording", "room", (int)who->room, "record",
                           (int)whole_chance(w, 50)),
                 NULL, NULL);
    return true;
}

/* --- publishers --------------------------------------------------------------------------------------------------- */

static bool join(struct seat *s)
{
    struct whole *w = s->person->whole;
    unsigned room = some_room(w);

    if (s->asked || s->phone)
        return false;
    if (!w->room[room])
        return create(s);
    seat_say(s, "join",
             json_pack("{ss ss si ss}", "request", "join", "ptype", "publisher", "room", (int)room, "display", "x"),
             NULL, NULL);
    return true;
}

static void drop_or_back(struct phone *p, unsigned line)
{
    if (p->line[line].gone)
        phone_back(p, line);
    else
        phone_drop(p, line);
}

static bool publish(struct seat *s)
{
    static const char *const medias[] = {"av", "avd", "avd", "v", "av3", "avv", "d"};
    struct whole *w = s->person->whole;
    char *sdp;

    if (s->asked || !s->room || (s->phone ? !s->phone->met : s->again))
        return false;
    if (!s->phone) {
        s->phone = phone_new(s);
        phone_add(s->phone, medias[whole_random(w, G_N_ELEMENTS(medias))]);
    } else if (whole_chance(w, 50))
        drop_or_back(s->phone, whole_random(w, s->phone->n_lines));
    else if (s->phone->n_lines < 6)
        phone_add(s->phone, whole_chance(w, 50) ? "a" : "v");
    sdp = phone_offer(s->phone);
    seat_say(s, "publish", json_pack("{ss}", "request", s->phone->n_lines && s->again ? "configure" : "publish"),
             "offer", sdp);
    g_free(sdp);
    return true;
}

static bool configure(struct seat *s)
{
    struct whole *w = s->person->whole;
    json_t *body = json_pack("{ss}", "request", "configure");

    if (whole_chance(w, 40))
        json_object_set_new(body, "bitrate", json_integer(whole_random(w, 500000)));
    if (whole_chance(w, 40))
        json_object_set_new(body, whole_chance(w, 50) ? "audio" : "video", json_boolean(whole_chance(w, 60)));
    if (whole_chance(w, 30))
        json_object_set_new(body, "keyframe", json_true());
    if (whole_chance(w, 30))
        json_object_set_new(body, "display", json_string("another"));
    if (whole_chance(w, 20))
        json_object_set_new(body, "record", json_boolean(whole_chance(w, 60)));
    seat_say(s, "configure", body, NULL, NULL);
    return true;
}

static bool unpublish(struct seat *s)
{
    seat_say(s, "unpublish", json_pack("{ss}", "request", "unpublish"), NULL, NULL);
    return true;
}

static bool leave(struct seat *s)
{
    seat_say(s, "leave", json_pack("{ss}", "request", "leave"), NULL, NULL);
    return true;
}

/* --- subscribers -------------------------------------------------------------------------------------------------- */

static json_t *feeds(struct seat *s, unsigned room)
{
    struct whole *w = s->person->whole;
    unsigned n = 1 + whole_random(w, 3);
    json_t *a = json_array();

    for (unsigned i = 0; i < n; i++) {
        struct seat *who = whole_publisher(w, room);
        json_t *item = json_pack("{sI}", "feed", who ? (json_int_t)who->id : 12345);

        if (whole_chance(w, 40))
            json_object_set_new(item, "mid", json_string(whole_chance(w, 50) ? "a" : "b"));
        json_array_append_new(a, item);
    }
    return a;
}

static bool watch(struct seat *s)
{
    struct whole *w = s->person->whole;
    struct seat *who = whole_publisher(w, 0);

    if (s->asked || s->phone || s->again || !who)
        return false;
    seat_say(s, "watch",
             json_pack("{ss ss si so sI sb}", "request", "join", "ptype", "subscriber", "room", (int)who->room,
                       "streams", feeds(s, who->room), "private_id", (json_int_t)who->private_id, "autoupdate",
                       (int)whole_chance(w, 80)),
             NULL, NULL);
    return true;
}

static bool subscribe(struct seat *s)
{
    seat_say(s, "subscribe", json_pack("{ss so}", "request", "subscribe", "streams", feeds(s, s->room)), NULL, NULL);
    return true;
}

static bool unsubscribe(struct seat *s)
{
    struct whole *w = s->person->whole;
    json_t *streams = feeds(s, s->room);

    if (whole_chance(w, 50)) {
        char mid[12];

        g_snprintf(mid, sizeof(mid), "%u", whole_random(w, 4));
        json_array_clear(streams);
        json_array_append_new(streams, json_pack("{ss}", "sub_mid", mid));
    }
    seat_say(s, "unsubscribe", json_pack("{ss so}", "request", "unsubscribe", "streams", streams), NULL, NULL);
    return true;
}

static bool change_feed(struct seat *s)
{
    struct whole *w = s->person->whole;
    struct seat *who = whole_publisher(w, s->room);
    char mid[12];

    if (!who)
        return false;
    g_snprintf(mid, sizeof(mid), "%u", whole_random(w, 3));
    seat_say(s, "switch",
             json_pack("{ss s[{sI ss ss}]}", "request", "switch", "streams", "feed", (json_int_t)who->id, "mid",
                       whole_chance(w, 50) ? "a" : "b", "sub_mid", mid),
             NULL, NULL);
    return true;
}

static bool pause_or_start(struct seat *s)
{
    if (s->offer) /* that is answered with a start of its own */
        return false;
    seat_say(s, "pause", json_pack("{ss}", "request", whole_chance(s->person->whole, 50) ? "pause" : "start"), NULL,
             NULL);
    return true;
}

static bool configure_view(struct seat *s)
{
    struct whole *w = s->person->whole;

    seat_say(s, "configure",
             json_pack("{ss s[{ss sb si si}]}", "request", "configure", "streams", "mid",
                       whole_chance(w, 50) ? "0" : "1", "send", (int)whole_chance(w, 70), "substream",
                       (int)whole_random(w, 3), "temporal", (int)whole_random(w, 3)),
             NULL, NULL);
    return true;
}

/* --- which of them ------------------------------------------------------------------------------------------------ */

typedef bool move(struct seat *s);

static move *const outside[] = {join, join, join, join, create, look, destroy, leave};
static move *const inside[] = {publish,   publish,   publish, configure, configure, unpublish,
                               publish,   publish,   leave,   moderate,  configure, publish,
                               configure, configure, look,    configure, publish,   configure};
static move *const not_watching[] = {watch, watch, watch, watch, look, moderate, change_feed};
static move *const watching[] = {change_feed,    change_feed,    subscribe,      subscribe,
                                 unsubscribe,    change_feed,    change_feed,    pause_or_start,
                                 configure_view, configure_view, pause_or_start, configure_view,
                                 configure_view, pause_or_start, configure_view, leave};

#define ONE_OF(moves) (moves)[whole_random(s->person->whole, G_N_ELEMENTS(moves))](s)

bool room_move(struct seat *s)
{
    if (whole_chance(s->person->whole, 1))
        return destroy(s);
    if (s->kind == SEAT_PUBLISHER)
        return s->room ? ONE_OF(inside) : ONE_OF(outside);
    return s->room ? ONE_OF(watching) : ONE_OF(not_watching);
}
