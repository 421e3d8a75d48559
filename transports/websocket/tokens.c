/* SPDX-License-Identifier: Apache-2.0 */
#include "tokens.h"

#include <string.h>
#include <strings.h>

#include <libwebsockets.h>

#define BETWEEN ", \t"

static const struct {
    const char *name;
    int bits;
} categories[] = {
    {"none", 0},
    {"err", LLL_ERR},
    {"warn", LLL_WARN},
    {"notice", LLL_NOTICE},
    {"info", LLL_INFO},
    {"debug", LLL_DEBUG},
    {"parser", LLL_PARSER},
    {"header", LLL_HEADER},
    {"ext", LLL_EXT},
    {"client", LLL_CLIENT},
    {"latency", LLL_LATENCY},
    {"user", LLL_USER},
    {"count", 0},
    {"all", LLL_ERR | LLL_WARN | LLL_NOTICE | LLL_INFO | LLL_DEBUG | LLL_PARSER | LLL_HEADER | LLL_EXT | LLL_CLIENT |
                LLL_LATENCY | LLL_USER},
};

/* The next token at *list; its length, 0 at the end. */
static size_t next(const char **list)
{
    *list += strspn(*list, BETWEEN);
    return strcspn(*list, BETWEEN);
}

bool tokens_have(const char *list, const char *name)
{
    size_t n, len = strlen(name);

    for (; (n = next(&list)); list += n)
        if (n == len && !memcmp(list, name, n))
            return true;
    return false;
}

bool tokens_log_level(const char *list, int *level)
{
    bool all_known = true;
    size_t n;

    *level = 0;
    for (; (n = next(&list)); list += n) {
        bool known = false;

        for (size_t i = 0; i < LWS_ARRAY_SIZE(categories); i++)
            if (strlen(categories[i].name) == n && !strncasecmp(categories[i].name, list, n)) {
                *level |= categories[i].bits;
                known = true;
            }
        all_known = all_known && known;
    }
    return all_known;
}
