/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): reading it, writing
 * it, and the table of arrivals that it is written from. Pure; any thread; the table belongs to one.
 */
#ifndef GW_RTCP_TWCC_H
#define GW_RTCP_TWCC_H

#include "rtcp/rtcp.h"
#include "rtp/rtp.h"

#define GW_TWCC_MAX_ENTRIES 400  /* in one feedback packet that we write */
#define GW_TWCC_WINDOW      1024 /* arrivals that the table remembers */
#define GW_TWCC_LOST        INT64_MIN

struct gw_twcc_head {
    uint32_t sender_ssrc, media_ssrc;
    uint16_t base_seq, count; /* count: packets it speaks about */
    int32_t reference;        /* signed 24 bits, units of 64 ms */
    uint8_t feedback_count;   /* modulo 256 */
};

/*
 * Reads a feedback: arrival_us[i] is when packet base_seq + i came, in the receiver's time (reference * 64 ms + deltas
 * of 250 µs), GW_TWCC_LOST when it did not. Returns how many were written, at most cap (head->count tells how many
 * there were), or GW_EPARSE.
 */
int gw_twcc_read(const struct gw_rtcp_packet *p, struct gw_twcc_head *head, int64_t *arrival_us, size_t cap);

/* How many packets a feedback speaks about, so that long ones need not be read; 0: it is none. */
unsigned gw_twcc_count(const struct gw_rtcp_packet *p);

/*
 * Writes a feedback about packets head->base_seq … + n - 1, given as above; head->count and head->reference are
 * computed. Stops early at GW_TWCC_MAX_ENTRIES, when the room ends, or when a delta does not fit 16 bits. Returns how
 * many packets it speaks about (its count), 0 when nothing was written: no room, or nothing received among them.
 */
int gw_twcc_write(struct gw_writer *w, const struct gw_twcc_head *head, const int64_t *arrival_us, size_t n);

/* --- the table ---------------------------------------------------------------------------------------------------- */

struct gw_twcc_table {
    struct gw_seq seq;
    uint64_t next; /* extended number: everything below has been told, but for late comers; 0: nothing came yet */
    uint64_t late; /* the first late comer not told yet; 0: none */
    uint8_t feedback_count;
    uint64_t too_late; /* counter: came when the window had moved past */
    int64_t arrival_us[GW_TWCC_WINDOW];
    uint64_t held[GW_TWCC_WINDOW]; /* which extended number a slot holds, 0: none; | 1 << 63: it was told */
};

void gw_twcc_table_init(struct gw_twcc_table *t);
/* A packet with this transport-wide number came. Duplicates change nothing. */
void gw_twcc_table_add(struct gw_twcc_table *t, uint16_t seq, int64_t arrival_us);
/* Something came that no feedback has told yet. */
bool gw_twcc_table_is_pending(const struct gw_twcc_table *t);
/*
 * Writes one feedback packet about the oldest packets not told yet, and takes note. Returns how many packets it speaks
 * about; 0: nothing to tell, or no room. To be called until it returns 0. No packet's arrival is told twice.
 */
int gw_twcc_table_write(struct gw_twcc_table *t, struct gw_writer *w, uint32_t sender_ssrc, uint32_t media_ssrc);

#endif
