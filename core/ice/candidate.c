/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/candidate.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"

static const char *const type_names[] = {"host", "srflx", "prflx", "relay"};
static const char *const tcp_names[] = {"", "active", "passive", "so"};

struct word {
    const char *at;
    size_t len;
};

struct words {
    const char *at, *end;
};

/* The next word of the line; an empty one at its end. */
static struct word next(struct words *w)
{
    struct word word;

    while (w->at < w->end && *w->at == ' ')
        w->at++;
    word.at = w->at;
    while (w->at < w->end && *w->at != ' ')
        w->at++;
    word.len = (size_t)(w->at - word.at);
    return word;
}

static bool is(struct word word, const char *text)
{
    return word.len == strlen(text) && !strncasecmp(word.at, text, word.len);
}

static bool number(struct word word, uint64_t max, uint64_t *out)
{
    uint64_t n = 0;

    if (!word.len || word.len > 10)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(word.at[i] - '0');
    }
    *out = n;
    return n <= max;
}

static int index_of(struct word word, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (names[i][0] && is(word, names[i]))
            return i;
    return -1;
}

static bool is_ice_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static bool foundation(struct gw_candidate *c, struct word word)
{
    if (!word.len || word.len >= sizeof(c->foundation))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (!is_ice_char(word.at[i]) && word.at[i] != '-' && word.at[i] != '_')
            return false; /* the last two are not in the grammar, but in the field */
    memcpy(c->foundation, word.at, word.len);
    return true;
}

static bool host_name(struct gw_candidate *c, struct word word)
{
    bool letter = false;

    if (!word.len || word.len >= sizeof(c->name) || word.at[0] == '-' || word.at[0] == '.')
        return false;
    for (size_t i = 0; i < word.len; i++) {
        char ch = word.at[i];
        bool alpha = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');

        if (!alpha && !(ch >= '0' && ch <= '9') && ch != '-' && ch != '.')
            return false;
        letter |= alpha;
    }
    memcpy(c->name, word.at, word.len);
    return letter;
}

static bool connection(struct gw_candidate *c, struct words *w)
{
    struct word address = next(w), port = next(w);
    uint64_t n;

    if (!gw_address_parse(&c->address, address.at, address.len) && !host_name(c, address))
        return false;
    if (!number(port, 65535, &n))
        return false;
    c->address.port = (uint16_t)n;
    return true;
}

/* raddr, rport, tcptype and whatever else comes in pairs. */
static bool extensions(struct gw_candidate *c, struct words *w)
{
    struct word key, value;
    uint64_t n;
    int i;

    for (key = next(w); key.len; key = next(w)) {
        value = next(w);
        if (is(key, "raddr")) {
            struct gw_address a;

            if (gw_address_parse(&a, value.at, value.len)) { /* else a name: of no use to anybody */
                a.port = c->related.port;
                c->related = a;
            }
        } else if (is(key, "rport")) {
            if (!number(value, 65535, &n))
                return false;
            c->related.port = (uint16_t)n;
        } else if (is(key, "tcptype")) {
            i = index_of(value, tcp_names, 4);
            if (i < 0)
                return false;
            c->tcp_type = c->tcp ? (enum gw_tcp_type)i : GW_TCP_NONE;
        }
    }
    return true;
}

static bool fields(struct gw_candidate *c, struct words *w)
{
    struct word word;
    uint64_t n;
    int type;

    if (!foundation(c, next(w)) || !number(next(w), 256, &n) || !n)
        return false;
    c->component = (uint16_t)n;
    word = next(w);
    c->tcp = is(word, "tcp");
    if (!c->tcp && !is(word, "udp"))
        return false;
    if (!number(next(w), UINT32_MAX, &n))
        return false;
    c->priority = (uint32_t)n;
    if (!connection(c, w) || !is(next(w), "typ"))
        return false;
    type = index_of(next(w), type_names, 4);
    if (type < 0)
        return false;
    c->type = (enum gw_candidate_type)type;
    return extensions(c, w);
}

static bool skip(struct words *w, const char *prefix)
{
    size_t n = strlen(prefix);

    if ((size_t)(w->end - w->at) < n || strncasecmp(w->at, prefix, n))
        return false;
    w->at += n;
    return true;
}

int gw_candidate_parse(struct gw_candidate *out, const char *text, size_t len)
{
    struct gw_candidate c;
    struct words w = {text, text};

    if (len > GW_CANDIDATE_TEXT * 4)
        return GW_EPARSE;
    memset(&c, 0, sizeof(c));
    while (w.end < text + len && *w.end != '\r' && *w.end != '\n') {
        if (*w.end < ' ' || *w.end > '~')
            return GW_EPARSE;
        w.end++;
    }
    skip(&w, "a=");
    skip(&w, "candidate:");
    if (!fields(&c, &w))
        return GW_EPARSE;
    *out = c;
    return (int)(w.end - text);
}

int gw_candidate_write(const struct gw_candidate *c, char *text, size_t size)
{
    char ip[GW_ADDRESS_TEXT];
    int n = snprintf(text, size, "%s %u %s %u %s %u typ %s", c->foundation, c->component, c->tcp ? "tcp" : "udp",
                     c->priority, c->name[0] ? c->name : gw_address_ip(&c->address, ip), c->address.port,
                     gw_candidate_type_name(c->type));

    if (n >= 0 && (size_t)n < size && !gw_address_is_none(&c->related))
        n +=
            snprintf(text + n, size - (size_t)n, " raddr %s rport %u", gw_address_ip(&c->related, ip), c->related.port);
    if (n >= 0 && (size_t)n < size && c->tcp_type != GW_TCP_NONE)
        n += snprintf(text + n, size - (size_t)n, " tcptype %s", tcp_names[c->tcp_type]);
    return n < 0 || (size_t)n >= size ? GW_ELIMIT : n;
}

uint32_t gw_candidate_priority(unsigned type_preference, unsigned local_preference)
{
    return (type_preference & 0x7f) << 24 | (local_preference & 0xffff) << 8 | 255;
}

const char *gw_candidate_type_name(enum gw_candidate_type type)
{
    return type_names[type];
}

bool gw_candidate_is_mdns(const struct gw_candidate *c)
{
    size_t len = strlen(c->name);

    return len > 6 && !strcasecmp(c->name + len - 6, ".local");
}
