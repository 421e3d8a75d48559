/* SPDX-License-Identifier: Apache-2.0 */
/* AV1 payloads: aggregation header and OBU elements (AV1 RTP payload specification, section 4). Pure; any thread. */
#ifndef GW_RTP_AV1_H
#define GW_RTP_AV1_H

#include <stdbool.h>
#include <stddef.h>

#include "rtp/facts.h"

enum gw_obu_type {
    GW_OBU_SEQUENCE_HEADER = 1,
    GW_OBU_TEMPORAL_DELIMITER = 2,
    GW_OBU_FRAME_HEADER = 3,
    GW_OBU_TILE_GROUP = 4,
    GW_OBU_METADATA = 5,
    GW_OBU_FRAME = 6,
    GW_OBU_REDUNDANT_FRAME_HEADER = 7,
    GW_OBU_TILE_LIST = 8,
    GW_OBU_PADDING = 15,
};

/* One OBU element of a payload, or a piece of one. */
struct gw_av1_element {
    const uint8_t *data; /* borrowed from the payload */
    size_t len;
    bool continues; /* the beginning was in the packet before */
    bool continued; /* the rest is in the next packet */
    bool last;
};

/* Where an iteration is. */
struct gw_av1_iter {
    const uint8_t *payload;
    size_t len, pos;
    uint8_t index;
};

/* GW_EPARSE: no room for the aggregation header. */
int gw_av1_begin(struct gw_av1_iter *it, const uint8_t *payload, size_t len);
/* 1: one more, 0: the end, GW_EPARSE. */
int gw_av1_next(struct gw_av1_iter *it, struct gw_av1_element *out);

int gw_av1_inspect(const uint8_t *payload, size_t len, struct gw_rtp_facts *facts);
/* Largest picture size, from a sequence header OBU with its own header, size field or none. */
int gw_av1_sequence_size(const uint8_t *obu, size_t len, uint16_t *width, uint16_t *height);

#endif
