/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two gateways on one host say to each other, one of them the other's successor: frames on a stream. Pure; any
 * thread.
 *
 *     0        4      5           13
 *     | length | kind | id        | head as JSON, a zero byte, body |
 *
 * length counts what is behind it; numbers are big-endian. Head and body may be missing, the zero byte with them.
 */
#ifndef GW_HOST_FRAME_H
#define GW_HOST_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include <glib.h>
#include <jansson.h>

#define GW_FRAME_MOST (16u << 20) /* bytes of one */

enum gw_frame_kind {
    /* how one takes over from the other */
    GW_FRAME_SOCKETS = 1, /* predecessor: here are my listening sockets; head: their names */
    GW_FRAME_STOP,        /* successor: I can begin, accept nobody any more */
    GW_FRAME_STOPPED,     /* predecessor: so be it */
    GW_FRAME_SERVING,     /* successor: I accept, you may drain */
    /* what came to one and is for the other: id is that of a connection or of an exchange, chosen by who sends it on */
    GW_FRAME_OPENED,
    GW_FRAME_RECEIVED,
    GW_FRAME_CLOSED,
    GW_FRAME_EXCHANGE,
    GW_FRAME_ABANDONED,
    /* and the way back */
    GW_FRAME_SEND,
    GW_FRAME_SHUT,
    GW_FRAME_RESPOND,
    /* handles of one that are about what lives with the other (api/away.c) */
    GW_FRAME_LODGE,  /* may this one lodge with you? head: who it is, and the connection that hears of it */
    GW_FRAME_LODGED, /* the answer; head: whether, and its session */
};

struct gw_frame {
    uint8_t kind;
    uint64_t id;
    json_t *head;     /* an object, or NULL; the reader's */
    const char *body; /* points into what was read */
    size_t len;
};

/* Adds one frame to out. head may be NULL; taken. GW_ELIMIT: too long. */
int gw_frame_put(GByteArray *out, enum gw_frame_kind kind, uint64_t id, json_t *head, const void *body, size_t len);
/* Reads the frame at the beginning of data: bytes used, or 0: more must come. GW_EPARSE: this is no frame. */
int gw_frame_read(struct gw_frame *out, const uint8_t *data, size_t len);

#endif
