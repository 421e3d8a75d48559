/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/blob.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

enum { FIRST_ROOM = 4, KEPT_ROOM = 16 };

struct gw_data_blob *gw_data_blob_new(const char *label, const char *protocol, bool binary, const void *data,
                                      size_t len)
{
    size_t label_len = strnlen(label, UINT16_MAX), protocol_len = strnlen(protocol, UINT16_MAX);
    struct gw_data_blob *b = malloc(sizeof(*b) + label_len + protocol_len + 2 + len);
    char *at;

    if (!b)
        return NULL;
    atomic_init(&b->refs, 1);
    b->binary = binary;
    b->label_len = (uint16_t)label_len;
    b->protocol_len = (uint16_t)protocol_len;
    b->len = (uint32_t)len;
    at = b->bytes;
    memcpy(at, label, label_len);
    at[label_len] = '\0';
    at += label_len + 1;
    memcpy(at, protocol, protocol_len);
    at[protocol_len] = '\0';
    memcpy(at + protocol_len + 1, data, len);
    return b;
}

struct gw_data_blob *gw_data_blob_ref(struct gw_data_blob *b)
{
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void gw_data_blob_unref(struct gw_data_blob *b)
{
    if (b && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1)
        free(b);
}

/* --- queue -------------------------------------------------------------------------------------------------------- */

static size_t weight(const struct gw_data_blob *b)
{
    return sizeof(struct gw_waiting) + sizeof(*b) + b->label_len + b->protocol_len + 2u + b->len;
}

static bool grow(struct gw_data_queue *q)
{
    unsigned room = q->room ? q->room * 2 : FIRST_ROOM;
    struct gw_waiting *ring = malloc(room * sizeof(*ring));

    if (!ring)
        return false;
    for (unsigned i = 0; i < q->count; i++)
        ring[i] = q->ring[(q->head + i) % q->room];
    free(q->ring);
    q->ring = ring;
    q->room = room;
    q->head = 0;
    return true;
}

bool gw_data_queue_push(struct gw_data_queue *q, struct gw_data_blob *blob, char *label)
{
    if (q->count == q->room && !grow(q))
        return false;
    q->ring[(q->head + q->count++) % q->room] =
        (struct gw_waiting){.blob = gw_data_blob_ref(blob), .label = label ? g_ref_string_acquire(label) : NULL};
    q->bytes += weight(blob);
    return true;
}

const struct gw_waiting *gw_data_queue_peek(const struct gw_data_queue *q)
{
    return q->count ? &q->ring[q->head] : NULL;
}

void gw_data_queue_pop(struct gw_data_queue *q)
{
    struct gw_waiting *w = &q->ring[q->head];

    q->bytes -= weight(w->blob);
    gw_data_blob_unref(w->blob);
    if (w->label)
        g_ref_string_release(w->label);
    q->head = (q->head + 1) % q->room;
    if (--q->count == 0 && q->room > KEPT_ROOM)
        gw_data_queue_clear(q);
}

void gw_data_queue_clear(struct gw_data_queue *q)
{
    while (q->count)
        gw_data_queue_pop(q);
    free(q->ring);
    *q = (struct gw_data_queue){0};
}
