/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much may be sent. A session has so many bits a second (limits.session_kbps, or the claim `bitrate` of its
 * tokens), which its PeerConnections share: each is given its part as a bound of its bandwidth estimate, and layers are
 * chosen within that. The gateway as a whole (limits.egress_mbps) takes no new sessions while it sends more.
 */
#include "api/inside.h"

static uint32_t clamp(uint64_t bps)
{
    return bps > UINT32_MAX ? UINT32_MAX : (uint32_t)bps;
}

static void apply(struct gw_handle *h)
{
    struct cardea_sending how = h->sending;

    if (h->most_bps && (!how.max_bps || how.max_bps > h->most_bps))
        how.max_bps = h->most_bps;
    if (how.max_bps && how.start_bps > how.max_bps)
        how.start_bps = how.max_bps;
    if (how.max_bps && how.min_bps > how.max_bps)
        how.min_bps = how.max_bps;
    gw_link_sending(h->link, &how);
}

/* bit/s of the whole session; 0: no bound. */
static uint64_t most(const struct gw_session *s)
{
    uint64_t kbps = (uint64_t)gw_option_number(s->api, "limits", "session_kbps");
    GHashTableIter it;
    gpointer value;

    if (!s->api->conf.jwt)
        return kbps * 1000; /* nobody has claims */
    g_hash_table_iter_init(&it, s->handles);
    while (g_hash_table_iter_next(&it, NULL, &value))
        kbps = gw_jwt_quota(((const struct gw_handle *)value)->claims, "bitrate", kbps);
    return kbps * 1000;
}

/* Is anything sent to its peer? */
static bool receives(const struct gw_handle *h)
{
    size_t n = 0;
    const struct cardea_stream *streams = h->link ? gw_link_streams(h->link, &n) : NULL;

    for (size_t i = 0; i < n; i++)
        if (streams[i].sink && streams[i].kind != CARDEA_DATA)
            return true;
    return false;
}

static unsigned receivers(const struct gw_session *s)
{
    unsigned n = 0;
    GHashTableIter it;
    gpointer value;

    g_hash_table_iter_init(&it, s->handles);
    while (g_hash_table_iter_next(&it, NULL, &value))
        n += receives(value);
    return n ? n : 1;
}

void gw_egress_share(struct gw_session *s)
{
    uint64_t bps = most(s);
    unsigned n = bps ? receivers(s) : 1;
    GHashTableIter it;
    gpointer value;

    if (!bps && !s->shares)
        return; /* a back end may have thousands of handles in its session: they are not walked for nothing */
    s->shares = bps;
    g_hash_table_iter_init(&it, s->handles);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        struct gw_handle *h = value;
        uint32_t share = clamp(bps / n);

        if (bps && !share)
            share = 1;
        if (h->most_bps == share || !h->link)
            continue;
        h->most_bps = share;
        apply(h);
    }
}

int gw_api_sending(struct gw_api *a, struct cardea_handle *ticket, const struct cardea_sending *how)
{
    struct gw_handle *h = gw_handle_of(a, ticket);

    if (!h || !h->link)
        return CARDEA_ENOENT;
    h->sending = *how;
    apply(h);
    return 0;
}

void gw_api_egress(struct gw_api *a, uint64_t bps)
{
    uint64_t most_bps = (uint64_t)gw_option_number(a, "limits", "egress_mbps") * 1000000;

    gw_api_admit(a, "egress", !most_bps || bps < most_bps, "This gateway sends all that it may (limits.egress_mbps)");
}
