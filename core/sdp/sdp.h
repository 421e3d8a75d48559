/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session description (RFC 8866) as JSEP uses it (RFC 8829): text in, values out, and a writer for the way back.
 * What a description *means* for a PeerConnection is peer/plan's business.
 *
 * Pure; any thread. One description is one block: gw_sdp_parse() copies the text into it and cuts it into strings, so
 * every `const char *` found here lives as long as the description. Lines may end with CR LF or LF.
 * Bounds: GW_SDP_MAX_SIZE bytes, GW_SDP_MAX_MEDIA m-lines, GW_SDP_MAX_ATTRS a= lines; the work is linear in the size.
 */
#ifndef GW_SDP_SDP_H
#define GW_SDP_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_SDP_MAX_SIZE          (1u << 20)
#define GW_SDP_MAX_MEDIA         256
#define GW_SDP_MAX_ATTRS         65536
#define GW_SDP_MAX_SESSION_ATTRS 256 /* of those, before the first m= line: each m-line may ask for them again */

struct gw_sdp_attr {
    const char *name, *value; /* value "" when there is no colon; never NULL */
};

/* Two bits: may send, may receive. As seen by whoever wrote the description. */
enum gw_sdp_direction {
    GW_SDP_INACTIVE = 0,
    GW_SDP_SENDONLY = 1,
    GW_SDP_RECVONLY = 2,
    GW_SDP_SENDRECV = 3,
};
#define GW_SDP_SEND 1
#define GW_SDP_RECV 2

struct gw_sdp_media {
    const char *kind;    /* "audio", "video", "application", … */
    const char *proto;   /* "UDP/TLS/RTP/SAVPF" */
    const char *formats; /* the rest of the m= line, may be "" */
    uint16_t port;
    const struct gw_sdp_attr *attr;
    unsigned n_attr;
};

struct gw_sdp {
    const char *user, *session_id, *session_version; /* of the o= line */
    const char *name;                                /* of the s= line, "" when absent */
    const struct gw_sdp_attr *attr;                  /* before the first m= line */
    unsigned n_attr;
    const struct gw_sdp_media *media;
    unsigned n_media;
};

/* GW_EPARSE: not a description; GW_ELIMIT: too large, too many m-lines or attributes; GW_ENOMEM. */
int gw_sdp_parse(struct gw_sdp **out, const char *text, size_t len);
void gw_sdp_free(struct gw_sdp *s);

/* --- attributes --------------------------------------------------------------------------------------------------- */

/* The first attribute of that name; NULL: none. */
const char *gw_sdp_media_get(const struct gw_sdp_media *m, const char *name);
const char *gw_sdp_session_get(const struct gw_sdp *s, const char *name);
/* At the m-line, else at session level. */
const char *gw_sdp_get(const struct gw_sdp *s, const struct gw_sdp_media *m, const char *name);
/* At session level, else at the first m-line that has it: for what a bundle says once. */
const char *gw_sdp_get_any(const struct gw_sdp *s, const char *name);
/* All of that name: *i starts at 0. NULL: no more. */
const char *gw_sdp_media_next(const struct gw_sdp_media *m, unsigned *i, const char *name);
/* The next word of a text separated by blanks: *rest moves on; the word is not NUL-terminated. false: no more. */
bool gw_sdp_word(const char **rest, const char **word, size_t *len);
/* A decimal number that fills all len bytes and is at most max. */
bool gw_sdp_number(const char *text, size_t len, uint64_t max, uint64_t *out);

enum gw_sdp_direction gw_sdp_direction(const struct gw_sdp *s, const struct gw_sdp_media *m);
const char *gw_sdp_direction_name(enum gw_sdp_direction d);
static inline enum gw_sdp_direction gw_sdp_reverse(enum gw_sdp_direction d)
{
    return (enum gw_sdp_direction)((d & 1) << 1 | (d & 2) >> 1);
}
/* Data channels over DTLS (RFC 8841, and the older DTLS/SCTP). */
bool gw_sdp_is_sctp(const struct gw_sdp_media *m);
/* From a=sctp-port, a=sctpmap or the format; 0 when none is stated. */
uint16_t gw_sdp_sctp_port(const struct gw_sdp_media *m);

/*
 * Fingerprint of the certificate (RFC 8122), at session level or at the first m-line that has one. sha-256 is preferred
 * over sha-1, others are not taken. Copies hash ("sha-256") and hex ("AB:CD:…"). false: none, or malformed.
 */
bool gw_sdp_fingerprint(const struct gw_sdp *s, char hash[16], char hex[200]);

/* --- payload types ------------------------------------------------------------------------------------------------ */

enum gw_sdp_feedback { /* RFC 4585, RFC 5104 and the two of the field */
                       GW_SDP_NACK = 1,
                       GW_SDP_PLI = 2,
                       GW_SDP_FIR = 4,
                       GW_SDP_REMB = 8,
                       GW_SDP_TRANSPORT_CC = 16,
};

struct gw_sdp_payload {
    uint8_t pt;
    char name[24];    /* encoding name as written; "" when there is no rtpmap and the number is not a static one */
    uint32_t clock;   /* Hz */
    uint8_t channels; /* 1 when not stated */
    const char *fmtp; /* parameters without the number; NULL: none */
    unsigned feedback;
};

struct gw_sdp_payloads {
    unsigned n;
    struct gw_sdp_payload p[128]; /* in the order of the m= line, each number once */
};

void gw_sdp_read_payloads(const struct gw_sdp_media *m, struct gw_sdp_payloads *out);
/* The parameter of an fmtp text: "profile-id=0;a=b". Names without regard to case; false: absent. */
bool gw_sdp_fmtp_get(const char *fmtp, const char *name, const char **value, size_t *len);
bool gw_sdp_fmtp_is(const char *fmtp, const char *name, const char *value); /* present with this value (any case) */

/* --- header extensions (RFC 8285), simulcast (RFC 8853), SSRCs (RFC 5576) ----------------------------------------- */

struct gw_sdp_extmap {
    unsigned id;
    enum gw_sdp_direction direction;
    const char *uri; /* ends at a blank or NUL */
    size_t uri_len;
};
/* *i starts at 0; lines that make no sense are passed over. false: no more. */
bool gw_sdp_extmap_next(const struct gw_sdp_media *m, unsigned *i, struct gw_sdp_extmap *out);

#define GW_SDP_MAX_RIDS 3

struct gw_sdp_rids { /* what the peer wants to send, in the order of its a=rid lines */
    unsigned n;
    struct {
        char id[17];
        bool paused; /* "~" in a=simulcast */
    } rid[GW_SDP_MAX_RIDS];
    bool legacy; /* a=simulcast: send rid=a;b */
};
/* n is 0 without a=simulcast. */
void gw_sdp_read_rids(const struct gw_sdp_media *m, struct gw_sdp_rids *out);

struct gw_sdp_ssrcs { /* of a sender: one, or the layers of a SIM group */
    unsigned n;
    uint32_t ssrc[GW_SDP_MAX_RIDS], rtx[GW_SDP_MAX_RIDS]; /* rtx 0: none stated */
    bool simulcast;
};
void gw_sdp_read_ssrcs(const struct gw_sdp_media *m, struct gw_sdp_ssrcs *out);

/* --- writing ------------------------------------------------------------------------------------------------------ */

struct gw_sdp_writer { /* starts zeroed */
    char *text;
    size_t len, cap;
    bool failed; /* no memory, or a format that is not known */
};

/* One line, or a part of one: printf with %s, %.*s (all of it), %u and %llu. What comes from elsewhere must hold no
 * line end (gw_sdp_clean). */
void gw_sdp_part(struct gw_sdp_writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void gw_sdp_line(struct gw_sdp_writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* adds CR LF */
char *gw_sdp_take(struct gw_sdp_writer *w); /* malloc'd text, or NULL after a failure */
/* Replaces control characters, and blanks when `token`, by '_'. */
void gw_sdp_clean(char *text, bool token);

#endif
