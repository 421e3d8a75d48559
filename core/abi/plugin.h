/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plugin side of Cardea: what a plugin exports and what the gateway offers to it.
 *
 * A plugin decides what a connection is for. It *declares*: "answer this offer with these codecs", "link this source
 * to that sink, at most this layer". The gateway does the rest: ICE, DTLS, SRTP, SDP text, header rewriting,
 * retransmission, layer switching, keyframe requests. A plugin is not on the packet path unless it taps a source.
 *
 * Promises:
 *  - One control thread. Every callback runs on it, except `packet`. Callbacks are never nested inside a host call:
 *    what a host call causes is told later. So a plugin needs no mutex.
 *  - A pointer passed in is borrowed until the call returns, unless the text says that it is taken.
 *  - A JSON body handed to reply(), fail(), notify() or event() is taken, always, also when the call fails.
 *  - Every request is answered once. A second reply is refused and logged; a request dropped without a reply when its
 *    handle goes is answered by the gateway.
 *  - detach() comes exactly once for each attach() that returned 0, and when it comes no worker calls for it again.
 *    The handle pointer is dead when detach() returns.
 *  - Ids of sources and sinks are never reused. A host call with an id that has gone returns CARDEA_ENOENT.
 *
 * Threads: host functions are for the control thread, except those marked [any thread].
 * Results: 0 or a negative CARDEA_E... value unless the text says otherwise.
 *
 * A plugin exports one *data* symbol, nothing runs at dlopen:
 *
 *     CARDEA_EXPORT const struct cardea_plugin cardea_plugin = { CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.mine", ... };
 */
#ifndef CARDEA_PLUGIN_H
#define CARDEA_PLUGIN_H

#include <cardea/recorder.h>
#include <cardea/stats.h>
#include <cardea/types.h>

enum cardea_result {
    CARDEA_OK = 0,
    CARDEA_ENOMEM = -1,
    CARDEA_EINVAL = -2,  /* the caller's bug: a bad argument */
    CARDEA_EPARSE = -3,  /* the peer's bytes are not what they claim to be (bad SDP) */
    CARDEA_EPROTO = -4,  /* well-formed, but not allowed now (no offer to answer, an offer is already outstanding) */
    CARDEA_ELIMIT = -5,  /* a bound was hit */
    CARDEA_EIO = -6,     /* the operating system refused */
    CARDEA_EAGAIN = -7,  /* try again later */
    CARDEA_ENOENT = -8,  /* no such source, sink, handle or file */
    CARDEA_ESTATE = -9,  /* the object is being closed */
};

struct cardea_handle;  /* one attachment of one session to this plugin; holds at most one PeerConnection */
struct cardea_request; /* one client message that waits for its reply */

typedef uint64_t cardea_source; /* an incoming track; 0 is none */
typedef uint64_t cardea_sink;   /* an outgoing track; 0 is none */

enum cardea_kind { CARDEA_AUDIO = 1, CARDEA_VIDEO = 2, CARDEA_DATA = 3 };

/* --- requests ----------------------------------------------------------------------------------------------------- */

enum cardea_param_type {
    CARDEA_STRING,
    CARDEA_BOOL, /* true or false; 0, 1 and strings are refused */
    CARDEA_INT,  /* JSON integer of any sign */
    CARDEA_UINT, /* JSON integer >= 0 */
    CARDEA_OBJECT,
    CARDEA_ARRAY,
    CARDEA_ID, /* unsigned integer, or a string when the plugin said string_ids (host->string_ids) */
};

enum {
    CARDEA_REQUIRED = 1, /* missing: errors.missing */
    CARDEA_NONEMPTY = 2, /* an empty string or array is errors.invalid */
};

/* Checked by the gateway in table order, before run() is called. First failure wins. `null` is a wrong type. */
struct cardea_param {
    const char *name;
    enum cardea_param_type type;
    unsigned flags;
    int64_t max;                       /* INT, UINT: greatest value, 0 = any; STRING: most bytes, 0 = any */
    const struct cardea_param *fields; /* ARRAY: every element is an object with these; OBJECT: its members */
    enum cardea_param_type element;    /* ARRAY without fields: type of its elements, when element_typed */
    bool element_typed;
};
/* A table ends with a line whose name is NULL. */

enum cardea_verb_mode {
    CARDEA_SYNC,  /* run() replies before it returns; client gets `success`; also reachable by admin `message_plugin` */
    CARDEA_ASYNC, /* client gets `ack` at once; the reply is an `event` with the request's transaction */
    CARDEA_LATE,  /* as SYNC, but the reply may come later: for what needs a job(). See waits() */
};

struct cardea_verb {
    const char *name; /* compared without regard to case; NULL: taken when the body has no `request` */
    enum cardea_verb_mode mode;
    const struct cardea_param *params;     /* may be NULL */
    void (*run)(struct cardea_request *rq); /* control thread */
};
/* A table ends with a line whose run is NULL. */

/* Error codes that the gateway uses on the plugin's behalf: {<key>:"event", error_code:…, error:"…"} */
struct cardea_error_codes {
    int no_message; /* empty body */
    int not_object; /* body is not an object */
    int unknown;    /* no such verb */
    int missing;    /* a required parameter is absent */
    int invalid;    /* a parameter has the wrong type or is out of range */
};

/* What came with a message. All borrowed. */
struct cardea_request_info {
    struct cardea_handle *handle; /* NULL: an admin request */
    void *user;                   /* what attach() gave for this handle; NULL for admin requests */
    const char *verb;             /* as in the table */
    json_t *body;                 /* object; read only */
    const char *jsep_type;        /* "offer", "answer" or NULL */
    bool jsep_e2ee;
    bool jsep_update; /* an offer for a PeerConnection that already exists */
    bool admin;
};

/* --- media -------------------------------------------------------------------------------------------------------- */

/* One m-line of a handle's PeerConnection, after negotiation. Strings live until the next negotiation or detach. */
struct cardea_stream {
    unsigned mindex;
    const char *mid;
    enum cardea_kind kind;
    bool disabled;         /* rejected, inactive, or no codec matched */
    cardea_source source;  /* set when the peer sends on this m-line (DATA: when the m-line is accepted) */
    cardea_sink sink;      /* set when we send on it (DATA: when the m-line is accepted) */
    bool ready;            /* we offered, and the peer answered with a direction other than inactive */
    const char *codec;     /* "opus", "vp8", …; NULL for DATA or when disabled */
    const char *profile;   /* H.264 profile-level-id or VP9 profile-id, or NULL */
    const char *fmtp;      /* fmtp the peer stated for the codec, or NULL */
    unsigned clock_rate;   /* Hz */
    bool stereo, fec, dtx; /* opus */
    bool red;              /* opus RED negotiated */
    bool simulcast, svc;   /* video */
    uint8_t audiolevel_id, orientation_id, playout_delay_id; /* RTP extension ids the peer uses; 0 = not negotiated */
    const char *msid_stream, *msid_track;                    /* of the peer, or NULL */
    uint8_t payload_type, red_payload_type; /* of what the peer sends; red: 0 none */
};

/* How to answer an offer: one policy for all its m-lines. Existing m-lines keep their codec. Zero is a good default. */
struct cardea_answer {
    const char *title;              /* s= line; NULL: "-" */
    const char *audio_codecs;       /* comma list in order of preference; NULL: the gateway's order (opus first) */
    const char *video_codecs;       /* same (vp8 first) */
    const char *h264_profile, *vp9_profile; /* preferred; NULL: none */
    bool receive_only;              /* true: recvonly answers; false: mirror the offer (sendrecv is echoed) */
    bool no_audio, no_video, no_data; /* reject that kind */
    unsigned max_audio, max_video;  /* accept only the first n m-lines of the kind; 0 = all */
    bool opus_fec, opus_dtx, opus_stereo; /* repeat the parameter when it was offered */
    bool opus_red;                  /* accept RED next to opus */
    bool audio_nack;
    bool no_audiolevel, no_orientation, no_playout_delay, no_transport_cc; /* extensions to leave out */
    bool abs_send_time, abs_capture_time, layers_allocation;               /* extensions to accept besides */
    uint32_t video_bandwidth;       /* bit/s for b=; 0: no line */
    bool e2ee;                      /* echoed in the answer's jsep */
};

/* One m-line of an offer that we make. */
struct cardea_place {
    enum cardea_kind kind;
    bool inactive;                 /* true: no direction; the sink stays and sends nothing */
    const char *codec;             /* AUDIO, VIDEO; fixed for the life of the m-line */
    int payload_type;              /* 0…127; -1: the gateway's table */
    const char *profile;           /* H.264 / VP9, or NULL */
    const char *fmtp;              /* more fmtp, or NULL */
    bool opus_fec, opus_dtx, opus_stereo, opus_red;
    bool audiolevel, orientation, playout_delay, transport_cc, dependency_descriptor; /* extensions to offer */
    const char *msid_stream, *msid_track; /* NULL: "janus", "janus<mid>" */
    const char *mid;               /* NULL: the decimal m-line index */
    bool abs_capture_time;         /* one more extension to offer */
};

/* How an offer is made from all the m-lines placed so far. */
struct cardea_offer {
    const char *title;
    bool restart; /* with an ICE restart */
    bool e2ee;
};

/* Targets and limits of a link. Zero is "best layer, no limit". */
struct cardea_link {
    bool limit_substream, limit_temporal, limit_spatial;
    uint8_t substream, temporal, spatial; /* 0…2, used when the flag above is set */
    uint32_t fallback_us;                 /* simulcast drop timer; 0: 250 000 */
    bool paused;
    int16_t min_delay, max_delay;         /* playout delay override, 10 ms units, when delay_set */
    bool delay_set;
    const char *data_label; /* DATA: label of the source's channel on the sink's side; NULL: the same as received */
    uint16_t priority;                    /* who gets bandwidth first; greater is more important */
    bool automatic;                       /* the gateway chooses layers from the bandwidth budget */
};

/* Why a sink sends what it sends: the first that holds. */
enum cardea_cause {
    CARDEA_CAUSE_NONE = 0, /* it sends all there is */
    CARDEA_CAUSE_UNLINKED, /* nothing is linked to it */
    CARDEA_CAUSE_CLOSED,   /* the m-line does not send: not negotiated so, or the PeerConnection is not up yet */
    CARDEA_CAUSE_PAUSED,   /* the link is paused */
    CARDEA_CAUSE_MUTED,    /* the source is */
    CARDEA_CAUSE_SILENT,   /* nothing comes from the sender */
    CARDEA_CAUSE_HELD,     /* there is no bandwidth for even the lowest layer */
    CARDEA_CAUSE_KEYFRAME, /* it waits for a keyframe */
    CARDEA_CAUSE_BUDGET,   /* a lower layer than asked for: bandwidth */
    CARDEA_CAUSE_SENDER,   /* a lower layer than asked for: the sender does not send more */
    CARDEA_CAUSE_ASKED,    /* a lower layer than there is: so the link asks */
};

/* What a sink is doing now. Layers are -1 while unknown. */
struct cardea_sink_state {
    cardea_source source; /* 0: not linked */
    int substream, temporal, spatial;
    int target_substream, target_temporal, target_spatial;
    bool paused;
    uint32_t bitrate_bps; /* sent in the last second */

    /* minor 2: why; filled by sink_states() only */
    enum cardea_cause cause;
    uint32_t source_bps[3];    /* what the sender sends of each substream ([0] without simulcast), last second */
    uint32_t budget_bps;       /* what the estimate leaves for this sink; 0: no limit */
    uint32_t estimate_bps;     /* of the whole PeerConnection; 0: none yet */
    uint32_t rtt_ms;           /* 0: unknown */
    double loss;               /* of what we sent, 0…1, as the peer last reported */
    int64_t keyframe_age_ms;   /* since the sender's last keyframe came; -1: never, or not video */
    uint64_t packets, bytes;   /* sent */
    uint64_t dropped;          /* held back by the layer chosen */
    uint64_t retransmitted;
    uint16_t width, height;    /* of the sender's picture, 0: unknown */
};

/* How a PeerConnection sends: bounds of its bandwidth estimate, and what may be left out. Zero: the gateway's own. */
struct cardea_sending {
    uint32_t start_bps, min_bps, max_bps; /* bit/s */
    bool no_probing;                      /* never send padding to find more */
    bool no_pacing;                       /* send bursts as they come */
};

/* A packet given to a tap: const, as received, decrypted. On the worker of the source. */
struct cardea_packet {
    cardea_source source;
    const uint8_t *data; /* the whole RTP packet */
    size_t len;
    int64_t arrival_us; /* monotonic */
    uint64_t ext_seq;   /* extended sequence number */
    bool keyframe, marker;
    uint8_t substream, temporal, spatial;
    uint8_t payload_type;
    uint32_t timestamp, ssrc;
    const uint8_t *payload; /* inside data: behind the header and its extensions, without padding */
    size_t payload_len;
    int16_t orientation;    /* byte of the video-orientation extension, -1: absent */
    int16_t audio_level;    /* -dBov 0…127, -1: absent */
    uint16_t width, height; /* of a keyframe that says so, else 0 */
    bool recovered;         /* came as a retransmission: others with greater numbers came before it */
};

/* A sender report of a tapped source: where its timestamps lie in the sender's time and in ours. */
struct cardea_report {
    cardea_source source;
    uint32_t ssrc;
    uint8_t substream;
    uint64_t ntp;      /* the sender's wall clock, as in the packet: seconds since 1900 << 32 | fraction */
    uint32_t rtp;      /* the timestamp of that moment */
    int64_t local_us;  /* that moment on our monotonic clock; the same mapping for all streams of one sender */
};

/*
 * Who listens to a source. packet and report run on the source's worker: they must not block, lock or allocate without
 * bound. gone comes on control, exactly once for each tap_add() that returned 0: after tap_remove(), or because the
 * source has gone. When it comes no worker calls any more and none will. packet and report may be NULL.
 */
struct cardea_tap {
    void (*packet)(void *tap, const struct cardea_packet *packet);
    void (*report)(void *tap, const struct cardea_report *report);
    void (*gone)(void *tap, cardea_source source);
};

/* --- sources without a PeerConnection ----------------------------------------------------------------------------- */

struct cardea_message;
struct cardea_inlet; /* where packets from a file, a mixer or another machine become a source */

/* What an inlet tells; control thread, never inside a host call. All but gone may be NULL. */
struct cardea_inlet_events {
    void (*keyframe)(void *user, cardea_source source); /* a receiver waits for one; at most one call a second */
    void (*media)(void *user, cardea_source source, bool receiving, int substream); /* packets come, or stopped */
    void (*talking)(void *user, cardea_source source, bool talking, double level_dbov);
    void (*loudness)(void *user, cardea_source source, double level_dbov); /* after host->loudness() */
    void (*data)(void *user, cardea_source source, const struct cardea_message *msg); /* DATA, from a port */
    /* Nothing, not even RTCP, came to its port for timeout_s, and RTCP had come before: the far side is gone. */
    void (*lost)(void *user, cardea_source source);
    /* After inlet_close(), exactly once: the inlet is freed. At the end of the process perhaps after stop(): then it may
     * free memory, and no more. */
    void (*gone)(void *user, cardea_source source);
};

struct cardea_inlet_conf {
    enum cardea_kind kind;
    const char *codec;       /* AUDIO, VIDEO: "opus", "vp8", … */
    unsigned clock_rate;     /* Hz; 0: the codec's usual one */
    int payload_type;        /* of its packets; -1: whatever they carry is the codec */
    uint8_t red_payload_type, rtx_payload_type; /* 0: none. RTX (RFC 4588) needs rtx_ssrc or one layer */
    unsigned layers;         /* simulcast: 1…3, told apart by ssrc; 0: 1 */
    uint32_t ssrc[3], rtx_ssrc[3]; /* by layer, 0 lowest; 0 with one layer: any */
    bool svc, e2ee;
    bool nack;               /* missing packets can be asked back (from a port, by RTCP) */
    uint8_t audiolevel_id, orientation_id, playout_delay_id, dependency_descriptor_id; /* of its packets; 0: none */
    /* Another inlet whose sender is the same: they share a worker and a clock, so audio and video stay together. */
    struct cardea_inlet *beside;
    uint64_t group;          /* as for group(); not with beside */
    const struct cardea_inlet_events *events; /* must outlive the inlet */
    void *user;
};

/* Where plain RTP for an inlet arrives: a UDP port of this host. */
struct cardea_port_conf {
    const char *address;   /* numeric local address to bind to; NULL: any, IPv4 and IPv6 */
    const char *interface; /* name of an interface, or its address, instead; NULL: any */
    const char *multicast; /* IPv4 group to join, or NULL */
    uint16_t port;         /* 0: a free one of the configured range */
    bool rtcp;             /* RTCP on a port of its own; else on the same one (RFC 5761) */
    uint16_t rtcp_port;    /* 0: a free one */
    bool shared;           /* packets are for all inlets beside this one, told apart by their ssrc or payload type */
    const char *from;      /* only packets from this numeric address; NULL: from any */
    unsigned srtp_suite;   /* 80, 32: AES_CM_128_HMAC_SHA1_80 or _32; 0: not encrypted */
    const uint8_t *srtp_key; /* 30 bytes: key and salt */
    unsigned timeout_s;    /* for lost(); 0: never */
};

struct cardea_port_info {
    uint16_t port, rtcp_port; /* rtcp_port 0: the same */
    char address[64];         /* bound to; "": any */
};

/* --- plain RTP out ------------------------------------------------------------------------------------------------ */

typedef uint64_t cardea_forwarder; /* 0: none; never reused */

/*
 * Packets of a source to another machine, as they came: sequence numbers, timestamps and extensions stay. DATA: one
 * datagram a message, raw.
 */
struct cardea_forward_conf {
    const char *host;  /* numeric address */
    uint16_t port;
    uint16_t rtcp_port; /* of the far end: reports go there, requests for keyframes and repetitions come back; 0: none */
    int payload_type;  /* -1: as it came */
    uint32_t ssrc[3];  /* by substream; 0: as it came. With one substream, or merged, only [0]. DATA: in an RTP header
                          before the message, as between gateways; 0: no header */
    int substream;     /* simulcast: that one alone; -1: all */
    bool merge;        /* simulcast: one continuous stream of the best substream; ssrc[0] must be set */
    unsigned srtp_suite; /* as for ports */
    const uint8_t *srtp_key;
    cardea_forwarder beside; /* to the same far end: shares its RTCP port and its SRTP; 0: none */
    /* control, once: after forward_stop() or with the source; perhaps after stop(), as of inlets */
    void (*gone)(void *user, cardea_forwarder forwarder);
    void *user;
};

struct cardea_forward_state {
    uint64_t packets, bytes, resent, dropped, rtcp, keyframes; /* rtcp, keyframes: received, asked for by the far end */
    uint16_t rtcp_port; /* ours, 0: none */
};

/* A data-channel message. */
struct cardea_message {
    const char *label, *protocol; /* never NULL */
    bool binary;
    const uint8_t *data;
    size_t len; /* > 0 */
};

/* One m-line of a client's offer that waits for its answer. Strings live until it is answered. */
struct cardea_offered {
    unsigned mindex;
    const char *mid;
    enum cardea_kind kind;
    bool rejected;        /* port 0, or a kind that we do not know: it cannot be placed */
    bool sends, receives; /* what the client wants */
    const char *codecs;   /* comma list, in its order: "vp8,h264"; "" for DATA */
};

/* --- guests ------------------------------------------------------------------------------------------------------- */

/*
 * A guest is a session with one handle that no client owns: the plugin speaks for it as a client would, with the same
 * requests, and hears what a client would get, taken apart. So that a plugin can serve peers that know nothing of the
 * JSON API (WHIP). It never times out and needs no secret; it counts in limits.sessions.
 */
struct cardea_guest;

/* Borrowed until hear() returns. */
struct cardea_heard {
    /* "success", "event": of the plugin; "error": the gateway has refused the message;
     * "webrtcup", "hangup", "media", "slowlink": as in the API; "detached": the last thing heard, the guest is gone. */
    const char *janus;
    uint64_t tag;               /* of the guest_message() that this replies to; 0: to none */
    const json_t *data;         /* what the plugin says; NULL: nothing */
    const char *jsep_type, *sdp; /* "offer", "answer" or "restart", or NULL; candidates are complete */
    int code;                   /* of an error */
    const char *reason;         /* of an error or hangup, or NULL */
};

/* --- HTTP routes -------------------------------------------------------------------------------------------------- */

struct cardea_http; /* one exchange that waits for its answer */

struct cardea_http_request {
    const char *method, *path; /* the whole path */
    const char *rest;          /* what follows the route's prefix, without the slash; may be "" */
    const char *query;         /* raw, may be "" */
    const uint8_t *body;
    size_t len;
    const char *(*header)(const struct cardea_http *x, const char *name); /* NULL when absent */
    const char *remote;        /* address of the client, text */
};

/* --- webhooks ----------------------------------------------------------------------------------------------------- */

/* A POST to somebody else's web server, sent by a thread of the gateway's. All text is copied. */
struct cardea_web_post {
    uint32_t size;              /* sizeof(struct cardea_web_post) */
    const char *url;            /* http or https */
    const char *content_type;   /* NULL: application/json */
    const char *const *headers; /* "Name: value", NULL at the end; or NULL */
    const void *body;
    size_t len;                 /* at most 4 MiB */
    unsigned timeout_ms;        /* of one try; 0: 10 s */
    unsigned tries;             /* at most; 0: 1. Pauses of 1, 2, 4, … 60 s between them */
    void (*done)(void *arg, int status); /* control thread, once; status 0: no answer. May be NULL */
    void *arg;
};

/* --- the table a plugin exports ----------------------------------------------------------------------------------- */

struct cardea_host;

struct cardea_plugin {
    uint16_t abi_major, abi_minor;
    uint32_t size; /* sizeof(struct cardea_plugin) */

    /* who it is */
    const char *name;           /* "cardea.plugin.echotest" */
    const char *const *aliases; /* other package names it answers to, NULL-terminated, or NULL; the first is shown */
    const char *title, *description, *author, *version_string;
    int version;
    const char *key; /* the member that names every message, e.g. "echotest" */
    struct cardea_error_codes errors;
    const struct cardea_option *options; /* or NULL */
    const char *config_name;             /* "cardea.plugin.<config_name>.jcfg", NULL: no file */
    const struct cardea_verb *verbs;

    /* life of the plugin; control thread */
    int (*start)(const struct cardea_host *host, const struct cardea_config *config); /* non-zero: not loaded */
    void (*stop)(void);                                                             /* all handles are gone */

    /* life of a handle; control thread. attach: non-zero refuses (461). user is given back to every other callback */
    int (*attach)(struct cardea_handle *h, void **user);
    void (*detach)(struct cardea_handle *h, void *user);

    /* life of a PeerConnection; control thread */
    void (*up)(struct cardea_handle *h, void *user);                       /* DTLS-SRTP established, first time */
    void (*down)(struct cardea_handle *h, void *user, const char *reason); /* closed; its sources and sinks are gone */
    void (*source_added)(struct cardea_handle *h, void *user, const struct cardea_stream *stream);
    void (*source_gone)(struct cardea_handle *h, void *user, cardea_source source);

    /* things that happen; control thread; all may be NULL */
    void (*data)(struct cardea_handle *h, void *user, const struct cardea_message *msg); /* only after data_tap() */
    void (*layer)(struct cardea_handle *h, void *user, cardea_sink sink, const struct cardea_sink_state *state);
    void (*talking)(struct cardea_handle *h, void *user, cardea_source source, bool talking, double level_dbov);
    void (*slow_link)(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost);

    /* packets of tapped sources; on the source's worker; must not block, lock or allocate without bound */
    void (*packet)(void *tap, const struct cardea_packet *packet);

    /* the operator's view; control thread; may be NULL */
    void (*drain)(bool draining);
    json_t *(*describe)(struct cardea_handle *h, void *user); /* handle_info.plugin_specific; new reference */

    /* since 1.1 */
    void (*report)(void *tap, const struct cardea_report *report); /* as packet: sender reports of tapped sources */
    void (*tap_gone)(void *tap, cardea_source source); /* control: the tap is not called any more (cardea_tap.gone) */
    /* The gateway drains: may a new session come in for this purpose, the `for` of its `create`? True for what lives
     * here already and nowhere else, such as a room with people in it. purpose is borrowed. */
    bool (*welcomes)(const json_t *purpose);
    /* minor 2: after host->loudness(): the average level of the last window, -dBov (0 loud … 127 silent) */
    void (*loudness)(struct cardea_handle *h, void *user, cardea_source source, double level_dbov);
};

#define CARDEA_PLUGIN_HEAD                                                                                            \
    .abi_major = CARDEA_ABI_MAJOR, .abi_minor = CARDEA_ABI_MINOR, .size = sizeof(struct cardea_plugin)

/* --- what the gateway offers -------------------------------------------------------------------------------------- */

struct cardea_host {
    uint16_t abi_major, abi_minor;
    uint32_t size;

    /* requests */
    const struct cardea_request_info *(*info)(const struct cardea_request *rq);
    /* Answers rq with body (taken). A pending answer()/offer() made with this request goes along as jsep. */
    void (*reply)(struct cardea_request *rq, json_t *body);
    /* Answers rq with {<key>:"event", error_code: code, error: text}. printf-like. */
    void (*fail)(struct cardea_request *rq, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    /* Sends an unsolicited event with body (taken) to the owner of h. A pending offer() made with h goes along. */
    void (*notify)(struct cardea_handle *h, json_t *body);
    /* Same body to many: built and printed once. body is taken, handles are borrowed. */
    void (*notify_all)(struct cardea_handle *const *handles, size_t n, json_t *body);

    /* SDP: never text, only policy. The result travels with the next reply()/notify() of the same handle. */
    int (*answer)(struct cardea_request *rq, const struct cardea_answer *policy); /* EPROTO: no offer to answer */
    /* Adds an m-line (mindex < 0) or changes one that exists; *mindex and *sink are written on success. */
    int (*place)(struct cardea_handle *h, int *mindex, const struct cardea_place *place, cardea_sink *sink);
    /* rq may be NULL: the offer then travels with the next notify(). EPROTO: an offer is still unanswered. */
    int (*offer)(struct cardea_handle *h, struct cardea_request *rq, const struct cardea_offer *offer);
    /* The m-lines of h: pointer to n entries, borrowed until the next call that negotiates. */
    const struct cardea_stream *(*streams)(struct cardea_handle *h, size_t *n);
    bool (*is_up)(const struct cardea_handle *h);

    /* media graph */
    /* Replaces an older link. DATA sinks have many sources: one more, or another label for one that it has. */
    int (*link)(cardea_sink sink, cardea_source source, const struct cardea_link *options);
    int (*unlink)(cardea_sink sink); /* DATA: from all its sources */
    int (*adjust)(cardea_sink sink, const struct cardea_link *options); /* layers, pause, delay of an existing link */
    int (*sink_state)(cardea_sink sink, struct cardea_sink_state *state);
    int (*mute)(cardea_source source, bool muted);     /* stops forwarding to all sinks */
    int (*keyframe)(cardea_source source);             /* asks the sender; coalesced */
    int (*keyframe_every)(cardea_source source, unsigned seconds); /* 0: never */
    int (*bitrate)(struct cardea_handle *h, uint32_t bps); /* REMB cap for the sender; 0: none */
    int (*talk)(cardea_source source, unsigned packets, unsigned threshold_dbov); /* talking events; 0 packets: off */
    int (*playout_delay)(cardea_source source, int min_10ms, int max_10ms);       /* negative: remove the override */
    /* packet() and report() get tap, for a source of this plugin's own handles; one a source, a new one takes the
     * place of the old. NULL removes. Ends in two steps: tap_gone() follows, until then packet() may still be called. */
    int (*tap)(cardea_source source, void *tap);
    /* Peers with the same group are put on the same worker while they fit. Before the first negotiation. */
    int (*group)(struct cardea_handle *h, uint64_t group);

    /* data channels */
    int (*data_tap)(struct cardea_handle *h, bool on); /* data() is called for messages of this peer */
    int (*send_data)(struct cardea_handle *h, const struct cardea_message *msg);

    /* end of things */
    void (*hangup)(struct cardea_handle *h, const char *reason); /* closes the PeerConnection; down() follows */
    void (*end)(struct cardea_handle *h);                        /* detaches; detach() follows */

    /* threads */
    int (*post)(void (*run)(void *arg), void *arg);              /* [any thread] run() on the control thread */
    int (*job)(void (*work)(void *arg), void (*done)(void *arg), void *arg); /* work() on a helper, then done() */
    uint64_t (*timer)(unsigned ms, bool repeat, void (*fire)(void *arg), void *arg); /* 0: no memory */
    void (*timer_stop)(uint64_t timer);
    int64_t (*now_us)(void);                                     /* [any thread] monotonic */

    /* HTTP; handler runs on control and must call http_reply once, now or later */
    int (*route)(const char *prefix, void (*handler)(struct cardea_http *x, const struct cardea_http_request *rq));
    void (*http_reply)(struct cardea_http *x, int status, const char *const *headers, const void *body, size_t len);

    /* the operator */
    /* To event handlers; body taken. h NULL: about no handle (a room that an operator made). */
    void (*event)(struct cardea_handle *h, json_t *body);
    void (*log)(enum cardea_log_level level, const struct cardea_handle *h, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));                   /* [any thread] */
    void (*string_ids)(bool on);                                 /* how CARDEA_ID parameters look; call in start() */
    uint64_t (*random_id)(void);                                 /* 1 … 2^53-1 */
    bool (*signed_token)(const char *token, const char *realm, const char *descriptor);
    bool (*signed_tokens_enabled)(void);

    /* configuration */
    const char *(*option_string)(const struct cardea_config *c, const char *category, const char *name); /* or NULL */
    int64_t (*option_int)(const struct cardea_config *c, const char *category, const char *name);
    bool (*option_bool)(const struct cardea_config *c, const char *category, const char *name);
    /* Every group of the file that the option table does not name, as JSON: {"room-1234": {...}}. New reference. */
    json_t *(*config_groups)(const struct cardea_config *c);
    /* Path of a folder where this plugin may keep state; created on first use. Borrowed until stop(). */
    const char *(*state_folder)(const struct cardea_config *c);

    /* Checks an object against a parameter table. false: rq has been failed with the plugin's codes; say no more. */
    bool (*check)(struct cardea_request *rq, const json_t *object, const struct cardea_param *params);

    /*
     * Services: a table of functions that one plugin offers to the others under a name (recorder.h has one). Offered in
     * start(), withdrawn (NULL) in stop() at the latest; EPROTO: somebody else offers it. Borrowed until withdrawn: look
     * it up each time, NULL when nobody offers it.
     */
    int (*provide)(const char *service, const void *table);
    const void *(*service)(const char *name);

    /*
     * since 1.1: any source, up to 4 taps at once (gone() comes soon for more). events must outlive the tap; events and
     * tap (not NULL) name it. ENOENT from tap_remove(): the source has gone, so gone() has come or is on its way.
     */
    int (*tap_add)(cardea_source source, const struct cardea_tap *events, void *tap);
    int (*tap_remove)(cardea_source source, const struct cardea_tap *events, void *tap); /* gone() follows */

    /*
     * A source of its own. *inlet and *source are written on success; the source can be linked, tapped, muted and so on
     * like that of a peer, at once. EINVAL: a codec not known, or a bad number. ELIMIT: too many beside one another.
     */
    int (*inlet)(const struct cardea_inlet_conf *conf, struct cardea_inlet **inlet, cardea_source *source);
    /*
     * [any thread] Gives an RTP packet (or RTCP: a sender report) to an inlet; copied. len at most 1500. ELIMIT: 512
     * packets wait already, the worker does not keep up: dropped. Not after inlet_close() was called.
     */
    int (*inject)(struct cardea_inlet *inlet, const void *packet, size_t len);
    /* [any thread] The same for a DATA inlet: to the channels of the sinks linked to it. */
    int (*inject_data)(struct cardea_inlet *inlet, const struct cardea_message *msg);
    void (*inlet_close)(struct cardea_inlet *inlet); /* gone() follows; the source is gone for control at once */

    /* --- since 1.2 ---------------------------------------------------------------------------------------------------- */

    /* The m-lines of the offer that came with rq; NULL: it waits for no answer. place() takes their mindex, so that
     * answer() sends on them what was placed (its codec must be one of those offered). Borrowed until answer(). */
    const struct cardea_offered *(*offered)(struct cardea_request *rq, size_t *n);

    /* A guest of the plugin with that name (usually one's own). hear() is called outside of host calls, until it was
     * told "detached" or guest_end() is called. Never NULL; when it cannot be attached, "detached" is all it hears. */
    struct cardea_guest *(*guest)(const char *plugin, const char *opaque_id,
                                  void (*hear)(void *arg, const struct cardea_heard *what), void *arg);
    /*
     * Sends a message; its reply has this tag (not 0). body is taken. type NULL, or "offer" or "answer" with the SDP,
     * or "restart" with a trickle-ice-sdpfrag (RFC 8840) of new credentials: an offer like the last one, restarted,
     * whose answer is heard as "restart" with such a fragment. The text is copied, and never looked at by the plugin.
     * EPARSE: not a fragment; EPROTO: there is nothing to restart; ENOENT.
     */
    int (*guest_message)(struct cardea_guest *g, uint64_t tag, json_t *body, const char *type, const char *sdp,
                         size_t len);
    /* Candidates as a trickle-ice-sdpfrag. EAGAIN: it has new credentials and is for guest_message("restart"). */
    int (*guest_trickle)(struct cardea_guest *g, const char *fragment, size_t len);
    void (*guest_end)(struct cardea_guest *g); /* detach() follows; the guest is gone when this returns */
    /* minor 2 */
    int (*unlink_from)(cardea_sink sink, cardea_source source); /* DATA: from one of its sources, gone or not */
    /*
     * Asks the worker what the sinks of h do and why. tell() comes later, on the control thread: once for each audio and
     * video sink that it knows, and in any case a last time with sink 0 and state NULL, after which arg is yours again.
     * An error: it will not come at all.
     */
    int (*sink_states)(struct cardea_handle *h,
                       void (*tell)(void *arg, cardea_sink sink, const struct cardea_sink_state *state), void *arg);
    int (*sending)(struct cardea_handle *h, const struct cardea_sending *how); /* before or while it is up */
    int (*loudness)(cardea_source source, unsigned packets); /* loudness() each so many packets; 0: off */
    /* As mute(), but it is still measured, and taps go on; taken back, the last 300 ms of audio are heard first. */
    int (*hush)(cardea_source source, bool on);
    int (*expect)(uint64_t group, unsigned peers); /* that many will come: they may be spread over workers early */
    /* An event with the transaction of rq (asynchronous), before its reply. A pending offer() made with the handle
     * goes along. body is taken. */
    void (*progress)(struct cardea_request *rq, json_t *body);
    /* what the gateway is doing (stats.h). Set size first; what is known of it is filled in. ENOENT: no such
     * worker. */
    int (*stats)(struct cardea_stats *out);
    int (*worker_stats)(unsigned worker, struct cardea_worker_stats *out);
    /* {"draining":…, "sessions":…, "eta_s":…, …} as the admin request drain_status answers it. New reference. */
    json_t *(*drain_status)(void);
    /* A metric of this plugin's own; the same for the same name and labels. It lives as long as the process. NULL: full,
     * or a bad name; the calls below take NULL and do nothing. */
    struct cardea_metric *(*metric)(const struct cardea_metric_conf *conf);
    void (*metric_add)(struct cardea_metric *m, int64_t n);    /* [any thread] */
    void (*metric_set)(struct cardea_metric *m, int64_t v);    /* [any thread] */
    void (*metric_observe)(struct cardea_metric *m, double v); /* [any thread] */
    /* May new sessions come in, as far as this plugin (its name) is concerned? why (copied) goes along with error 472. */
    void (*admit)(const char *plugin, bool yes, const char *why);

    /* --- since 1.3 ---------------------------------------------------------------------------------------------------- */

    /* Opens a port for an inlet; it closes with it (a shared one with the last beside it). EINVAL, ENOENT: no such
     * interface; EIO: the system refused, the port is in use; ELIMIT: media.plain_limit, or no port is free. */
    int (*inlet_port)(struct cardea_inlet *inlet, const struct cardea_port_conf *conf, struct cardea_port_info *info);
    /* Starts a forwarder; a keyframe is asked for. EINVAL: host is no address, or a bad number; ENOENT; ELIMIT, EIO. */
    int (*forward)(cardea_source source, const struct cardea_forward_conf *conf, cardea_forwarder *forwarder);
    int (*forward_stop)(cardea_forwarder forwarder); /* gone() follows */
    int (*forward_state)(cardea_forwarder forwarder, struct cardea_forward_state *state);

    /* [any thread] ELIMIT: a thousand posts wait already, or the body is too large. EINVAL: not a URL. */
    int (*web_post)(const struct cardea_web_post *post);
    /* Like http_reply(), with len bytes of a file from offset on, which must be there. fd is taken, always. */
    void (*http_file)(struct cardea_http *x, int status, const char *const *headers, int fd, uint64_t offset, size_t len);
    /* Would a request of the API with this secret or this token be let in? Either may be NULL. */
    bool (*admits)(const char *secret, const char *token);
    /* Is rq unanswered still? For those who come back to it later: it is answered by the gateway when its handle goes. */
    bool (*waits)(const struct cardea_request *rq);
    /* --- since 1.4 ---------------------------------------------------------------------------------------------------- */

    /* What the JSON Web Token said that h was attached with (its claims: sub, role, rooms, …); NULL: there was none.
     * Borrowed, read only. */
    const json_t *(*claims)(const struct cardea_handle *h);
};

#endif
