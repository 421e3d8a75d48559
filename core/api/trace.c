/* SPDX-License-Identifier: Apache-2.0 */
#include "api/trace.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static const char *const names[GW_TRACE_POINTS] = {"request", "sdp", "ice", "dtls", "media"};

/* --- traceparent -------------------------------------------------------------------------------------------------- */

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; /* upper case is not allowed */
}

/* n bytes of hex and what must stand behind them; returns what follows that, or NULL. */
static const char *read_hex(const char *at, uint8_t *out, unsigned n, char behind)
{
    for (unsigned i = 0; i < n; i++, at += 2) {
        int high = digit(at[0]), low = high < 0 ? -1 : digit(at[1]);

        if (low < 0)
            return NULL;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return *at == behind ? at + 1 : NULL;
}

static bool is_zero(const uint8_t *data, unsigned n)
{
    while (n--)
        if (*data++)
            return false;
    return true;
}

bool gw_trace_parse(struct gw_trace *t, const char *text)
{
    uint8_t version, id[16], parent[8], flags;
    const char *at = text ? read_hex(text, &version, 1, '-') : NULL;

    at = at ? read_hex(at, id, 16, '-') : NULL;
    at = at ? read_hex(at, parent, 8, '-') : NULL;
    if (!at || version == 0xff || is_zero(id, 16) || is_zero(parent, 8))
        return false;
    if (!read_hex(at, &flags, 1, '\0') && (!version || !read_hex(at, &flags, 1, '-')))
        return false;
    memcpy(t->id, id, sizeof(id));
    memcpy(t->parent, parent, sizeof(parent));
    t->given = true;
    t->unsampled = !(flags & 1);
    return true;
}

/* --- points ------------------------------------------------------------------------------------------------------- */

static void make_id(struct gw_trace *t)
{
    if (is_zero(t->id, sizeof(t->id)) && getrandom(t->id, sizeof(t->id), 0) != sizeof(t->id))
        t->id[0] = 1;
}

double gw_trace_mark(struct gw_trace *t, enum gw_trace_point point, int64_t wall_us)
{
    bool again = point == GW_TRACE_REQUEST && !t->at_us[GW_TRACE_SDP];
    int64_t before = 0;

    if (t->at_us[point] && !again)
        return -1;
    if (point != GW_TRACE_REQUEST && !t->at_us[GW_TRACE_REQUEST])
        return -1;
    make_id(t);
    t->at_us[point] = wall_us;
    for (unsigned i = 0; i < point; i++)
        before = t->at_us[i] > before ? t->at_us[i] : before;
    return before ? (double)(wall_us - before) / 1e6 : -1;
}

static void hex(char *to, const uint8_t *data, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        sprintf(to + 2 * i, "%02x", data[i]);
}

json_t *gw_trace_json(const struct gw_trace *t)
{
    char id[33], name[16];
    json_t *o;

    if (!t->at_us[GW_TRACE_REQUEST])
        return NULL;
    hex(id, t->id, sizeof(t->id));
    o = json_pack("{ss sI}", "trace_id", id, "request", (json_int_t)(t->at_us[GW_TRACE_REQUEST] / 1000));
    for (unsigned i = 1; i < GW_TRACE_POINTS; i++) {
        if (!t->at_us[i])
            continue;
        snprintf(name, sizeof(name), "%s_ms", names[i]);
        json_object_set_new(o, name, json_integer((t->at_us[i] - t->at_us[GW_TRACE_REQUEST]) / 1000));
    }
    return o;
}

/* --- OTLP --------------------------------------------------------------------------------------------------------- */

static json_t *attribute(const char *key, const char *value)
{
    return json_pack("{ss s{ss}}", "key", key, "value", "stringValue", value ? value : "");
}

static json_t *attribute_number(const char *key, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    return json_pack("{ss s{ss}}", "key", key, "value", "intValue", text);
}

static json_t *span(const struct gw_trace *t, const char *name, const char *id, const char *parent, int64_t from_us,
                    int64_t to_us)
{
    char trace[33], from[32], to[32];
    json_t *o;

    hex(trace, t->id, sizeof(t->id));
    snprintf(from, sizeof(from), "%lld000", (long long)from_us);
    snprintf(to, sizeof(to), "%lld000", (long long)to_us);
    o = json_pack("{ss ss ss si ss ss}", "traceId", trace, "spanId", id, "name", name, "kind", 2, "startTimeUnixNano",
                  from, "endTimeUnixNano", to);
    if (*parent)
        json_object_set_new(o, "parentSpanId", json_string(parent));
    return o;
}

static void random_id(char *text)
{
    uint8_t id[8] = {1};

    if (getrandom(id, sizeof(id), 0) < 0)
        id[0] = 1;
    hex(text, id, sizeof(id));
}

static json_t *spans(const struct gw_trace *t, const struct gw_trace_who *who)
{
    static const char *const steps[GW_TRACE_POINTS] = {NULL, "negotiate", "ice", "dtls", "first media"};
    char root_id[17], id[17], parent[17] = "";
    int64_t before = t->at_us[GW_TRACE_REQUEST], last = before;
    json_t *list = json_array(), *root;

    random_id(root_id);
    if (t->given)
        hex(parent, t->parent, sizeof(t->parent));
    for (unsigned i = 1; i < GW_TRACE_POINTS; i++) {
        if (!t->at_us[i])
            continue;
        random_id(id);
        json_array_append_new(list, span(t, steps[i], id, root_id, before, t->at_us[i]));
        before = t->at_us[i];
        last = before > last ? before : last;
    }
    root = span(t, "join", root_id, parent, t->at_us[GW_TRACE_REQUEST], last);
    json_object_set_new(root, "attributes",
                        json_pack("[o o o]", attribute("cardea.plugin", who->plugin),
                                  attribute_number("cardea.session_id", who->session),
                                  attribute_number("cardea.handle_id", who->handle)));
    json_object_set_new(root, "status", json_pack("{si}", "code", t->at_us[GW_TRACE_DTLS] ? 1 : 2));
    json_array_insert_new(list, 0, root);
    return list;
}

json_t *gw_trace_otlp(const struct gw_trace *t, const struct gw_trace_who *who)
{
    if (!t->at_us[GW_TRACE_REQUEST] || !t->at_us[GW_TRACE_SDP] || t->unsampled)
        return NULL;
    return json_pack("{s[{s{s[o o o]} s[{s{ss} so}]}]}", "resourceSpans", "resource", "attributes",
                     attribute("service.name", "cardea"), attribute("service.instance.id", who->node),
                     attribute("service.version", who->version), "scopeSpans", "scope", "name", "cardea", "spans",
                     spans(t, who));
}
