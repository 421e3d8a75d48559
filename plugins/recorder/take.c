/* SPDX-License-Identifier: Apache-2.0 */
#include "take.h"

#include <string.h>

#include "hooks.h"
#include "output.h"
#include "preroll.h"
#include "recorder.h"
#include "session.h"
#include "site.h"
#include "terms.h"
#include "text.h"
#include "writer.h"

#define AUDIO_RING (32u << 10)

struct rec_take {
    /* given at creation */
    uint64_t id;
    void (*ended)(void *user, struct rec_take *t, const json_t *manifest, const char *path);
    void *user;
    /* owned */
    char *participant;          /* or NULL */
    struct rec_take_conf *wish; /* where it is to lie once it starts; NULL: it is not armed */
    char *path;                 /* of the manifest; NULL: armed */
    struct rec_site site;
    GPtrArray *tracks; /* tapped; struct rec_track, owned by the writer once they have gone */
    struct rec_output *output;
    /* state */
    bool ending, paused;
    const char *cause;
    /* told by the writer */
    const char *trouble;
    guint overload;
    json_t *manifest;
};

static struct {
    GHashTable *all;       /* id -> take, those that are ending too */
    GAsyncQueue *segments; /* JSON of finished files, for the hooks */
} takes;

static const struct cardea_tap tap_events;
static const struct rec_output_events output_events;

/* --- to the writer ------------------------------------------------------------------------------------------------ */

struct order {
    struct rec_output *out;
    void *what;
    const char *text;
    json_t *about;
    bool flag;
    int64_t now_us;
};

static void order(struct rec_take *t, void (*run)(void *), struct order o)
{
    struct order *copy = g_new(struct order, 1);

    *copy = o;
    copy->out = t->output;
    copy->now_us = recorder.host->now_us();
    rec_writer_call(run, copy);
}

#define ORDER(name, does)                                                                                              \
    static void name(void *arg)                                                                                        \
    {                                                                                                                  \
        struct order *o = arg;                                                                                         \
                                                                                                                       \
        does;                                                                                                          \
        g_free(o);                                                                                                     \
    }
ORDER(do_begin, rec_output_begin(o->out, o->flag))
ORDER(do_add, rec_output_add(o->out, o->what))
ORDER(do_gone, rec_output_gone(o->out, o->what))
ORDER(do_pause, rec_output_pause(o->out, o->flag))
ORDER(do_note, rec_output_note(o->out, o->text, o->about, o->now_us))
ORDER(do_expect, rec_text_expect(o->out))
ORDER(do_end, rec_output_end(o->out, o->text))

static void do_start(void *arg)
{
    struct order *o = arg;
    struct rec_site *s = o->what;

    rec_preroll_end(o->out, s->folder, s->base);
    g_free(s);
    g_free(o);
}

static void do_message(void *arg)
{
    struct order *o = arg;
    struct rec_message *m = o->what;

    rec_text_write(o->out, m);
    g_free(m->label);
    g_free(m);
    g_free(o);
}

/* --- from the writer; what is posted needs no memory of its own --------------------------------------------------- */

static void want_keyframe(void *source)
{
    if (!rec_has_stopped())
        recorder.host->keyframe((cardea_source)(uintptr_t)source);
}

static void on_keyframe(void *owner, cardea_source source)
{
    rec_post(want_keyframe, (void *)(uintptr_t)source);
}

static void tell(struct rec_take *t, const char *what, json_t *more)
{
    json_t *j = json_pack("{ss sI}", "event", what, "id", (json_int_t)t->id);

    json_object_update(j, more);
    json_decref(more);
    if (recorder.set.events)
        recorder.host->event(NULL, j);
    else
        json_decref(j);
}

static void overloaded(void *take)
{
    struct rec_take *t = take;
    guint packets;

    if (rec_has_stopped())
        return;
    packets = (guint)g_atomic_int_get(&t->overload);
    recorder.host->log(CARDEA_LOG_WARN, NULL, "recording %llu: the disk does not follow, %u packets were left out",
                       (unsigned long long)t->id, packets);
    tell(t, "overload", json_pack("{si}", "packets", (int)packets));
}

static void on_overload(void *owner, uint64_t packets)
{
    struct rec_take *t = owner;

    g_atomic_int_set(&t->overload, (guint)packets);
    rec_post(overloaded, t);
}

static void in_trouble(void *take)
{
    struct rec_take *t = take;
    const char *cause;

    if (rec_has_stopped())
        return;
    cause = g_atomic_pointer_get(&t->trouble);
    recorder.host->log(CARDEA_LOG_WARN, NULL, "recording %llu ends: %s", (unsigned long long)t->id, cause);
    tell(t, "ending", json_pack("{ss}", "cause", cause));
    rec_take_end(t, cause);
}

static void on_trouble(void *owner, const char *cause)
{
    struct rec_take *t = owner;

    g_atomic_pointer_set(&t->trouble, cause);
    rec_post(in_trouble, t);
}

static void run_segment_hooks(void)
{
    for (json_t *j; (j = g_async_queue_try_pop(takes.segments));)
        rec_hooks_tell(j);
}

static void segment_is_finished(void *unused)
{
    if (!rec_has_stopped())
        run_segment_hooks();
}

static void on_segment(void *owner, const char *path, const json_t *entry)
{
    struct rec_take *t = owner;
    json_t *j = json_pack("{ss sI ss}", "what", "segment", "id", (json_int_t)t->id, "path", path);

    json_object_set_new(j, "segment", json_deep_copy(entry));
    g_async_queue_push(takes.segments, j);
    rec_post(segment_is_finished, NULL);
}

static void forget_wish(struct rec_take *t)
{
    struct rec_take_conf *w = t->wish;

    if (!w)
        return;
    g_free((char *)w->folder);
    g_free((char *)w->name);
    g_free((char *)w->session);
    g_free((char *)w->room);
    g_clear_pointer(&t->wish, g_free);
}

static void take_free(struct rec_take *t)
{
    rec_output_free(t->output);
    rec_site_clear(&t->site);
    forget_wish(t);
    g_ptr_array_free(t->tracks, TRUE);
    json_decref(t->manifest);
    g_free(t->path);
    g_free(t->participant);
    g_free(t);
}

static void complete(void *take)
{
    struct rec_take *t = take;

    if (rec_has_stopped())
        return; /* rec_takes_free() has freed it */
    g_hash_table_remove(takes.all, &t->id);
    if (t->site.session)
        rec_session_leave(t->site.session, t->id, t->cause);
    if (t->ended)
        t->ended(t->user, t, t->output->armed ? NULL : t->manifest, t->output->manifest_path);
    if (!t->output->armed)
        rec_hooks_tell(json_pack("{ss sI ss sO}", "what", "recording", "id", (json_int_t)t->id, "path",
                                 t->output->manifest_path, "manifest", t->manifest));
    take_free(t);
}

static void on_ended(void *owner, json_t *manifest)
{
    struct rec_take *t = owner;

    t->manifest = manifest;
    rec_post(complete, t);
}

static const struct rec_output_events output_events = {
    .keyframe = on_keyframe,
    .overload = on_overload,
    .trouble = on_trouble,
    .segment = on_segment,
    .ended = on_ended,
};

/* --- beginning ---------------------------------------------------------------------------------------------------- */

static const char *below_root(const char *path)
{
    size_t len = strlen(recorder.set.path);

    return !strncmp(path, recorder.set.path, len) && path[len] == '/' ? path + len + 1 : path;
}

/* What is needed of it later to choose where it lies. */
static struct rec_take_conf *keep_wish(const struct rec_take_conf *conf)
{
    struct rec_take_conf *w = g_new0(struct rec_take_conf, 1);

    w->folder = g_strdup(conf->folder);
    w->name = g_strdup(conf->name);
    w->session = g_strdup(conf->session);
    w->room = g_strdup(conf->room);
    w->formats = conf->formats;
    w->overwrite = conf->overwrite;
    return w;
}

/* Its place has been chosen: everybody may know. */
static void settle(struct rec_take *t)
{
    char *manifest = g_strdup_printf("%s/%s" REC_MANIFEST_ENDING, t->site.folder, t->site.base);

    t->path = g_strdup(below_root(manifest));
    if (t->site.session)
        rec_session_enter(t->site.session, t->id, t->site.base, t->participant);
    g_free(manifest);
}

static void open_output(struct rec_take *t, const struct rec_take_conf *conf)
{
    struct rec_output_conf o = {.folder = g_strdup(t->site.folder), .base = g_strdup(t->site.base)};

    rec_terms_set(&o, conf);
    o.events = &output_events;
    o.owner = t;
    t->output = rec_output_new(&o, rec_terms_manifest(conf, t->id, &o));
    order(t, do_begin, (struct order){.flag = conf->armed});
}

int rec_take_begin(struct rec_take **out, const struct rec_take_conf *conf)
{
    uint64_t id = conf->id ? conf->id : recorder.host->random_id();
    bool room = g_hash_table_size(takes.all) < recorder.set.most;
    struct rec_site site = {0};
    struct rec_take *t;
    int err = !room ? CARDEA_ELIMIT : conf->armed ? 0 : rec_site_choose(&site, conf, id);

    if (err) {
        json_decref(conf->meta);
        return err;
    }
    *out = t = g_new0(struct rec_take, 1);
    t->id = id;
    t->ended = conf->ended;
    t->user = conf->user;
    t->site = site;
    t->participant = g_strdup(conf->participant);
    t->tracks = g_ptr_array_new();
    g_hash_table_insert(takes.all, &t->id, t);
    open_output(t, conf);
    if (conf->armed)
        t->wish = keep_wish(conf);
    else
        settle(t);
    return 0;
}

int rec_take_start(struct rec_take *t)
{
    int err = t->wish ? rec_site_choose(&t->site, t->wish, t->id) : 0;
    struct rec_site place;

    if (err || !t->wish)
        return err;
    place = (struct rec_site){.folder = g_strdup(t->site.folder), .base = g_strdup(t->site.base)};
    settle(t);
    order(t, do_start, (struct order){.what = g_memdup2(&place, sizeof(place))});
    forget_wish(t);
    return 0;
}

/* --- tracks ------------------------------------------------------------------------------------------------------- */

static char *copy(const char *text)
{
    return text && *text ? strdup(text) : NULL;
}

static struct rec_track *make_track(struct rec_take *t, const struct cardea_stream *s, const char *description)
{
    const struct rec_track_conf conf = {.kind = s->kind,
                                        .codec = rec_codec_named(s->codec),
                                        .mindex = s->mindex,
                                        .clock_rate = s->clock_rate,
                                        .mid = copy(s->mid),
                                        .description = copy(description),
                                        .fmtp = copy(s->fmtp),
                                        .orientation_id = s->orientation_id,
                                        .audiolevel_id = s->audiolevel_id,
                                        .payload_type = s->payload_type,
                                        .red_payload_type = s->red_payload_type,
                                        .stereo = s->stereo,
                                        .simulcast = s->simulcast};
    struct rec_track *track =
        rec_track_new(&conf, s->source, s->kind == CARDEA_VIDEO ? (size_t)recorder.set.buffer_kib << 10 : AUDIO_RING);

    if (track)
        track->owner = t;
    return track;
}

static void add_track(struct rec_take *t, const struct cardea_stream *s, const char *description)
{
    struct rec_track *track = make_track(t, s, description);

    if (!track || recorder.host->tap(s->source, &tap_events, track)) {
        rec_track_free(track);
        recorder.host->log(CARDEA_LOG_WARN, NULL, "recording %llu: m-line %u cannot be tapped",
                           (unsigned long long)t->id, s->mindex);
        return;
    }
    g_ptr_array_add(t->tracks, track);
    order(t, do_add, (struct order){.what = track});
}

static bool is_listed(const struct rec_track *track, const struct cardea_stream *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i].source == track->source && !s[i].disabled && s[i].codec &&
            rec_codec_named(s[i].codec) == track->conf.codec)
            return true;
    return false;
}

static bool is_tapped(const struct rec_take *t, const struct cardea_stream *s)
{
    for (guint i = 0; i < t->tracks->len; i++) {
        const struct rec_track *track = t->tracks->pdata[i];

        if (track->source == s->source && track->conf.codec == rec_codec_named(s->codec))
            return true;
    }
    return false;
}

void rec_take_streams(struct rec_take *t, const struct cardea_stream *s, size_t n, const char *const *descriptions)
{
    if (t->ending)
        return;
    for (guint i = 0; i < t->tracks->len; i++) {
        const struct rec_track *track = t->tracks->pdata[i];

        if (!is_listed(track, s, n))
            recorder.host->untap(track->source, &tap_events, (void *)track); /* gone() follows */
    }
    for (size_t i = 0; i < n; i++) {
        if (s[i].disabled || !s[i].source)
            continue;
        if (s[i].kind == CARDEA_DATA)
            order(t, do_expect, (struct order){0});
        else if (s[i].codec && !is_tapped(t, &s[i]))
            add_track(t, &s[i], descriptions ? descriptions[i] : NULL);
    }
}

/* The last tap of a recording that ends: its output may finish. */
static void gone(void *tap, cardea_source source)
{
    struct rec_track *track = tap;
    struct rec_take *t = track->owner;

    g_ptr_array_remove(t->tracks, track);
    order(t, do_gone, (struct order){.what = track});
    if (t->ending && !t->tracks->len)
        order(t, do_end, (struct order){.text = t->cause});
}

static const struct cardea_tap tap_events = {.packet = rec_track_packet, .report = rec_track_report, .gone = gone};

/* --- what happens to it ------------------------------------------------------------------------------------------- */

void rec_take_data(struct rec_take *t, const struct cardea_message *m)
{
    struct rec_message *copied = g_malloc(sizeof(*copied) + m->len + REC_MUX_PADDING);

    *copied = (struct rec_message){
        .label = g_strdup(m->label), .binary = m->binary, .len = m->len, .time_us = recorder.host->now_us()};
    memcpy(copied->bytes, m->data, m->len);
    order(t, do_message, (struct order){.what = copied});
}

void rec_take_pause(struct rec_take *t, bool paused)
{
    t->paused = paused;
    order(t, do_pause, (struct order){.flag = paused});
}

/* what lives in the manifest only: it is copied there, by the writer, before this returns to anybody who could free it
 */
void rec_take_note(struct rec_take *t, const char *what, json_t *about)
{
    if (t->site.session)
        rec_session_note(t->site.session, t->id, what, about);
    order(t, do_note, (struct order){.text = g_intern_string(what), .about = about ? json_deep_copy(about) : NULL});
    json_decref(about);
}

void rec_take_end(struct rec_take *t, const char *cause)
{
    if (t->ending)
        return;
    t->ending = true;
    t->cause = cause;
    if (!t->tracks->len)
        order(t, do_end, (struct order){.text = cause});
    for (guint i = 0; i < t->tracks->len; i++) {
        const struct rec_track *track = t->tracks->pdata[i];

        recorder.host->untap(track->source, &tap_events, (void *)track);
    }
}

uint64_t rec_take_id(const struct rec_take *t)
{
    return t->id;
}

const char *rec_take_path(const struct rec_take *t)
{
    return t->path;
}

bool rec_take_is_paused(const struct rec_take *t)
{
    return t->paused;
}

bool rec_take_writes(const char *folder, const char *name)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, takes.all);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const struct rec_take *t = value;

        if (t->path && !strcmp(t->site.folder, folder) && !strcmp(t->site.base, name))
            return true;
    }
    return false;
}

struct rec_take *rec_take_find(uint64_t id)
{
    struct rec_take *t = g_hash_table_lookup(takes.all, &id);

    return t && !t->ending ? t : NULL;
}

bool rec_take_exists(uint64_t id)
{
    return g_hash_table_contains(takes.all, &id);
}

unsigned rec_takes(void)
{
    return g_hash_table_size(takes.all);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

void rec_takes_init(void)
{
    takes.all = g_hash_table_new(g_int64_hash, g_int64_equal);
    takes.segments = g_async_queue_new_full((GDestroyNotify)json_decref);
}

void rec_takes_free(void)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, takes.all);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct rec_take *t = value;

        if (t->site.session)
            rec_session_leave(t->site.session, t->id, "gateway stopped");
        take_free(t);
        g_hash_table_iter_remove(&it);
    }
    g_hash_table_destroy(takes.all);
    run_segment_hooks();
    g_async_queue_unref(takes.segments);
}
