/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plugin says about SDP, and what it hears of it: never text, only m-lines and policy.
 */
#ifndef CARDEA_NEGOTIATION_H
#define CARDEA_NEGOTIATION_H

#include <cardea/types.h>

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
    uint8_t payload_type, red_payload_type;                  /* of what the peer sends; red: 0 none */
};

/* How to answer an offer: one policy for all its m-lines. Existing m-lines keep their codec. Zero is a good default. */
struct cardea_answer {
    const char *title;        /* s= line; NULL: "-" */
    const char *audio_codecs; /* comma list in order of preference; NULL: the gateway's order (opus first) */
    const char *video_codecs; /* same (vp8 first) */
    const char *h264_profile, *vp9_profile; /* preferred; NULL: none */
    bool receive_only;                      /* true: recvonly answers; false: mirror the offer (sendrecv is echoed) */
    bool no_audio, no_video, no_data;       /* reject that kind */
    unsigned max_audio, max_video;          /* accept only the first n m-lines of the kind; 0 = all */
    bool opus_fec, opus_dtx, opus_stereo;   /* repeat the parameter when it was offered */
    bool opus_red;                          /* accept RED next to opus */
    bool audio_nack;
    bool no_audiolevel, no_orientation, no_playout_delay, no_transport_cc; /* extensions to leave out */
    bool abs_send_time, abs_capture_time, layers_allocation;               /* extensions to accept besides */
    uint32_t video_bandwidth;                                              /* bit/s for b=; 0: no line */
    bool e2ee;                                                             /* echoed in the answer's jsep */
};

/* One m-line of an offer that we make. */
struct cardea_place {
    enum cardea_kind kind;
    bool inactive;       /* true: no direction; the sink stays and sends nothing */
    const char *codec;   /* AUDIO, VIDEO; fixed for the life of the m-line */
    int payload_type;    /* 0…127; -1: the gateway's table */
    const char *profile; /* H.264 / VP9, or NULL */
    const char *fmtp;    /* more fmtp, or NULL */
    bool opus_fec, opus_dtx, opus_stereo, opus_red;
    bool audiolevel, orientation, playout_delay, transport_cc, dependency_descriptor; /* extensions to offer */
    const char *msid_stream, *msid_track;                                             /* NULL: "janus", "janus<mid>" */
    const char *mid;       /* NULL: the decimal m-line index */
    bool abs_capture_time; /* one more extension to offer */
};

/* How an offer is made from all the m-lines placed so far. */
struct cardea_offer {
    const char *title;
    bool restart; /* with an ICE restart */
    bool e2ee;
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

#endif
