/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What carries packets from a worker to the writer: a ring of bytes with one producer and one consumer, without lock,
 * allocation or system call. Entries lie whole in it, so the consumer works on them in place and lets them go in any
 * order; room is given back in the order of arrival.
 *
 * Producer: rec_ring_reserve, rec_ring_commit. Consumer: rec_ring_next, rec_ring_release. Making and freeing: anybody,
 * when the other two have not begun or are done.
 */
#ifndef RECORDER_RING_H
#define RECORDER_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rec_entry_kind { REC_ENTRY_PACKET, REC_ENTRY_REPORT, REC_ENTRY_FILLER };

struct rec_entry {
    uint32_t size; /* in the ring, this header included; multiple of 16 */
    uint16_t len;  /* of bytes */
    uint8_t kind;
    uint8_t substream;
    bool keyframe, recovered;
    bool gap;           /* packets before this one were dropped, because the ring was full */
    bool released;      /* the consumer's */
    uint32_t timestamp; /* RTP */
    uint64_t ext_seq;
    int64_t time_us; /* PACKET: arrival; REPORT: the moment of its timestamp, on our clock */
    _Alignas(8) uint8_t bytes[];
};

#define REC_ENTRY_MAX    2048 /* most bytes of one entry */
#define REC_RING_PADDING 64   /* bytes behind any entry that may be read, whatever they hold */

struct rec_ring {
    /* given at creation */
    size_t capacity; /* power of two */
    /* owned */
    uint8_t *base;
    /* state; positions only grow */
    _Alignas(64) atomic_size_t head; /* written up to here */
    size_t seen_tail;                /* the producer's last look at tail */
    _Alignas(64) atomic_size_t tail; /* free up to here */
    size_t read;                     /* the consumer has been given everything before */
};

/* capacity: 4096 … 1 << 30, rounded up to a power of two. -1: no memory. */
int rec_ring_init(struct rec_ring *r, size_t capacity);
void rec_ring_free(struct rec_ring *r);

/* Producer. An entry for len bytes (at most REC_ENTRY_MAX), all its fields zero but size and len; NULL: full. */
struct rec_entry *rec_ring_reserve(struct rec_ring *r, size_t len);
void rec_ring_commit(struct rec_ring *r, struct rec_entry *e);
/* Bytes in use, as the producer sees it (never less than the truth). */
size_t rec_ring_used(struct rec_ring *r);

/* Consumer. The next entry in order of arrival, its own until released; NULL: none. */
struct rec_entry *rec_ring_next(struct rec_ring *r);
void rec_ring_release(struct rec_ring *r, struct rec_entry *e);

#endif
