/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog: every two seconds, sessions that are silent or were not claimed in time end. */
#include "api/inside.h"

static bool expired(const struct gw_session *s, int64_t now_us)
{
    int64_t silent_us = now_us - s->last_us, timeout_s = gw_session_timeout_s(s);
    int64_t reclaim_s = gw_option_number(s->api, "general", "reclaim_session_timeout");

    if (timeout_s > 0 && silent_us >= timeout_s * 1000000)
        return true;
    return !s->owner && silent_us >= reclaim_s * 1000000;
}

static void look(void *arg, int64_t now_us)
{
    struct gw_api *a = arg;
    GList *all = g_hash_table_get_values(a->sessions);
    int64_t now = a->conf.now_us();

    for (GList *l = all; l; l = l->next) {
        struct gw_session *s = l->data;

        if (s->lodger)
            gw_lodgers_watch(s);
        else if (expired(s, now))
            gw_session_destroy(s, true);
    }
    g_list_free(all);
    gw_admin_queries_watch(a, false);
    gw_quota_tidy(&a->quota, now);
    gw_timer_start(a->conf.timers, &a->watch, now + GW_WATCH_US);
}

void gw_watch_start(struct gw_api *a)
{
    a->watch.fire = look;
    a->watch.arg = a;
    gw_timer_start(a->conf.timers, &a->watch, a->conf.now_us() + GW_WATCH_US);
}
