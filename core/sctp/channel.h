/* SPDX-License-Identifier: Apache-2.0 */
/* The channels of one association: a bounded table by stream id. One thread. */
#ifndef GW_SCTP_CHANNEL_H
#define GW_SCTP_CHANNEL_H

#include "sctp/dcep.h"

#define GW_CHANNELS        150
#define GW_CHANNEL_STREAMS 300           /* stream ids in each direction: one parity of them holds 150 channels */
#define GW_CHANNEL_MESSAGE (256 * 1024)  /* bytes of one message */
#define GW_CHANNEL_PARTS   (1024 * 1024) /* bytes of unfinished messages of all channels together */

struct gw_channel {
    uint16_t stream;
    bool acked; /* the peer knows it: opened by the peer, or its acknowledgement has come */
    bool ack_owed;
    bool ours;
    bool discarding;
    struct gw_dcep open; /* how it was opened */
    /* a message in the deprecated pieces (PPID 52, 54), owned */
    uint8_t *part;
    size_t part_len;
};

struct gw_channels {
    struct gw_channel **list; /* owned, and each entry */
    unsigned count, room;
    size_t part_bytes;
};

void gw_channels_clear(struct gw_channels *t);
struct gw_channel *gw_channels_find(const struct gw_channels *t, uint16_t stream);
/* The first one opened with this label, or NULL. */
struct gw_channel *gw_channels_labelled(const struct gw_channels *t, const char *label);
/* GW_ELIMIT: 150 are open; GW_EPROTO: the stream is in use. */
int gw_channels_add(struct gw_channel **out, struct gw_channels *t, uint16_t stream, const struct gw_dcep *open);
void gw_channels_remove(struct gw_channels *t, struct gw_channel *c);
/* Adds bytes to the channel's unfinished message. GW_ELIMIT: too long; what there was is gone. */
int gw_channel_append(struct gw_channels *t, struct gw_channel *c, const uint8_t *data, size_t len);
/* Forgets it. */
void gw_channel_drop_part(struct gw_channels *t, struct gw_channel *c);

#endif
