/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that says what kinds of sockets it opens, for test_sandbox.c; nothing of it runs. */
#include <sys/socket.h>

#include <cardea/plugin.h>

static const int sockets[] = {AF_ALG, 0};
static const struct cardea_verb verbs[] = {{0}};

static int start(const struct cardea_host *host, const struct cardea_config *config)
{
    return 0;
}

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.sockets", .key = "sockets", .verbs = verbs, .start = start,
    .sockets = sockets,
};
