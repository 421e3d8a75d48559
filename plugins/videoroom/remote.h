/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishers that are not connected to us: their media comes as plain RTP to ports of ours, from another gateway
 * (add_remote_publisher) or from any sender (rtp_ingest). For the room they are publishers like others.
 */
#ifndef VIDEOROOM_REMOTE_H
#define VIDEOROOM_REMOTE_H

#include "publisher.h"

#define REMOTE_STREAMS_MOST 32 /* m-lines of one */

struct remote; /* publisher.more of those; freed with the publisher */

/* One m-line as a request describes it. Strings are borrowed. */
struct remote_stream {
    enum cardea_kind kind;
    const char *codec, *profile, *description;
    bool disabled, stereo, fec, dtx, simulcast, svc;
    uint8_t audiolevel_id, orientation_id, playout_delay_id;
    int payload_type;    /* -1: not significant */
    uint32_t ssrc[3];    /* 0: any */
    unsigned clock_rate; /* 0: the codec's */
};

/* The id that a request asks for, or a random one; g_free() it. NULL: it is taken, rq has been failed. */
char *remote_id_for(struct cardea_request *rq, const struct room *room);
/* A publisher without streams; it shows when publisher_up() is called. Takes id. */
struct publisher *remote_new(enum publisher_origin origin, struct room *room, char *id, const json_t *body);
/* Appends an m-line, or (mindex of one that is there) changes its description and whether it is disabled. true: it
 * changed something. Call publisher_streams_changed() when all are done. */
bool remote_stream_set(struct publisher *p, unsigned mindex, const struct remote_stream *s);
/* A port for stream mindex alone, or (shared) for all of them. CARDEA_ result. */
int remote_open(struct publisher *p, unsigned mindex, const struct cardea_port_conf *conf,
                struct cardea_port_info *info);
/* Reads what both requests say about a stream; NULL, or what is wrong with it and *code. */
const char *remote_read_stream(struct remote_stream *s, const json_t *item, const struct room *room, int *code);
/* What an item says of an m-line that is there: neither its type nor its codec can change, so it need not have them.
 * Only for remote_stream_set(). */
void remote_read_change(struct remote_stream *s, const struct cardea_stream *now, const json_t *item,
                        const struct room *room);
/* Takes it out of the room: subscribers lose it, participants are told. p is freed. */
void remote_remove(struct publisher *p);

#endif
