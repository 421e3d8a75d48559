/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <stdlib.h>
#include <string.h>

void answer_add(struct answer *a, const char *name, const char *value)
{
    if (a->n + 3 > G_N_ELEMENTS(a->header))
        return;
    a->header[a->n++] = name;
    a->header[a->n++] = value;
}

void answer_send(struct cardea_http *x, int status, struct answer *a, const char *body)
{
    answer_add(a, "Cache-Control", "no-store");
    a->header[a->n] = NULL;
    vr.host->http_reply(x, status, a->header, body, body ? strlen(body) : 0);
}

static const char *title_of(int status)
{
    switch (status) {
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Content";
    case 428:
        return "Precondition Required";
    case 503:
        return "Service Unavailable";
    default:
        return "Error";
    }
}

void answer_problem(struct cardea_http *x, int status, const char *why)
{
    struct answer a = {0};
    json_t *problem = json_pack("{ss si ss}", "title", title_of(status), "status", status, "detail", why);
    char *text = json_dumps(problem, JSON_COMPACT);

    answer_add(&a, "Content-Type", "application/problem+json");
    if (status == 401)
        answer_add(&a, "WWW-Authenticate", "Bearer");
    if (status == 409 || status == 503)
        answer_add(&a, "Retry-After", "5");
    answer_send(x, status, &a, text);
    free(text);
    json_decref(problem);
}

/* --- request headers ---------------------------------------------------------------------------------------------- */

bool header_is_type(struct cardea_http *x, const struct cardea_http_request *rq, const char *type)
{
    const char *value = rq->header(x, "Content-Type");
    size_t n = strlen(type);

    return value && !g_ascii_strncasecmp(value, type, n) && (!value[n] || strchr("; \t", value[n]));
}

char *header_bearer(struct cardea_http *x, const struct cardea_http_request *rq)
{
    const char *value = rq->header(x, "Authorization");

    if (!value || g_ascii_strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    return g_strstrip(g_strdup(value + 7));
}

int header_if_match(struct cardea_http *x, const struct cardea_http_request *rq, const char *etag)
{
    const char *value = rq->header(x, "If-Match");
    char **tags;
    bool found = false;

    if (!value)
        return 428;
    tags = g_strsplit(value, ",", 16);
    for (char **t = tags; *t; t++) {
        g_strstrip(*t);
        found |= !strcmp(*t, "*") || !strcmp(*t, etag);
    }
    g_strfreev(tags);
    return found ? 0 : 412;
}

/* --- ICE servers -------------------------------------------------------------------------------------------------- */

char *link_of_server(const char *server)
{
    char **part = g_strsplit_set(server, " \t", 3);
    char *name = part[0] && part[1] ? g_strescape(part[1], NULL) : NULL;
    char *password = name && part[2] ? g_strescape(g_strstrip(part[2]), NULL) : NULL;
    char *link;

    if (password)
        link = g_strdup_printf("<%s>; rel=\"ice-server\"; username=\"%s\"; credential=\"%s\"; "
                               "credential-type=\"password\"",
                               part[0], name, password);
    else
        link = g_strdup_printf("<%s>; rel=\"ice-server\"", part[0] ? part[0] : "");
    g_free(name);
    g_free(password);
    g_strfreev(part);
    return link;
}
