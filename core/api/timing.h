/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long things take, as histograms: requests by name, and the steps to media. And where the trace of a handle goes
 * when it is complete. Control thread.
 */
#ifndef GW_API_TIMING_H
#define GW_API_TIMING_H

#include <stdint.h>

#include "api/trace.h"

struct gw_handle;

/* A request was answered. name, detail: from tables, never from clients; detail (a plugin's verb) may be NULL. */
void gw_timing_request(const char *name, const char *detail, int64_t us);
/* Something happened on a handle's way to media. Complete traces go to the collector that is configured. */
void gw_timing_mark(struct gw_handle *h, enum gw_trace_point point);
/* The handle goes, or its PeerConnection: what its trace has is told. */
void gw_timing_end(struct gw_handle *h);

#endif
