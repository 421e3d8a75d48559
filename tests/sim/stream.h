/* SPDX-License-Identifier: Apache-2.0 */
/* The media of a simulated client: what it sends every few milliseconds, and what it makes of what comes. */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include "sim/client.h"

/* client.c */
void sim_client_rtp(struct sim_client *c, const uint8_t *data, size_t header_len, size_t len, uint64_t index);
void sim_client_rtcp(struct sim_client *c, uint8_t *data, size_t len); /* room for 40 bytes more behind len */

/* stream.c */
void sim_stream_tick(struct sim_client *c, int64_t now_us);
void sim_stream_rtp(struct sim_client *c, uint8_t *data, size_t len, int64_t now_us);
void sim_stream_rtcp(struct sim_client *c, const uint8_t *data, size_t len, int64_t now_us);

#endif
