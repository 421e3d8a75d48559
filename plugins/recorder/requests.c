/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of the recordplay API: their table, and those that are about neither recording nor playing alone. */
#include "access.h"
#include "catalog.h"
#include "verbs.h"

/* --- list, update, configure -------------------------------------------------------------------------------------- */

static void list_now(void *request)
{
    struct cardea_request *rq = request;
    struct rec_visitor v;

    if (!recorder.host->waits(rq))
        return;
    v = (struct rec_visitor){text(info(rq)->body, "admin_key"), recorder.host->claims(info(rq)->handle)};
    recorder.host->reply(
        rq, json_pack("{ss so}", KEY, "list", "list", rec_catalog_list(&v, text(info(rq)->body, "search"))));
}

static void verb_list(struct cardea_request *rq)
{
    const char *key = text(info(rq)->body, "admin_key");

    if (info(rq)->admin)
        recorder.host->fail(rq, E_UNKNOWN, "list is for handles");
    else if (recorder.set.admin_key && key && *key && !rec_access_is_admin(key))
        recorder.host->fail(rq, E_UNAUTHORIZED, "This admin key is not right");
    else
        rec_catalog_ready(list_now, rq);
}

static void updated(void *request)
{
    if (recorder.host->waits(request))
        recorder.host->reply(request, json_pack("{ss}", KEY, "ok"));
}

static void verb_update(struct cardea_request *rq)
{
    static const struct cardea_param wanted[] = {{"admin_key", CARDEA_STRING, CARDEA_REQUIRED}, {0}};
    const json_t *body = info(rq)->body;

    if (recorder.set.admin_key && !recorder.host->check(rq, body, wanted))
        return;
    if (recorder.set.admin_key && !rec_access_is_admin(text(body, "admin_key")))
        recorder.host->fail(rq, E_UNAUTHORIZED, "This admin key is not right");
    else
        rec_catalog_scan(updated, rq);
}

static void verb_configure(struct cardea_request *rq)
{
    const struct cardea_request_info *in = info(rq);
    struct rec_seat *s = in->user;
    const json_t *bitrate = json_object_get(in->body, "video-bitrate-max");
    const json_t *keyframe = json_object_get(in->body, "video-keyframe-interval");

    if (!s) {
        recorder.host->fail(rq, E_UNKNOWN, "configure is for handles");
        return;
    }
    if (bitrate)
        s->bitrate = (unsigned)json_integer_value(bitrate);
    if (keyframe)
        s->keyframe_ms = (unsigned)json_integer_value(keyframe);
    rec_record_apply(s);
    recorder.host->reply(rq, json_pack("{ss ss s{sI sI}}", KEY, "configure", "status", "ok", "settings",
                                       "video-keyframe-interval", (json_int_t)s->keyframe_ms, "video-bitrate-max",
                                       (json_int_t)s->bitrate));
}

/* --- pause, resume, stop ------------------------------------------------------------------------------------------ */

static void hold(struct cardea_request *rq, bool paused)
{
    struct rec_seat *s = info(rq)->user;
    struct rec_take *t = s->recording ? rec_take_find(s->id) : NULL;

    if (!t && !s->playout) {
        recorder.host->reply(rq, json_pack("{ss}", KEY, "event"));
        return;
    }
    if (t)
        rec_take_pause(t, paused);
    else
        rec_playout_pause(s->playout, paused);
    reply(rq, status(s, paused ? "paused" : "resumed"));
    tell(s, paused ? "paused" : "resumed");
}

static void verb_pause(struct cardea_request *rq)
{
    hold(rq, true);
}

static void verb_resume(struct cardea_request *rq)
{
    hold(rq, false);
}

static void verb_stop(struct cardea_request *rq)
{
    struct rec_seat *s = info(rq)->user;
    json_t *result = json_pack("{ss}", "status", "stopped");
    bool had = s->id != 0;

    if (had) {
        json_object_set_new(result, "id", json_integer((json_int_t)s->id));
        json_object_set_new(result, "is_private", json_integer(s->is_private));
    }
    reply(rq, result);
    s->over = !recorder.host->is_up(s->handle);
    if (s->over)
        rec_seat_done(s, "stopped");             /* there may be no PeerConnection yet */
    recorder.host->hangup(s->handle, "stopped"); /* `done` follows */
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

#define MOST_ID (((int64_t)1 << 53) - 1)

static const struct cardea_param list_params[] = {
    {"admin_key", CARDEA_STRING}, {"search", CARDEA_STRING, .max = 200}, {0}};
static const struct cardea_param configure_params[] = {{"video-bitrate-max", CARDEA_UINT, .max = UINT32_MAX},
                                                       {"video-keyframe-interval", CARDEA_UINT, .max = 86400000},
                                                       {0}};
static const struct cardea_param record_params[] = {
    {"name", CARDEA_STRING, CARDEA_REQUIRED | CARDEA_NONEMPTY, .max = 250},
    {"id", CARDEA_UINT, .max = MOST_ID},
    {"is_private", CARDEA_BOOL},
    {"filename", CARDEA_STRING, .max = 1024},
    {"audiocodec", CARDEA_STRING},
    {"videocodec", CARDEA_STRING},
    {"videoprofile", CARDEA_STRING},
    {"opusred", CARDEA_BOOL},
    {"textdata", CARDEA_BOOL},
    {"mjr", CARDEA_BOOL},
    {"update", CARDEA_BOOL},
    {0}};
static const struct cardea_param play_params[] = {{"id", CARDEA_UINT, CARDEA_REQUIRED, .max = MOST_ID},
                                                  {"restart", CARDEA_BOOL},
                                                  {"admin_key", CARDEA_STRING},
                                                  {"secret", CARDEA_STRING},
                                                  {0}};
static const struct cardea_param seek_params[] = {
    {"position_ms", CARDEA_UINT, CARDEA_REQUIRED, .max = (int64_t)1 << 40}, {0}};

const struct cardea_verb rec_verbs[] = {
    {"list", CARDEA_LATE, list_params, verb_list},
    {"update", CARDEA_LATE, NULL, verb_update, "admin"},
    {"configure", CARDEA_SYNC, configure_params, verb_configure},
    {"record", CARDEA_ASYNC, record_params, verb_record, "publisher"},
    {"pause", CARDEA_ASYNC, NULL, verb_pause},
    {"resume", CARDEA_ASYNC, NULL, verb_resume},
    {"stop", CARDEA_ASYNC, NULL, verb_stop},
    {"play", CARDEA_ASYNC, play_params, verb_play},
    {"start", CARDEA_ASYNC, NULL, verb_start},
    {"seek", CARDEA_ASYNC, seek_params, verb_seek},
    {"speed", CARDEA_ASYNC, NULL, verb_speed},
    {"position", CARDEA_ASYNC, NULL, verb_position},
    {0},
};
