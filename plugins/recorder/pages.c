/* SPDX-License-Identifier: Apache-2.0 */
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access.h"
#include "catalog.h"
#include "manifest.h"
#include "range.h"
#include "recorder.h"

#define PREFIX "/recordings"

static const struct {
    const char *ending, *type;
} types[] = {
    {".webm", "video/webm"},       {".mkv", "video/x-matroska"},       {".mp4", "video/mp4"},
    {".json", "application/json"}, {".jsonl", "application/x-ndjson"}, {".mjr", "application/octet-stream"},
    {".nfo", "text/plain"},
};

static const char *type_of(const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (g_str_has_suffix(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

static void refuse(struct cardea_http *x, int status, const char *why)
{
    static const char *const plain[] = {"Content-Type", "text/plain; charset=utf-8", NULL};
    static const char *const challenge[] = {"Content-Type", "text/plain; charset=utf-8", "WWW-Authenticate",
                                            "Bearer realm=\"recordings\"", NULL};

    recorder.host->http_reply(x, status, status == 401 ? challenge : plain, why, strlen(why));
}

/* Another key may help, where there is none; a good token will not get better. */
static void shut(struct cardea_http *x, const struct rec_visitor *v, const char *why)
{
    refuse(x, v->claims ? 403 : 401, why);
}

static void answer_json(struct cardea_http *x, json_t *json)
{
    static const char *const headers[] = {"Content-Type", "application/json", "Cache-Control", "no-store", NULL};
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER);

    recorder.host->http_reply(x, 200, headers, text ? text : "", text ? strlen(text) : 0);
    free(text);
    json_decref(json);
}

/* --- who asks ----------------------------------------------------------------------------------------------------- */

/* A value of the query, decoded; g_free() it. NULL: none. */
static char *query_value(const char *query, const char *name)
{
    char **pairs = g_strsplit(query, "&", 16);
    char *value = NULL;
    size_t len = strlen(name);

    for (char **p = pairs; *p && !value; p++)
        if (!strncmp(*p, name, len) && (*p)[len] == '=')
            value = g_uri_unescape_string(*p + len + 1, NULL);
    g_strfreev(pairs);
    return value;
}

/* What the request brings along, in a header or (for <video> and links) in its query. */
static char *credential(struct cardea_http *x, const struct cardea_http_request *rq)
{
    const char *header = rq->header(x, "Authorization");

    if (header && !strncasecmp(header, "Bearer ", 7))
        return g_strdup(header + 7);
    return query_value(rq->query, "key");
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void add_file(json_t *list, const char *path)
{
    char *name = path ? g_path_get_basename(path) : NULL;
    struct stat st;

    if (name && !stat(path, &st))
        json_array_append_new(
            list, json_pack("{ss sI ss}", "name", name, "bytes", (json_int_t)st.st_size, "type", type_of(name)));
    g_free(name);
}

static json_t *files_of(const struct rec_item *item)
{
    json_t *list = json_array();

    for (guint i = 0; i < item->media->len; i++)
        add_file(list, item->media->pdata[i]);
    add_file(list, item->audio_mjr);
    add_file(list, item->video_mjr);
    add_file(list, item->data_mjr);
    add_file(list, item->messages);
    return list;
}

static void answer_item(struct cardea_http *x, const struct rec_item *item)
{
    json_t *j = item->index && g_str_has_suffix(item->index, REC_MANIFEST_ENDING) ? rec_json_load(item->index) : NULL;

    if (!j)
        j = json_pack("{sI ss sI}", "id", (json_int_t)item->id, "title", item->name, "duration_ms",
                      (json_int_t)item->duration_ms);
    json_object_del(j, "access"); /* nobody's business */
    json_object_set_new(j, "files", files_of(item));
    answer_json(x, j);
}

/* The path of a file with this name, if it is one of the recording's. Borrowed. */
static const char *find_file(const struct rec_item *item, const char *name)
{
    const char *others[] = {item->audio_mjr, item->video_mjr, item->data_mjr, item->messages};
    const char *found = NULL;

    for (guint i = 0; i < item->media->len + 4 && !found; i++) {
        const char *path = i < item->media->len ? item->media->pdata[i] : others[i - item->media->len];
        char *base = path ? g_path_get_basename(path) : NULL;

        if (base && !strcmp(base, name))
            found = path;
        g_free(base);
    }
    return found;
}

static void answer_file(struct cardea_http *x, const struct cardea_http_request *rq, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), status;
    char content_range[80], modified[40], etag[64];
    struct rec_range range;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        refuse(x, 404, "The file has gone");
        return;
    }
    g_snprintf(etag, sizeof(etag), "\"%llx-%llx\"", (unsigned long long)st.st_mtime, (unsigned long long)st.st_size);
    g_snprintf(modified, sizeof(modified), "%s", "no-cache");
    status = rec_range_read(&range, rq->header(x, "Range"), (uint64_t)st.st_size);
    if (status == 416)
        range = (struct rec_range){0, 0};
    if (status == 416)
        g_snprintf(content_range, sizeof(content_range), "bytes */%llu", (unsigned long long)st.st_size);
    else
        g_snprintf(content_range, sizeof(content_range), "bytes %llu-%llu/%llu", (unsigned long long)range.offset,
                   (unsigned long long)(range.offset + range.len - (range.len ? 1 : 0)),
                   (unsigned long long)st.st_size);
    const char *const headers[] = {"Content-Type",  type_of(path), "Accept-Ranges",
                                   "bytes",         "ETag",        etag,
                                   "Cache-Control", modified,      status == 200 ? NULL : "Content-Range",
                                   content_range,   NULL};

    recorder.host->http_file(x, status, headers, fd, range.offset, range.len);
}

static void remove_item(struct cardea_http *x, const struct rec_item *item, const struct rec_visitor *v)
{
    int err;

    if (!rec_access_may_remove(item, v)) {
        shut(x, v, "Removing needs the key of the recording, the admin key, or a token of an admin");
        return;
    }
    err = rec_catalog_remove(item->id);
    if (err)
        refuse(x, 500, "The files cannot be removed");
    else
        recorder.host->http_reply(x, 204, NULL, NULL, 0);
}

/* --- the route ---------------------------------------------------------------------------------------------------- */

static void answer(struct cardea_http *x, const struct cardea_http_request *rq, const struct rec_visitor *v)
{
    char *end;
    uint64_t id = g_ascii_strtoull(rq->rest, &end, 10);
    const struct rec_item *item = *rq->rest ? rec_catalog_find(id) : NULL;
    bool reads = !strcmp(rq->method, "GET") || !strcmp(rq->method, "HEAD");

    if (!rec_access_may_fetch(item, v)) {
        shut(x, v, "This needs a key, or a token");
        return;
    }
    if (!*rq->rest && reads) {
        char *wanted = query_value(rq->query, "search");

        answer_json(x, json_pack("{so}", "recordings", rec_catalog_list(v, wanted)));
        g_free(wanted);
        return;
    }
    if (!item || (*end && *end != '/')) {
        refuse(x, 404, "There is no such recording");
        return;
    }
    if (!strcmp(rq->method, "DELETE") && !*end)
        remove_item(x, item, v);
    else if (!reads)
        refuse(x, 405, "GET or DELETE");
    else if (!*end || !end[1])
        answer_item(x, item);
    else if (find_file(item, end + 1))
        answer_file(x, rq, find_file(item, end + 1));
    else
        refuse(x, 404, "There is no such file");
}

static void handle(struct cardea_http *x, const struct cardea_http_request *rq)
{
    char *key = credential(x, rq);
    struct rec_visitor v = rec_access_visitor(key);

    if (rec_catalog_is_ready())
        answer(x, rq, &v);
    else
        refuse(x, 503, "The recordings are being looked for");
    g_free(key);
}

void rec_pages_start(void)
{
    if (recorder.host->route(PREFIX, handle))
        recorder.host->log(CARDEA_LOG_WARN, NULL, "recorder: " PREFIX " is somebody else's");
}
