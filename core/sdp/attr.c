/* SPDX-License-Identifier: Apache-2.0 */
#include "sdp/sdp.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

static const char *next(const struct gw_sdp_attr *attr, unsigned n, unsigned *i, const char *name)
{
    while (*i < n) {
        const struct gw_sdp_attr *a = &attr[(*i)++];

        if (!strcmp(a->name, name))
            return a->value;
    }
    return NULL;
}

const char *gw_sdp_media_next(const struct gw_sdp_media *m, unsigned *i, const char *name)
{
    return next(m->attr, m->n_attr, i, name);
}

const char *gw_sdp_media_get(const struct gw_sdp_media *m, const char *name)
{
    unsigned i = 0;

    return next(m->attr, m->n_attr, &i, name);
}

const char *gw_sdp_session_get(const struct gw_sdp *s, const char *name)
{
    unsigned i = 0;

    return next(s->attr, s->n_attr, &i, name);
}

const char *gw_sdp_get(const struct gw_sdp *s, const struct gw_sdp_media *m, const char *name)
{
    const char *value = gw_sdp_media_get(m, name);

    return value ? value : gw_sdp_session_get(s, name);
}

const char *gw_sdp_get_any(const struct gw_sdp *s, const char *name)
{
    const char *value = gw_sdp_session_get(s, name);

    for (unsigned i = 0; i < s->n_media && !value; i++)
        value = gw_sdp_media_get(&s->media[i], name);
    return value;
}

bool gw_sdp_word(const char **rest, const char **word, size_t *len)
{
    *word = *rest + strspn(*rest, " \t");
    *len = strcspn(*word, " \t");
    *rest = *word + *len;
    return *len > 0;
}

bool gw_sdp_number(const char *text, size_t len, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    if (!len)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(text[i] - '0');

        if (digit > 9 || digit > max || v > (max - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = v;
    return true;
}

/* --- direction ---------------------------------------------------------------------------------------------------- */

static const char *const directions[] = {"inactive", "sendonly", "recvonly", "sendrecv"};

const char *gw_sdp_direction_name(enum gw_sdp_direction d)
{
    return directions[d & 3];
}

static bool direction_in(const struct gw_sdp_attr *attr, unsigned n, enum gw_sdp_direction *out)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned d = 0; d < 4; d++)
            if (!strcmp(attr[i].name, directions[d])) {
                *out = (enum gw_sdp_direction)d;
                return true;
            }
    return false;
}

enum gw_sdp_direction gw_sdp_direction(const struct gw_sdp *s, const struct gw_sdp_media *m)
{
    enum gw_sdp_direction d = GW_SDP_SENDRECV;

    if (!direction_in(m->attr, m->n_attr, &d))
        direction_in(s->attr, s->n_attr, &d);
    return d;
}

/* --- data channels ------------------------------------------------------------------------------------------------ */

bool gw_sdp_is_sctp(const struct gw_sdp_media *m)
{
    return !strcmp(m->kind, "application") &&
           (!strcmp(m->proto, "UDP/DTLS/SCTP") || !strcmp(m->proto, "DTLS/SCTP") || !strcmp(m->proto, "TCP/DTLS/SCTP"));
}

static uint16_t port_of(const char *text)
{
    uint64_t port = 0;

    if (text)
        gw_sdp_number(text, strcspn(text, " "), UINT16_MAX, &port);
    return (uint16_t)port;
}

uint16_t gw_sdp_sctp_port(const struct gw_sdp_media *m)
{
    const char *const texts[] = {gw_sdp_media_get(m, "sctp-port"), gw_sdp_media_get(m, "sctpmap"), m->formats};

    for (int i = 0; i < 3; i++)
        if (port_of(texts[i]))
            return port_of(texts[i]);
    return 0;
}

/* --- fingerprint -------------------------------------------------------------------------------------------------- */

/* "AB:CD:…" */
static bool is_hex(const char *text, size_t len)
{
    if (len % 3 != 2)
        return false;
    for (size_t i = 0; i < len; i++)
        if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
            return false;
    return true;
}

static bool take_fingerprint(const char *value, const char *wanted, char hash[16], char hex[200])
{
    const char *name, *text;
    size_t name_len, len;

    if (!gw_sdp_word(&value, &name, &name_len) || !gw_sdp_word(&value, &text, &len))
        return false;
    if (name_len != strlen(wanted) || strncasecmp(name, wanted, name_len) || len >= 200 || !is_hex(text, len))
        return false;
    gw_strlcpy(hash, wanted, 16);
    snprintf(hex, 200, "%.*s", (int)len, text);
    return true;
}

static bool find_fingerprint(const struct gw_sdp_attr *attr, unsigned n, char hash[16], char hex[200])
{
    static const char *const hashes[] = {"sha-256", "sha-1"};
    const char *value;

    for (int h = 0; h < 2; h++)
        for (unsigned i = 0; (value = next(attr, n, &i, "fingerprint"));)
            if (take_fingerprint(value, hashes[h], hash, hex))
                return true;
    return false;
}

bool gw_sdp_fingerprint(const struct gw_sdp *s, char hash[16], char hex[200])
{
    bool found = find_fingerprint(s->attr, s->n_attr, hash, hex);

    for (unsigned i = 0; i < s->n_media && !found; i++)
        found = find_fingerprint(s->media[i].attr, s->media[i].n_attr, hash, hex);
    return found;
}

/* --- header extensions -------------------------------------------------------------------------------------------- */

/* "8/sendonly https://…" */
static bool read_extmap(const char *value, struct gw_sdp_extmap *out)
{
    const char *head, *slash;
    size_t len, digits;
    uint64_t id;

    if (!gw_sdp_word(&value, &head, &len))
        return false;
    slash = memchr(head, '/', len);
    digits = slash ? (size_t)(slash - head) : len;
    if (!gw_sdp_number(head, digits, UINT16_MAX, &id) || !gw_sdp_word(&value, &out->uri, &out->uri_len))
        return false;
    out->id = (unsigned)id;
    out->direction = GW_SDP_SENDRECV;
    for (unsigned d = 0; slash && d < 4; d++)
        if (len - digits - 1 == strlen(directions[d]) && !memcmp(slash + 1, directions[d], len - digits - 1))
            out->direction = (enum gw_sdp_direction)d;
    return true;
}

bool gw_sdp_extmap_next(const struct gw_sdp_media *m, unsigned *i, struct gw_sdp_extmap *out)
{
    const char *value;

    while ((value = gw_sdp_media_next(m, i, "extmap")))
        if (read_extmap(value, out))
            return true;
    return false;
}
