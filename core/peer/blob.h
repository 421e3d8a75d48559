/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One data channel message, shared by all who are to have it: the workers it is sent by, those who listen, the control
 * thread. Const once it is made, whoever gives it up last frees it. Any thread.
 */
#ifndef GW_PEER_BLOB_H
#define GW_PEER_BLOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gw_data_blob {
    atomic_uint refs;
    bool binary;
    uint16_t label_len, protocol_len;
    uint32_t len;
    char bytes[]; /* label NUL protocol NUL payload */
};

/* Copies all; label and protocol to 65535 bytes. The caller has the first reference. NULL: no memory. */
struct gw_data_blob *gw_data_blob_new(const char *label, const char *protocol, bool binary, const void *data,
                                      size_t len);
struct gw_data_blob *gw_data_blob_ref(struct gw_data_blob *b);
void gw_data_blob_unref(struct gw_data_blob *b); /* NULL is fine */

static inline const char *gw_data_blob_label(const struct gw_data_blob *b)
{
    return b->bytes;
}
static inline const char *gw_data_blob_protocol(const struct gw_data_blob *b)
{
    return b->bytes + b->label_len + 1;
}
static inline const uint8_t *gw_data_blob_data(const struct gw_data_blob *b)
{
    return (const uint8_t *)b->bytes + b->label_len + b->protocol_len + 2;
}

/* --- those that wait for one who listens -------------------------------------------------------------------------- */

struct gw_waiting { /* a message, and under which label */
    struct gw_data_blob *blob;
    char *label; /* a GRefString; NULL: its own */
};

/* A ring that grows, and goes when it is empty and large. Zero is a valid empty one. */
struct gw_data_queue {
    struct gw_waiting *ring; /* owned */
    unsigned head, count, room;
    size_t bytes; /* of all messages in it, with what keeps them */
};

/* Takes references of its own. false: no memory. */
bool gw_data_queue_push(struct gw_data_queue *q, struct gw_data_blob *blob, char *label);
/* The one that waits longest, borrowed; NULL: none. */
const struct gw_waiting *gw_data_queue_peek(const struct gw_data_queue *q);
void gw_data_queue_pop(struct gw_data_queue *q);
void gw_data_queue_clear(struct gw_data_queue *q);

#endif
