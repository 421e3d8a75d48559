/* SPDX-License-Identifier: Apache-2.0 */
#include "seat.h"

#include <string.h>

#include "recorder.h"

static GHashTable *seats; /* a set, borrowed */

void rec_seats_init(void)
{
    seats = g_hash_table_new(NULL, NULL);
}

void rec_seats_free(void)
{
    g_hash_table_destroy(seats);
}

struct rec_seat *rec_seat_new(struct cardea_handle *h)
{
    struct rec_seat *s = g_new0(struct rec_seat, 1);

    s->handle = h;
    s->bitrate = REC_DEFAULT_BITRATE;
    s->keyframe_ms = REC_DEFAULT_KEYFRAME;
    g_hash_table_add(seats, s);
    return s;
}

void rec_seat_free(struct rec_seat *s)
{
    g_hash_table_remove(seats, s);
    g_free(s->name);
    g_free(s);
}

bool rec_seat_exists(const struct rec_seat *s)
{
    return g_hash_table_contains(seats, s);
}

void rec_seat_event(struct rec_seat *s, json_t *result)
{
    recorder.host->notify(s->handle, json_pack("{ss so}", "recordplay", "event", "result", result));
}

void rec_seat_tell(struct rec_seat *s, json_t *body)
{
    if (recorder.set.events)
        recorder.host->event(s->handle, body);
    else
        json_decref(body);
}

void rec_seat_clear(struct rec_seat *s)
{
    s->recording = false;
    s->playout = NULL;
    s->id = 0;
    s->is_private = s->e2ee = s->playing = false;
    s->audio_sink = s->video_sink = s->data_sink = 0;
    s->asked = NULL;
    g_clear_pointer(&s->name, g_free);
}

/* The take ends on its own, later, without the seat. */
void rec_seat_done(struct rec_seat *s, const char *cause)
{
    json_t *result = json_pack("{ss}", "status", "done");
    struct rec_take *take = s->recording ? rec_take_find(s->id) : NULL;

    if (s->id) {
        json_object_set_new(result, "id", json_integer((json_int_t)s->id));
        json_object_set_new(result, "is_private", json_integer(s->is_private));
    }
    rec_seat_event(s, result);
    if (take)
        rec_take_end(take, cause);
    rec_playout_close(s->playout);
    if (s->id)
        rec_seat_tell(s, json_pack("{ss sI}", "event", "stopped", "id", (json_int_t)s->id));
    rec_seat_clear(s);
}
