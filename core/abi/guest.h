/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests: sessions that a plugin speaks for, for peers that know nothing of the JSON API (WHIP, RFC 9725).
 */
#ifndef CARDEA_GUEST_H
#define CARDEA_GUEST_H

#include <cardea/types.h>

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
    uint64_t tag;                /* of the guest_message() that this replies to; 0: to none */
    const json_t *data;          /* what the plugin says; NULL: nothing */
    const char *jsep_type, *sdp; /* "offer", "answer" or "restart", or NULL; candidates are complete */
    int code;                    /* of an error */
    const char *reason;          /* of an error or hangup, or NULL */
};

#endif
