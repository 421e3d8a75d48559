/* SPDX-License-Identifier: Apache-2.0 */
#include "host/overload.h"

#include "log/log.h"

static void tell(struct gw_overload *o, unsigned worker, double shed, struct gw_api *api, int64_t now_us)
{
    double seconds = 0;

    if (shed > 0) {
        o->since_us[worker] = now_us;
        gw_warn("worker %u is overloaded: it sends less video, sound goes on", worker);
    } else {
        seconds = (double)(now_us - o->since_us[worker]) / 1e6;
        o->since_us[worker] = 0;
        gw_info("worker %u keeps up again and sends all video, after %.0f s", worker, seconds);
    }
    gw_api_overload(api, worker, shed, seconds);
}

void gw_overload_watch(struct gw_overload *o, const struct gw_workers *ws, struct gw_api *api, int64_t now_us)
{
    unsigned n = gw_workers_count(ws), overloaded = 0;
    uint64_t avoid = 0;

    for (unsigned i = 0; i < n; i++) {
        struct gw_engine_stats s;

        gw_engine_get_stats(gw_workers_engine(ws, i), &s);
        if (!s.shed_ppm != !o->since_us[i])
            tell(o, i, (double)s.shed_ppm / 1e6, api, now_us);
        if (s.shed_ppm) {
            avoid |= UINT64_C(1) << i;
            overloaded++;
        }
    }
    gw_links_avoid(gw_api_links(api), avoid);
    gw_api_admit(api, "overload", overloaded < n, "This gateway is overloaded: ask another one");
}
