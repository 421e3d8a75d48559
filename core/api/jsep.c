/* SPDX-License-Identifier: Apache-2.0 */
/* The `jsep` of a message: its members checked, then handed to the link; and answers and offers of plugins. */
#include "api/inside.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "log/log.h"

/* --- from clients ------------------------------------------------------------------------------------------------- */

static const struct cardea_param jsep_params[] = {
    {"type", CARDEA_STRING, CARDEA_REQUIRED},
    {"sdp", CARDEA_STRING, CARDEA_REQUIRED},
    {"trickle", CARDEA_BOOL},
    {"force_relay", CARDEA_BOOL},
    {"e2ee", CARDEA_BOOL},
    {0},
};

/* "offer" or "answer", whatever the case; NULL: something else */
static const char *known_type(const json_t *jsep)
{
    const char *type = gw_json_string(jsep, "type");

    if (type && !strcasecmp(type, "offer"))
        return "offer";
    return type && !strcasecmp(type, "answer") ? "answer" : NULL;
}

bool gw_jsep_check(const struct gw_request *rq, const json_t *jsep)
{
    if (!json_is_object(jsep)) {
        gw_request_fail(rq, GW_API_NOT_OBJECT, "jsep is not an object");
        return false;
    }
    if (!gw_request_check(rq, jsep_params, jsep))
        return false;
    if (known_type(jsep))
        return true;
    gw_request_fail(rq, GW_API_JSEP_TYPE, "Unknown JSEP type \"%.40s\"", gw_json_string(jsep, "type"));
    return false;
}

/* One malformed entry spoils the whole list. */
static const json_t *good_svc(const json_t *svc)
{
    if (!json_is_array(svc))
        return NULL;
    for (size_t i = 0; i < json_array_size(svc); i++) {
        const json_t *entry = json_array_get(svc, i), *mindex = json_object_get(entry, "mindex"),
                     *mid = json_object_get(entry, "mid");

        if (!gw_json_string(entry, "svc") || (!mindex && !mid) || (mindex && !json_is_integer(mindex)) ||
            (mid && !json_is_string(mid)))
            return NULL;
    }
    return svc;
}

bool gw_jsep_take(struct gw_request *rq, const json_t *jsep, struct cardea_request_info *info)
{
    const char *order = gw_json_string(jsep, "rid_order");
    const json_t *trickle = json_object_get(jsep, "trickle");
    struct gw_handle *h = rq->handle;
    const struct gw_jsep in = {
        .type = known_type(jsep),
        .sdp = gw_json_string(jsep, "sdp"),
        .e2ee = json_is_true(json_object_get(jsep, "e2ee")),
        .rids_low_to_high = order && !strcasecmp(order, "lmh"),
        .no_trickle = trickle && !json_is_true(trickle),
        .relay_only =
            json_is_true(json_object_get(jsep, "force_relay")) && gw_option_true(rq->api, "nat", "allow_force_relay"),
        .svc = good_svc(json_object_get(jsep, "svc")),
    };
    char why[300] = "";
    bool update = false;
    enum gw_jsep_result r;

    r = h->cleaning ? GW_JSEP_WRONG_STATE : gw_link_jsep(h->link, &in, &update, why, sizeof(why));
    if (r) {
        gw_request_fail(rq, (int)r, "%s", *why ? why : gw_api_error_text((int)r));
        return false;
    }
    h->offer_waits = in.type[0] == 'o';
    if (!h->offer_waits)
        gw_handle_note_sources(h);
    gw_event_jsep(h, true, in.type, in.sdp);
    info->jsep_type = in.type;
    info->jsep_e2ee = gw_link_e2ee(h->link);
    info->jsep_update = update;
    return true;
}

/* --- from plugins ------------------------------------------------------------------------------------------------- */

/* What goes along with the next reply or event, and is completed by described(). */
static struct gw_sdp *begin(struct gw_handle *h, bool e2ee)
{
    struct gw_sdp *s = gw_sdp_new(e2ee || gw_link_e2ee(h->link));

    gw_handle_described(h, NULL, NULL); /* an older one that never came */
    h->describing = gw_sdp_ref(s);
    return s;
}

static void put(struct gw_sdp **place, struct gw_sdp *s)
{
    gw_sdp_unref(*place);
    *place = s;
}

int gw_api_answer(struct gw_api *a, struct cardea_request *rq, const struct cardea_answer *policy)
{
    struct gw_message *m = gw_tickets_get(&a->messages, rq);
    int err;

    if (!m || !m->handle)
        return GW_ENOENT;
    if (!m->handle->offer_waits || m->handle->cleaning)
        return GW_EPROTO;
    err = gw_link_answer(m->handle->link, policy);
    if (err)
        return err;
    m->handle->offer_waits = false;
    put(&m->sdp, begin(m->handle, policy->e2ee));
    gw_handle_note_sources(m->handle);
    return 0;
}

const struct cardea_offered *gw_api_offered(struct gw_api *a, struct cardea_request *rq, size_t *n)
{
    const struct gw_message *m = gw_tickets_get(&a->messages, rq);

    *n = 0;
    return m && m->handle && m->handle->offer_waits ? gw_link_offered(m->handle->link, n) : NULL;
}

int gw_api_offer(struct gw_api *a, struct cardea_handle *ticket, struct cardea_request *rq,
                 const struct cardea_offer *offer)
{
    struct gw_handle *h = gw_handle_of(a, ticket);
    struct gw_message *m = rq ? gw_tickets_get(&a->messages, rq) : NULL;
    int err;

    if (!h || (rq && (!m || m->handle != h)))
        return GW_ENOENT;
    if (h->cleaning || h->state == GW_HANDLE_CLOSING)
        return GW_ESTATE;
    err = gw_link_offer(h->link, offer);
    if (err)
        return err;
    put(m ? &m->sdp : &h->unsent, begin(h, offer->e2ee));
    return 0;
}

int gw_api_place(struct gw_api *a, struct cardea_handle *ticket, int *mindex, const struct cardea_place *place,
                 cardea_sink *sink)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    if (!h)
        return GW_ENOENT;
    if (h->cleaning || h->state == GW_HANDLE_CLOSING)
        return GW_ESTATE;
    return gw_link_place(h->link, mindex, place, sink);
}
