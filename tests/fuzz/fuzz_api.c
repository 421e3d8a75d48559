/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One message to a live core. First byte: 'a' the operators' door, 'h' POST over HTTP, 'p' a path and query of a GET,
 * everything else a connection. There is a session with id 7; each # stands for the id of its handle.
 * What is said back must be JSON, and the world checks at its end that each attach had its detach.
 */
#include <string.h>

#include "log/log.h"
#include "support/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *with_handle(const uint8_t *data, size_t size, uint64_t handle)
{
    GString *g = g_string_sized_new(size + 32);

    for (size_t i = 0; i < size; i++)
        if (data[i] == '#')
            g_string_append_printf(g, "%llu", (unsigned long long)handle);
        else if (data[i])
            g_string_append_c(g, (char)data[i]);
    return g_string_free(g, FALSE);
}

static void get(char *text)
{
    char *query = strchr(text, '?');

    if (query)
        *query++ = '\0';
    world_http(CARDEA_DOOR_CLIENT, "GET", text, query, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t handle;
    char *text;

    if (!size)
        return 0;
    gw_log_set_level(0);
    world_begin(NULL);
    json_decref(world_ask(WORLD_WS, "{\"janus\":\"create\",\"transaction\":\"c\",\"id\":7}"));
    handle = world_attach(WORLD_WS, 7);
    text = with_handle(data + 1, size - 1, handle);
    if (data[0] == 'h')
        world_http(CARDEA_DOOR_CLIENT, "POST", "/7", NULL, text);
    else if (data[0] == 'p')
        get(text);
    else
        world_say(data[0] == 'a' ? WORLD_ADMIN : WORLD_WS, text);
    g_free(text);
    world_wait(100000000); /* polls, parked requests and the session come to their end */
    world_end();
    return 0;
}
