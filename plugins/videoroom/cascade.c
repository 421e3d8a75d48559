/* SPDX-License-Identifier: Apache-2.0 */
#include "cascade.h"

#include <string.h>

#include "access.h"
#include "hosts.h"
#include "ids.h"
#include "publisher.h"
#include "room.h"
#include "verbs.h"

const struct cardea_param publish_remotely_params[] = {{"room", CARDEA_ID, CARDEA_REQUIRED},
                                                       {"publisher_id", CARDEA_ID, CARDEA_REQUIRED},
                                                       {"remote_id", CARDEA_STRING, CARDEA_REQUIRED, 256},
                                                       {"host", CARDEA_STRING, CARDEA_REQUIRED},
                                                       {"host_family", CARDEA_STRING},
                                                       {"port", CARDEA_UINT, CARDEA_REQUIRED, 65535},
                                                       {"rtcp_port", CARDEA_UINT, 0, 65535},
                                                       {"srtp_suite", CARDEA_UINT},
                                                       {"srtp_crypto", CARDEA_STRING},
                                                       {0}};
const struct cardea_param unpublish_remotely_params[] = {{"room", CARDEA_ID, CARDEA_REQUIRED},
                                                         {"publisher_id", CARDEA_ID, CARDEA_REQUIRED},
                                                         {"remote_id", CARDEA_STRING, CARDEA_REQUIRED},
                                                         {0}};
const struct cardea_param listremotes_params[] = {
    {"room", CARDEA_ID, CARDEA_REQUIRED}, {"publisher_id", CARDEA_ID, CARDEA_REQUIRED}, {0}};

/* --- what is forwarded -------------------------------------------------------------------------------------------- */

static const struct forward *forward_of(const struct publisher *p, const struct cascade *c, int mindex)
{
    for (guint i = 0; i < p->forwards->len; i++) {
        const struct forward *f = p->forwards->pdata[i];

        if (f->cascade == c && (mindex < 0 || f->mindex == (unsigned)mindex))
            return f;
    }
    return NULL;
}

static void follow(struct publisher *p, struct cascade *c)
{
    size_t n;
    const struct cardea_stream *s = publisher_streams(p, &n);

    for (size_t i = 0; p->published && i < n; i++) {
        const struct forward *beside = forward_of(p, c, -1);
        const struct forward_conf conf = {.host = c->host,
                                          .port = c->port,
                                          .rtcp_port = c->rtcp_port,
                                          .payload_type = -1,
                                          .srtp = c->srtp,
                                          .cascade = c,
                                          .beside = beside ? beside->id : 0};
        int err;

        if (!s[i].source || s[i].disabled || forward_of(p, c, (int)s[i].mindex))
            continue;
        if (!forward_start(p, &s[i], &conf, &err))
            vr.host->log(CARDEA_LOG_WARN, p->handle, "stream %s is not forwarded to %s (%d)", s[i].mid, c->remote_id,
                         err);
    }
}

void cascades_follow(struct publisher *p)
{
    for (guint i = 0; i < p->cascades->len; i++)
        follow(p, p->cascades->pdata[i]);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static struct cascade *find(const struct publisher *p, const char *remote_id)
{
    for (guint i = 0; i < p->cascades->len; i++) {
        struct cascade *c = p->cascades->pdata[i];

        if (!strcmp(c->remote_id, remote_id))
            return c;
    }
    return NULL;
}

static void end(struct publisher *p, struct cascade *c)
{
    for (guint i = p->forwards->len; i-- > 0;) {
        struct forward *f = p->forwards->pdata[i];

        if (f->cascade == c)
            forward_stop(f);
    }
    g_ptr_array_remove(p->cascades, c);
    g_free(c->remote_id);
    g_free(c);
}

void cascades_free(struct publisher *p)
{
    while (p->cascades->len)
        end(p, p->cascades->pdata[0]);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

/* The participant, if it is one of ours. NULL: rq has been failed. */
static struct publisher *begin(struct cardea_request *rq, bool locked, struct room **room)
{
    struct publisher *p;

    *room = access_room(rq, "secret");
    if (!*room || (locked && !access_forward(rq)))
        return NULL;
    p = access_participant(rq, *room, "publisher_id");
    if (p && !p->handle) {
        vr.host->fail(rq, E_INVALID, "Only a publisher of this gateway can appear on another one");
        return NULL;
    }
    return p;
}

/* The same for publish_remotely, with all that can be wrong. */
static struct publisher *begin_publish(struct cardea_request *rq, struct room **room, struct forward_srtp *srtp)
{
    const json_t *body = vr.host->info(rq)->body;
    struct publisher *p = begin(rq, true, room);

    if (!p)
        return NULL;
    if (!json_integer_value(json_object_get(body, "port")))
        vr.host->fail(rq, E_INVALID, "port must be greater than 0");
    else if (!hosts_family_is_known(member_text(body, "host_family")))
        vr.host->fail(rq, E_INVALID, "host_family must be ipv4 or ipv6");
    else if (!forward_read_srtp(srtp, body) || srtp->broken)
        vr.host->fail(rq, E_INVALID, "srtp_suite must be 32 or 80, srtp_crypto 30 bytes in base64");
    else if (find(p, member_text(body, "remote_id")))
        vr.host->fail(rq, E_ID_EXISTS, "remote_id %s is in use", member_text(body, "remote_id"));
    else if (p->cascades->len >= CASCADES_MOST)
        vr.host->fail(rq, E_INVALID, "A publisher can appear on %d other gateways at most", CASCADES_MOST);
    else
        return p;
    return NULL;
}

static json_t *success(const struct room *room, const struct publisher *p)
{
    return json_pack("{ss so so}", "videoroom", "success", "room", id_json(room->id), "id", id_json(p->id));
}

static void resolved(struct cardea_request *rq, const struct hosts *hosts)
{
    const json_t *body = vr.host->info(rq)->body;
    const char *host = member_text(body, "host");
    const char *address = hosts_address(hosts, host, member_text(body, "host_family"));
    struct forward_srtp srtp;
    struct room *room;
    struct publisher *p = begin_publish(rq, &room, &srtp);
    struct cascade *c;
    json_t *reply;

    if (!p)
        return;
    if (!address) {
        vr.host->fail(rq, E_INVALID, "%s has no address", host);
        return;
    }
    c = g_new0(struct cascade, 1);
    c->remote_id = g_strdup(member_text(body, "remote_id"));
    c->port = (uint16_t)json_integer_value(json_object_get(body, "port"));
    c->rtcp_port = (uint16_t)json_integer_value(json_object_get(body, "rtcp_port"));
    c->srtp = srtp;
    g_strlcpy(c->host, address, sizeof(c->host));
    g_ptr_array_add(p->cascades, c);
    follow(p, c);
    reply = success(room, p);
    json_object_set_new(reply, "remote_id", json_string(c->remote_id));
    vr.host->reply(rq, reply);
}

void verb_publish_remotely(struct cardea_request *rq)
{
    const json_t *body = vr.host->info(rq)->body;
    struct forward_srtp srtp;
    struct room *room;
    struct hosts *hosts;

    if (!begin_publish(rq, &room, &srtp))
        return;
    hosts = hosts_new();
    hosts_add(hosts, member_text(body, "host"), member_text(body, "host_family"));
    hosts_resolve(hosts, rq, resolved);
}

void verb_unpublish_remotely(struct cardea_request *rq)
{
    const char *remote_id = member_text(vr.host->info(rq)->body, "remote_id");
    struct room *room;
    struct publisher *p = begin(rq, false, &room);
    struct cascade *c = p ? find(p, remote_id) : NULL;

    if (!p)
        return;
    if (!c) {
        vr.host->fail(rq, E_NO_FEED, "This publisher does not appear as %s", remote_id);
        return;
    }
    end(p, c);
    vr.host->reply(rq, success(room, p));
}

void verb_listremotes(struct cardea_request *rq)
{
    struct room *room;
    struct publisher *p = begin(rq, false, &room);
    json_t *reply, *list;

    if (!p)
        return;
    list = json_array();
    for (guint i = 0; i < p->cascades->len; i++) {
        const struct cascade *c = p->cascades->pdata[i];
        const struct forward *f = forward_of(p, c, -1);
        json_t *o = json_pack("{ss ss si}", "remote_id", c->remote_id, "host", c->host, "port", (int)c->port);
        struct cardea_forward_state now;

        if (c->rtcp_port)
            json_object_set_new(o, "rtcp_port", json_integer(c->rtcp_port));
        if (f && !vr.host->forward_state(f->id, &now) && now.rtcp_port)
            json_object_set_new(o, "local_rtcp_port", json_integer(now.rtcp_port));
        json_array_append_new(list, o);
    }
    reply = success(room, p);
    json_object_set_new(reply, "list", list);
    vr.host->reply(rq, reply);
}
