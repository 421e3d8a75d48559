/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media statistics as events: each connection's worker is asked what handle_info would show, once in stats_period, and
 * one event is made for each m-line and layer. The connections of a period are spread over it.
 */
#include "api/inside.h"

#include <string.h>

#include "api/events.h"

#define ROUNDS 10 /* a period */

/* --- one event ---------------------------------------------------------------------------------------------------- */

static void copy(json_t *to, const char *name, const json_t *from, const char *member)
{
    json_t *v = json_object_get(from, member);

    if (v)
        json_object_set(to, name, v);
}

static json_t *begin(const char *mid, const json_t *m, const char *media)
{
    json_t *o = json_pack("{ss ss}", "mid", mid, "media", media);

    copy(o, "mindex", m, "mindex");
    return o;
}

static void add_counts(json_t *o, const json_t *in, const json_t *out)
{
    copy(o, "packets-received", in, "packets");
    copy(o, "packets-sent", out, "packets");
    copy(o, "bytes-received", in, "bytes");
    copy(o, "bytes-sent", out, "bytes");
}

static void add_rtcp(json_t *o, const json_t *rtcp)
{
    static const char *const same[] = {"base",
                                       "rtt",
                                       "lost",
                                       "lost-by-remote",
                                       "jitter-local",
                                       "jitter-remote",
                                       "in-link-quality",
                                       "in-media-link-quality",
                                       "out-link-quality",
                                       "out-media-link-quality"};

    for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
        copy(o, same[i], rtcp, same[i]);
    if (json_integer_value(json_object_get(rtcp, "rtt")))
        copy(o, "rtt-values", rtcp, "rtt-values");
}

static json_t *main_event(const char *mid, const json_t *m, const char *type, const json_t *bwe)
{
    const json_t *stats = json_object_get(m, "stats"), *in = json_object_get(stats, "in"),
                 *out = json_object_get(stats, "out");
    json_t *o = begin(mid, m, type);

    if (!strcmp(type, "data")) {
        add_counts(o, in, out);
        return o;
    }
    copy(o, "codec", json_object_get(m, "codecs"), "codec");
    add_rtcp(o, json_object_get(json_object_get(m, "rtcp"), "main"));
    add_counts(o, in, out);
    copy(o, "bytes-received-lastsec", in, "bytes_lastsec");
    copy(o, "bytes-sent-lastsec", out, "bytes_lastsec");
    copy(o, "nacks-received", in, "nacks");
    copy(o, "nacks-sent", out, "nacks");
    copy(o, "retransmissions-received", in, "retransmissions");
    if (!json_integer_value(json_object_get(m, "mindex")))
        copy(o, "remb-bitrate", bwe, "remb-bitrate");
    return o;
}

/* Higher simulcast layers. NULL: there is none of that number. */
static json_t *layer_event(const char *mid, const json_t *m, unsigned layer)
{
    char name[24], rtcp[8], media[16];
    const json_t *in;
    json_t *o;

    g_snprintf(name, sizeof(name), "video-simulcast-%u", layer);
    in = json_object_get(json_object_get(json_object_get(m, "stats"), "in"), name);
    if (!in)
        return NULL;
    g_snprintf(rtcp, sizeof(rtcp), "sim%u", layer);
    g_snprintf(media, sizeof(media), "video-sim%u", layer);
    o = begin(mid, m, media);
    copy(o, "codec", json_object_get(m, "codecs"), "codec");
    add_rtcp(o, json_object_get(json_object_get(m, "rtcp"), rtcp));
    copy(o, "packets-received", in, "packets");
    copy(o, "bytes-received", in, "bytes");
    copy(o, "bytes-received-lastsec", in, "bytes_lastsec");
    copy(o, "nacks-sent", in, "nacks");
    return o;
}

static json_t *all_events(const json_t *webrtc)
{
    json_t *list = json_array(), *media = json_object_get(webrtc, "media"), *m;
    const char *mid;

    json_object_foreach(media, mid, m)
    {
        const char *type = gw_json_string(m, "type");

        if (!type)
            continue;
        json_array_append_new(list, main_event(mid, m, type, json_object_get(webrtc, "bwe")));
        for (unsigned layer = 1; layer < 3; layer++) {
            json_t *one = layer_event(mid, m, layer);

            if (one)
                json_array_append_new(list, one);
        }
    }
    return list;
}

void gw_statistics_tell(struct gw_handle *h, const char *json)
{
    json_t *webrtc = json && gw_events_wanted(h->api, GW_EVENT_MEDIA) ? json_loads(json, 0, NULL) : NULL;
    json_t *all = all_events(webrtc), *one;
    size_t i;

    if (json_array_size(all) && gw_option_true(h->api, "events", "combine_media_stats"))
        gw_event_of_handle(h, GW_EVENT_MEDIA, GW_MEDIA_STATISTICS, json_incref(all));
    else
        json_array_foreach(all, i, one) gw_event_of_handle(h, GW_EVENT_MEDIA, GW_MEDIA_STATISTICS, json_incref(one));
    json_decref(all);
    json_decref(webrtc);
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static void ask_handles(struct gw_session *s, unsigned round)
{
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, s->handles);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct gw_handle *h = value;

        if (h->up && h->id % ROUNDS == round)
            gw_link_query(h->link, GW_QUERY_STATISTICS);
    }
}

static void look(void *arg, int64_t now_us)
{
    struct gw_api *a = arg;
    int64_t period_s = gw_option_number(a, "events", "stats_period");
    GHashTableIter it;
    gpointer s;
    bool wanted = period_s && gw_events_wanted(a, GW_EVENT_MEDIA);

    a->statistics_round = (a->statistics_round + 1) % ROUNDS;
    gw_admin_last_figures(a, wanted);
    if (wanted) {
        g_hash_table_iter_init(&it, a->sessions);
        while (g_hash_table_iter_next(&it, NULL, &s))
            ask_handles(s, a->statistics_round);
    }
    gw_timer_start(a->conf.timers, &a->statistics, a->conf.now_us() + (period_s ? period_s : 1) * 1000000 / ROUNDS);
}

void gw_statistics_start(struct gw_api *a)
{
    a->statistics = (struct gw_timer){.fire = look, .arg = a};
    gw_timer_start(a->conf.timers, &a->statistics, a->conf.now_us() + 1000000 / ROUNDS);
}

void gw_statistics_stop(struct gw_api *a)
{
    gw_timer_stop(a->conf.timers, &a->statistics);
}
