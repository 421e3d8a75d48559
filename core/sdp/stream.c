/* SPDX-License-Identifier: Apache-2.0 */
/* How a sender names its streams: restriction ids (RFC 8851, RFC 8853) or SSRC groups (RFC 5576). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sdp/sdp.h"

/* --- rids --------------------------------------------------------------------------------------------------------- */

/* The list after "send" of "a=simulcast:send a;~b recv c"; *legacy: "a=simulcast: send rid=a;b". NULL: sends none. */
static const char *send_list(const char *value, bool *legacy)
{
    const char *word;
    size_t len;

    while (gw_sdp_word(&value, &word, &len)) {
        bool send = len == 4 && !memcmp(word, "send", 4);

        if (!gw_sdp_word(&value, &word, &len))
            return NULL;
        if (!send)
            continue;
        *legacy = len > 4 && !strncasecmp(word, "rid=", 4);
        return *legacy ? word + 4 : word;
    }
    return NULL;
}

/* Does the list name this rid with a "~"? Alternatives ("a,b") count as named too. */
static bool is_paused(const char *list, const char *rid)
{
    size_t rid_len = strlen(rid);

    while (*list && *list != ' ') {
        size_t item = strcspn(list, ";, ");

        if (item == rid_len + 1 && list[0] == '~' && !memcmp(list + 1, rid, rid_len))
            return true;
        list += item;
        list += *list == ';' || *list == ',';
    }
    return false;
}

/* "h send pt=96" → h. false: not a sender's, too long, or known already. */
static bool read_rid(const char *value, const struct gw_sdp_rids *known, char id[17])
{
    const char *name, *word;
    size_t name_len, len;

    if (!gw_sdp_word(&value, &name, &name_len) || name_len > 16 || !gw_sdp_word(&value, &word, &len))
        return false;
    if (len != 4 || memcmp(word, "send", 4) || memchr(name, ';', name_len))
        return false;
    snprintf(id, 17, "%.*s", (int)name_len, name);
    for (unsigned i = 0; i < known->n; i++)
        if (!strcmp(known->rid[i].id, id))
            return false;
    return true;
}

void gw_sdp_read_rids(const struct gw_sdp_media *m, struct gw_sdp_rids *out)
{
    const char *simulcast = gw_sdp_media_get(m, "simulcast"), *value;
    const char *list;

    *out = (struct gw_sdp_rids){0};
    list = simulcast ? send_list(simulcast, &out->legacy) : NULL;
    if (!list)
        return;
    for (unsigned i = 0; out->n < GW_SDP_MAX_RIDS && (value = gw_sdp_media_next(m, &i, "rid"));) {
        if (!read_rid(value, out, out->rid[out->n].id))
            continue;
        out->rid[out->n].paused = is_paused(list, out->rid[out->n].id);
        out->n++;
    }
    if (out->n < GW_SDP_MAX_RIDS)
        out->rid[out->n].id[0] = '\0';
}

/* --- SSRCs -------------------------------------------------------------------------------------------------------- */

static bool next_ssrc(const char **rest, uint32_t *out)
{
    const char *word;
    size_t len;
    uint64_t v;

    if (!gw_sdp_word(rest, &word, &len) || !gw_sdp_number(word, len, UINT32_MAX, &v) || !v)
        return false;
    *out = (uint32_t)v;
    return true;
}

/* The SSRCs of a group with these semantics, at most max; 0: another group. */
static unsigned read_group(const char *value, const char *semantics, uint32_t *ssrc, unsigned max)
{
    const char *word;
    size_t len;
    unsigned n = 0;

    if (!gw_sdp_word(&value, &word, &len) || len != strlen(semantics) || memcmp(word, semantics, len))
        return 0;
    while (n < max && next_ssrc(&value, &ssrc[n]))
        n++;
    return n;
}

static void pair_rtx(const struct gw_sdp_media *m, struct gw_sdp_ssrcs *out)
{
    const char *value;
    uint32_t pair[2];

    for (unsigned i = 0; (value = gw_sdp_media_next(m, &i, "ssrc-group"));) {
        if (read_group(value, "FID", pair, 2) != 2)
            continue;
        for (unsigned k = 0; k < out->n; k++)
            if (out->ssrc[k] == pair[0] && !out->rtx[k])
                out->rtx[k] = pair[1];
    }
}

void gw_sdp_read_ssrcs(const struct gw_sdp_media *m, struct gw_sdp_ssrcs *out)
{
    const char *value;
    uint32_t pair[2];

    *out = (struct gw_sdp_ssrcs){0};
    for (unsigned i = 0; !out->n && (value = gw_sdp_media_next(m, &i, "ssrc-group"));)
        out->n = read_group(value, "SIM", out->ssrc, GW_SDP_MAX_RIDS);
    out->simulcast = out->n > 1;
    for (unsigned i = 0; !out->n && (value = gw_sdp_media_next(m, &i, "ssrc-group"));)
        if (read_group(value, "FID", pair, 2) == 2) {
            out->ssrc[0] = pair[0];
            out->n = 1;
        }
    for (unsigned i = 0; !out->n && (value = gw_sdp_media_next(m, &i, "ssrc"));)
        out->n = next_ssrc(&value, &out->ssrc[0]);
    pair_rtx(m, out);
}
