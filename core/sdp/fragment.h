/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A piece of a session description (application/trickle-ice-sdpfrag, RFC 8840): candidates that came later, or the
 * credentials of an ICE restart, as WHIP sends them (RFC 9725 §4.3). Pure; any thread.
 */
#ifndef GW_SDP_FRAGMENT_H
#define GW_SDP_FRAGMENT_H

#include "sdp/sdp.h"

#define GW_SDP_MAX_FRAGMENT            (64u << 10) /* bytes */
#define GW_SDP_MAX_FRAGMENT_CANDIDATES 128

/*
 * A fragment as a description whose origin is empty: credentials and candidates are attributes of the session or of
 * m-lines, which mean those of the full description with the same mid. To be freed by gw_sdp_free().
 * GW_EPARSE: not a fragment, or it says nothing; GW_ELIMIT: larger or with more candidates than above; GW_ENOMEM.
 */
int gw_sdp_fragment_parse(struct gw_sdp **out, const char *text, size_t len);

/* One candidate and the mid of its m-line; mid NULL: none is stated. *i starts at 0. false: no more. */
struct gw_sdp_trickled {
    const char *mid, *candidate;
};
bool gw_sdp_fragment_next(const struct gw_sdp *fragment, unsigned *i, struct gw_sdp_trickled *out);

/* Does the fragment name credentials other than these? Then it asks for an ICE restart. */
bool gw_sdp_fragment_restarts(const struct gw_sdp *fragment, const char *description);

/*
 * The description with the fragment's credentials and candidates in place of its own: the offer that the sender of
 * the fragment would make now. malloc'd; NULL: no memory, or the fragment lacks credentials.
 */
char *gw_sdp_fragment_apply(const char *description, const struct gw_sdp *fragment);

/* Credentials and candidates of a description as a fragment, for its first m-line in use. malloc'd; NULL as above. */
char *gw_sdp_fragment_of(const char *description);

#endif
