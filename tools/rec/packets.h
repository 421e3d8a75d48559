/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets of one .mjr file, in their order and with their times: what lies behind every conversion. Duplicates,
 * packets of another source or payload type, and what is not RTP, are left out and counted.
 */
#ifndef CARDEA_REC_PACKETS_H
#define CARDEA_REC_PACKETS_H

#include "../../plugins/recorder/depacketize/depacketize.h"
#include "../../plugins/recorder/mjr.h"

struct packet {
    const uint8_t *data; /* inside the file */
    uint32_t len;
    uint32_t timestamp; /* as in its header */
    uint32_t ms;        /* arrival, since the first one; 0 where the file does not know */
    uint64_t seq;       /* extended */
    int64_t ticks;      /* since the first packet of the file; timing.h may change it */
    int64_t wall_us;    /* data only */
};

struct packets_choice {
    unsigned ignore_first; /* so many packets at the beginning */
    int payload_type;      /* only this one (and RED); -1: any */
};

struct packets {
    /* owned */
    void *map;
    size_t map_len;
    struct packet *at;
    size_t n;
    /* what it is */
    struct rec_mjr_reader reader;
    enum rec_codec codec; /* REC_CODEC_NONE: data */
    uint32_t clock_rate;
    uint32_t ssrc;
    /* counters */
    uint64_t duplicates, foreign, broken, missing, reordered;
    bool damaged; /* no frame begins where one should, at reader.at */
};

/* From bytes that outlive p. 0; EPARSE: no .mjr file; EINVAL: of a codec that we do not know. */
int packets_read(struct packets *p, const void *data, size_t len, const struct packets_choice *choice);
/* From a file, with a message to stderr when it cannot be read. false: p need not be freed. */
bool packets_open(struct packets *p, const char *path, const struct packets_choice *choice);
void packets_free(struct packets *p);
/* End of the last packet, µs from the first. */
int64_t packets_duration_us(const struct packets *p);

#endif
