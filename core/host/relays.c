/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relays.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <glib.h>
#include <jansson.h>

#include "api/api.h"
#include "base/err.h"
#include "base/str.h"
#include "host/control.h"
#include "host/workers.h"
#include "ice/probe.h"
#include "log/log.h"

#define PROBE_US 3000000

/* One question: to the service, then to the DNS. */
struct seek {
    gw_peer_id peer;
    struct gw_relay_answer answer;
    struct gw_relays *found; /* malloc'd */
};

static struct {
    char *url, *key;
    bool get;
    unsigned timeout_s;
    struct gw_links *links; /* borrowed; NULL: nobody is to be told */
    GHashTable *asked;      /* struct seek *; owned until the service has answered */
} the;

/* --- the service's language --------------------------------------------------------------------------------------- */

int gw_relay_answer_read(struct gw_relay_answer *out, const char *text, size_t len)
{
    json_t *root = json_loadb(text, len, 0, NULL), *uris = json_object_get(root, "uris");
    const char *user = json_string_value(json_object_get(root, "username"));
    const char *password = json_string_value(json_object_get(root, "password"));
    bool good = user && password && json_is_array(uris) && strlen(user) < sizeof(out->user) &&
                strlen(password) < sizeof(out->password);

    memset(out, 0, sizeof(*out));
    if (good) {
        gw_strlcpy(out->user, user, sizeof(out->user));
        gw_strlcpy(out->password, password, sizeof(out->password));
    }
    for (size_t i = 0; good && i < json_array_size(uris) && out->n < GW_MAX_RELAYS; i++) {
        const char *uri = json_string_value(json_array_get(uris, i));

        if (uri && !gw_relay_uri_parse(&out->uris[out->n], uri))
            out->n++;
    }
    json_decref(root);
    return good ? 0 : GW_EPARSE;
}

char *gw_relays_url(const char *api, const char *key, const char *user)
{
    GString *url = g_string_new(api);
    const char *names[] = {"api", "key"};

    g_string_append_printf(url, "%cservice=turn", strchr(api, '?') ? '&' : '?');
    for (size_t i = 0; key && i < G_N_ELEMENTS(names); i++) {
        g_string_append_printf(url, "&%s=", names[i]);
        g_string_append_uri_escaped(url, key, NULL, FALSE);
    }
    g_string_append(url, "&username=");
    g_string_append_uri_escaped(url, user, NULL, FALSE);
    return g_string_free(url, FALSE);
}

/* --- seeking ------------------------------------------------------------------------------------------------------ */

static void seek_free(gpointer seek)
{
    struct seek *s = seek;

    free(s->found);
    g_free(s);
}

/* Takes s. */
static void tell(struct seek *s)
{
    if (the.links)
        gw_links_relays(the.links, s->peer, g_steal_pointer(&s->found));
    seek_free(s);
}

/* On a helper: the agent wants numbers. */
static void look_up(void *arg)
{
    struct seek *s = arg;
    struct gw_relays *r = calloc(1, sizeof(*r));

    for (unsigned i = 0; r && i < s->answer.n; i++) {
        const struct gw_relay_uri *u = &s->answer.uris[i];
        struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
        struct gw_relay *to = &r->list[r->n];
        struct gw_address a;

        if (getaddrinfo(u->host, NULL, &hints, &list))
            continue;
        if (gw_address_from_sockaddr(&a, list->ai_addr, list->ai_addrlen)) {
            gw_address_ip(&a, to->ip);
            to->port = u->port;
            memcpy(to->type, u->type, sizeof(to->type));
            r->n++;
        }
        freeaddrinfo(list);
    }
    if (r) {
        memcpy(r->user, s->answer.user, sizeof(r->user));
        memcpy(r->password, s->answer.password, sizeof(r->password));
    }
    s->found = r;
}

static void looked_up(void *arg)
{
    struct seek *s = arg;

    if (s->found && !s->found->n)
        gw_warn("none of the TURN servers that nat.turn_rest_api names can be found");
    tell(s);
}

static void answered(void *arg, int status, const char *body, size_t len)
{
    struct seek *s = arg;

    g_hash_table_steal(the.asked, s);
    if (status < 200 || status > 299)
        gw_warn("nat.turn_rest_api: %s (status %d): this PeerConnection does without", status ? "refused" : "no answer",
                status);
    else if (gw_relay_answer_read(&s->answer, body, len))
        gw_warn("nat.turn_rest_api: an answer that is none: username, password and uris are expected");
    if (!s->answer.n || gw_control_job(look_up, looked_up, s))
        tell(s);
}

bool gw_relays_seek(void *owner, gw_peer_id peer)
{
    struct seek *s;
    char *user, *url;
    int err;

    if (!the.links)
        return false;
    s = g_new0(struct seek, 1);
    s->peer = peer;
    user = gw_api_relay_user(owner);
    url = gw_relays_url(the.url, the.key, user);
    err = gw_web_send(
        gw_control_web(),
        &(struct gw_web_post){
            .url = url, .get = the.get, .timeout_ms = the.timeout_s * 1000, .answered = answered, .arg = s});
    g_free(user);
    g_free(url);
    if (err)
        seek_free(s);
    else
        g_hash_table_add(the.asked, s);
    return !err;
}

/* --- servers of the configuration -------------------------------------------------------------------------------- */

int gw_relays_try_servers(const struct cardea_config *c)
{
    const char *stun = gw_config_string(c, "nat", "stun_server");
    uint16_t port = (uint16_t)gw_config_int(c, "nat", "stun_port");
    struct gw_address seen;
    char why[200];

    if (!gw_workers_full_ice(c) || !stun || !*stun || !gw_ice_probe(&seen, stun, port, 0, PROBE_US, why, sizeof(why)))
        return 0;
    if (gw_config_bool(c, "nat", "ignore_unreachable_ice_server")) {
        gw_warn("nat.stun_server: %s. Connections will do without", why);
        return 0;
    }
    gw_fatal("nat.stun_server: %s. Correct it, or set nat.ignore_unreachable_ice_server", why);
    return GW_EIO;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

bool gw_relays_start(const struct cardea_config *c)
{
    const char *url = gw_config_string(c, "nat", "turn_rest_api"),
               *key = gw_config_string(c, "nat", "turn_rest_api_key");

    if (!url || !*url || !gw_workers_full_ice(c))
        return false;
    the.url = g_strdup(url);
    the.key = g_strdup(key);
    the.get = strcasecmp(gw_config_string(c, "nat", "turn_rest_api_method"), "POST") != 0;
    the.timeout_s = (unsigned)gw_config_int(c, "nat", "turn_rest_api_timeout");
    the.asked = g_hash_table_new_full(NULL, NULL, seek_free, NULL);
    return true;
}

void gw_relays_use(struct gw_links *links)
{
    the.links = links;
}

void gw_relays_stop(void)
{
    the.links = NULL;
    g_clear_pointer(&the.asked, g_hash_table_destroy);
    g_clear_pointer(&the.url, g_free);
    g_clear_pointer(&the.key, g_free);
}
