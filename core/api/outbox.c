/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handle has to say, in order. An event with an SDP waits until that is complete, and all later ones wait with
 * it. Texts are kept without their closing brace, so that `jsep` can be added last.
 */
#include "api/inside.h"

#include <stdlib.h>

#include "log/log.h"

struct gw_out {
    GString *text;
    struct gw_sdp *sdp; /* NULL: none to wait for */
    struct gw_origin to;
    bool reply; /* to `to`; otherwise an event */
    bool must;  /* also without its SDP, when there is none in the end */
};

struct gw_sdp *gw_sdp_new(bool e2ee)
{
    struct gw_sdp *s = g_new0(struct gw_sdp, 1);

    s->refs = 1;
    s->e2ee = e2ee;
    return s;
}

struct gw_sdp *gw_sdp_ref(struct gw_sdp *s)
{
    s->refs++;
    return s;
}

void gw_sdp_unref(struct gw_sdp *s)
{
    if (!s || --s->refs)
        return;
    g_free(s->type);
    free(s->sdp);
    g_free(s);
}

static bool wants_opaque_id(const struct gw_handle *h)
{
    return h->opaque_id && gw_option_true(h->api, "general", "opaqueid_in_api");
}

GString *gw_event_open(const struct gw_handle *h, const char *name, const char *transaction)
{
    GString *g = g_string_sized_new(256);

    g_string_append_printf(g, "{\"janus\":\"%s\",\"session_id\":%llu,\"sender\":%llu", name,
                           (unsigned long long)h->session->id, (unsigned long long)h->id);
    if (transaction) {
        g_string_append(g, ",\"transaction\":");
        gw_json_quote(g, transaction);
    }
    if (wants_opaque_id(h)) {
        g_string_append(g, ",\"opaque_id\":");
        gw_json_quote(g, h->opaque_id);
    }
    return g;
}

static void append_jsep(GString *g, const struct gw_sdp *s)
{
    g_string_append_printf(g, ",\"jsep\":{\"type\":\"%s\",\"sdp\":", s->type);
    gw_json_quote(g, s->sdp);
    g_string_append(g, s->e2ee ? ",\"e2ee\":true}" : "}");
}

static void send_one(struct gw_handle *h, struct gw_out *o)
{
    if (o->sdp && o->sdp->sdp)
        append_jsep(o->text, o->sdp);
    g_string_append_c(o->text, '}');
    if (o->sdp && !o->sdp->sdp && !o->must)
        gw_debug_of(h->session->id, h->id, "an event is dropped, its SDP could not be made");
    else if (o->reply)
        gw_origin_send(&o->to, o->text->str);
    else {
        gw_session_tell(h->session, g_string_free(o->text, FALSE));
        o->text = NULL;
    }
    if (o->text)
        g_string_free(o->text, TRUE);
    gw_sdp_unref(o->sdp);
    g_free(o);
}

void gw_out_flush(struct gw_handle *h)
{
    struct gw_out *o;

    while ((o = g_queue_peek_head(&h->outbox)) && (!o->sdp || o->sdp->done))
        send_one(h, g_queue_pop_head(&h->outbox));
}

void gw_out_put(struct gw_handle *h, GString *text, struct gw_sdp *sdp, const struct gw_origin *to, bool must)
{
    struct gw_out *o = g_new0(struct gw_out, 1);

    o->text = text;
    o->sdp = sdp ? gw_sdp_ref(sdp) : NULL;
    o->must = must;
    if (to) {
        o->to = *to;
        o->reply = true;
    }
    g_queue_push_tail(&h->outbox, o);
    gw_out_flush(h);
}

void gw_out_event(struct gw_handle *h, GString *text)
{
    gw_out_put(h, text, NULL, NULL, true);
}

void gw_handle_described(struct gw_handle *h, const char *type, char *sdp)
{
    struct gw_sdp *s = h->describing;

    h->describing = NULL;
    if (!s) {
        free(sdp);
        return;
    }
    if (type && sdp)
        gw_event_jsep(h, false, type, sdp);
    s->done = true;
    s->type = g_strdup(type);
    s->sdp = sdp;
    gw_sdp_unref(s);
    gw_out_flush(h);
}
