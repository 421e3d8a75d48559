/* SPDX-License-Identifier: Apache-2.0 */
#include "echotest.h"

#include <stdio.h>

static const struct cardea_recorder *recorder(void)
{
    return echotest.host->service(CARDEA_RECORDER);
}

static void begin(struct cardea_handle *h, struct echo *e, const char *filename, bool e2ee)
{
    const struct cardea_recorder *r = recorder();
    char name[48];
    const struct cardea_record what = {.size = sizeof(what),
                                       .name = filename && *filename ? filename : name,
                                       .overwrite = filename && *filename,
                                       .text_data = true,
                                       .e2ee = e2ee};
    int err;

    snprintf(name, sizeof(name), "echotest-%llu", (unsigned long long)echotest.host->random_id());
    err = r ? r->begin(&e->recording, &what) : CARDEA_ENOENT;
    if (err) {
        e->recording = 0;
        echotest.host->log(CARDEA_LOG_WARN, h, "this echo is not recorded (%d)", err);
    }
}

void echo_record(struct cardea_handle *h, struct echo *e, const json_t *body, bool e2ee)
{
    const json_t *record = json_object_get(body, "record");
    size_t n;
    const struct cardea_stream *s = echotest.host->streams(h, &n);

    if (record)
        e->record = json_is_true(record);
    if (!e->record) {
        echo_record_end(e);
        return;
    }
    if (!n)
        return; /* nothing is negotiated yet */
    if (!e->recording)
        begin(h, e, json_string_value(json_object_get(body, "filename")), e2ee);
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
