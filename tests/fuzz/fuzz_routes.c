/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP exchange with a live core that has the videoroom in it (WHIP, WHEP and its routes): the method in the first
 * byte, then a line with path and query, lines of headers ("Name: value"), an empty line and the body. There is a room
 * 1. Whatever comes gets at most one answer, and a connection that waits has it in the end.
 */
#include <stdlib.h>
#include <string.h>

#include "log/log.h"
#include "support/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct cardea_plugin cardea_plugin;

#define MOST 16

static const char *const methods[] = {"GET", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "PUT", "nonsense"};

struct request {
    const char *path, *query, *headers[2 * MOST + 1], *body;
    size_t len;
};

/* Cuts text, of which everything in r is a part. */
static void read_request(struct request *r, char *text, size_t len)
{
    char *end = text + len, *line = text, *next;
    unsigned n = 0;

    memset(r, 0, sizeof(*r));
    r->path = text;
    r->query = r->body = end;
    for (; line < end; line = next) {
        char *stop = memchr(line, '\n', (size_t)(end - line)), *mark;

        next = stop ? stop + 1 : end;
        if (stop)
            *stop = '\0';
        if (line != text && !*line) {
            r->body = next;
            r->len = (size_t)(end - next);
            break;
        }
        mark = strchr(line, line == text ? '?' : ':');
        if (line == text && mark) {
            *mark = '\0';
            r->query = mark + 1;
        } else if (line != text && mark && n < MOST) {
            *mark = '\0';
            r->headers[2 * n] = line;
            r->headers[2 * n++ + 1] = mark + 1 + (mark[1] == ' ');
        }
    }
}

static void make_room(void)
{
    uint64_t session = world_session(WORLD_WS), handle = world_attach_to(WORLD_WS, session, "janus.plugin.videoroom");

    json_decref(world_ask(WORLD_WS,
                          "{\"janus\":\"message\",\"transaction\":\"r\",\"session_id\":%llu,\"handle_id\":%llu,"
                          "\"body\":{\"request\":\"create\",\"room\":1}}",
                          (unsigned long long)session, (unsigned long long)handle));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request r;
    char *text;

    if (!size)
        return 0;
    gw_log_set_level(0);
    world_begin(NULL);
    world_plugin(&cardea_plugin, "videoroom", "");
    make_room();
    text = malloc(size);
    if (!text)
        abort();
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    read_request(&r, text, size - 1);
    for (int i = 0; i < 2; i++) { /* again: what was made is there now */
        const struct gw_exchange_in in = {.method = methods[data[0] & 7],
                                          .path = r.path,
                                          .query = r.query,
                                          .remote = "192.0.2.9",
                                          .route = gw_api_has_route(world.api, r.path),
                                          .headers = r.headers,
                                          .body = r.body,
                                          .len = r.len};
        uint64_t tag = ++world.next_tag;

        gw_api_exchange(world.api, &world_transport, tag, data[0] & 8 ? CARDEA_DOOR_ADMIN : CARDEA_DOOR_CLIENT, &in);
        world_turn();
        world_response_free(world_response(tag));
        if (world_response(tag)) /* a second answer */
            abort();
    }
    world_wait(100000000);
    free(text);
    world_end();
    return 0;
}
