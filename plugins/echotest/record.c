/* SPDX-License-Identifier: Apache-2.0 */
#include "echotest.h"

#include <stdio.h>

static const struct cardea_recorder *recorder(void)
{
    return host->service(CARDEA_RECORDER);
}

static void begin(struct cardea_handle *h, struct echo *e, const char *filename)
{
    const struct cardea_recorder *r = recorder();
    char name[48];
    const struct cardea_record what = {.size = sizeof(what),
                                       .name = filename && *filename ? filename : name,
                                       .overwrite = filename && *filename,
                                       .text_data = true,
                                       .e2ee = e->e2ee};
    int err;

    snprintf(name, sizeof(name), "echotest-%llu", (unsigned long long)host->random_id());
    err = r ? r->begin(&e->recording, &what) : CARDEA_ENOENT;
    if (err) {
        e->recording = 0;
        host->log(CARDEA_LOG_WARN, h, "this echo is not recorded (%d)", err);
    }
}

void echo_record(struct cardea_handle *h, struct echo *e, const json_t *body)
{
    const json_t *record = json_object_get(body, "record");
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);

    if (record)
        e->record = json_is_true(record);
    if (!e->record) {
        echo_record_end(e);
        return;
    }
    if (!n)
        return; /* nothing is negotiated yet */
    if (!e->recording)
        begin(h, e, echo_text(body, "filename"));
    if (e->recording)
        recorder()->streams(e->recording, s, n, NULL);
}

void echo_record_data(const struct echo *e, const struct cardea_message *msg)
{
    const struct cardea_recorder *r = e->recording ? recorder() : NULL;

    if (r)
        r->data(e->recording, msg);
}

void echo_record_end(struct echo *e)
{
    const struct cardea_recorder *r = e->recording ? recorder() : NULL;

    if (r)
        r->end(e->recording, "stopped");
    e->recording = 0;
}

json_t *echo_record_json(struct cardea_handle *h, const struct echo *e)
{
    static const char *const names[] = {[CARDEA_AUDIO] = "audio", [CARDEA_VIDEO] = "video", [CARDEA_DATA] = "data"};
    const struct cardea_recorder *r = e->recording ? recorder() : NULL;
    const char *path = r ? r->path(e->recording) : NULL;
    size_t n;
    const struct cardea_stream *s = host->streams(h, &n);
    json_t *o = path ? json_object() : NULL;

    for (size_t i = 0; o && i < n; i++)
        if (s[i].source)
            json_object_set_new(o, names[s[i].kind], json_string(path));
    return o;
}
