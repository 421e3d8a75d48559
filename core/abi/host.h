/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gateway offers to a plugin: one table of functions, by topic.
 *
 * Threads: for the control thread, except those marked [any thread].
 * Results: 0 or a negative CARDEA_E… value unless the text says otherwise. ENOENT: no such source, sink or handle (any
 * more). A JSON body is taken, always, also when the call fails.
 */
#ifndef CARDEA_HOST_H
#define CARDEA_HOST_H

#include <cardea/guest.h>
#include <cardea/media.h>
#include <cardea/negotiation.h>
#include <cardea/plain.h>
#include <cardea/request.h>
#include <cardea/stats.h>
#include <cardea/types.h>
#include <cardea/web.h>

struct cardea_host {
    uint16_t abi_major, abi_minor;
    uint32_t size;

    /* --- requests and events -------------------------------------------------------------------------------------- */

    const struct cardea_request_info *(*info)(const struct cardea_request *rq);
    /* Answers rq with body. A pending answer()/offer() made with this request goes along as jsep. */
    void (*reply)(struct cardea_request *rq, json_t *body);
    /* Answers rq with {<key>:"event", error_code: code, error: text}. printf-like. */
    void (*fail)(struct cardea_request *rq, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    /* An event with the transaction of rq (asynchronous), before its reply. A pending offer() goes along. */
    void (*progress)(struct cardea_request *rq, json_t *body);
    /* Is rq unanswered still? For those who come back to it later: it is answered by the gateway when its handle goes.
     */
    bool (*waits)(const struct cardea_request *rq);
    /* Checks an object against a parameter table. false: rq has been failed with the plugin's codes; say no more. */
    bool (*check)(struct cardea_request *rq, const json_t *object, const struct cardea_param *params);
    /* Sends an unsolicited event with body to the owner of h. A pending offer() made with h goes along. */
    void (*notify)(struct cardea_handle *h, json_t *body);
    /* Same body to many: built and printed once. Handles are borrowed. */
    void (*notify_all)(struct cardea_handle *const *handles, size_t n, json_t *body);

    /* --- handles -------------------------------------------------------------------------------------------------- */

    bool (*is_up)(const struct cardea_handle *h);                /* has a PeerConnection that is connected */
    void (*hangup)(struct cardea_handle *h, const char *reason); /* closes the PeerConnection; down() follows */
    void (*end)(struct cardea_handle *h);                        /* detaches; detach() follows */
    /* Peers with the same group are put on the same worker while they fit. Before the first negotiation. */
    int (*group)(struct cardea_handle *h, uint64_t group);
    int (*expect)(uint64_t group, unsigned peers); /* that many will come: they may be spread over workers early */
    /* What the JSON Web Token said that h was attached with (its claims: sub, role, rooms, …); NULL: there was none.
     * Borrowed, read only. */
    const json_t *(*claims)(const struct cardea_handle *h);

    /* --- SDP: never text, only policy. The result travels with the next reply()/notify() of the same handle --------
     */

    int (*answer)(struct cardea_request *rq, const struct cardea_answer *policy); /* EPROTO: no offer to answer */
    /* The m-lines of the offer that came with rq; NULL: it waits for no answer. place() takes their mindex, so that
     * answer() sends on them what was placed (its codec must be one of those offered). Borrowed until answer(). */
    const struct cardea_offered *(*offered)(struct cardea_request *rq, size_t *n);
    /* Adds an m-line (mindex < 0) or changes one that exists; *mindex and *sink are written on success. */
    int (*place)(struct cardea_handle *h, int *mindex, const struct cardea_place *place, cardea_sink *sink);
    /* rq may be NULL: the offer then travels with the next notify(). EPROTO: an offer is still unanswered. */
    int (*offer)(struct cardea_handle *h, struct cardea_request *rq, const struct cardea_offer *offer);
    /* The m-lines of h: pointer to n entries, borrowed until the next call that negotiates. */
    const struct cardea_stream *(*streams)(struct cardea_handle *h, size_t *n);

    /* --- sources and sinks ---------------------------------------------------------------------------------------- */

    /* Replaces an older link. DATA sinks have many sources: one more, or another label for one that it has. */
    int (*link)(cardea_sink sink, cardea_source source, const struct cardea_link *options);
    int (*unlink)(cardea_sink sink);                                    /* DATA: from all its sources */
    int (*unlink_from)(cardea_sink sink, cardea_source source);         /* DATA: from one of its sources, gone or not */
    int (*adjust)(cardea_sink sink, const struct cardea_link *options); /* layers, pause, delay of an existing link */
    /*
     * What a body asks of a link, by the names that clients of this API have for it: substream, temporal and fallback,
     * spatial_layer and temporal_layer, min_delay and max_delay (negative: no override). What it does not name stays.
     * of: only the layers that this m-line has; NULL: all. Types and bounds of layers are the parameter table's
     * business.
     */
    void (*limits)(struct cardea_link *link, const json_t *body, const struct cardea_stream *of);
    int (*sink_state)(cardea_sink sink, struct cardea_sink_state *state);
    /*
     * Asks the worker what the sinks of h do and why. tell() comes later, on the control thread: once for each audio
     * and video sink that it knows, and in any case a last time with sink 0 and state NULL, after which arg is yours
     * again. An error: it will not come at all.
     */
    int (*sink_states)(struct cardea_handle *h,
                       void (*tell)(void *arg, cardea_sink sink, const struct cardea_sink_state *state), void *arg);
    int (*sending)(struct cardea_handle *h, const struct cardea_sending *how); /* before or while it is up */
    int (*bitrate)(struct cardea_handle *h, uint32_t bps);                     /* REMB cap for the sender; 0: none */
    int (*mute)(cardea_source source, bool muted);                             /* stops forwarding to all sinks */
    /* As mute(), but it is still measured, and taps go on; taken back, the last 300 ms of audio are heard first. */
    int (*hush)(cardea_source source, bool on);
    int (*keyframe)(cardea_source source);                                        /* asks the sender; coalesced */
    int (*keyframe_every)(cardea_source source, unsigned seconds);                /* 0: never */
    int (*talk)(cardea_source source, unsigned packets, unsigned threshold_dbov); /* talking events; 0 packets: off */
    int (*loudness)(cardea_source source, unsigned packets); /* loudness() each so many packets; 0: off */
    int (*playout_delay)(cardea_source source, int min_10ms, int max_10ms); /* negative: remove the override */

    /*
     * Any source, up to 4 taps at once (gone() comes soon for more). events must outlive the tap; events and arg (not
     * NULL) name it. ENOENT from untap(): the source has gone, so gone() has come or is on its way.
     */
    int (*tap)(cardea_source source, const struct cardea_tap *events, void *arg);
    int (*untap)(cardea_source source, const struct cardea_tap *events, void *arg); /* gone() follows */

    /* --- data channels -------------------------------------------------------------------------------------------- */

    int (*data_tap)(struct cardea_handle *h, bool on); /* data() is called for messages of this peer */
    int (*send_data)(struct cardea_handle *h, const struct cardea_message *msg);

    /* --- media without a PeerConnection (plain.h) ----------------------------------------------------------------- */

    /*
     * A source of its own. *inlet and *source are written on success; the source can be linked, tapped, muted and so on
     * like that of a peer, at once. EINVAL: a codec not known, or a bad number. ELIMIT: too many beside one another.
     */
    int (*inlet)(const struct cardea_inlet_conf *conf, struct cardea_inlet **inlet, cardea_source *source);
    /* Opens a port for an inlet; it closes with it (a shared one with the last beside it). EINVAL, ENOENT: no such
     * interface; EIO: the system refused, the port is in use; ELIMIT: media.plain_limit, or no port is free. */
    int (*inlet_port)(struct cardea_inlet *inlet, const struct cardea_port_conf *conf, struct cardea_port_info *info);
    /*
     * [any thread] Gives an RTP packet (or RTCP: a sender report) to an inlet; copied. len at most 1500. ELIMIT: 512
     * packets wait already, the worker does not keep up: dropped. Not after inlet_close() was called.
     */
    int (*inject)(struct cardea_inlet *inlet, const void *packet, size_t len);
    /* [any thread] The same for a DATA inlet: to the channels of the sinks linked to it. */
    int (*inject_data)(struct cardea_inlet *inlet, const struct cardea_message *msg);
    void (*inlet_close)(struct cardea_inlet *inlet); /* gone() follows; the source is gone for control at once */

    /* Starts a forwarder; a keyframe is asked for. EINVAL: host is no address, or a bad number; ENOENT; ELIMIT, EIO. */
    int (*forward)(cardea_source source, const struct cardea_forward_conf *conf, cardea_forwarder *forwarder);
    int (*forward_stop)(cardea_forwarder forwarder); /* gone() follows */
    int (*forward_state)(cardea_forwarder forwarder, struct cardea_forward_state *state);

    /* --- threads and time ----------------------------------------------------------------------------------------- */

    int (*post)(void (*run)(void *arg), void *arg); /* [any thread] run() on the control thread */
    int (*job)(void (*work)(void *arg), void (*done)(void *arg), void *arg); /* work() on a helper, then done() */
    uint64_t (*timer)(unsigned ms, bool repeat, void (*fire)(void *arg), void *arg); /* 0: no memory */
    void (*timer_stop)(uint64_t timer);
    int64_t (*now_us)(void); /* [any thread] monotonic */

    /* --- HTTP (web.h) --------------------------------------------------------------------------------------------- */

    /* handler runs on control and must answer once, now or later, with http_reply() or http_file() */
    int (*route)(const char *prefix, void (*handler)(struct cardea_http *x, const struct cardea_http_request *rq));
    void (*http_reply)(struct cardea_http *x, int status, const char *const *headers, const void *body, size_t len);
    /* The same with len bytes of a file from offset on, which must be there. fd is taken, always. */
    void (*http_file)(struct cardea_http *x, int status, const char *const *headers, int fd, uint64_t offset,
                      size_t len);
    /* [any thread] ELIMIT: a thousand posts wait already, or the body is too large. EINVAL: not a URL. */
    int (*web_post)(const struct cardea_web_post *post);

    /* --- guests (guest.h) ----------------------------------------------------------------------------------------- */

    /* A guest of the plugin with that name (usually one's own). hear() is called outside of host calls, until it was
     * told "detached" or guest_end() is called. Never NULL; when it cannot be attached, "detached" is all it hears. */
    struct cardea_guest *(*guest)(const char *plugin, const char *opaque_id,
                                  void (*hear)(void *arg, const struct cardea_heard *what), void *arg);
    /*
     * Sends a message; its reply has this tag (not 0). type NULL, or "offer" or "answer" with the SDP, or "restart"
     * with a trickle-ice-sdpfrag (RFC 8840) of new credentials: an offer like the last one, restarted, whose answer is
     * heard as "restart" with such a fragment. The text is copied, and never looked at by the plugin. EPARSE: not a
     * fragment; EPROTO: there is nothing to restart; ENOENT.
     */
    int (*guest_message)(struct cardea_guest *g, uint64_t tag, json_t *body, const char *type, const char *sdp,
                         size_t len);
    /* Candidates as a trickle-ice-sdpfrag. EAGAIN: it has new credentials and is for guest_message("restart"). */
    int (*guest_trickle)(struct cardea_guest *g, const char *fragment, size_t len);
    void (*guest_end)(struct cardea_guest *g); /* detach() follows; the guest is gone when this returns */

    /* --- services: a table of functions that one plugin offers to the others (recorder.h is one) ---------------------
     */

    /* Offered in start(), withdrawn (NULL) in stop() at the latest; EPROTO: somebody else offers it. */
    int (*provide)(const char *service, const void *table);
    /* Borrowed until withdrawn: look it up each time. NULL: nobody offers it. */
    const void *(*service)(const char *name);

    /* --- identity ------------------------------------------------------------------------------------------------- */

    void (*string_ids)(bool on); /* how CARDEA_ID parameters look; call in start() */
    uint64_t (*random_id)(void); /* 1 … 2^53-1 */
    bool (*signed_token)(const char *token, const char *realm, const char *descriptor);
    bool (*signed_tokens_enabled)(void);
    /* Would somebody with this secret or this token be let in by the API, and attached to the plugin of that name? Any
     * of them may be NULL: not brought; no plugin in particular. */
    bool (*admits)(const char *secret, const char *token, const char *plugin);
    /* What a JSON Web Token says, when it is a good one; NULL: it is none. Borrowed until the next call. */
    const json_t *(*token_claims)(const char *token);
    /* Do claims name this role, or "admin", and let into this room? A role that they do not speak of they do not name;
     * rooms that they do not speak of they let into. role NULL: are they for this room at all? Without claims: false.
     */
    bool (*grants)(const json_t *claims, const char *role, const char *room);

    /* --- configuration -------------------------------------------------------------------------------------------- */

    const char *(*option_string)(const struct cardea_config *c, const char *category, const char *name); /* or NULL */
    int64_t (*option_int)(const struct cardea_config *c, const char *category, const char *name);
    bool (*option_bool)(const struct cardea_config *c, const char *category, const char *name);
    /* Every group of the file that the option table does not name, as JSON: {"room-1234": {…}}. New reference. */
    json_t *(*config_groups)(const struct cardea_config *c);
    /* Path of a folder where this plugin may keep state; created on first use. Borrowed until stop(). */
    const char *(*state_folder)(const struct cardea_config *c);

    /* --- the operator --------------------------------------------------------------------------------------------- */

    void (*log)(enum cardea_log_level level, const struct cardea_handle *h, const char *fmt, ...)
        __attribute__((format(printf, 3, 4))); /* [any thread] */
    /* To event handlers. h NULL: about no handle (a room that an operator made). */
    void (*event)(struct cardea_handle *h, json_t *body);
    /* What the gateway is doing (stats.h). Set size first; what is known of it is filled in. ENOENT: no such worker. */
    int (*stats)(struct cardea_stats *out);
    int (*worker_stats)(unsigned worker, struct cardea_worker_stats *out);
    /* {"draining":…, "sessions":…, "eta_s":…, …} as the admin request drain_status answers it. New reference. */
    json_t *(*drain_status)(void);
    /* May new sessions come in, as far as this plugin (its name) is concerned? why (copied) goes along with error 472.
     */
    void (*admit)(const char *plugin, bool yes, const char *why);
    /* A metric of this plugin's own; the same for the same name and labels. It lives as long as the process. NULL:
     * full, or a bad name; the calls below take NULL and do nothing. */
    struct cardea_metric *(*metric)(const struct cardea_metric_conf *conf);
    void (*metric_add)(struct cardea_metric *m, int64_t n);    /* [any thread] */
    void (*metric_set)(struct cardea_metric *m, int64_t v);    /* [any thread] */
    void (*metric_observe)(struct cardea_metric *m, double v); /* [any thread] */

    /* --- listening sockets ---------------------------------------------------------------------------------------- */

    /* Listens. NULL: why says in a few words. Clients come when the gateway is ready to serve. */
    struct cardea_listener *(*listen)(const struct cardea_listen *conf, char *why, size_t why_len);
    unsigned (*listen_port)(const struct cardea_listener *l); /* 0: a socket in the file system */
    void (*listen_end)(struct cardea_listener *l);            /* client() is not called any more; NULL is allowed */

    /* --- connections ---------------------------------------------------------------------------------------------- */

    /* The connections that fare worst, at most so many: [{"session_id":…, "handle_id":…, "plugin":…, "loss":…,
     * "rtt_ms":…, "tracks":…, "tracks_waiting":…, "sent_bps":…, "estimate_bps":…, "age_s":…}, …]. New reference. The
     * first call begins to look: ten seconds later all are known. */
    json_t *(*worst_connections)(unsigned most);

    /* --- sources, again ------------------------------------------------------------------------------------------- */

    /* May newcomers begin with the last keyframe of this source, as media.keyframe_cache says? They may, until told. */
    int (*fast_start)(cardea_source source, bool on);
    /* Simulcast: nobody takes more of it than this layer (0…2; -1: nobody takes it at all), on any worker, so its
     * sender is told to send no more than that needs (REMB). 2 is as if nothing had been said. */
    int (*top_layer)(cardea_source source, int layer);

    /* --- limits of clients ---------------------------------------------------------------------------------------- */

    /*
     * A client makes something that outlives its session, such as a room: it is counted for the session, the address
     * and the token of h (NULL, an operator: for nobody), as limits.rooms_per_… say. ELIMIT: one of them has as many as
     * it may; why names the setting. *charge (NULL: nothing was counted) goes back with refund() when the thing ends.
     */
    int (*charge)(const struct cardea_handle *h, struct cardea_charge **charge, char *why, size_t why_len);
    void (*refund)(struct cardea_charge *charge); /* NULL is allowed; in stop() at the latest */
};

#endif
