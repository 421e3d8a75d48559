/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SCTP association as usrsctp gives it, and the only file that knows usrsctp.
 *
 * usrsctp is one per process: its timers fire for associations of all workers, on the thread that runs them. It runs
 * without threads of its own, and one lock is held around every call into it, so nothing in it is ever concurrent. What
 * it wants to send during a call of the association's own worker lies in the caller's box afterwards; what the timers
 * of another worker made it send waits in a list, and `awake` says so. Received messages wait in usrsctp's socket,
 * `events` says whether there are any. All of it is sent and read by the association's own worker, outside the lock.
 * Packets and timers of one worker can so delay another by some microseconds. Data channels are a small part of the
 * traffic, and a race in usrsctp would cost every call.
 *
 * usrsctp knows an association by a number, never by its address, so what it says late finds nobody.
 */
#ifndef GW_SCTP_ASSOC_H
#define GW_SCTP_ASSOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sctp/dcep.h"

#define GW_ASSOC_OUTBOX  512           /* packets; one more is dropped and left to retransmission */
#define GW_ASSOC_WAITING (1024 * 1024) /* bytes not yet acknowledged */
#define GW_ASSOC_PACKET  1150          /* bytes of our SCTP packets: with DTLS and its tag they stay below 1200 */
#define GW_ASSOC_BOX     (16 * (GW_ASSOC_PACKET + sizeof(uint16_t)))

/* The packets of one call, each behind its length, on the caller's stack: as a rule nothing is allocated for them. */
struct gw_assoc_box {
    size_t used;
    uint8_t bytes[GW_ASSOC_BOX];
};

/* The packet at *at (start with 0); NULL: no more. */
const uint8_t *gw_assoc_box_next(const struct gw_assoc_box *box, size_t *at, size_t *len);

struct gw_assoc_packet {
    struct gw_assoc_packet *next;
    size_t len;
    uint8_t data[];
};

enum { GW_ASSOC_READABLE = 1, GW_ASSOC_WRITABLE = 2 };

struct gw_assoc {
    /* of its own worker */
    struct gw_assoc_box *box; /* borrowed, for the calls to come; NULL: all goes to the list */
    unsigned events;          /* what calls brought about; whoever looks clears it */
    bool woken;               /* in this call */
    /* of others */
    atomic_bool awake; /* gw_assoc_late() has something */
    /* under the lock */
    struct socket *socket; /* owned */
    uintptr_t id;
    struct gw_assoc_packet *out_head, **out_tail; /* owned: what did not go to a box */
    unsigned out_count;
    uint64_t out_drops;
};

int gw_assoc_global_init(void);
void gw_assoc_global_end(void);
/* Runs timers that are due, for all workers. Any worker. */
void gw_assoc_timers(int64_t now_us);

/* The struct must stay where it is until gw_assoc_close(). GW_EIO when usrsctp refuses. */
int gw_assoc_open(struct gw_assoc *a, unsigned streams);
/* Aborts it without a word to the peer. Fine on a zeroed one. */
void gw_assoc_close(struct gw_assoc *a);
int gw_assoc_connect(struct gw_assoc *a, uint16_t remote_port);
void gw_assoc_input(struct gw_assoc *a, const uint8_t *data, size_t len);
/* What waits to be sent besides the box; the caller frees each. Afterwards `events` is up to date. */
struct gw_assoc_packet *gw_assoc_late(struct gw_assoc *a);

struct gw_assoc_how {
    uint16_t stream;
    uint32_t ppid;
    bool unordered;
    enum gw_reliability reliability;
    uint32_t limit;
};

/* All or nothing. GW_EAGAIN: no room now; GW_EIO: the association does not send (any more). */
int gw_assoc_send(struct gw_assoc *a, const struct gw_assoc_how *how, const uint8_t *data, size_t len);
bool gw_assoc_writable(struct gw_assoc *a);
/* Resets our outgoing stream. GW_EAGAIN: another reset is under way. */
int gw_assoc_reset(struct gw_assoc *a, uint16_t stream);

struct gw_assoc_read {
    size_t len;
    bool end;   /* of the message */
    bool event; /* for gw_assoc_event(), else data */
    uint16_t stream;
    uint32_t ppid;
};

/* The next bytes of the next message. GW_EAGAIN: none. */
int gw_assoc_read(struct gw_assoc *a, struct gw_assoc_read *out, uint8_t *buf, size_t room);

enum gw_assoc_event { GW_ASSOC_NOTHING, GW_ASSOC_UP, GW_ASSOC_DOWN, GW_ASSOC_STREAMS_RESET };

#define GW_ASSOC_ALL_STREAMS 0xffff

/* What an event says; the streams that the peer has reset are visited, or GW_ASSOC_ALL_STREAMS. Pure. */
enum gw_assoc_event gw_assoc_event(const uint8_t *data, size_t len, void (*reset)(void *arg, uint16_t stream),
                                   void *arg);

#endif
