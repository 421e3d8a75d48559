/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/view.h"

#include <stdio.h>

#include "base/str.h"
#include "peer/link_state.h"
#include "peer/plan_state.h"

static bool is_used(const struct gw_plan_line *line)
{
    return line->described && line->known && !line->rejected;
}

void gw_link_view(const struct gw_link *l, struct gw_link_view *out)
{
    const struct gw_plan *p = l->plan;

    *out = (struct gw_link_view){
        .offered = p->negotiated || p->state != GW_PLAN_STABLE,
        .answered = p->negotiated,
        .negotiated = p->negotiated && p->state == GW_PLAN_STABLE,
        .restarting = l->restarting && (l->awaiting || p->state == GW_PLAN_LOCAL_OFFER),
        .trickles = p->has_remote && !l->no_trickle,
        .all_trickles = l->all_trickles,
        .waiting = l->trickles.length,
    };
    out->in_step = out->trickles && out->negotiated && !out->waiting;
    out->resends = out->restarting && l->full_trickle;
    for (unsigned i = 0; i < p->lines->len; i++) {
        const struct gw_plan_line *line = gw_plan_line(p, i);

        if (!is_used(line))
            continue;
        out->sctp_port |= line->m.kind == GW_DATA && !line->sctpmap;
        out->rtx |= line->m.kind != GW_DATA && line->m.rtx_payload_type;
    }
}

bool gw_link_msid(const struct gw_link *l, unsigned mindex, struct gw_link_msid *out)
{
    const struct gw_plan_line *line = gw_plan_line(l->plan, mindex);

    *out = (struct gw_link_msid){0};
    if (!line || !is_used(line) || line->m.kind == GW_DATA)
        return false;
    if (line->ours && line->our_stream && line->our_track) {
        out->local_stream = line->our_stream;
        gw_strlcpy(out->local_track, line->our_track, sizeof(out->local_track));
    } else if (line->ours) { /* as write.c names them */
        out->local_stream = "janus";
        snprintf(out->local_track, sizeof(out->local_track), "janus%s", line->m.mid);
    }
    out->remote_stream = line->peer_stream;
    out->remote_track = line->peer_track;
    return out->local_stream || out->remote_stream;
}
