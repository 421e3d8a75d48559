/* SPDX-License-Identifier: Apache-2.0 */
#include "take.h"

#include <string.h>

#include "hooks.h"
#include "orders.h"
#include "output.h"
#include "recorder.h"
#include "session.h"
#include "site.h"
#include "taps.h"
#include "terms.h"

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
    struct rec_output *output;
    struct rec_taps taps;
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

static const struct rec_output_events output_events;

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
    rec_taps_clear(&t->taps);
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

/* The last tap of a recording that ends: its output may finish. */
static void no_taps(void *take)
{
    struct rec_take *t = take;

    if (t->ending)
        rec_order_end(t->output, t->cause);
}

static void open_output(struct rec_take *t, const struct rec_take_conf *conf)
{
    struct rec_output_conf o = {.folder = g_strdup(t->site.folder), .base = g_strdup(t->site.base)};

    rec_terms_set(&o, conf);
    o.events = &output_events;
    o.owner = t;
    t->output = rec_output_new(&o, rec_terms_manifest(conf, t->id, &o));
    rec_taps_init(&t->taps, t->output, no_taps, t);
    rec_order_begin(t->output, conf->armed);
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

    if (err || !t->wish)
        return err;
    settle(t);
    rec_order_start(t->output, t->site.folder, t->site.base);
    forget_wish(t);
    return 0;
}

/* --- what happens to it ------------------------------------------------------------------------------------------- */

void rec_take_streams(struct rec_take *t, const struct cardea_stream *s, size_t n, const char *const *descriptions)
{
    if (!t->ending)
        rec_taps_set(&t->taps, s, n, descriptions);
}

void rec_take_data(struct rec_take *t, const struct cardea_message *m)
{
    rec_order_message(t->output, m);
}

void rec_take_pause(struct rec_take *t, bool paused)
{
    t->paused = paused;
    rec_order_pause(t->output, paused);
}

void rec_take_note(struct rec_take *t, const char *what, json_t *about)
{
    if (t->site.session)
        rec_session_note(t->site.session, t->id, what, about);
    rec_order_note(t->output, what, about ? json_deep_copy(about) : NULL); /* the manifest is the writer's */
    json_decref(about);
}

void rec_take_end(struct rec_take *t, const char *cause)
{
    if (t->ending)
        return;
    t->ending = true;
    t->cause = cause;
    rec_taps_end(&t->taps);
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
