/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins that are refused, each for its own reason: built once for each of the numbers below. */
#include <unistd.h>

#include <cardea/plugin.h>

#define WRONG_MAJOR 1
#define SHORT_TABLE 2
#define NO_SYMBOL   3
#define NO_VERBS    4
#define REFUSES     5
#define SAME_NAME   6
#define UNRESOLVED  7

int nobody_has_this(void);

static int start(const struct cardea_host *host, const struct cardea_config *config)
{
#if VARIANT == UNRESOLVED
    return nobody_has_this();
#elif VARIANT == REFUSES
    return -7;
#else
    return 0;
#endif
}

static void stop(void)
{
#if VARIANT != SAME_NAME /* that one is started when its namesake is disabled */
    _exit(99);           /* nobody stops what was not started */
#endif
}

static int attach(struct cardea_handle *h, void **user)
{
    return 0;
}

static void detach(struct cardea_handle *h, void *user)
{
}

static void run(struct cardea_request *rq)
{
}

static const struct cardea_verb verbs[] = {{NULL, CARDEA_ASYNC, NULL, run}, {0}};

#if VARIANT == NO_SYMBOL
CARDEA_EXPORT const struct cardea_plugin cardea_plug = {
#else
CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
#endif
    .abi_major = CARDEA_ABI_MAJOR + (VARIANT == WRONG_MAJOR),
    .abi_minor = CARDEA_ABI_MINOR,
    .size = VARIANT == SHORT_TABLE ? offsetof(struct cardea_plugin, attach) : sizeof(struct cardea_plugin),
    .name = VARIANT == SAME_NAME ? "cardea.plugin.clumsy" : "cardea.plugin.refused",
    .key = "refused",
    .verbs = VARIANT == NO_VERBS ? NULL : verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
};
