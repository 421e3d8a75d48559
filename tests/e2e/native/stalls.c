/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that does not return for a while: when it is asked to, and in a timer of its own. */
#include <unistd.h>

#include <cardea/plugin.h>

#define TOO_LONG_S 4

static const struct cardea_host *host;

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    (void)config;
    host = h;
    return 0;
}

static void stall(struct cardea_request *rq)
{
    sleep(TOO_LONG_S);
    host->reply(rq, json_pack("{ss}", "stalls", "over"));
}

static void fire(void *arg)
{
    (void)arg;
    sleep(TOO_LONG_S);
}

static void later(struct cardea_request *rq)
{
    host->timer(100, false, fire, NULL);
    host->reply(rq, json_pack("{ss}", "stalls", "soon"));
}

static const struct cardea_verb verbs[] = {
    {"stall", CARDEA_SYNC, NULL, stall}, {"later", CARDEA_SYNC, NULL, later}, {0}};

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = "cardea.plugin.stalls",
    .title = "Stalls",
    .version_string = "1",
    .version = 1,
    .key = "stalls",
    .errors = {.no_message = 411, .not_object = 412, .unknown = 413, .missing = 414, .invalid = 415},
    .verbs = verbs,
    .start = start,
};
