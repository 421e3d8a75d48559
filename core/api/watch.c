/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog: every two seconds, sessions that are silent or were not claimed in time end. */
#include "api/inside.h"

static bool expired(const struct gw_session *s, int64_t now_us)
{
    int64_t silent_s = (now_us - s->last_us) / 1000000, timeout_s = gw_session_timeout_s(s);

    if (timeout_s > 0 && silent_s >= timeout_s)
        return true;
    /* the time for a claim begins with the loss; a client that had said nothing for a while is not worse off */
    silent_s = (now_us - MAX(s->last_us, s->lost_us)) / 1000000;
    return !s->owner && silent_s >= gw_option_number(s->api, "general", "reclaim_session_timeout");
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
