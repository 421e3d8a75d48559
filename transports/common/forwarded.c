/* SPDX-License-Identifier: Apache-2.0 */
#include "forwarded.h"

#include <arpa/inet.h>
#include <string.h>

#include "acl.h"

static bool is_trusted(const char *trusted, const char *address)
{
    return trusted && *trusted && acl_allows(trusted, address);
}

static bool is_address(const char *text)
{
    struct in6_addr a;

    return inet_pton(AF_INET, text, &a) == 1 || inet_pton(AF_INET6, text, &a) == 1;
}

/* "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711", with blanks around. */
static bool read_one(char out[FORWARDED_TEXT], const char *text, size_t len)
{
    const char *end;

    while (len && (*text == ' ' || *text == '\t'))
        text++, len--;
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (len && *text == '[') {
        end = memchr(text, ']', len);
        if (!end)
            return false;
        len = (size_t)(end - ++text);
    }
    if (!len || len >= FORWARDED_TEXT)
        return false;
    memcpy(out, text, len);
    out[len] = 0;
    if (strchr(out, '.') && strchr(out, ':') == strrchr(out, ':')) /* a port behind an IPv4 address */
        out[strcspn(out, ":")] = 0;
    return is_address(out);
}

void forwarded_resolve(char address[FORWARDED_TEXT], const char *trusted, const char *header)
{
    size_t end = header ? strlen(header) : 0;

    while (end && is_trusted(trusted, address)) {
        char one[FORWARDED_TEXT];
        size_t begin = end;

        while (begin && header[begin - 1] != ',')
            begin--;
        if (!read_one(one, header + begin, end - begin))
            return;
        memcpy(address, one, FORWARDED_TEXT);
        end = begin ? begin - 1 : 0;
    }
}
