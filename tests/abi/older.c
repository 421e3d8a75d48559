/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin of an earlier minor: its table ends where that one's did. What lies behind is not the table's, and deadly. */
#include <unistd.h>

#include <cardea/plugin.h>

static const struct cardea_host *host;

static bool beyond(const json_t *purpose)
{
    _exit(98);
}

static void run(struct cardea_request *rq)
{
    host->reply(rq, json_pack("{ss}", "older", "and wiser"));
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    host = h;
    return 0;
}

static void stop(void)
{
}

static int attach(struct cardea_handle *h, void **user)
{
    return 0;
}

static void detach(struct cardea_handle *h, void *user)
{
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    return json_pack("{ss}", "born", "early");
}

static const struct cardea_verb verbs[] = {{NULL, CARDEA_SYNC, NULL, run}, {0}};

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    .abi_major = CARDEA_ABI_MAJOR,
    .abi_minor = 0,
    .size = offsetof(struct cardea_plugin, describe) + sizeof(cardea_plugin.describe),
    .name = "cardea.plugin.older",
    .key = "older",
    .verbs = verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
    .describe = describe,
    .welcomes = beyond,
};
