/* SPDX-License-Identifier: Apache-2.0 */
#include "preroll.h"

#include "writer.h"

#define LOOK_US     500000
#define SHORTEST_US 2000000 /* between keyframes that are asked for */
#define LONGEST_US  30000000

/* The timeline begins at us. */
static void move_start(struct rec_output *out, int64_t us)
{
    int64_t by = us - out->conf.start_us;

    out->conf.start_us += by;
    out->conf.start_wall_us += by;
    rec_manifest_begin(out->manifest, out->conf.base, out->conf.start_wall_us, by);
}

static void ask_for_keyframes(struct rec_output *out, int64_t now_us)
{
    int64_t pause = CLAMP(out->conf.preroll_us / 2, SHORTEST_US, LONGEST_US);

    for (guint i = 0; i < out->streams->len; i++) {
        struct rec_stream *s = out->streams->pdata[i];

        if (s->video && now_us - MAX(s->key_us, s->asked_us) > pause)
            rec_output_ask(out, s);
    }
}

void rec_preroll_turn(struct rec_output *out, int64_t now_us)
{
    int64_t first;

    if (now_us - out->looked_us < LOOK_US)
        return;
    out->looked_us = now_us;
    rec_pending_trim(&out->pending, now_us - out->conf.preroll_us, out->conf.most_pending);
    first = rec_pending_first_us(&out->pending);
    first = first < now_us ? first : now_us;
    move_start(out, first - (first - out->conf.start_us) % 1000); /* what has been written down is in milliseconds */
    ask_for_keyframes(out, now_us);
}

/* What the manifest has forgotten of streams, or could not be made without a folder. */
static void introduce(struct rec_output *out, struct rec_stream *s)
{
    if (s->video && s->width)
        rec_output_note_size(out, s, out->conf.start_us);
    if (out->conf.mjr)
        s->mjr = rec_mjr_file_of(out, s);
    if (s->video && !rec_pending_has(&out->pending, s)) {
        s->need_key = true;
        rec_output_ask(out, s);
    }
}

void rec_preroll_end(struct rec_output *out, char *folder, char *base)
{
    int64_t first, now = rec_writer_now();

    if (!out->armed || out->cause) {
        g_free(folder);
        g_free(base);
        return;
    }
    rec_output_place(out, folder, base);
    rec_pending_to_keyframes(&out->pending);
    first = rec_pending_first_us(&out->pending);
    out->armed = false;
    out->paused_total_us = 0;
    out->gathering_us = out->pending.frames.head ? now : 0;
    move_start(out, first < now ? first : now);
    for (guint i = 0; i < out->streams->len; i++)
        introduce(out, out->streams->pdata[i]);
    rec_output_save(out);
}
