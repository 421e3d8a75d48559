/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of the recordplay API share: requests.c has the table, record.c and play.c some of the verbs. */
#ifndef RECORDER_VERBS_H
#define RECORDER_VERBS_H

#include "recorder.h"
#include "seat.h"

#define KEY "recordplay"

/* A member of a request's body: NULL when it is no string; fallback when it is not there. */
static inline const char *text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static inline bool flag(const json_t *body, const char *name, bool fallback)
{
    const json_t *v = json_object_get(body, name);

    return v ? json_is_true(v) : fallback;
}

static inline const struct cardea_request_info *info(struct cardea_request *rq)
{
    return recorder.host->info(rq);
}

/* {"recordplay": "event", "result": …}; result is taken. */
static inline void reply(struct cardea_request *rq, json_t *result)
{
    recorder.host->reply(rq, json_pack("{ss so}", KEY, "event", "result", result));
}

static inline json_t *status(const struct rec_seat *s, const char *word)
{
    return json_pack("{ss sI}", "status", word, "id", (json_int_t)s->id);
}

/* To the event handlers. */
static inline void tell(struct rec_seat *s, const char *event)
{
    rec_seat_tell(s, json_pack("{ss sI}", "event", event, "id", (json_int_t)s->id));
}

/* record.c */
void verb_record(struct cardea_request *rq);
void rec_record_apply(struct rec_seat *s); /* bitrate and keyframes as configured, on what is being recorded */
/* play.c */
void verb_play(struct cardea_request *rq);
void verb_start(struct cardea_request *rq);
void verb_seek(struct cardea_request *rq);
void verb_speed(struct cardea_request *rq);
void verb_position(struct cardea_request *rq);

#endif
