/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, rooms, publishers and subscribers over the API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static const char *transaction(void)
{
    static char text[24];
    static unsigned n;

    snprintf(text, sizeof(text), "load-%u", ++n);
    return text;
}

static json_t *ask(struct client *c, json_t *request)
{
    json_t *reply;

    json_object_set_new(request, "transaction", json_string(transaction()));
    if (c->session)
        json_object_set_new(request, "session_id", json_integer(c->session));
    if (c->handle)
        json_object_set_new(request, "handle_id", json_integer(c->handle));
    reply = http_ask(&c->http, "", request);
    if (reply && !strcmp(json_string_value(json_object_get(reply, "janus")) ?: "", "error")) {
        fprintf(stderr, "the server refused: %s\n",
                json_string_value(json_object_get(json_object_get(reply, "error"), "reason")));
        json_decref(reply);
        return NULL;
    }
    return reply;
}

static json_int_t ask_id(struct client *c, json_t *request)
{
    json_t *reply = ask(c, request);
    json_int_t id = json_integer_value(json_object_get(json_object_get(reply, "data"), "id"));

    json_decref(reply);
    return id;
}

bool client_open(struct client *c, const char *url)
{
    *c = (struct client){0};
    if (http_parse(&c->http, url))
        return false;
    c->session = ask_id(c, json_pack("{ss}", "janus", "create"));
    if (c->session)
        c->handle = ask_id(c, json_pack("{ss ss}", "janus", "attach", "plugin", "janus.plugin.videoroom"));
    return c->handle != 0;
}

void client_close(struct client *c)
{
    c->handle = 0;
    if (c->session)
        json_decref(ask(c, json_pack("{ss}", "janus", "destroy")));
    http_close(&c->http);
}

/* Polls until a plugin event with this member comes; others are dropped. New reference. */
static json_t *await_event(struct client *c, const char *member)
{
    char path[64];

    snprintf(path, sizeof(path), "/%lld?maxev=10", (long long)c->session);
    for (int tries = 0; tries < 20; tries++) {
        json_t *list = http_ask(&c->http, path, NULL), *event, *found = NULL;
        size_t i;

        json_array_foreach(list, i, event)
        {
            const json_t *data = json_object_get(json_object_get(event, "plugindata"), "data");
            const char *error = json_string_value(json_object_get(data, "error"));

            if (error)
                fprintf(stderr, "the room refused: %s\n", error);
            if (json_object_get(data, member) ||
                !strcmp(json_string_value(json_object_get(data, "videoroom")) ?: "", member))
                found = json_incref(event);
            if (error || found)
                tries = 99;
        }
        json_decref(list);
        if (found)
            return found;
    }
    return NULL;
}

static bool message(struct client *c, json_t *body, const char *type, const char *sdp)
{
    json_t *request = json_pack("{ss so}", "janus", "message", "body", body), *reply;

    if (sdp)
        json_object_set_new(request, "jsep", json_pack("{ss ss}", "type", type, "sdp", sdp));
    reply = ask(c, request);
    json_decref(reply);
    return reply != NULL;
}

json_int_t room_create(struct client *c, int publishers)
{
    json_t *reply = ask(c, json_pack("{ss s{ss si si si}}", "janus", "message", "body", "request", "create",
                                     "publishers", publishers, "bitrate", 0, "fir_freq", 0));
    json_int_t room =
        json_integer_value(json_object_get(json_object_get(json_object_get(reply, "plugindata"), "data"), "room"));

    json_decref(reply);
    return room;
}

static const char *jsep_of(const json_t *event)
{
    return json_string_value(json_object_get(json_object_get(event, "jsep"), "sdp"));
}

bool room_publish(struct client *c, json_int_t room, struct publisher *p, struct gw_dtls_context *dtls,
                  json_int_t *feed)
{
    char *offer = sdp_offer(p->peer.ufrag, p->peer.pwd, gw_dtls_fingerprint(dtls), p->audio_ssrc, p->video_ssrc);
    json_t *joined = NULL, *configured = NULL;
    bool fine = false;

    if (!message(c,
                 json_pack("{ss ss sI ss}", "request", "join", "ptype", "publisher", "room", room, "display", "load"),
                 NULL, NULL) ||
        !(joined = await_event(c, "joined")))
        goto out;
    *feed = json_integer_value(json_object_get(json_object_get(json_object_get(joined, "plugindata"), "data"), "id"));
    if (!message(c, json_pack("{ss sb sb}", "request", "configure", "audio", 1, "video", 1), "offer", offer) ||
        !(configured = await_event(c, "configured")) || !jsep_of(configured) ||
        !sdp_read(jsep_of(configured), &p->peer.remote))
        goto out;
    p->peer.publisher = p;
    p->keyframe = true;
    fine = peer_connect(&p->peer, dtls, 5000);
out:
    json_decref(joined);
    json_decref(configured);
    free(offer);
    return fine;
}

bool room_subscribe(struct client *c, json_int_t room, json_int_t feed, struct peer *p, struct gw_dtls_context *dtls)
{
    json_t *attached = NULL;
    char *answer = NULL;
    bool fine = false;

    p->joined_us = now_us();
    if (!message(c,
                 json_pack("{ss ss sI s[{sI}]}", "request", "join", "ptype", "subscriber", "room", room, "streams",
                           "feed", feed),
                 NULL, NULL) ||
        !(attached = await_event(c, "attached")) || !jsep_of(attached) || !sdp_read(jsep_of(attached), &p->remote))
        goto out;
    answer = sdp_answer(jsep_of(attached), p->ufrag, p->pwd, gw_dtls_fingerprint(dtls));
    fine = message(c, json_pack("{ss sI}", "request", "start", "room", room), "answer", answer) &&
           peer_connect(p, dtls, 5000);
out:
    json_decref(attached);
    free(answer);
    return fine;
}
