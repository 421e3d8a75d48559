/* SPDX-License-Identifier: Apache-2.0 */
/* Payload types: the m= line's formats joined with their rtpmap, fmtp and rtcp-fb lines, in one pass over each. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sdp/sdp.h"

#define NOWHERE 0xff

/* The words of a "a=rtcp-fb" line after the number. */
static const struct {
    const char *text;
    enum gw_sdp_feedback bit;
} feedbacks[] = {
    {"nack", GW_SDP_NACK},
    {"nack pli", GW_SDP_PLI},
    {"ccm fir", GW_SDP_FIR},
    {"goog-remb", GW_SDP_REMB},
    {"transport-cc", GW_SDP_TRANSPORT_CC},
};

/* Numbers that need no rtpmap (RFC 3551). */
static const struct {
    uint8_t pt;
    const char *name;
} statics[] = {{0, "PCMU"}, {8, "PCMA"}, {9, "G722"}};

static void list_formats(const char *formats, struct gw_sdp_payloads *out, uint8_t where[128])
{
    const char *word;
    size_t len;
    uint64_t pt;

    memset(where, NOWHERE, 128);
    while (gw_sdp_word(&formats, &word, &len)) {
        if (!gw_sdp_number(word, len, 127, &pt) || where[pt] != NOWHERE)
            continue;
        where[pt] = (uint8_t)out->n;
        out->p[out->n++] = (struct gw_sdp_payload){.pt = (uint8_t)pt, .channels = 1};
    }
}

/* The payload that an attribute "96 …" speaks of; *rest: what follows the number. NULL: none of this m-line's. */
static struct gw_sdp_payload *payload_of(struct gw_sdp_payloads *out, const uint8_t where[128], const char *value,
                                         const char **rest)
{
    const char *word;
    size_t len;
    uint64_t pt;

    if (!gw_sdp_word(&value, &word, &len) || !gw_sdp_number(word, len, 127, &pt) || where[pt] == NOWHERE)
        return NULL;
    *rest = value + strspn(value, " ");
    return &out->p[where[pt]];
}

/* "opus/48000/2" */
static void read_rtpmap(struct gw_sdp_payload *p, const char *text)
{
    size_t name = strcspn(text, "/ "), clock;
    uint64_t number;

    if (p->name[0] || !name || name >= sizeof(p->name) || text[name] != '/')
        return;
    clock = strcspn(text + name + 1, "/ ");
    if (!gw_sdp_number(text + name + 1, clock, UINT32_MAX, &number))
        return;
    snprintf(p->name, sizeof(p->name), "%.*s", (int)name, text);
    p->clock = (uint32_t)number;
    text += name + 1 + clock;
    if (*text == '/' && gw_sdp_number(text + 1, strcspn(text + 1, " "), 255, &number) && number)
        p->channels = (uint8_t)number;
}

static unsigned feedback_bit(const char *text)
{
    size_t len = strlen(text);

    while (len && text[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < sizeof(feedbacks) / sizeof(feedbacks[0]); i++)
        if (strlen(feedbacks[i].text) == len && !strncasecmp(feedbacks[i].text, text, len))
            return feedbacks[i].bit;
    return 0;
}

static void fill_statics(struct gw_sdp_payloads *out, const uint8_t where[128])
{
    for (size_t i = 0; i < sizeof(statics) / sizeof(statics[0]); i++) {
        struct gw_sdp_payload *p = where[statics[i].pt] == NOWHERE ? NULL : &out->p[where[statics[i].pt]];

        if (!p || p->name[0])
            continue;
        snprintf(p->name, sizeof(p->name), "%s", statics[i].name);
        p->clock = 8000;
    }
}

void gw_sdp_read_payloads(const struct gw_sdp_media *m, struct gw_sdp_payloads *out)
{
    uint8_t where[128];
    unsigned all = 0;

    out->n = 0;
    list_formats(m->formats, out, where);
    for (unsigned i = 0; i < m->n_attr; i++) {
        const char *name = m->attr[i].name, *value = m->attr[i].value, *rest = NULL;
        bool map = !strcmp(name, "rtpmap"), fmtp = !strcmp(name, "fmtp"), fb = !strcmp(name, "rtcp-fb");
        struct gw_sdp_payload *p;

        if (!map && !fmtp && !fb)
            continue;
        if (fb && !strncmp(value, "* ", 2)) {
            all |= feedback_bit(value + 2);
            continue;
        }
        p = payload_of(out, where, value, &rest);
        if (p && map)
            read_rtpmap(p, rest);
        else if (p && fmtp && !p->fmtp)
            p->fmtp = rest;
        else if (p && fb)
            p->feedback |= feedback_bit(rest);
    }
    for (unsigned i = 0; i < out->n; i++)
        out->p[i].feedback |= all;
    fill_statics(out, where);
}

bool gw_sdp_fmtp_get(const char *fmtp, const char *name, const char **value, size_t *len)
{
    size_t name_len = strlen(name);

    while (fmtp && *fmtp) {
        size_t item;

        fmtp += strspn(fmtp, "; ");
        item = strcspn(fmtp, ";");
        if (item > name_len && !strncasecmp(fmtp, name, name_len) && fmtp[name_len] == '=') {
            *value = fmtp + name_len + 1;
            *len = item - name_len - 1;
            while (*len && (*value)[*len - 1] == ' ')
                --*len;
            return true;
        }
        fmtp += item;
    }
    return false;
}

bool gw_sdp_fmtp_is(const char *fmtp, const char *name, const char *value)
{
    const char *found;
    size_t len;

    return gw_sdp_fmtp_get(fmtp, name, &found, &len) && len == strlen(value) && !strncasecmp(found, value, len);
}
