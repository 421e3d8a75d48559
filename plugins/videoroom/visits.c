/* SPDX-License-Identifier: Apache-2.0 */
#include "visits.h"

#include <stdarg.h>
#include <string.h>

#include "answers.h"
#include "ids.h"
#include "room.h"

#define PLUGIN     "cardea.plugin.videoroom"
#define PATIENCE_S 30 /* with a client that was offered to */

/* What a guest was asked: the tag of the reply. */
enum { OFFERED = 1, RESTARTED, COUNTERED, ANSWERED };

struct visit {
    /* given at creation; owned */
    const struct visit_kind *kind;
    char *token;  /* names it; nobody can guess it */
    char *path;   /* of the resource, as a URL has it */
    char *bearer; /* what later requests must bring as well; NULL: nothing */
    /* borrowed */
    struct cardea_guest *guest;
    struct cardea_http *waiting; /* the exchange that the guest's next reply answers, or NULL */
    /* state */
    char etag[24];    /* of the ICE session; another one after a restart */
    json_t *counter;  /* owned: the message for an offer of ours, should the client's not do; NULL: there is none */
    uint64_t timer;   /* while the client has not answered our offer; 0: it has none to answer */
    bool established; /* the client knows its address */
};

static struct {
    GHashTable *all;  /* token -> struct visit *, owned */
    GPtrArray *links; /* char *: values of Link headers */
    unsigned most;
} visits;

/* --- life --------------------------------------------------------------------------------------------------------- */

static void fresh_etag(struct visit *v)
{
    g_snprintf(v->etag, sizeof(v->etag), "\"%" G_GINT64_MODIFIER "x\"", vr.host->random_id());
}

static struct visit *visit_new(const struct visit_kind *kind, const char *path, char *bearer)
{
    struct visit *v = g_new0(struct visit, 1);
    char *escaped = g_uri_escape_string(path, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, FALSE);

    v->kind = kind;
    v->token = g_strdup_printf("%014" G_GINT64_MODIFIER "x%014" G_GINT64_MODIFIER "x", vr.host->random_id(),
                               vr.host->random_id());
    v->path = g_strdup_printf("%s/%s/%s", kind->prefix, escaped, v->token);
    v->bearer = bearer;
    fresh_etag(v);
    g_free(escaped);
    g_hash_table_insert(visits.all, v->token, v);
    return v;
}

static void visit_free(gpointer visit)
{
    struct visit *v = visit;

    if (v->waiting)
        answer_problem(v->waiting, 503, "The connection was closed meanwhile");
    vr.host->guest_end(v->guest);
    if (v->timer)
        vr.host->timer_stop(v->timer);
    json_decref(v->counter);
    g_free(v->token);
    g_free(v->path);
    g_free(v->bearer);
    g_free(v);
}

static void end(struct visit *v)
{
    g_hash_table_remove(visits.all, v->token);
}

/* --- for whip.c and whep.c ---------------------------------------------------------------------------------------- */

void visit_refuse(struct visit_refusal *refusal, int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    refusal->status = status;
    g_vsnprintf(refusal->why, sizeof(refusal->why), fmt, ap);
    va_end(ap);
}

static bool admits(const struct room *room, const char *bearer, bool publishes)
{
    bool listed = bearer && g_hash_table_contains(room->tokens, bearer);

    if (room->set.signed_tokens)
        return bearer != NULL; /* which one is good is said by the gateway */
    if (room->check_tokens && (publishes || listed))
        return listed;
    return !room->set.pin || (bearer && same_text(room->set.pin, bearer));
}

struct room *visit_room(const char *id, const char *bearer, bool publishes, struct visit_refusal *refusal)
{
    struct room *room = room_find(id);

    if (!room)
        visit_refuse(refusal, 404, "There is no room \"%.60s\"", id);
    else if (!admits(room, bearer, publishes))
        visit_refuse(refusal, 401, "This room wants its pin or an allowed token as Bearer token");
    else
        return room;
    return NULL;
}

void visit_open(json_t *message, const struct room *room, const char *bearer)
{
    if (room->set.pin)
        json_object_set_new(message, "pin", json_string(room->set.pin));
    if (bearer)
        json_object_set_new(message, "token", json_string(bearer));
}

char *visit_query(const char *query, const char *name)
{
    char **parts = g_strsplit(query, "&", 32), *value = NULL;
    size_t n = strlen(name);

    for (char **p = parts; *p && !value; p++)
        if (!strncmp(*p, name, n) && (*p)[n] == '=')
            value = g_uri_unescape_string(g_strdelimit(*p + n + 1, "+", ' '), NULL);
    g_strfreev(parts);
    if (value && !g_utf8_validate(value, -1, NULL))
        g_clear_pointer(&value, g_free);
    return value;
}

/* --- what the guest hears ----------------------------------------------------------------------------------------- */

static int status_of(int code)
{
    static const struct {
        int code, status;
    } table[] = {
        {E_NO_ROOM, 404},   {E_NO_FEED, 404},      {E_MISSING, 401}, {E_INVALID, 422},  {E_FULL, 409},
        {E_ID_EXISTS, 409}, {E_UNAUTHORIZED, 403}, {E_SDP, 406},     {E_E2EE_MIX, 403}, {E_INTERNAL, 500},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].code == code)
            return table[i].status;
    return 400; /* the gateway's own: it cannot make sense of the description */
}

static void add_links(struct answer *a)
{
    for (guint i = 0; i < visits.links->len; i++)
        answer_add(a, "Link", visits.links->pdata[i]);
}

static void send_answer(struct visit *v, struct cardea_http *x, const char *sdp)
{
    struct answer a = {0};

    answer_add(&a, "Content-Type", TYPE_SDP);
    answer_add(&a, "Location", v->path);
    answer_add(&a, "ETag", v->etag);
    answer_add(&a, "Accept-Patch", TYPE_FRAGMENT);
    answer_add(&a, "Access-Control-Expose-Headers", "Location, ETag, Link, Accept-Patch");
    add_links(&a);
    answer_send(x, 201, &a, sdp);
    v->established = true;
}

static void send_restarted(struct visit *v, struct cardea_http *x, const char *fragment)
{
    struct answer a = {0};

    fresh_etag(v);
    answer_add(&a, "Content-Type", TYPE_FRAGMENT);
    answer_add(&a, "ETag", v->etag);
    answer_add(&a, "Access-Control-Expose-Headers", "ETag");
    answer_send(x, 200, &a, fragment);
}

static void too_late(void *arg)
{
    struct visit *v = arg;

    v->timer = 0;
    end(v);
}

/* The client's offer did not do: this one would (draft-ietf-wish-whep). */
static void send_counter(struct visit *v, struct cardea_http *x, const char *sdp)
{
    GDateTime *now = g_date_time_new_now_utc(), *then = g_date_time_add_seconds(now, PATIENCE_S);
    char *expires = g_date_time_format(then, "%a, %d %b %Y %H:%M:%S GMT");
    struct answer a = {0};

    answer_add(&a, "Content-Type", TYPE_SDP);
    answer_add(&a, "Location", v->path);
    answer_add(&a, "Expires", expires);
    answer_add(&a, "Accept-Patch", TYPE_SDP ", " TYPE_FRAGMENT);
    answer_add(&a, "Access-Control-Expose-Headers", "Location, Expires, Link, Accept-Patch");
    add_links(&a);
    answer_send(x, 406, &a, sdp);
    v->timer = vr.host->timer(PATIENCE_S * 1000, false, too_late, v);
    v->established = true;
    g_free(expires);
    g_date_time_unref(then);
    g_date_time_unref(now);
}

static void send_taken(struct visit *v, struct cardea_http *x)
{
    struct answer a = {0};

    vr.host->timer_stop(v->timer);
    v->timer = 0;
    answer_add(&a, "ETag", v->etag);
    answer_add(&a, "Access-Control-Expose-Headers", "ETag");
    answer_send(x, 204, &a, NULL);
}

static void hear(void *arg, const struct cardea_heard *what);

/* true: we make an offer instead, which will answer x. */
static bool counter(struct visit *v, int code, struct cardea_http *x)
{
    json_t *message = code == E_SDP ? v->counter : NULL;

    if (!message)
        return false;
    v->counter = NULL;
    v->waiting = x;
    vr.host->guest_end(v->guest); /* its handle has an offer that nobody answers */
    v->guest = vr.host->guest(PLUGIN, v->kind->prefix + 1, hear, v);
    if (!vr.host->guest_message(v->guest, COUNTERED, message, NULL, NULL, 0))
        return true;
    v->waiting = NULL;
    return false;
}

static void hear_reply(struct visit *v, const struct cardea_heard *what)
{
    int code = what->code ? what->code : (int)json_integer_value(json_object_get(what->data, "error_code"));
    const char *why = what->reason ? what->reason : member_text(what->data, "error");
    struct cardea_http *x = v->waiting;

    v->waiting = NULL;
    if (code && counter(v, code, x))
        return;
    if (code)
        answer_problem(x, what->tag == COUNTERED ? 406 : status_of(code), why ? why : "Refused");
    else if (what->tag == ANSWERED)
        send_taken(v, x);
    else if (what->tag == COUNTERED && what->sdp)
        send_counter(v, x, what->sdp);
    else if (!what->sdp)
        answer_problem(x, 500, "No answer could be made");
    else if (!strcmp(what->jsep_type, "restart"))
        send_restarted(v, x, what->sdp);
    else
        send_answer(v, x, what->sdp);
    if (!v->established || (code && what->tag == ANSWERED))
        end(v);
}

static void hear(void *arg, const struct cardea_heard *what)
{
    struct visit *v = arg;

    if (what->tag && v->waiting)
        hear_reply(v, what);
    else if (!strcmp(what->janus, "hangup") || !strcmp(what->janus, "detached"))
        end(v);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void post(struct cardea_http *x, const struct cardea_http_request *rq, const struct visit_kind *kind)
{
    char *path = g_strndup(rq->rest, strlen(rq->rest) - g_str_has_suffix(rq->rest, "/"));
    char *bearer = header_bearer(x, rq);
    const struct visit_request in = {.path = path, .query = rq->query, .bearer = bearer};
    struct visit_refusal refusal = {0};
    json_t *message = NULL;
    struct visit *v;

    if (!header_is_type(x, rq, TYPE_SDP))
        visit_refuse(&refusal, 415, "The offer must be sent as " TYPE_SDP);
    else if (g_hash_table_size(visits.all) >= visits.most)
        visit_refuse(&refusal, 503, "As many as are allowed have come by HTTP already");
    else
        message = kind->begin(&in, &refusal);
    if (!message) {
        answer_problem(x, refusal.status, refusal.why);
        g_free(bearer);
    } else {
        v = visit_new(kind, path, bearer);
        v->guest = vr.host->guest(PLUGIN, kind->prefix + 1, hear, v);
        v->counter = kind->counter ? kind->counter(message) : NULL;
        if (vr.host->guest_message(v->guest, OFFERED, message, "offer", (const char *)rq->body, rq->len)) {
            answer_problem(x, 400, "The offer is not text");
            end(v);
        } else
            v->waiting = x;
    }
    g_free(path);
}

static void patch(struct cardea_http *x, const struct cardea_http_request *rq, struct visit *v)
{
    const char *text = (const char *)rq->body;
    int status = header_is_type(x, rq, TYPE_FRAGMENT) ? header_if_match(x, rq, v->etag) : 415;
    struct answer a = {0};
    int err;

    if (status) {
        answer_problem(x, status,
                       status == 415 ? "Changes are sent as " TYPE_FRAGMENT
                                     : "If-Match must hold the ETag of this ICE session");
        return;
    }
    err = vr.host->guest_trickle(v->guest, text, rq->len);
    if (!err)
        answer_send(x, 204, &a, NULL);
    else if (err != CARDEA_EAGAIN)
        answer_problem(x, 400, "This fragment cannot be understood");
    else if (v->waiting)
        answer_problem(x, 409, "Another restart is under way");
    else if (vr.host->guest_message(v->guest, RESTARTED, json_pack("{ss}", "request", v->kind->again), "restart", text,
                                    rq->len))
        answer_problem(x, 400, "This fragment cannot be understood");
    else
        v->waiting = x;
}

/* To our offer. */
static void take_answer(struct cardea_http *x, const struct cardea_http_request *rq, struct visit *v)
{
    if (v->waiting)
        answer_problem(x, 409, "Another answer is looked at");
    else if (vr.host->guest_message(v->guest, ANSWERED, json_pack("{ss}", "request", "start"), "answer",
                                    (const char *)rq->body, rq->len))
        answer_problem(x, 400, "The answer is not text");
    else
        v->waiting = x;
}

static bool may(struct cardea_http *x, const struct cardea_http_request *rq, const struct visit *v)
{
    char *bearer = header_bearer(x, rq);
    bool fine = !v->bearer || (bearer && same_text(v->bearer, bearer));

    g_free(bearer);
    return fine;
}

/* PATCH or DELETE of a resource. */
static void change(struct cardea_http *x, const struct cardea_http_request *rq, const struct visit_kind *kind)
{
    const char *slash = strrchr(rq->rest, '/');
    struct visit *v = slash ? g_hash_table_lookup(visits.all, slash + 1) : NULL;
    struct answer a = {0};

    if (!v || v->kind != kind || !v->established)
        answer_problem(x, 404, "There is no such session (any more)");
    else if (!may(x, rq, v))
        answer_problem(x, 401, "This session was made with another Bearer token");
    else if (!strcmp(rq->method, "PATCH") && v->timer && header_is_type(x, rq, TYPE_SDP))
        take_answer(x, rq, v);
    else if (!strcmp(rq->method, "PATCH"))
        patch(x, rq, v);
    else {
        end(v);
        answer_send(x, 200, &a, NULL);
    }
}

static void options(struct cardea_http *x)
{
    struct answer a = {0};

    answer_add(&a, "Allow", "POST, PATCH, DELETE, OPTIONS");
    answer_add(&a, "Accept-Post", TYPE_SDP);
    answer_add(&a, "Accept-Patch", TYPE_FRAGMENT);
    answer_add(&a, "Access-Control-Expose-Headers", "Accept-Post, Accept-Patch");
    answer_send(x, 204, &a, NULL);
}

static void other(struct cardea_http *x)
{
    struct answer a = {0};

    answer_add(&a, "Allow", "POST, PATCH, DELETE, OPTIONS");
    answer_send(x, 405, &a, NULL);
}

static void serve(struct cardea_http *x, const struct cardea_http_request *rq, const struct visit_kind *kind)
{
    if (!strcmp(rq->method, "POST"))
        post(x, rq, kind);
    else if (!strcmp(rq->method, "PATCH") || !strcmp(rq->method, "DELETE"))
        change(x, rq, kind);
    else if (!strcmp(rq->method, "OPTIONS"))
        options(x);
    else
        other(x);
}

static void serve_whip(struct cardea_http *x, const struct cardea_http_request *rq)
{
    serve(x, rq, &visit_whip);
}

static void serve_whep(struct cardea_http *x, const struct cardea_http_request *rq)
{
    serve(x, rq, &visit_whep);
}

/* --- start and stop ----------------------------------------------------------------------------------------------- */

static void read_servers(const char *list)
{
    char **servers = g_strsplit(list ? list : "", ",", 16);

    for (char **s = servers; *s; s++)
        if (*g_strstrip(*s))
            g_ptr_array_add(visits.links, link_of_server(*s));
    g_strfreev(servers);
}

void visits_start(const struct cardea_config *config)
{
    visits.most = (unsigned)vr.host->option_int(config, "general", "http_sessions");
    visits.all = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, visit_free);
    visits.links = g_ptr_array_new_with_free_func(g_free);
    read_servers(vr.host->option_string(config, "general", "http_ice_servers"));
    if (visits.most && (vr.host->route(visit_whip.prefix, serve_whip) || vr.host->route(visit_whep.prefix, serve_whep)))
        vr.host->log(CARDEA_LOG_ERROR, NULL, "/whip or /whep is taken by another plugin");
}

void visits_stop(void)
{
    g_hash_table_destroy(visits.all);
    g_ptr_array_free(visits.links, TRUE);
    memset(&visits, 0, sizeof(visits));
}
