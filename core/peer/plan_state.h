/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a plan, shared by plan.c, answer.c, offer.c and write.c. */
#ifndef GW_PEER_PLAN_STATE_H
#define GW_PEER_PLAN_STATE_H

#include <glib.h>

#include "peer/plan.h"
#include "sdp/names.h"
#include "sdp/sdp.h"

/* What place() asked for; taken over into the line by the next description. Strings are owned. */
struct gw_placed {
    bool set, inactive;
    bool fresh; /* placed since the last offer */
    int payload_type;
    char *profile, *fmtp, *msid_stream, *msid_track;
    bool opus_fec, opus_dtx, opus_stereo, opus_red;
    bool ext[GW_EXT_COUNT];
};

struct gw_plan_line {
    /* what the worker gets */
    struct gw_mline m;
    /* what is fixed, or was last agreed */
    char media[32];             /* first word of the m= line */
    char *proto, *format;       /* of a data or unknown m-line, as offered */
    bool known;                 /* audio, video or data channels */
    bool described;             /* has been in a description of ours */
    bool rejected;              /* port 0 in it */
    enum gw_sdp_direction ours; /* direction in it */
    uint8_t channels;
    bool ready;
    /* attributes we write */
    char *fmtp; /* of payload_type */
    bool red_first, audio_nack;
    bool receiver_rtt; /* the peer may ask what a round trip takes when it only receives (RFC 3611 §5.1) */
    enum gw_sdp_direction ext_dir[GW_EXT_COUNT];
    struct gw_sdp_rids rids; /* of the peer, answered in its order */
    uint32_t bandwidth;      /* bit/s */
    bool tias;
    bool sctpmap;                 /* old syntax */
    bool own_numbers;             /* payload types and extension ids are those of our table */
    char *our_stream, *our_track; /* msid; NULL: the default */
    /* what the peer said */
    char *peer_fmtp, *profile, *peer_stream, *peer_track;
    bool stereo, fec, dtx, simulcast;
    /* what place() wants next */
    struct gw_placed place;
};

struct gw_plan_credentials {
    char ufrag[257], pwd[257];
    char hash[16], fingerprint[200];
};

struct gw_plan {
    /* given at creation */
    struct gw_plan_conf conf;
    gw_peer_id peer;
    /* owned */
    GPtrArray *lines;       /* struct gw_plan_line */
    GArray *streams;        /* struct cardea_stream: the plugin's view, made again when something changed */
    struct gw_sdp *pending; /* the offer to answer */
    json_t *pending_svc;
    GArray *offered;       /* struct cardea_offered: the plugin's view of `pending`; NULL: not asked for */
    GPtrArray *candidates; /* char *: of the last description taken */
    char *title;
    char *proto;                            /* of RTP m-lines */
    char origin_id[24], origin_version[24]; /* of the peer's last offer */
    /* state */
    enum gw_plan_state state;
    bool negotiated, e2ee, pending_e2ee, low_to_high;
    bool last_is_offer;   /* our last description */
    unsigned n_described; /* m-lines in it */
    uint64_t version;     /* of our offers */
    bool role_fixed, dtls_client;
    bool has_remote, restarted, has_end, peer_is_firefox;
    struct gw_plan_credentials remote;
};

/* --- plan.c ------------------------------------------------------------------------------------------------------- */
struct gw_plan_line *gw_plan_line(const struct gw_plan *p, unsigned i);
struct gw_plan_line *gw_plan_add_line(struct gw_plan *p);
void gw_plan_replace(char **where, const char *text); /* g_strdup over an owned string */
void gw_plan_replace_part(char **where, const char *text, size_t len);
uint32_t gw_plan_ssrc(struct gw_plan *p); /* one that this plan does not use yet */
enum gw_kind gw_plan_kind(const struct gw_sdp_media *m, bool *known);
/* Credentials, fingerprint, candidates, role and msids of a description. GW_EPARSE with `why`. */
int gw_plan_check_transport(const struct gw_sdp *s, struct gw_plan_credentials *out, char *why, size_t why_len);
void gw_plan_take_transport(struct gw_plan *p, const struct gw_sdp *s, const struct gw_plan_credentials *c);
int gw_plan_parse(struct gw_sdp **out, const char *text, char *why, size_t why_len);
void gw_plan_take_msid(struct gw_plan_line *l, const struct gw_sdp_media *m);
/* The SSRCs that we send an accepted RTP m-line with; drawn once. */
void gw_plan_need_ssrcs(struct gw_plan *p, struct gw_plan_line *l);
/* The m-line's form in our description: nothing is sent or received on it. */
void gw_plan_reject(struct gw_plan_line *l);
/* Extensions of the peer's m-line that `wanted` names, with its ids. */
void gw_plan_take_extensions(struct gw_plan_line *l, const struct gw_sdp *s, const struct gw_sdp_media *m,
                             const bool wanted[GW_EXT_COUNT]);
void gw_plan_changed(struct gw_plan *p); /* the plugin's view is stale */

/* --- codec.c ------------------------------------------------------------------------------------------------------ */
/* The fmtp parameter that tells a profile: of H.264 and VP9, else NULL. */
const char *gw_plan_profile_key(enum gw_codec codec);
bool gw_plan_has_profile(const struct gw_sdp_payload *pay, enum gw_codec codec, const char *profile);
const char *gw_plan_wanted_profile(const struct cardea_answer *policy, enum gw_codec codec);
/* The first codec of the policy's list that is there; NULL: none. */
const struct gw_sdp_payload *gw_plan_choose(const struct gw_sdp_payloads *all, enum gw_kind kind,
                                            const struct cardea_answer *policy, const struct gw_codec_name **codec);
/* The payload type of the line's codec in a description; NULL: it is not there any more. */
const struct gw_sdp_payload *gw_plan_same_codec(const struct gw_plan_line *l, const struct gw_sdp_payloads *all);
void gw_plan_take_rtx(struct gw_plan_line *l, const struct gw_sdp_payloads *all, const struct gw_sdp_payload *pay);
void gw_plan_take_red(struct gw_plan_line *l, const struct gw_sdp_payloads *all, const struct gw_sdp_payload *pay);

/* --- offered.c ---------------------------------------------------------------------------------------------------- */
void gw_plan_forget_offered(struct gw_plan *p);
/* Makes the plan's lines up to that m-line of the offer that waits. NULL: it has no such m-line. */
struct gw_plan_line *gw_plan_line_for_offered(struct gw_plan *p, unsigned mindex);

/* --- answer.c ----------------------------------------------------------------------------------------------------- */
bool gw_plan_read_mid(const struct gw_sdp_media *m, unsigned mindex, char mid[17]);
void gw_plan_take_feedback(struct gw_plan_line *l, unsigned feedback); /* after the extensions */

#endif
