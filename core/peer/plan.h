/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The negotiation of one PeerConnection (RFC 3264, RFC 8829) as a state machine over values: descriptions and a
 * plugin's policy in; our description, the m-lines for the worker and the plugin's view of them out. No I/O, no clock,
 * no ids but those given. Control thread.
 *
 * M-lines are numbered from 0 and never removed. What was agreed once stays: mid, codec, our SSRCs, our DTLS role.
 */
#ifndef GW_PEER_PLAN_H
#define GW_PEER_PLAN_H

#include <cardea/plugin.h>

#include "peer/messages.h"

struct gw_plan;

struct gw_plan_conf {
    uint64_t session_id;           /* of the o= line of our offers */
    uint32_t (*random)(void *arg); /* SSRCs; 0 is asked again */
    void *arg;
};

enum gw_plan_state {
    GW_PLAN_STABLE,       /* nothing is unanswered */
    GW_PLAN_REMOTE_OFFER, /* gw_plan_answer() or gw_plan_forget_offer() is next */
    GW_PLAN_LOCAL_OFFER,  /* gw_plan_take_answer() is next */
};

/* A description of the peer and what its client said about it. Borrowed. */
struct gw_plan_remote {
    const char *sdp;
    bool e2ee, rids_low_to_high;
    const json_t *svc; /* [{mindex, mid, svc}], or NULL; ignored as a whole when one entry is malformed */
};

/* What the worker said about the local side. Borrowed. */
struct gw_plan_transport {
    const struct gw_described *local;
    const char *fingerprint; /* sha-256 */
    const char *address;     /* of o= and c= lines */
    bool candidates;         /* write them; false: full trickle */
};

int gw_plan_new(struct gw_plan **out, const struct gw_plan_conf *conf);
void gw_plan_free(struct gw_plan *p);

/* Ids of sources and sinks are made from it. Before the first gw_plan_place() or gw_plan_answer(). */
void gw_plan_set_peer(struct gw_plan *p, gw_peer_id peer);

/*
 * An offer of the peer: checked and kept; nothing changes before it is answered. A second one replaces the first.
 * GW_EPARSE, GW_ELIMIT: cannot be used; GW_EPROTO: our own offer is unanswered. `why` gets a sentence on failure.
 */
int gw_plan_take_offer(struct gw_plan *p, const struct gw_plan_remote *remote, char *why, size_t why_len);
void gw_plan_forget_offer(struct gw_plan *p);
/* Decides about every m-line of the offer. GW_EPROTO: there is none. */
int gw_plan_answer(struct gw_plan *p, const struct cardea_answer *policy);

/* The m-lines of the offer that waits; NULL: none does. Borrowed until it is answered, forgotten or replaced. */
const struct cardea_offered *gw_plan_offered(struct gw_plan *p, size_t *n);

/* As cardea_host.place; mindex may also be one of the offer that waits. Takes effect with the next gw_plan_offer() or gw_plan_answer(). */
int gw_plan_place(struct gw_plan *p, int *mindex, const struct cardea_place *place);
/* Makes an offer of all m-lines. GW_EPROTO: something is unanswered; GW_EINVAL: there is no m-line. */
int gw_plan_offer(struct gw_plan *p, const struct cardea_offer *offer);
/* The peer's answer. On failure (as gw_plan_take_offer) our offer stays unanswered. */
int gw_plan_take_answer(struct gw_plan *p, const struct gw_plan_remote *remote, char *why, size_t why_len);

enum gw_plan_state gw_plan_get_state(const struct gw_plan *p);
bool gw_plan_is_negotiated(const struct gw_plan *p); /* an exchange has been completed */
bool gw_plan_is_e2ee(const struct gw_plan *p);
/* Did the last description taken bring new ICE credentials in place of older ones? */
bool gw_plan_remote_restarted(const struct gw_plan *p);
/* Is this the m-line whose candidates matter: the first, or the first that is not rejected? mid NULL: by index. */
bool gw_plan_is_transport(const struct gw_plan *p, const char *mid, int mindex);
const char *gw_plan_transport_mid(const struct gw_plan *p);

/* For the worker; malloc'd, given to the caller. */
struct gw_media *gw_plan_media(const struct gw_plan *p);
struct gw_remote *gw_plan_remote(const struct gw_plan *p); /* of the last description taken; NULL: none yet */
bool gw_plan_remote_has_end(const struct gw_plan *p);      /* it said a=end-of-candidates */

/* Our description, as the last gw_plan_answer() or gw_plan_offer() left it; malloc'd; NULL: no memory. */
char *gw_plan_text(const struct gw_plan *p, const struct gw_plan_transport *t);
/* Borrowed until the next call that changes the plan. Lines of unknown media are left out. */
const struct cardea_stream *gw_plan_streams(struct gw_plan *p, size_t *n);
const struct cardea_stream *gw_plan_stream(struct gw_plan *p, unsigned mindex); /* NULL: no such m-line */

#endif
