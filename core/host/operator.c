/* SPDX-License-Identifier: Apache-2.0 */
#include "host/operator.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "host/control.h"
#include "ice/address.h"
#include "ice/probe.h"
#include "log/log.h"

#define FAILED         490
#define NO_PLUGIN      460
#define INVALID        467
#define PROBE_PATIENCE 5000000

static struct gw_operator_conf the;
static GHashTable *under_way; /* struct errand *; set. Those still here at the end are not answered. */

/* --- errands: what blocks ----------------------------------------------------------------------------------------- */

struct errand {
    struct gw_operation *op; /* NULL: nobody waits any more */
    char *address;
    uint16_t port, local_port;
    /* found */
    int err;
    char ip[GW_ADDRESS_TEXT], why[200];
    uint16_t found_port;
    int64_t elapsed_us;
};

static void errand_free(struct errand *e)
{
    g_free(e->address);
    g_free(e);
}

static void look_up(void *arg)
{
    struct errand *e = arg;
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
    struct gw_address a;
    int64_t began = gw_now_us();
    int err = getaddrinfo(e->address, NULL, &hints, &list);

    e->elapsed_us = gw_now_us() - began;
    e->err = err || !gw_address_from_sockaddr(&a, list->ai_addr, list->ai_addrlen) ? GW_EIO : 0;
    if (e->err)
        snprintf(e->why, sizeof(e->why), "%s: %s", e->address, err ? gai_strerror(err) : "not an address");
    else
        gw_address_ip(&a, e->ip);
    if (list)
        freeaddrinfo(list);
}

static void looked_up(void *arg)
{
    struct errand *e = arg;

    if (g_hash_table_remove(under_way, e)) {
        if (e->err)
            gw_operation_fail(e->op, FAILED, e->why);
        else
            gw_operation_reply(e->op, json_pack("{ss sI}", "ip", e->ip, "elapsed", (json_int_t)e->elapsed_us));
    }
    errand_free(e);
}

static void probe(void *arg)
{
    struct errand *e = arg;
    struct gw_address found;
    int64_t began = gw_now_us();

    e->err = gw_ice_probe(&found, e->address, e->port, e->local_port, PROBE_PATIENCE, e->why, sizeof(e->why));
    e->elapsed_us = gw_now_us() - began;
    if (e->err)
        return;
    gw_address_ip(&found, e->ip);
    e->found_port = found.port;
}

static void probed(void *arg)
{
    struct errand *e = arg;

    if (g_hash_table_remove(under_way, e)) {
        if (e->err)
            gw_operation_fail(e->op, FAILED, e->why);
        else
            gw_operation_reply(e->op, json_pack("{ss si sI}", "public_ip", e->ip, "public_port", (int)e->found_port,
                                                "elapsed", (json_int_t)e->elapsed_us));
    }
    errand_free(e);
}

static void send_out(struct errand *e, void (*work)(void *arg), void (*done)(void *arg))
{
    g_hash_table_add(under_way, e);
    if (!gw_control_job(work, done, e))
        return;
    g_hash_table_remove(under_way, e);
    gw_operation_fail(e->op, FAILED, "Too many jobs are under way");
    errand_free(e);
}

static struct errand *errand_new(struct gw_operation *op, const json_t *root)
{
    struct errand *e = g_new0(struct errand, 1);

    e->op = op;
    e->address = g_strdup(json_string_value(json_object_get(root, "address")));
    e->port = (uint16_t)json_integer_value(json_object_get(root, "port"));
    e->local_port = (uint16_t)json_integer_value(json_object_get(root, "localport"));
    return e;
}

static void run_resolve(struct gw_operation *op, const json_t *root)
{
    send_out(errand_new(op, root), look_up, looked_up);
}

static void run_stun(struct gw_operation *op, const json_t *root)
{
    send_out(errand_new(op, root), probe, probed);
}

/* --- reload ------------------------------------------------------------------------------------------------------- */

struct reading {
    json_t *changed, *restart, *mistakes;
};

static void note_change(void *arg, const struct cardea_option *o, bool taken)
{
    struct reading *r = arg;

    json_array_append_new(taken ? r->changed : r->restart, json_sprintf("%s.%s", o->category, o->name));
}

static void note_module_change(void *arg, const char *module, const struct cardea_option *o, bool taken)
{
    struct reading *r = arg;

    json_array_append_new(taken ? r->changed : r->restart, json_sprintf("%s: %s.%s", module, o->category, o->name));
}

static void note_mistake(void *arg, const struct gw_complaint *c)
{
    struct reading *r = arg;

    gw_complain_to_log(NULL, c);
    if (c->mistake)
        json_array_append_new(r->mistakes, c->line ? json_sprintf("%s:%d: %s", c->file, c->line, c->text)
                                                   : json_sprintf("%s: %s", c->file, c->text));
}

json_t *gw_operator_reload(void)
{
    struct reading r = {json_array(), json_array(), json_array()};

    if (gw_settings_reload(the.settings, note_mistake, &r, note_change))
        gw_error("the configuration was read again, with mistakes: everything stays as it was");
    else {
        the.reloaded(the.arg);
        gw_modules_reload(the.modules, the.settings, note_mistake, &r, note_module_change);
    }
    gw_info("reload: %zu items changed, %zu need a restart", json_array_size(r.changed), json_array_size(r.restart));
    return json_pack("{so so so}", "changed", r.changed, "restart", r.restart, "mistakes", r.mistakes);
}

static void run_reload(struct gw_operation *op, const json_t *root)
{
    gw_operation_reply(op, gw_operator_reload());
}

/* --- plugins ------------------------------------------------------------------------------------------------------ */

static void run_load(struct gw_operation *op, const json_t *root)
{
    const char *file = json_string_value(json_object_get(root, "file"));
    char why[400], name[100];

    if (!*file || strchr(file, '/') || !g_str_has_suffix(file, ".so")) {
        gw_operation_fail(op, INVALID, "file must be the name of a .so in the plugins folder, without a path");
        return;
    }
    if (gw_modules_load_plugin(the.modules, the.api, the.settings, file, name, sizeof(name), why, sizeof(why)))
        gw_operation_fail(op, FAILED, why);
    else
        gw_operation_reply(op, json_pack("{ss}", "plugin", name));
}

static void run_unload(struct gw_operation *op, const json_t *root)
{
    char why[200];
    int err = gw_modules_unload_plugin(the.modules, the.api, json_string_value(json_object_get(root, "plugin")), why,
                                       sizeof(why));

    if (err)
        gw_operation_fail(op, err == GW_ENOENT ? NO_PLUGIN : FAILED, why);
    else
        gw_operation_reply(op, json_object());
}

/* --- asked -------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(struct gw_operation *op, const json_t *root);
} requests[] = {
    {"resolve_address", run_resolve}, {"test_stun", run_stun},       {"reload", run_reload},
    {"load_plugin", run_load},        {"unload_plugin", run_unload},
};

void gw_operator_ask(void *unused, struct gw_operation *op, const char *request, const json_t *root)
{
    for (size_t i = 0; under_way && i < G_N_ELEMENTS(requests); i++)
        if (!strcasecmp(requests[i].name, request)) {
            requests[i].run(op, root);
            return;
        }
    gw_operation_fail(op, FAILED, "The gateway is starting or stopping");
}

void gw_operator_start(const struct gw_operator_conf *conf)
{
    the = *conf;
    under_way = g_hash_table_new(NULL, NULL);
}

void gw_operator_stop(void)
{
    GHashTableIter it;
    gpointer e;

    if (!under_way)
        return;
    g_hash_table_iter_init(&it, under_way);
    while (g_hash_table_iter_next(&it, &e, NULL)) {
        gw_operation_fail(((struct errand *)e)->op, FAILED, "The gateway is stopping");
        g_hash_table_iter_remove(&it);
    }
}
