/* SPDX-License-Identifier: Apache-2.0 */
/* The test's transport: what it is given to send is kept for world_heard() and world_response(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/world_inside.h"

static void send_text(cardea_connection c, const char *text, size_t len)
{
    struct world_sent *s = g_new0(struct world_sent, 1);
    json_error_t error;

    s->to = c;
    s->json = json_loadb(text, len, 0, &error);
    if (!s->json) { /* whatever we send is JSON */
        fprintf(stderr, "sent: %.*s\n%s\n", (int)len, text, error.text);
        abort();
    }
    g_queue_push_tail(&world.sent, s);
}

static void respond(uint64_t tag, const struct cardea_response *response)
{
    struct world_response *r = g_new0(struct world_response, 1);
    GString *headers = g_string_new(NULL);

    r->tag = tag;
    r->status = response->status;
    r->body = g_strndup(response->body ? response->body : "", response->len);
    for (const char *const *h = response->headers; h && h[0]; h += 2)
        g_string_append_printf(headers, "%s: %s\n", h[0], h[1]);
    r->headers = g_string_free(headers, FALSE);
    if (response->is_file)
        close(response->fd);
    g_queue_push_tail(&world.responses, r);
}

static bool offers(enum cardea_door door)
{
    return true;
}

static json_t *query(json_t *request)
{
    return json_pack("{si}", "members", (int)json_object_size(request));
}

static const char *const transport_aliases[] = {"janus.transport.fake", NULL};

const struct cardea_transport world_transport = {
    CARDEA_TRANSPORT_HEAD,
    .name = "cardea.transport.fake",
    .aliases = transport_aliases,
    .offers = offers,
    .send = send_text,
    .respond = respond,
    .query = query,
};
