/* SPDX-License-Identifier: Apache-2.0 */
#include "player.h"

#include <string.h>

#include "reader.h"
#include "recorder.h"

#define TURN_US   5000    /* between two looks at what is due */
#define BURST     64      /* packets of one playout in one turn, so that none starves the others */
#define REPORT_US 1000000 /* sender reports */
#define NTP_EPOCH 2208988800u

enum { AUDIO = REC_READ_AUDIO, VIDEO = REC_READ_VIDEO, DATA = REC_READ_DATA, KINDS };

struct rec_playout {
    /* given at creation */
    const struct rec_playout_events *events;
    void *user;
    /* control's */
    struct rec_item item; /* a copy of what the reader needs, while it opens */
    struct cardea_inlet *inlet[KINDS];
    unsigned inlets; /* that are not gone */
    bool closed, opening, on_thread;
    /* the thread's, once it was handed over; before that control's (or the opening job's) */
    struct rec_reader *reader;
    bool paused, over;
    int64_t wall_us;                /* wall clock against ours, when it was opened */
    unsigned percent;               /* of the recording's own pace */
    int64_t from_us, from_position; /* when it was there; it goes on from there. Paused: it stays there */
    int64_t reported_us;
    /* told by the thread */
    gint64 position_us; /* under the lock */
};

static struct {
    GThread *thread;
    GMutex lock; /* of calls and positions: held for moments only */
    GCond wake;
    GQueue calls;        /* struct call */
    GPtrArray *playouts; /* the thread's */
    bool stopping;
    unsigned open; /* control's: how many playouts there are */
} player;

struct call {
    void (*run)(struct rec_playout *p, int64_t arg);
    struct rec_playout *playout;
    int64_t arg;
};

/* --- to the thread ------------------------------------------------------------------------------------------------ */

static void call(struct rec_playout *p, void (*run)(struct rec_playout *p, int64_t arg), int64_t arg)
{
    struct call *c = g_new(struct call, 1);

    *c = (struct call){run, p, arg};
    g_mutex_lock(&player.lock);
    g_queue_push_tail(&player.calls, c);
    g_cond_signal(&player.wake);
    g_mutex_unlock(&player.lock);
}

static int64_t now(void)
{
    return recorder.host->now_us();
}

static int64_t position_at(const struct rec_playout *p, int64_t now_us)
{
    return p->paused ? p->from_position : p->from_position + (now_us - p->from_us) * p->percent / 100;
}

/* From now on it is there. */
static void go_on_from(struct rec_playout *p, int64_t position)
{
    p->from_position = position;
    p->from_us = now();
}

static void do_begin(struct rec_playout *p, int64_t unused)
{
    go_on_from(p, p->from_position);
    g_ptr_array_add(player.playouts, p);
}

static void do_pause(struct rec_playout *p, int64_t paused)
{
    go_on_from(p, position_at(p, now()));
    p->paused = paused;
}

static void do_seek(struct rec_playout *p, int64_t to_us)
{
    go_on_from(p, rec_reader_seek(p->reader, position_at(p, now()), to_us));
    p->over = false;
    p->reported_us = 0;
}

static void do_speed(struct rec_playout *p, int64_t percent)
{
    go_on_from(p, position_at(p, now()));
    rec_reader_speed(p->reader, p->from_position, (unsigned)percent);
    p->percent = (unsigned)percent;
    p->reported_us = 0;
}

static void do_red(struct rec_playout *p, int64_t accepted)
{
    rec_reader_red(p->reader, accepted);
}

/* --- back to control ---------------------------------------------------------------------------------------------- */

static void playout_free(struct rec_playout *p)
{
    rec_reader_free(p->reader);
    g_free(p);
    player.open--;
}

static void told_end(void *playout)
{
    struct rec_playout *p = playout;

    if (!rec_has_stopped() && !p->closed)
        p->events->ended(p->user);
}

/* The thread has let go: inlets may be closed; with the last of them the playout goes. */
static void left(void *playout)
{
    struct rec_playout *p = playout;

    p->on_thread = false;
    for (int k = 0; k < KINDS; k++)
        if (p->inlet[k])
            recorder.host->inlet_close(p->inlet[k]);
    if (!p->inlets)
        playout_free(p);
}

static void inlet_gone(void *user, cardea_source source)
{
    struct rec_playout *p = user;

    if (!--p->inlets && !p->on_thread)
        playout_free(p);
}

static void do_leave(struct rec_playout *p, int64_t unused)
{
    g_ptr_array_remove_fast(player.playouts, p);
    rec_post(left, p);
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* RFC 3550 section 6.4.1, without report blocks: what belongs together in time. */
static void report(struct rec_playout *p, enum rec_read_kind kind, int64_t position_us)
{
    int64_t wall = p->wall_us + now(); /* one that nobody sets meanwhile */
    uint8_t sr[28] = {0x80, 200, 0, 6};

    if (!p->inlet[kind])
        return;
    put32(sr + 4, rec_reader_ssrc(p->reader, kind));
    put32(sr + 8, (uint32_t)(wall / 1000000 + NTP_EPOCH));
    put32(sr + 12, (uint32_t)((uint64_t)(wall % 1000000) * 4294967296u / 1000000));
    put32(sr + 16, rec_reader_rtp(p->reader, kind, position_us));
    recorder.host->inject(p->inlet[kind], sr, sizeof(sr));
}

static void send(struct rec_playout *p, const struct rec_read *r)
{
    struct cardea_message m = {
        .label = r->label ? r->label : "", .protocol = "", .binary = r->binary, .data = r->bytes, .len = r->len};

    if (!p->inlet[r->kind] || !r->len)
        return;
    if (r->kind == REC_READ_DATA)
        recorder.host->inject_data(p->inlet[DATA], &m);
    else
        recorder.host->inject(p->inlet[r->kind], r->bytes, r->len);
}

static void turn(struct rec_playout *p, int64_t now_us)
{
    int64_t position = position_at(p, now_us);
    const struct rec_read *r = NULL;

    if (p->paused || p->over)
        return;
    for (int i = 0; i < BURST && (r = rec_reader_peek(p->reader)) && r->time_us <= position; i++) {
        send(p, r);
        rec_reader_pop(p->reader);
    }
    if (now_us - p->reported_us > REPORT_US) {
        p->reported_us = now_us;
        report(p, REC_READ_AUDIO, position);
        report(p, REC_READ_VIDEO, position);
    }
    g_mutex_lock(&player.lock);
    p->position_us = position;
    g_mutex_unlock(&player.lock);
    if (r || (r = rec_reader_peek(p->reader)))
        return;
    p->over = true;
    rec_post(told_end, p);
}

static void run_calls(void)
{
    struct call *c;

    while ((c = g_queue_pop_head(&player.calls))) {
        g_mutex_unlock(&player.lock);
        c->run(c->playout, c->arg);
        g_free(c);
        g_mutex_lock(&player.lock);
    }
}

static gpointer run(gpointer unused)
{
    g_mutex_lock(&player.lock);
    while (!player.stopping) {
        if (player.playouts->len)
            g_cond_wait_until(&player.wake, &player.lock, g_get_monotonic_time() + TURN_US);
        else if (!player.calls.head)
            g_cond_wait(&player.wake, &player.lock);
        run_calls();
        g_mutex_unlock(&player.lock);
        for (guint i = 0; i < player.playouts->len; i++)
            turn(player.playouts->pdata[i], now());
        g_mutex_lock(&player.lock);
    }
    run_calls();
    g_mutex_unlock(&player.lock);
    return NULL;
}

void rec_player_start(void)
{
    g_queue_init(&player.calls);
    player.playouts = g_ptr_array_new();
    player.stopping = false;
    player.thread = g_thread_new("rec-player", run, NULL);
}

void rec_player_stop(void)
{
    if (!player.thread)
        return;
    g_mutex_lock(&player.lock);
    player.stopping = true;
    g_cond_signal(&player.wake);
    g_mutex_unlock(&player.lock);
    g_thread_join(player.thread);
    player.thread = NULL;
    g_ptr_array_free(player.playouts, TRUE);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

static void copy_item(struct rec_item *to, const struct rec_item *from)
{
    *to = (struct rec_item){.id = from->id, .e2ee = from->e2ee, .duration_ms = from->duration_ms};
    to->audio_mjr = g_strdup(from->audio_mjr);
    to->video_mjr = g_strdup(from->video_mjr);
    to->data_mjr = g_strdup(from->data_mjr);
    to->messages = g_strdup(from->messages);
    to->media = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < from->media->len; i++)
        g_ptr_array_add(to->media, g_strdup(from->media->pdata[i]));
    to->starts = from->starts ? g_array_ref(from->starts) : NULL;
}

static void clear_item(struct rec_item *item)
{
    g_free(item->audio_mjr);
    g_free(item->video_mjr);
    g_free(item->data_mjr);
    g_free(item->messages);
    g_ptr_array_free(item->media, TRUE);
    if (item->starts)
        g_array_unref(item->starts);
}

static void open_work(void *playout)
{
    struct rec_playout *p = playout;

    if (rec_reader_open(&p->reader, &p->item))
        p->reader = NULL;
    else
        rec_reader_peek(p->reader); /* the first read of the file happens here, too */
}

static void open_done(void *playout)
{
    struct rec_playout *p = playout;

    p->opening = false;
    clear_item(&p->item);
    if (p->closed)
        playout_free(p);
    else
        p->events->opened(p->user, p->reader ? rec_reader_what(p->reader) : NULL);
}

struct rec_playout *rec_playout_open(const struct rec_item *item, const struct rec_playout_events *events, void *user)
{
    struct rec_playout *p = g_new0(struct rec_playout, 1);

    p->events = events;
    p->user = user;
    p->opening = true;
    p->percent = 100;
    p->wall_us = g_get_real_time() - now();
    copy_item(&p->item, item);
    if (recorder.host->job(open_work, open_done, p)) { /* too many wait: it is as if the files could not be read */
        p->opening = false;
        clear_item(&p->item);
        g_free(p);
        return NULL;
    }
    player.open++;
    return p;
}

/* --- control ------------------------------------------------------------------------------------------------------ */

static int make_inlet(struct rec_playout *p, int kind, struct cardea_inlet_conf *conf, cardea_source *source)
{
    static const struct cardea_inlet_events inlet_events = {.gone = inlet_gone};
    int err;

    conf->events = &inlet_events;
    conf->user = p;
    conf->beside = p->inlet[AUDIO] ? p->inlet[AUDIO] : p->inlet[VIDEO];
    err = recorder.host->inlet(conf, &p->inlet[kind], source);
    if (err)
        p->inlet[kind] = NULL;
    else
        p->inlets++;
    return err;
}

int rec_playout_sources(struct rec_playout *p, cardea_source *audio, cardea_source *video, cardea_source *data)
{
    const struct rec_playable *what = rec_reader_what(p->reader);
    struct cardea_inlet_conf a = {.kind = CARDEA_AUDIO,
                                  .codec = rec_codec_name(what->audio),
                                  .payload_type = REC_READ_AUDIO_PT,
                                  .red_payload_type = what->red_payload_type >= 0 ? REC_READ_RED_PT : 0,
                                  .audiolevel_id = what->audiolevel_id};
    struct cardea_inlet_conf v = {.kind = CARDEA_VIDEO,
                                  .codec = rec_codec_name(what->video),
                                  .payload_type = REC_READ_VIDEO_PT,
                                  .orientation_id = what->orientation_id};
    struct cardea_inlet_conf d = {.kind = CARDEA_DATA, .payload_type = -1};
    int err = 0;

    *audio = *video = *data = 0;
    if (what->audio != REC_CODEC_NONE)
        err = make_inlet(p, AUDIO, &a, audio);
    if (!err && what->video != REC_CODEC_NONE)
        err = make_inlet(p, VIDEO, &v, video);
    if (!err && what->data)
        err = make_inlet(p, DATA, &d, data);
    return err;
}

void rec_playout_red(struct rec_playout *p, bool accepted)
{
    call(p, do_red, accepted);
}

void rec_playout_begin(struct rec_playout *p)
{
    if (p->on_thread)
        return;
    p->on_thread = true;
    call(p, do_begin, 0);
}

void rec_playout_pause(struct rec_playout *p, bool paused)
{
    call(p, do_pause, paused);
}

void rec_playout_seek(struct rec_playout *p, int64_t ms)
{
    call(p, do_seek, ms * 1000);
}

void rec_playout_speed(struct rec_playout *p, unsigned percent)
{
    call(p, do_speed, percent);
}

int64_t rec_playout_position_ms(const struct rec_playout *p)
{
    int64_t us;

    g_mutex_lock(&player.lock);
    us = p->position_us;
    g_mutex_unlock(&player.lock);
    return us / 1000;
}

unsigned rec_playouts(void)
{
    return player.open;
}

void rec_playout_close(struct rec_playout *p)
{
    if (!p || p->closed)
        return;
    p->closed = true;
    if (p->opening)
        return;          /* open_done() frees it */
    p->on_thread = true; /* orders for it may still be on their way */
    call(p, do_leave, 0);
}
