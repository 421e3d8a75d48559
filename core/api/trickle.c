/* SPDX-License-Identifier: Apache-2.0 */
/* ICE candidates from clients. */
#include "api/inside.h"

#include <string.h>

#include "api/params.h"

struct candidate {
    const char *mid;  /* NULL: absent */
    int mindex;       /* -1: absent */
    const char *text; /* NULL: end of candidates; "": nothing to do */
};

static const struct cardea_param candidate_params[] = {
    {"sdpMid", CARDEA_STRING},
    {"sdpMLineIndex", CARDEA_UINT},
    {"candidate", CARDEA_STRING, CARDEA_REQUIRED},
    {0},
};

/* 0, or the error and why */
static int read_candidate(struct candidate *out, const json_t *c, char *why, size_t why_len)
{
    const json_t *mid, *mindex;
    enum gw_params_result r;

    *out = (struct candidate){.mindex = -1};
    if (!json_is_object(c) || json_object_get(c, "completed"))
        return 0;
    mid = json_object_get(c, "sdpMid");
    mindex = json_object_get(c, "sdpMLineIndex");
    if (!mid && !mindex) {
        g_snprintf(why, why_len, "Missing mandatory element (sdpMid or sdpMLineIndex)");
        return GW_API_MISSING;
    }
    r = gw_params_check(candidate_params, c, false, why, why_len);
    if (r)
        return r == GW_PARAMS_MISSING ? GW_API_MISSING : GW_API_INVALID;
    out->mid = json_string_value(mid);
    if (mindex)
        out->mindex = (int)MIN(json_integer_value(mindex), G_MAXINT); /* only the first one counts anyway */
    out->text = gw_json_string(c, "candidate");
    if (strstr(out->text, "end-of-candidates"))
        out->text = "";
    return 0;
}

/* Before the negotiation is complete nothing is checked: it only waits. */
static bool negotiated(const struct gw_handle *h)
{
    return gw_link_exists(h->link) && !gw_link_offer_outstanding(h->link) && !h->offer_waits && !h->describing;
}

/* 0, or the error and why */
static int take_one(struct gw_handle *h, const json_t *c, char *why, size_t why_len)
{
    struct candidate in;
    int code = read_candidate(&in, c, why, why_len);

    if (code)
        return negotiated(h) ? code : 0;
    if (in.text && !*in.text)
        return 0;
    if (!h->cleaning && gw_link_trickle(h->link, in.mid, in.mindex, in.text) != GW_TRICKLE_CLOSING) {
        if (in.text)
            gw_event_candidate(h, true, in.text, strlen(in.text));
        return 0;
    }
    g_snprintf(why, why_len, "The old PeerConnection is still being closed");
    return GW_API_WRONG_STATE;
}

static int take_all(struct gw_handle *h, const json_t *list, char *why, size_t why_len)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (take_one(h, json_array_get(list, i), why, why_len) == GW_API_WRONG_STATE)
            return GW_API_WRONG_STATE;
    return 0; /* errors inside a list are not told */
}

void gw_trickle_take(struct gw_request *rq)
{
    const json_t *one = json_object_get(rq->root, "candidate"), *list = json_object_get(rq->root, "candidates");
    char why[300] = "";
    int code = 0;

    if (!one && !list)
        gw_request_fail(rq, GW_API_MISSING, "Missing mandatory element (candidate or candidates)");
    else if (one && list)
        gw_request_fail(rq, GW_API_NOT_JSON, "Give either candidate or candidates");
    else if (list && !json_is_array(list))
        gw_request_fail(rq, GW_API_INVALID, "Invalid element type: candidates must be an array");
    else if (rq->handle->parked.length && !rq->handle->park_over) {
        if (!gw_handle_park(rq->handle, rq)) /* its offer waits */
            gw_request_fail(rq, GW_API_WRONG_STATE, "Too many requests wait for the old PeerConnection to go");
    } else {
        code = one ? take_one(rq->handle, one, why, sizeof(why)) : take_all(rq->handle, list, why, sizeof(why));
        if (code)
            gw_request_fail(rq, code, "%s", why);
        else
            gw_request_ok(rq, "ack");
    }
}
