/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "api/timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/inside.h"
#include "loop/loop.h"
#include "metrics/metrics.h"
#include "web/web.h"

static const double request_bounds[] = {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};
static const double setup_bounds[] = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30};

void gw_timing_request(const char *name, const char *detail, int64_t us)
{
    char labels[160];
    size_t n = gw_metric_label(labels, sizeof(labels), "request", name);

    if (detail && n + 2 < sizeof(labels)) {
        labels[n++] = ',';
        gw_metric_label(labels + n, sizeof(labels) - n, "verb", detail);
    }
    gw_metric_observe(gw_metric_histogram("cardea_api_request_seconds", labels,
                                          "From a request to its answer (of a plugin's verb: to the plugin's).",
                                          request_bounds, G_N_ELEMENTS(request_bounds)),
                      (double)us / 1e6);
}

/* --- the way to media --------------------------------------------------------------------------------------------- */

static void observe_step(enum gw_trace_point point, double seconds)
{
    static const char *const labels[GW_TRACE_POINTS] = {NULL, "step=\"sdp\"", "step=\"ice\"", "step=\"dtls\"",
                                                        "step=\"media\""};

    if (seconds >= 0 && labels[point])
        gw_metric_observe(gw_metric_histogram("cardea_setup_seconds", labels[point],
                                              "Steps of a PeerConnection to its first media, each from the one before.",
                                              setup_bounds, G_N_ELEMENTS(setup_bounds)),
                          seconds);
}

static void tell_collector(struct gw_handle *h)
{
    const struct gw_api *a = h->api;
    const char *url = gw_option_text(a, "tracing", "otlp_url");
    const struct gw_trace_who who = {.node = a->conf.address,
                                     .version = PACKAGE_VERSION,
                                     .plugin = h->plugin->shown,
                                     .session = h->session->id,
                                     .handle = h->id};
    json_t *batch = url && a->conf.web && !h->trace.told ? gw_trace_otlp(&h->trace, &who) : NULL;
    char *text = batch ? json_dumps(batch, JSON_COMPACT) : NULL;
    const struct gw_web_post post = {.url = url, .body = text, .len = text ? strlen(text) : 0, .tries = 3};

    h->trace.told = true;
    if (text)
        gw_metric_add(gw_metric_counter(gw_web_send(a->conf.web, &post) ? "cardea_traces_dropped_total"
                                                                        : "cardea_traces_sent_total",
                                        NULL, "Traces for the collector."),
                      1);
    json_decref(batch);
    free(text);
}

static bool is_complete(const struct gw_handle *h)
{
    size_t n;
    const struct cardea_stream *s = gw_link_streams(h->link, &n);

    if (!h->trace.at_us[GW_TRACE_DTLS] || h->trace.at_us[GW_TRACE_MEDIA])
        return h->trace.at_us[GW_TRACE_MEDIA];
    for (size_t i = 0; i < n; i++)
        if (s[i].source && s[i].kind != CARDEA_DATA && !s[i].disabled)
            return false; /* media is still to come */
    return true;
}

void gw_timing_mark(struct gw_handle *h, enum gw_trace_point point)
{
    observe_step(point, gw_trace_mark(&h->trace, point, gw_wall_us()));
    if (!h->trace.told && is_complete(h))
        tell_collector(h);
}

void gw_timing_end(struct gw_handle *h)
{
    if (!h->trace.told && h->trace.at_us[GW_TRACE_SDP])
        tell_collector(h);
    h->trace = (struct gw_trace){0}; /* the next PeerConnection is another story */
}
