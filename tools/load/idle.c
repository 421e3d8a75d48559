/* SPDX-License-Identifier: Apache-2.0 */
/* Idle sessions with a handle each, many over one connection. */
#include <stdio.h>
#include <string.h>

#include "load.h"

#define PATIENCE_US 120000000

static struct {
    struct ws ws;
    int asked, ready;
} idle;

static void idle_ask(void)
{
    char text[80];

    g_snprintf(text, sizeof(text), "{\"janus\":\"create\",\"transaction\":\"create-%d\"}", idle.asked++);
    ws_send(&idle.ws, text, strlen(text));
}

static void idle_text(void *arg, const char *text, size_t len)
{
    json_t *m = json_loadb(text, len, 0, NULL);
    const char *transaction = json_string_value(json_object_get(m, "transaction"));
    json_int_t id = json_integer_value(json_object_get(json_object_get(m, "data"), "id"));
    char attach[160];

    if (transaction && id && !strncmp(transaction, "create", 6)) {
        g_snprintf(
            attach, sizeof(attach),
            "{\"janus\":\"attach\",\"plugin\":\"janus.plugin.videoroom\",\"session_id\":%lld,\"transaction\":\"a\"}",
            (long long)id);
        ws_send(&idle.ws, attach, strlen(attach));
    } else if (id) {
        idle.ready++;
        if (idle.asked < option.idle)
            idle_ask();
    } else if (transaction) {
        idle.asked = option.idle = idle.ready; /* refused: as many as there are */
    }
    json_decref(m);
}

static void idle_open(void *arg)
{
    for (int i = 0; i < 16 && idle.asked < option.idle; i++)
        idle_ask();
}

bool idle_start(void)
{
    idle.ws = (struct ws){.opened = idle_open, .text = idle_text, .fd = -1};
    if (ws_connect(&idle.ws, option.server))
        return true;
    fprintf(stderr, "%s: %s\n", option.server, idle.ws.why);
    return false;
}

bool idle_wait(int64_t since, int64_t now)
{
    return idle.ready < option.idle && !idle.ws.closed && now - since < PATIENCE_US;
}

int idle_count(void)
{
    return idle.ready;
}

bool idle_lost(void)
{
    if (idle.ws.closed)
        fprintf(stderr, "%s: %s\n", option.server, idle.ws.why);
    return idle.ws.closed;
}

void idle_stop(void)
{
    ws_close(&idle.ws);
}
