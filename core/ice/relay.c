/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/relay.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/str.h"

#define PORT     3478
#define TLS_PORT 5349

static bool copy(char *to, size_t size, const char *from, size_t len)
{
    if (!len || len >= size)
        return false;
    memcpy(to, from, len);
    to[len] = 0;
    return true;
}

/* The host, with brackets around IPv6; returns what follows it, NULL: there is none. */
static const char *read_host(struct gw_relay_uri *out, const char *text)
{
    bool bracket = *text == '[';
    size_t len = bracket ? strcspn(++text, "]?") : strcspn(text, ":?");

    if (!copy(out->host, sizeof(out->host), text, len))
        return NULL;
    text += len;
    if (!bracket)
        return text;
    return *text == ']' ? text + 1 : NULL;
}

static const char *read_port(struct gw_relay_uri *out, const char *text)
{
    size_t len = strcspn(text, "?");
    char number[8];
    long long port;

    if (*text != ':')
        return text;
    if (!copy(number, sizeof(number), text + 1, len - 1) || !gw_parse_int(number, &port) || port < 1 || port > 65535)
        return NULL;
    out->port = (uint16_t)port;
    return text + len;
}

int gw_relay_uri_parse(struct gw_relay_uri *out, const char *text)
{
    bool tls = !strncasecmp(text, "turns:", 6);
    const char *at;

    if (!tls && strncasecmp(text, "turn:", 5) != 0)
        return GW_EPARSE;
    memset(out, 0, sizeof(*out));
    out->port = tls ? TLS_PORT : PORT;
    gw_strlcpy(out->type, tls ? "tls" : "udp", sizeof(out->type));
    at = read_host(out, text + 5 + tls);
    at = at ? read_port(out, at) : NULL;
    if (at && !*at)
        return 0;
    if (at && !strcasecmp(at, "?transport=tcp")) {
        if (!tls)
            gw_strlcpy(out->type, "tcp", sizeof(out->type));
        return 0;
    }
    return at && !tls && !strcasecmp(at, "?transport=udp") ? 0 : GW_EPARSE;
}
