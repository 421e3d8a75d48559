/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draining as clients and operators see it: what they are told, and how long it may take. Who may still come in is
 * admission.c's business; what drains, and when it is over, the host's (host/life.h).
 */
#include "api/inside.h"

#include "api/busy.h"
#include "log/log.h"

#define S INT64_C(1000000)

/* --- how long it may take ----------------------------------------------------------------------------------------- */

static int64_t age_s(const struct gw_session *s, int64_t now_us)
{
    return (now_us - s->created_us) / S;
}

/* Seconds until the last session may be expected to have ended; `oldest` gets the greatest age. */
static int64_t eta_s(const struct gw_api *a, int64_t now_us, int64_t *oldest)
{
    int64_t eta = 0;
    GHashTableIter it;
    gpointer value;

    *oldest = 0;
    g_hash_table_iter_init(&it, a->sessions);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        int64_t age = age_s(value, now_us), rest = gw_lifetimes_rest(&a->lifetimes, (uint32_t)age);

        eta = rest > eta ? rest : eta;
        *oldest = age > *oldest ? age : *oldest;
    }
    return eta;
}

json_t *gw_drain_json(const struct gw_api *a)
{
    const struct gw_drain_status *d = &a->drain;
    int64_t now = a->conf.now_us(), oldest, eta = eta_s(a, now, &oldest);
    json_t *o = json_pack("{sb sb sI sI sI sI}", "draining", d->draining, "accepting", gw_api_accepts(a), "sessions",
                          (json_int_t)gw_api_sessions(a), "handles", (json_int_t)gw_api_handles(a), "oldest_session_s",
                          (json_int_t)oldest, "eta_s", (json_int_t)eta);

    if (!d->draining)
        return o;
    json_object_set_new(o, "since_s", json_integer((now - d->since_us) / S));
    if (d->deadline_us != INT64_MAX) {
        int64_t left = d->deadline_us > now ? (d->deadline_us - now) / S : 0;

        json_object_set_new(o, "deadline_s", json_integer(left));
        json_object_set_new(o, "eta_s", json_integer(eta < left ? eta : left));
    }
    return o;
}

/* --- what clients are told ---------------------------------------------------------------------------------------- */

static void tell_session(struct gw_session *s, const struct gw_drain_status *d, int64_t now_us)
{
    GString *text = g_string_new(NULL);

    g_string_printf(text, "{\"janus\":\"draining\",\"session_id\":%llu,\"draining\":%s", (unsigned long long)s->id,
                    d->draining ? "true" : "false");
    if (d->draining && d->deadline_us != INT64_MAX)
        g_string_append_printf(text, ",\"deadline_s\":%lld", (long long)((d->deadline_us - now_us) / S));
    g_string_append_c(text, '}');
    gw_session_tell(s, g_string_free(text, FALSE));
}

bool gw_api_drains(const struct gw_api *a)
{
    return a->drain.draining;
}

void gw_api_draining(struct gw_api *a, const struct gw_drain_status *status)
{
    bool changed = a->drain.draining != status->draining;
    int64_t now = a->conf.now_us();
    GList *all = NULL;

    a->drain = *status;
    if (gw_option_true(a, "general", "drain_events"))
        all = g_hash_table_get_values(a->sessions);
    for (GList *l = all; l; l = l->next)
        tell_session(l->data, status, now);
    g_list_free(all);
    for (unsigned i = 0; changed && i < a->plugins->len; i++) {
        struct gw_plugin *p = a->plugins->pdata[i];

        if (p->table.drain)
            GW_NAMED_CALL(p->table.name, "drain", p->table.drain(status->draining));
    }
}

/* --- what operators ask ------------------------------------------------------------------------------------------- */

static void reply_status(struct gw_request *rq)
{
    json_t *o = gw_drain_json(rq->api);

    json_object_set_new(o, "janus", json_string("success"));
    gw_request_reply(rq, o);
}

static void ask_host(struct gw_request *rq, bool on)
{
    const json_t *timeout = gw_admin_member(rq, "timeout");
    int64_t s = timeout ? json_integer_value(timeout) : gw_option_number(rq->api, "general", "drain_timeout");

    if (rq->api->conf.drain)
        rq->api->conf.drain(rq->api->conf.arg, on, s);
    reply_status(rq);
}

/* With `on` false it is the same as undrain. */
void gw_admin_drain(struct gw_request *rq)
{
    const json_t *on = gw_admin_member(rq, "on");

    ask_host(rq, !on || json_is_true(on));
}

void gw_admin_undrain(struct gw_request *rq)
{
    ask_host(rq, false);
}

void gw_admin_drain_status(struct gw_request *rq)
{
    reply_status(rq);
}
