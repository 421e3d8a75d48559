/* SPDX-License-Identifier: Apache-2.0 */
#include "host/routes.h"

#include <stdlib.h>
#include <string.h>

#include "host/exported.h"
#include "metrics/metrics.h"

static struct {
    struct gw_api *api;
    struct gw_workers *workers;
} host;

static void say(struct cardea_http *x, int status, const char *text)
{
    static const char *const headers[] = {"Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store",
                                          NULL};

    gw_api_http_reply(host.api, x, status, headers, text, strlen(text));
}

/* Only about this process: do its loops move? That this is answered says so of the control thread. */
static void healthz(struct cardea_http *x, const struct cardea_http_request *rq)
{
    bool fine = gw_workers_alive(host.workers);

    say(x, fine ? 200 : 503, fine ? "ok\n" : "a worker does not move\n");
}

/* May I get new work? */
static void readyz(struct cardea_http *x, const struct cardea_http_request *rq)
{
    bool ready = gw_api_accepts(host.api);

    say(x, ready ? 200 : 503, ready ? "ready\n" : gw_api_drains(host.api) ? "draining\n" : "not accepting\n");
}

static void metrics(struct cardea_http *x, const struct cardea_http_request *rq)
{
    static const char *const headers[] = {"Content-Type", "text/plain; version=0.0.4; charset=utf-8", NULL};
    char *text;

    if (!gw_api_is_listed(host.api, "general", "metrics_acl", rq->remote)) {
        say(x, 403, "not from this address: general.metrics_acl\n");
        return;
    }
    text = gw_metrics_render();
    if (text)
        gw_api_http_reply(host.api, x, 200, headers, text, strlen(text));
    else
        say(x, 500, "out of memory\n");
    free(text);
}

int gw_host_routes(struct gw_api *api, struct gw_workers *workers)
{
    host.api = api;
    host.workers = workers;
    gw_exported_begin(api, workers);
    return gw_api_route(api, "/healthz", healthz) || gw_api_route(api, "/readyz", readyz) ||
           gw_api_route(api, "/metrics", metrics);
}

void gw_host_routes_end(void)
{
    gw_exported_end();
}
