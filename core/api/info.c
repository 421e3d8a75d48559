/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to `info`: what this server is and how it is set up. */
#include "config.h"

#include "api/events.h"
#include "api/inside.h"

#include <string.h>

#include <glib.h>
#include <jansson.h>

static json_t *module_json(const char *title, const char *author, const char *description, const char *version_string,
                           int version)
{
    return json_pack("{ss ss ss ss si}", "name", title ? title : "", "author", author ? author : "", "description",
                     description ? description : "", "version_string", version_string ? version_string : "", "version",
                     version);
}

static void add_modules(json_t *o, const struct gw_api *a)
{
    json_t *plugins = json_object(), *transports = json_object(), *events = json_object();

    for (guint i = 0; i < a->plugins->len; i++) {
        const struct gw_plugin *p = a->plugins->pdata[i];

        json_object_set_new(plugins, p->shown,
                            module_json(p->table.title, p->table.author, p->table.description, p->table.version_string,
                                        p->table.version));
    }
    for (guint i = 0; i < a->transports->len; i++) {
        const struct gw_transport *t = a->transports->pdata[i];

        json_object_set_new(transports, t->shown,
                            module_json(t->table.title, t->table.author, t->table.description, t->table.version_string,
                                        t->table.version));
    }
    for (guint i = 0; i < a->event_handlers->len; i++) {
        const struct gw_event_handler *h = a->event_handlers->pdata[i];

        json_object_set_new(events, h->shown,
                            module_json(h->title, h->author, h->description, h->version_string, h->version));
    }
    json_object_set_new(o, "transports", transports);
    json_object_set_new(o, "events", events);
    json_object_set_new(o, "loggers", json_object());
    json_object_set_new(o, "plugins", plugins);
}

static void set_flag(json_t *o, const char *name, const struct gw_api *a, const char *category, const char *option)
{
    json_object_set_new(o, name, json_boolean(gw_option_true(a, category, option)));
}

static void set_number(json_t *o, const char *name, int64_t value)
{
    json_object_set_new(o, name, json_integer(value));
}

static void set_text(json_t *o, const char *name, const char *value)
{
    if (value)
        json_object_set_new(o, name, json_string(value));
}

static void add_addresses(json_t *o, const struct gw_api *a)
{
    const char *given = gw_option_text(a, "nat", "announce"),
               *announce = given ? given : gw_option_text(a, "nat", "nat_1_1_mapping");
    char **all = g_strsplit_set(announce ? announce : "", ", ", -1);
    json_t *list = json_array();

    set_text(o, "local-ip", a->conf.address);
    for (char **one = all; *one; one++)
        if (**one)
            json_array_append_new(list, json_string(*one));
    if (json_array_size(list))
        json_object_set(o, "public-ip", json_array_get(list, 0));
    if (json_array_size(list) > 1)
        json_object_set(o, "public-ips", list);
    json_decref(list);
    g_strfreev(all);
}

static void add_ice(json_t *o, const struct gw_api *a)
{
    const char *stun = gw_option_text(a, "nat", "stun_server"), *turn = gw_option_text(a, "nat", "turn_server");

    set_flag(o, "ipv6", a, "media", "ipv6");
    if (gw_option_true(a, "media", "ipv6"))
        set_flag(o, "ipv6-link-local", a, "media", "ipv6_linklocal");
    json_object_set_new(o, "ice-lite", json_boolean(!a->conf.ice_full));
    set_flag(o, "ice-tcp", a, "nat", "ice_tcp");
    set_text(o, "ice-nomination", gw_option_text(a, "nat", "ice_nomination"));
    set_flag(o, "ice-consent-freshness", a, "nat", "ice_consent_freshness");
    set_flag(o, "ice-keepalive-conncheck", a, "nat", "ice_keepalive_conncheck");
    set_flag(o, "hangup-on-failed", a, "nat", "hangup_on_failed");
    set_flag(o, "full-trickle", a, "nat", "full_trickle");
    json_object_set_new(o, "mdns-enabled", json_boolean(!gw_option_true(a, "nat", "ignore_mdns")));
    if (stun)
        json_object_set_new(o, "stun-server",
                            json_sprintf("%s:%d", stun, (int)gw_option_number(a, "nat", "stun_port")));
    if (turn)
        json_object_set_new(o, "turn-server",
                            json_sprintf("turn:%s:%d", turn, (int)gw_option_number(a, "nat", "turn_port")));
    if (gw_option_true(a, "nat", "allow_force_relay"))
        json_object_set_new(o, "allow-force-relay", json_true());
}

static json_t *dependencies(const struct gw_api *a)
{
    json_t *o = json_pack("{ss ss}", "glib2", G_STRINGIFY(GLIB_MAJOR_VERSION) "." G_STRINGIFY(GLIB_MINOR_VERSION),
                          "jansson", JANSSON_VERSION);

    for (const char *const *l = a->conf.libraries; l && l[0] && l[1]; l += 2)
        set_text(o, l[0], l[1]);
    return o;
}

json_t *gw_info_json(const struct gw_api *a)
{
    json_t *o = json_pack("{ss ss si ss ss ss ss sb}", "janus", "server_info", "name", "Cardea WebRTC gateway",
                          "version", 100, "version_string", PACKAGE_VERSION, "author", "The Cardea authors",
                          "commit-hash", a->conf.commit ? a->conf.commit : "unknown", "compile-time",
                          __DATE__ " " __TIME__, "data_channels", 1);

    set_flag(o, "log-to-stdout", a, "general", "log_to_stdout");
    json_object_set_new(o, "log-to-file", json_boolean(a->conf.log_file));
    set_text(o, "log-path", a->conf.log_file);
    json_object_set_new(o, "accepting-new-sessions", json_boolean(a->accept));
    set_number(o, "session-timeout", a->live.session_timeout_s);
    set_number(o, "reclaim-session-timeout", gw_option_number(a, "general", "reclaim_session_timeout"));
    set_number(o, "candidates-timeout", gw_option_number(a, "general", "candidates_timeout"));
    set_text(o, "server-name", gw_option_text(a, "general", "server_name"));
    add_addresses(o, a);
    add_ice(o, a);
    set_number(o, "min-nack-queue", a->live.media.min_nack_queue_ms);
    json_object_set_new(o, "nack-optimizations", json_boolean(a->live.media.nack_optimizations));
    set_number(o, "twcc-period", a->live.media.twcc_period_ms);
    if (gw_option_number(a, "media", "dscp"))
        set_number(o, "dscp", gw_option_number(a, "media", "dscp"));
    set_number(o, "dtls-mtu", gw_option_number(a, "media", "dtls_mtu"));
    set_number(o, "static-event-loops", a->conf.workers);
    set_number(o, "workers", a->conf.workers);
    set_flag(o, "loop-indication", a, "general", "allow_loop_indication");
    json_object_set_new(o, "api_secret", json_boolean(gw_option_text(a, "general", "api_secret")));
    set_flag(o, "auth_token", a, "general", "token_auth");
    set_flag(o, "event_handlers", a, "events", "broadcast");
    set_flag(o, "opaqueid_in_api", a, "general", "opaqueid_in_api");
    set_text(o, "sealer", a->conf.sealer);
    if (!gw_option_true(a, "general", "hide_dependencies"))
        json_object_set_new(o, "dependencies", dependencies(a));
    add_modules(o, a);
    return o;
}
