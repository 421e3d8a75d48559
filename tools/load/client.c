/* SPDX-License-Identifier: Apache-2.0 */
/* One client and its way: connection, session, handle, room, negotiation, path, media. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define PATIENCE_US  15000000
#define KEEPALIVE_US 20000000

char first_failure[200];

static void fail(struct client *c, const char *why)
{
    if (c->state == GONE)
        return;
    c->state = GONE;
    c->peer.failed = true;
    if (!first_failure[0])
        g_strlcpy(first_failure, why ? why : "unknown", sizeof(first_failure));
}

static void send_json(struct client *c, json_t *request) /* takes it */
{
    char text[24], *dump;

    g_snprintf(text, sizeof(text), "load-%u", ++c->transaction);
    json_object_set_new(request, "transaction", json_string(text));
    if (c->session)
        json_object_set_new(request, "session_id", json_integer(c->session));
    if (c->handle)
        json_object_set_new(request, "handle_id", json_integer(c->handle));
    dump = json_dumps(request, JSON_COMPACT);
    ws_send(&c->ws, dump, strlen(dump));
    free(dump);
    json_decref(request);
}

static void say(struct client *c, json_t *body, const char *type, char *sdp) /* takes body and sdp */
{
    json_t *request = json_pack("{ss so}", "janus", "message", "body", body);

    if (sdp)
        json_object_set_new(request, "jsep", json_pack("{ss ss}", "type", type, "sdp", sdp));
    free(sdp);
    send_json(c, request);
}

static void join(struct client *c)
{
    c->state = JOINING;
    c->begun_us = now_us();
    if (c->follows)
        say(c,
            json_pack("{ss ss sI s[{sI}]}", "request", "join", "ptype", "subscriber", "room", c->room->id, "streams",
                      "feed", c->follows->feed),
            NULL, NULL);
    else
        say(c,
            json_pack("{ss ss sI ss}", "request", "join", "ptype", "publisher", "room", c->room->id, "display", "load"),
            NULL, NULL);
}

static void make_room(struct client *c)
{
    if (c->room->id) {
        join(c);
        return;
    }
    c->state = MAKING_ROOM;
    c->room->being_made = true;
    say(c,
        json_pack("{ss si si si ss sb}", "request", "create", "publishers", option.publishers + 1, "bitrate", 0,
                  "fir_freq", 0, "videocodec", option.codec, "record", option.record),
        NULL, NULL);
}

static void link_up(struct client *c, const char *sdp)
{
    if (!sdp_read(sdp, &c->peer.remote))
        fail(c, "the server's description has no UDP host candidate, or no fingerprint");
    else if (!peer_connect(&c->peer, now_us()))
        fail(c, "no socket for a client, or the server's address cannot be reached");
    else
        c->state = LINKING;
}

/* --- what the server says ----------------------------------------------------------------------------------------- */

static void on_success(struct client *c, const json_t *m)
{
    json_int_t id = json_integer_value(json_object_get(json_object_get(m, "data"), "id"));
    const json_t *data = json_object_get(json_object_get(m, "plugindata"), "data");

    switch (c->state) {
    case CREATING:
        c->session = id;
        c->state = ATTACHING;
        send_json(c, json_pack("{ss ss}", "janus", "attach", "plugin", "janus.plugin.videoroom"));
        break;
    case ATTACHING:
        c->handle = id;
        make_room(c);
        break;
    case MAKING_ROOM:
        c->room->id = json_integer_value(json_object_get(data, "room"));
        c->room->being_made = false;
        if (c->room->id)
            join(c);
        else
            fail(c, "the room could not be created");
        break;
    default:
        break;
    }
}

static void on_event(struct client *c, const json_t *m)
{
    const json_t *data = json_object_get(json_object_get(m, "plugindata"), "data");
    const char *sdp = json_string_value(json_object_get(json_object_get(m, "jsep"), "sdp"));
    const char *what = json_string_value(json_object_get(data, "videoroom"));
    const char *error = json_string_value(json_object_get(data, "error"));
    const struct local l = {c->peer.ufrag, c->peer.pwd, gw_dtls_fingerprint(dtls_context)};

    if (error) {
        fail(c, error);
    } else if (c->state == JOINING && c->follows && sdp) {
        say(c, json_pack("{ss sI}", "request", "start", "room", c->room->id), "answer", sdp_answer(sdp, &l));
        link_up(c, sdp);
    } else if (c->state == JOINING && !c->follows && what && !strcmp(what, "joined")) {
        c->feed = json_integer_value(json_object_get(data, "id"));
        c->state = NEGOTIATING;
        say(c, json_pack("{ss sb sb sb}", "request", "configure", "audio", 1, "video", 1, "data", 1), "offer",
            sdp_offer(&l, c->ssrc));
    } else if (c->state == NEGOTIATING && sdp) {
        c->peer.publisher = &c->publisher;
        media_start(&c->publisher, c->ssrc, now_us());
        link_up(c, sdp);
    }
}

static void on_text(void *arg, const char *text, size_t len)
{
    struct client *c = arg;
    json_t *m = json_loadb(text, len, 0, NULL);
    const char *what = json_string_value(json_object_get(m, "janus"));

    if (c->state == GONE || !what)
        ;
    else if (!strcmp(what, "success"))
        on_success(c, m);
    else if (!strcmp(what, "event"))
        on_event(c, m);
    else if (!strcmp(what, "error"))
        fail(c, json_string_value(json_object_get(json_object_get(m, "error"), "reason")));
    else if (!strcmp(what, "webrtcup"))
        c->announced = true;
    else if (!strcmp(what, "hangup") || !strcmp(what, "timeout"))
        fail(c, what);
    json_decref(m);
}

static void on_open(void *arg)
{
    struct client *c = arg;

    c->state = CREATING;
    send_json(c, json_pack("{ss}", "janus", "create"));
}

/* --- what we do --------------------------------------------------------------------------------------------------- */

bool client_may_start(const struct client *c)
{
    if (c->follows)
        return c->follows->state == UP || c->follows->state == GONE;
    return c->room->id || !c->room->being_made;
}

void client_start(struct client *c, int64_t now)
{
    c->state = CONNECTING;
    c->begun_us = c->keepalive_us = now;
    c->ws.opened = on_open;
    c->ws.text = on_text;
    c->ws.arg = c;
    if (c->follows && c->follows->state == GONE)
        fail(c, "the publisher to watch is gone");
    else if (!peer_open(&c->peer))
        fail(c, "no socket for a client: is the limit of open files too low?");
    else if (!ws_connect(&c->ws, option.server))
        fail(c, c->ws.why);
    else if (!c->follows && !c->room->id)
        c->room->being_made = true;
}

void client_progress(struct client *c, int64_t now)
{
    if (c->state == GONE)
        return;
    if (c->ws.closed)
        fail(c, c->ws.why);
    else if (c->peer.failed)
        fail(c, "DTLS failed, or the server closed the connection");
    else if (c->state == LINKING && c->peer.up && (c->follows || c->announced)) {
        /* A publisher may be watched only from when the server, too, says that it is there. */
        c->state = UP;
        c->up_us = c->peer.up_us;
        c->peer.tick_us = now + (int64_t)(c->ssrc % 1000) * 1000;
    } else if (c->state == LINKING)
        peer_progress(&c->peer, now);
    if (c->state != UP && c->state != GONE && now - c->begun_us > PATIENCE_US)
        fail(c, "a client did not get through within 15 s");
    if (c->state == UP && now - c->keepalive_us > KEEPALIVE_US) {
        json_int_t handle = c->handle;

        c->keepalive_us = now;
        c->handle = 0;
        send_json(c, json_pack("{ss}", "janus", "keepalive"));
        c->handle = handle;
    }
}

void client_leave(struct client *c)
{
    c->handle = 0;
    if (c->session && c->ws.in && !c->ws.closed)
        send_json(c, json_pack("{ss}", "janus", "destroy"));
    c->session = 0;
    c->state = GONE;
    ws_close(&c->ws);
    peer_close(&c->peer);
}
