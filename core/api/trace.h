/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace of one handle's way to media: when what happened, under the trace that the client named (W3C Trace Context,
 * `traceparent`) or one of its own, and how that looks for a collector (OTLP/HTTP, JSON). A plain value; wall time in
 * microseconds is an argument. Pure, but for span ids, which are random.
 */
#ifndef GW_API_TRACE_H
#define GW_API_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

enum gw_trace_point {
    GW_TRACE_REQUEST, /* the message that led to a description */
    GW_TRACE_SDP,     /* our offer or answer was complete */
    GW_TRACE_ICE,     /* connected */
    GW_TRACE_DTLS,    /* keys are there */
    GW_TRACE_MEDIA,   /* the first packet came */
    GW_TRACE_POINTS,
};

struct gw_trace {
    uint8_t id[16], parent[8];
    bool given;     /* by a client: id and parent are its */
    bool unsampled; /* the client does not want it recorded */
    bool told;
    int64_t at_us[GW_TRACE_POINTS]; /* 0: not yet */
};

/* "00-<32 hex>-<16 hex>-<2 hex>"; later versions may go on after a dash. false: none, and t is as it was. */
bool gw_trace_parse(struct gw_trace *t, const char *traceparent);
/* A point is marked once; REQUEST again while there is no description yet. Returns the seconds since the point before
 * it, or a negative number when it was marked already or nothing is known before it. */
double gw_trace_mark(struct gw_trace *t, enum gw_trace_point point, int64_t wall_us);
/* {"trace_id":…, "request":<wall ms>, "sdp_ms":…, "ice_ms":…, …}: milliseconds since the request. NULL: nothing yet. */
json_t *gw_trace_json(const struct gw_trace *t);

struct gw_trace_who {
    const char *node, *version, *plugin;
    uint64_t session, handle;
};
/* What is known, as one batch of spans: a root and a child for each step. NULL: nothing to tell. New reference. */
json_t *gw_trace_otlp(const struct gw_trace *t, const struct gw_trace_who *who);

#endif
