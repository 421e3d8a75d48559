/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTCP: stepping through a compound packet, reading and writing the packets in it. Everything is plain values; what is
 * read borrows the bytes. Pure; any thread.
 *
 * RFC 3550 (SR, RR, SDES, BYE, APP), RFC 4585 (NACK, PLI), RFC 5104 (FIR), RFC 5506 (reduced size), RFC 3611 (XR),
 * draft-alvestrand-rmcat-remb. Transport-wide feedback: twcc.h. Counting: stats.h.
 */
#ifndef GW_RTCP_RTCP_H
#define GW_RTCP_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

enum gw_rtcp_type {
    GW_RTCP_SR = 200,
    GW_RTCP_RR = 201,
    GW_RTCP_SDES = 202,
    GW_RTCP_BYE = 203,
    GW_RTCP_APP = 204,
    GW_RTCP_RTPFB = 205, /* count is one of GW_RTPFB_… */
    GW_RTCP_PSFB = 206,  /* count is one of GW_PSFB_… */
    GW_RTCP_XR = 207,
};

enum { GW_RTPFB_NACK = 1, GW_RTPFB_TWCC = 15 };
enum { GW_PSFB_PLI = 1, GW_PSFB_FIR = 4, GW_PSFB_AFB = 15 /* REMB */ };

#define GW_RTCP_MAX_REPORTS    31
#define GW_RTCP_MAX_REMB_SSRCS 255

/* --- compound ----------------------------------------------------------------------------------------------------- */

/* One packet of a compound: its header, and its body after the first four bytes, without padding. */
struct gw_rtcp_packet {
    uint8_t type, count; /* count: reports, sources or the feedback's format */
    const uint8_t *body; /* borrowed */
    size_t len;
};

/*
 * RFC 3550 A.2: version 2 everywhere, lengths add up exactly, padding lies within. Any type may come first (RFC 5506).
 * Padding is accepted in any packet and of any length: browsers pad transport-wide feedback so. GW_EPARSE otherwise,
 * also for nothing at all.
 */
int gw_rtcp_check(const void *data, size_t len);

/* Where an iteration is. */
struct gw_rtcp_iter {
    struct gw_reader r;
};
void gw_rtcp_begin(struct gw_rtcp_iter *it, const void *data, size_t len);
/* The next packet, false at the end or at the first malformed one. */
bool gw_rtcp_next(struct gw_rtcp_iter *it, struct gw_rtcp_packet *out);

/* --- reading: 0 or GW_EPARSE when the body is too short or not of this type --------------------------------------- */

struct gw_rtcp_report { /* a report block */
    uint32_t ssrc;
    uint8_t fraction; /* lost since the last report, in 1/256 */
    int32_t lost;     /* cumulative, 24 bits signed */
    uint32_t highest_seq;
    uint32_t jitter; /* ticks */
    uint32_t lsr;    /* middle 32 bits of NTP */
    uint32_t dlsr;   /* 1/65536 s */
};

struct gw_rtcp_sr {
    uint32_t ssrc;
    uint64_t ntp; /* 32.32 since 1900 */
    uint32_t rtp_timestamp, packets, octets;
};

struct gw_rtcp_feedback { /* head of RTPFB and PSFB packets */
    uint32_t sender_ssrc, media_ssrc;
    const uint8_t *fci; /* what follows */
    size_t len;
};

int gw_rtcp_read_sr(const struct gw_rtcp_packet *p, struct gw_rtcp_sr *out);
int gw_rtcp_read_rr(const struct gw_rtcp_packet *p, uint32_t *ssrc);
/* Report block i < count of an SR or RR. */
int gw_rtcp_read_report(const struct gw_rtcp_packet *p, unsigned i, struct gw_rtcp_report *out);
/* Chunk i < count of an SDES; cname is not NUL-terminated, NULL and 0 when the chunk has none. */
int gw_rtcp_read_cname(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc, const char **cname, size_t *len);
/* Source i < count of a BYE. */
int gw_rtcp_read_bye(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc);
int gw_rtcp_read_feedback(const struct gw_rtcp_packet *p, struct gw_rtcp_feedback *out);

/* Sequence numbers asked for; returns how many were written, at most cap (the rest is left out), or GW_EPARSE. */
int gw_rtcp_read_nack(const struct gw_rtcp_packet *p, struct gw_rtcp_feedback *head, uint16_t *seqs, size_t cap);
int gw_rtcp_read_pli(const struct gw_rtcp_packet *p, struct gw_rtcp_feedback *head);
/* Entry i of a FIR: returns 1, 0 when there is no such entry, or GW_EPARSE. */
int gw_rtcp_read_fir(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc, uint8_t *seq);
/* n_ssrcs: how many were written, at most cap. bitrate saturates at UINT64_MAX. */
int gw_rtcp_read_remb(const struct gw_rtcp_packet *p, uint64_t *bitrate_bps, uint32_t *ssrcs, size_t cap,
                      size_t *n_ssrcs);

struct gw_rtcp_xr {
    uint32_t ssrc;
    bool has_rrtr;
    uint64_t ntp;    /* of the receiver reference time report */
    unsigned n_dlrr; /* entries of DLRR blocks, for gw_rtcp_read_dlrr() */
};
int gw_rtcp_read_xr(const struct gw_rtcp_packet *p, struct gw_rtcp_xr *out);
/* Entry i < n_dlrr: ssrc, last RR and delay since it. */
int gw_rtcp_read_dlrr(const struct gw_rtcp_packet *p, unsigned i, uint32_t *ssrc, uint32_t *lrr, uint32_t *dlrr);

/* --- writing: one whole packet, or nothing and w->failed ---------------------------------------------------------- */

/* reports may be NULL when n is 0; n <= GW_RTCP_MAX_REPORTS. */
void gw_rtcp_write_sr(struct gw_writer *w, const struct gw_rtcp_sr *sr, const struct gw_rtcp_report *reports, size_t n);
void gw_rtcp_write_rr(struct gw_writer *w, uint32_t ssrc, const struct gw_rtcp_report *reports, size_t n);
void gw_rtcp_write_sdes(struct gw_writer *w, uint32_t ssrc, const char *cname); /* one chunk, cname <= 255 bytes */
void gw_rtcp_write_bye(struct gw_writer *w, uint32_t ssrc);
/* seqs in rising order (modulo 2^16), n >= 1: packed into as few items as that allows. */
void gw_rtcp_write_nack(struct gw_writer *w, uint32_t sender, uint32_t media, const uint16_t *seqs, size_t n);
void gw_rtcp_write_pli(struct gw_writer *w, uint32_t sender, uint32_t media);
void gw_rtcp_write_fir(struct gw_writer *w, uint32_t sender, uint32_t media, uint8_t seq);
/* n <= GW_RTCP_MAX_REMB_SSRCS. */
void gw_rtcp_write_remb(struct gw_writer *w, uint32_t sender, uint64_t bitrate_bps, const uint32_t *ssrcs, size_t n);
/* The answer to a receiver reference time report: one DLRR entry. */
void gw_rtcp_write_dlrr(struct gw_writer *w, uint32_t sender, uint32_t ssrc, uint32_t lrr, uint32_t dlrr);

#endif
