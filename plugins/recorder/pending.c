/* SPDX-License-Identifier: Apache-2.0 */
#include "pending.h"

#include <string.h>

#include "mux.h"

void rec_pending_push(struct rec_pending *p, const struct rec_pending_frame *like, const uint8_t *bytes)
{
    struct rec_pending_frame *f = g_malloc(sizeof(*f) + like->len + REC_MUX_PADDING);

    *f = *like;
    memcpy(f->bytes, bytes, like->len);
    p->bytes += f->len;
    g_queue_push_tail(&p->frames, f);
}

struct rec_pending_frame *rec_pending_pop(struct rec_pending *p)
{
    struct rec_pending_frame *f = g_queue_pop_head(&p->frames);

    if (f)
        p->bytes -= f->len;
    return f;
}

/*
 * Pictures from before_us on stand on the last keyframe until then: the earliest of those of all streams that have such
 * pictures.
 */
static int64_t footing(const struct rec_pending *p, int64_t before_us)
{
    GHashTable *last = g_hash_table_new(NULL, NULL); /* stream -> frame that they stand on */
    int64_t first = before_us;

    for (const GList *l = p->frames.head; l; l = l->next) {
        const struct rec_pending_frame *f = l->data, *old = g_hash_table_lookup(last, f->stream);

        if (!f->video)
            continue;
        if (f->time_us > before_us)
            first = old && old->time_us < first ? old->time_us : first;
        else if (f->keyframe || !old)
            g_hash_table_insert(last, f->stream, l->data);
    }
    g_hash_table_destroy(last);
    return first;
}

void rec_pending_trim(struct rec_pending *p, int64_t before_us, size_t most)
{
    const struct rec_pending_frame *oldest;
    int64_t first = footing(p, before_us);

    while ((oldest = g_queue_peek_head(&p->frames)) && (oldest->time_us < first || p->bytes > most))
        g_free(rec_pending_pop(p));
}

bool rec_pending_has(const struct rec_pending *p, const struct rec_stream *stream)
{
    for (const GList *l = p->frames.head; l; l = l->next)
        if (((const struct rec_pending_frame *)l->data)->stream == stream)
            return true;
    return false;
}

static void drop_link(struct rec_pending *p, GList *link)
{
    struct rec_pending_frame *f = link->data;

    p->bytes -= f->len;
    g_queue_delete_link(&p->frames, link);
    g_free(f);
}

void rec_pending_to_keyframes(struct rec_pending *p)
{
    GHashTable *begun = g_hash_table_new(NULL, NULL);

    for (GList *l = p->frames.head, *next; l; l = next) {
        const struct rec_pending_frame *f = l->data;

        next = l->next;
        if (!f->video || f->keyframe)
            g_hash_table_add(begun, f->stream);
        else if (!g_hash_table_contains(begun, f->stream))
            drop_link(p, l);
    }
    g_hash_table_destroy(begun);
}

void rec_pending_forget(struct rec_pending *p, const struct rec_stream *stream)
{
    for (GList *l = p->frames.head, *next; l; l = next) {
        const struct rec_pending_frame *f = l->data;

        next = l->next;
        if (f->stream == stream)
            drop_link(p, l);
    }
}

void rec_pending_clear(struct rec_pending *p)
{
    for (struct rec_pending_frame *f; (f = rec_pending_pop(p));)
        g_free(f);
}

int64_t rec_pending_first_us(const struct rec_pending *p)
{
    int64_t first = INT64_MAX;

    for (const GList *l = p->frames.head; l; l = l->next) {
        const struct rec_pending_frame *f = l->data;

        if (f->time_us < first)
            first = f->time_us;
    }
    return first;
}
