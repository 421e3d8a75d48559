/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the peer's description that come later (RFC 8840): its candidates, or an ICE restart. */
#include "sdp/fragment.h"

#include <stdlib.h>

#include "base/err.h"
#include "peer/link_state.h"

int gw_link_fragment(struct gw_link *l, const char *text, size_t len)
{
    struct gw_sdp_trickled c;
    struct gw_sdp *fragment;
    int err = gw_sdp_fragment_parse(&fragment, text, len);

    if (err)
        return err;
    if (l->remote_sdp && gw_sdp_fragment_restarts(fragment, l->remote_sdp)) {
        gw_sdp_free(fragment);
        return GW_EAGAIN;
    }
    for (unsigned i = 0; gw_sdp_fragment_next(fragment, &i, &c);)
        gw_link_trickle(l, c.mid, -1, c.candidate);
    if (gw_sdp_get_any(fragment, "end-of-candidates"))
        gw_link_trickle(l, NULL, -1, NULL);
    gw_sdp_free(fragment);
    return 0;
}

int gw_link_restart_offer(struct gw_link *l, const char *text, size_t len, char **offer)
{
    struct gw_sdp *fragment;
    int err = l->remote_sdp ? gw_sdp_fragment_parse(&fragment, text, len) : GW_EPROTO;

    if (err)
        return err;
    *offer = gw_sdp_fragment_apply(l->remote_sdp, fragment);
    gw_sdp_free(fragment);
    return *offer ? 0 : GW_EPARSE;
}

char *gw_link_fragment_of(const char *description)
{
    return gw_sdp_fragment_of(description);
}
