/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control side of one PeerConnection: from JSEP text and plugin policy to orders for the worker, and from its news
 * back. Control thread only. Owns the negotiation (peer/plan.h); knows nothing of sessions or JSON.
 *
 * Events come from gw_links_news() and from gw_links_turn(), never from a gw_link_ call. gw_links_turn() is to be
 * called at the end of every turn of the control loop: what a call could not say at once (a description that needed no
 * worker) it says there, and it hands on orders that a full mailbox had refused.
 */
#ifndef GW_PEER_LINK_H
#define GW_PEER_LINK_H

#include <cardea/plugin.h>

#include "dtls/dtls.h"
#include "peer/messages.h"

struct gw_link;   /* one PeerConnection */
struct gw_links;  /* all of them: ids, workers, settings */

/* What the owner (a handle) is told. Never inside a gw_link_ call. */
struct gw_link_events {
    /* The SDP asked for by answer()/offer() is complete. sdp is taken over (free()). restart: part of the answer */
    void (*described)(void *owner, const char *type, char *sdp);
    void (*trickle)(void *owner, const char *mid, const char *candidate); /* full trickle; NULL: completed */
    void (*ice)(void *owner, enum gw_ice_state state);
    void (*selected)(void *owner, const char *pair);           /* as gw_ice_selected() writes it; may be NULL */
    /* retransmissions: flights of the handshake sent again so far. May be NULL. */
    void (*dtls)(void *owner, enum gw_dtls_state state, unsigned retransmissions);
    void (*up)(void *owner);
    void (*down)(void *owner, const char *reason); /* the link is dead: closed() follows */
    void (*closed)(void *owner);                   /* nothing comes any more; gw_link_free() may be called */
    void (*media)(void *owner, const struct cardea_stream *s, bool receiving, int substream, unsigned seconds);
    void (*slow_link)(void *owner, const struct cardea_stream *s, bool uplink, unsigned lost);
    void (*layer)(void *owner, cardea_sink sink, const struct cardea_sink_state *state);
    void (*talking)(void *owner, cardea_source source, bool talking, double level);
    void (*loudness)(void *owner, cardea_source source, double level);
    void (*data)(void *owner, const struct cardea_message *msg);
    void (*query)(void *owner, int64_t ticket, const char *json);
};

struct gw_links_conf {
    unsigned workers;
    bool full_trickle;
    const char *fingerprint;    /* sha-256, of the process's certificate */
    const char *address;        /* for o= and c= lines */
    unsigned peers_per_worker;  /* a group spills over beyond this */
    bool (*post)(void *arg, unsigned worker, const struct gw_order *order); /* false: full */
    void *arg;
    const struct gw_link_events *events;
    int64_t (*now_us)(void);
    uint16_t plain_min, plain_max; /* ports for plain RTP; 0: any */
    unsigned plain_most;           /* ports, and forwarders, at once */
    unsigned candidates_timeout_s; /* trickled candidates wait that long for their description; 0: 45 */
    /* TURN servers for a new peer from elsewhere. true: gw_links_relays() will be called, later. NULL: there are none. */
    bool (*seek_relays)(void *owner, gw_peer_id peer);
};

int gw_links_new(struct gw_links **out, const struct gw_links_conf *conf);
/* As of the configuration, from now on. */
void gw_links_tune(struct gw_links *ls, unsigned peers_per_worker, unsigned candidates_timeout_s);
/* Bit i: worker i has enough to do: who comes now goes to another one, unless that is true of all. */
void gw_links_avoid(struct gw_links *ls, uint64_t workers);
/* Owners of inlets and forwarders that are left are told that they have gone. */
void gw_links_free(struct gw_links *ls);
void gw_links_news(struct gw_links *ls, const struct gw_news *news); /* takes what it owns */
/* Tells what is due and retries what a mailbox refused. true: something is left, call again within some 10 ms. */
bool gw_links_turn(struct gw_links *ls);
struct gw_link *gw_links_find(struct gw_links *ls, gw_peer_id peer);
/* What seek_relays() was asked for; taken (malloc'd), NULL: there are none. The peer may have gone. */
void gw_links_relays(struct gw_links *ls, gw_peer_id peer, struct gw_relays *relays);
size_t gw_links_count(const struct gw_links *ls); /* PeerConnections on workers, those being closed too */
/* The same of each worker, for the first `most` of them; gives how many there are. */
unsigned gw_links_by_worker(const struct gw_links *ls, unsigned *counts, unsigned most);
/* Is somebody to be told yet that a tap, an inlet or a forwarder has gone, whose table or function is inside()? */
bool gw_links_owes(const struct gw_links *ls, bool (*inside)(void *arg, const void *address), void *arg);
size_t gw_links_plain_ports(const struct gw_links *ls);
size_t gw_links_forwarders(const struct gw_links *ls);
uint64_t gw_links_dropped(const struct gw_links *ls); /* orders lost because a backlog was full */

/* A link exists as soon as a handle does; its peer on a worker only from the first negotiation on. */
int gw_link_new(struct gw_link **out, struct gw_links *ls, void *owner);
void gw_link_free(struct gw_link *l);  /* closes what is open; no event afterwards */
void gw_link_group(struct gw_link *l, uint64_t group);
void gw_link_worker(struct gw_link *l, unsigned worker); /* before the first negotiation; ignored if there is no such */
/* Its descriptions hold all candidates, also where others trickle them. Before the first negotiation. */
void gw_link_untrickled(struct gw_link *l);
/* So many peers of a group will come: if one worker cannot have them all, they are spread evenly from the first on. */
void gw_links_expect(struct gw_links *ls, uint64_t group, unsigned peers);
/* How many of those are still to come, in groups where somebody is already: an empty room does not count. */
uint64_t gw_links_coming(const struct gw_links *ls);

/* jsep from the client. type "offer" or "answer". Writes one sentence to why on failure. */
struct gw_jsep {
    const char *type, *sdp;
    bool e2ee, rids_low_to_high, no_trickle;
    bool relay_only; /* counts in the first one */
    const json_t *svc; /* array or NULL */
};
enum gw_jsep_result { GW_JSEP_OK = 0, GW_JSEP_BAD_SDP = 465, GW_JSEP_UNEXPECTED = 469, GW_JSEP_WRONG_STATE = 471 };
enum gw_jsep_result gw_link_jsep(struct gw_link *l, const struct gw_jsep *jsep, bool *update, char *why, size_t why_len);
/* The message that brought an offer is over and nobody answered it: forget the offer. */
void gw_link_offer_ignored(struct gw_link *l);
/* As cardea_host's functions of the same names. described() follows answer() and offer(). */
int gw_link_answer(struct gw_link *l, const struct cardea_answer *policy);
const struct cardea_offered *gw_link_offered(struct gw_link *l, size_t *n); /* NULL: no offer waits */
int gw_link_place(struct gw_link *l, int *mindex, const struct cardea_place *place, cardea_sink *sink);
int gw_link_offer(struct gw_link *l, const struct cardea_offer *offer);
bool gw_link_offer_outstanding(const struct gw_link *l);
const struct cardea_stream *gw_link_streams(struct gw_link *l, size_t *n);
bool gw_link_is_up(const struct gw_link *l);
bool gw_link_exists(const struct gw_link *l); /* there is a PeerConnection (maybe not up) */
bool gw_link_e2ee(const struct gw_link *l);

enum gw_trickle_result { GW_TRICKLE_OK, GW_TRICKLE_QUEUED, GW_TRICKLE_CLOSING };
/* mid/mindex as given by the client, NULL/-1 when absent; candidate NULL: end of candidates. */
enum gw_trickle_result gw_link_trickle(struct gw_link *l, const char *mid, int mindex, const char *candidate);

/*
 * A trickle-ice-sdpfrag of the peer (sdp/fragment.h): its candidates are taken. GW_EAGAIN: it names new credentials;
 * then gw_link_restart_offer() makes the offer that it stands for (malloc'd), and gw_link_fragment_of() turns our
 * answer to that into a fragment (malloc'd; NULL: it cannot).
 */
int gw_link_fragment(struct gw_link *l, const char *text, size_t len);
int gw_link_restart_offer(struct gw_link *l, const char *text, size_t len, char **offer);
char *gw_link_fragment_of(const char *description);

int gw_link_connect(struct gw_links *ls, cardea_sink sink, cardea_source source, const struct cardea_link *o);
int gw_link_disconnect(struct gw_links *ls, cardea_sink sink);
int gw_link_disconnect_from(struct gw_links *ls, cardea_sink sink, cardea_source source);
int gw_link_adjust(struct gw_links *ls, cardea_sink sink, const struct cardea_link *o);
int gw_link_sink_state(struct gw_links *ls, cardea_sink sink, struct cardea_sink_state *state);
int gw_link_source_order(struct gw_links *ls, cardea_source source, enum gw_order_tag tag, int64_t number);
int gw_link_talk(struct gw_links *ls, cardea_source source, unsigned packets, unsigned threshold);
/* tap->events->gone() follows each that was added, once: when it was removed, or the source has gone. */
int gw_link_tap(struct gw_links *ls, cardea_source source, const struct gw_tap *tap);
int gw_link_untap(struct gw_links *ls, cardea_source source, const struct gw_tap *tap);
int gw_link_bitrate(struct gw_link *l, uint32_t bps);
int gw_link_data_tap(struct gw_link *l, bool on);
int gw_link_send_data(struct gw_link *l, const struct cardea_message *msg);
int gw_link_sending(struct gw_link *l, const struct cardea_sending *how);
int gw_link_states(struct gw_link *l, const struct gw_states_ask *ask); /* an error: tell() will not come */
/* Captures the packets of the PeerConnection from now on, or from its beginning on; NULL: not any more. Takes c. It
 * ends with the PeerConnection. */
void gw_link_capture(struct gw_link *l, struct gw_capture *c);
int gw_link_query(struct gw_link *l, int64_t ticket);
/*
 * Closes the PeerConnection; down(reason) when reason is not NULL, then closed(). The link can negotiate anew after.
 * Where gw_link_exists() is false there is nothing to close: what was placed or offered is forgotten and no event comes.
 */
void gw_link_close(struct gw_link *l, const char *reason);
const char *gw_link_local_sdp(const struct gw_link *l);  /* complete texts, or NULL */
const char *gw_link_remote_sdp(const struct gw_link *l);

#endif
