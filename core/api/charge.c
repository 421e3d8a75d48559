/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients leave behind in a plugin, and what outlives their sessions: rooms. Each is counted for the session, the
 * address and the token that made it, for as long as it is there.
 */
#include "api/inside.h"

#include <stdio.h>

#include "base/err.h"

enum { SESSION, ADDRESS, TOKEN, N_SUBJECTS };

struct cardea_charge {
    struct gw_quota_place *place[N_SUBJECTS]; /* NULL: not counted there; stays while something is counted */
};

static const char *const limits[N_SUBJECTS] = {"rooms_per_session", "rooms_per_address", "rooms_per_token"};

/* Whom a token is for: its subject, or itself. NULL: there is none. */
static const char *token_of(const struct gw_handle *h)
{
    const char *subject = gw_json_string(h->claims, "sub");

    return subject ? subject : h->token;
}

static void find_places(const struct gw_handle *h, struct gw_quota_place **place)
{
    struct gw_quota *q = &h->api->quota;
    const char *token = token_of(h);

    place[SESSION] = gw_quota_session(q, h->session->id);
    place[ADDRESS] = h->session->counted.address;
    place[TOKEN] = token ? gw_quota_token(q, token) : NULL;
}

/* 0: no bound. */
static uint64_t most(const struct gw_handle *h, unsigned subject)
{
    uint64_t n = (uint64_t)gw_option_number(h->api, "limits", limits[subject]);

    return subject == TOKEN ? gw_jwt_quota(h->claims, "max_rooms", n) : n;
}

int gw_api_charge(struct gw_api *a, const struct cardea_handle *ticket, struct cardea_charge **out, char *why,
                  size_t why_len)
{
    const struct gw_handle *h = ticket ? gw_handle_of(a, ticket) : NULL;
    struct gw_quota_place *place[N_SUBJECTS];

    *out = NULL;
    if (!h)
        return 0;
    find_places(h, place);
    for (unsigned i = 0; i < N_SUBJECTS; i++) {
        uint64_t bound = most(h, i);

        if (!place[i] || !bound || place[i]->rooms < bound)
            continue;
        gw_limits_count(limits[i]);
        snprintf(why, why_len, "limits.%s", limits[i]);
        return GW_ELIMIT;
    }
    *out = g_new(struct cardea_charge, 1);
    for (unsigned i = 0; i < N_SUBJECTS; i++) {
        (*out)->place[i] = place[i];
        if (place[i])
            place[i]->rooms++;
    }
    return 0;
}

void gw_api_refund(struct cardea_charge *charge)
{
    for (unsigned i = 0; charge && i < N_SUBJECTS; i++)
        if (charge->place[i])
            charge->place[i]->rooms--;
    g_free(charge);
}
