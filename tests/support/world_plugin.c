/* SPDX-License-Identifier: Apache-2.0 */
/* The test's own plugin: it notes what it is told, and has verbs for what a plugin can do, well or badly. */
#include "support/world_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/busy.h"

static const struct cardea_host *host;

/* What a plugin is promised: never inside one of its own callbacks. */
static void enter(void)
{
    if (world.depth++)
        world.posts_nested++;
}

/* Whoever looks while it stands still is told where it is (api/busy.h). what NULL: a verb, whichever. */
static void is_named(const char *what)
{
    const char *plugin_name, *callback;
    void (*code)(void);

    gw_busy(&plugin_name, &callback, &code);
    if (plugin_name && callback && !strcmp(plugin_name, "cardea.plugin.fake") && (!what || !strcmp(callback, what)))
        return;
    fprintf(stderr, "in %s, and said to be in %s of %s\n", what ? what : "a verb", callback ? callback : "nothing",
            plugin_name ? plugin_name : "nobody");
    abort();
}

static void leave(void)
{
    world.depth--;
}

static json_t *fine(const char *what)
{
    return json_pack("{ss ss}", "fake", "event", "result", what);
}

static void run_sync(struct cardea_request *rq)
{
    enter();
    is_named(NULL);
    host->reply(rq, json_pack("{ss sO}", "fake", "success", "body", host->info(rq)->body));
    leave();
}

static void run_async(struct cardea_request *rq)
{
    enter();
    is_named(NULL);
    world.runs++;
    host->reply(rq, fine("ok"));
    leave();
}

static void run_mute(struct cardea_request *rq)
{
    world.kept = rq;
}

static void run_list(struct cardea_request *rq)
{
    host->reply(rq, json_array());
}

static void run_twice(struct cardea_request *rq)
{
    enter();
    is_named(NULL);
    host->reply(rq, fine("first"));
    host->reply(rq, fine("second"));
    host->fail(rq, 400, "third");
    host->info(rq);
    leave();
}

static void run_late(struct cardea_request *rq)
{
    world.kept = rq;
}

static void run_answer(struct cardea_request *rq)
{
    const struct cardea_answer policy = {.title = "fake"};

    enter();
    is_named(NULL);
    world.last_result = host->answer(rq, &policy);
    if (world.last_result)
        host->fail(rq, 414, "no answer: %d", world.last_result);
    else
        host->reply(rq, fine("answered"));
    leave();
}

static void place_audio(struct cardea_handle *h)
{
    const struct cardea_place place = {.kind = CARDEA_AUDIO, .codec = "opus", .payload_type = -1};
    cardea_sink sink;
    int mindex = -1;

    host->place(h, &mindex, &place, &sink);
}

static void run_offer(struct cardea_request *rq)
{
    const struct cardea_offer offer = {.title = "fake"};
    struct cardea_handle *h = host->info(rq)->handle;

    enter();
    is_named(NULL);
    place_audio(h);
    world.last_result = host->offer(h, rq, &offer);
    host->notify(h, fine("before the reply"));
    host->reply(rq, fine("offered"));
    host->notify(h, fine("after the reply"));
    leave();
}

static void run_end(struct cardea_request *rq)
{
    struct cardea_handle *h = host->info(rq)->handle;

    enter();
    is_named(NULL);
    host->end(h);
    host->end(h);
    host->reply(rq, fine("ending"));
    leave();
}

static void run_hangup(struct cardea_request *rq)
{
    enter();
    is_named(NULL);
    host->hangup(host->info(rq)->handle, NULL);
    host->reply(rq, fine("hanging up"));
    leave();
}

static int attach(struct cardea_handle *h, void **user)
{
    enter();
    is_named("attach");
    world.handle = h;
    if (world.end_in_attach)
        host->end(h);
    world.attached += !world.refuse_attach;
    *user = &world;
    leave();
    return world.refuse_attach ? -1 : 0;
}

static void detach(struct cardea_handle *h, void *user)
{
    enter();
    is_named("detach");
    world.detached++;
    host->notify(h, fine("bye"));
    leave();
}

static void up(struct cardea_handle *h, void *user)
{
    enter();
    is_named("up");
    world.ups++;
    host->notify(h, fine("up"));
    leave();
}

static void down(struct cardea_handle *h, void *user, const char *reason)
{
    enter();
    is_named("down");
    world.downs++;
    host->notify(h, fine("down"));
    leave();
}

static void source_added(struct cardea_handle *h, void *user, const struct cardea_stream *stream)
{
    enter();
    is_named("source_added");
    world.sources++;
    leave();
}

static void source_gone(struct cardea_handle *h, void *user, cardea_source source)
{
    enter();
    is_named("source_gone");
    world.sources_gone++;
    leave();
}

static void told_to_drain(bool draining)
{
    is_named("drain");
    world.drains += draining ? 1 : 100;
}

static bool welcomes(const json_t *purpose)
{
    is_named("welcomes");
    return json_integer_value(json_object_get(purpose, "room")) == 1234;
}

/* A number behind the last slash is a room. */
static json_t *about_path(const char *path)
{
    int room = atoi(strrchr(path, '/') + 1);

    is_named("about_path");
    return room ? json_pack("{si}", "room", room) : NULL;
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    is_named("describe");
    return json_pack("{ss}", "plugin", "fake");
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    is_named("start");
    host = h;
    return 0;
}

static void stop(void)
{
    is_named("stop");
}

static const struct cardea_param params[] = {
    {"n", CARDEA_UINT, CARDEA_REQUIRED, .max = 10},
    {"word", CARDEA_STRING, CARDEA_NONEMPTY},
    {0},
};
static const struct cardea_verb verbs[] = {
    {"sync", CARDEA_SYNC, NULL, run_sync},
    {"checked", CARDEA_SYNC, params, run_sync},
    {"async", CARDEA_ASYNC, NULL, run_async},
    {"strict", CARDEA_ASYNC, params, run_async},
    {"manage", CARDEA_SYNC, NULL, run_sync, "admin"},
    {"mute", CARDEA_SYNC, NULL, run_mute},
    {"list", CARDEA_SYNC, NULL, run_list},
    {"twice", CARDEA_ASYNC, NULL, run_twice},
    {"late", CARDEA_ASYNC, NULL, run_late},
    {"answer", CARDEA_ASYNC, NULL, run_answer},
    {"offer", CARDEA_ASYNC, NULL, run_offer},
    {"end", CARDEA_ASYNC, NULL, run_end},
    {"hangup", CARDEA_ASYNC, NULL, run_hangup},
    {0},
};
static const char *const aliases[] = {"janus.plugin.fake", NULL};
static const char *const about[] = {"room", NULL};

const struct cardea_plugin world_own_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = "cardea.plugin.fake",
    .aliases = aliases,
    .title = "Fake",
    .version_string = "1",
    .version = 1,
    .key = "fake",
    .errors = {.no_message = 421, .not_object = 422, .unknown = 423, .missing = 429, .invalid = 430},
    .verbs = verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
    .up = up,
    .down = down,
    .source_added = source_added,
    .source_gone = source_gone,
    .drain = told_to_drain,
    .describe = describe,
    .welcomes = welcomes,
    .about = about,
    .about_path = about_path,
};
