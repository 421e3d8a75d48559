/* SPDX-License-Identifier: Apache-2.0 */
/* What a client may ask of its echo, and what it has asked for so far. */
#include <string.h>

#include "echotest.h"

const struct cardea_param echo_params[] = {
    {"audio", CARDEA_BOOL},
    {"video", CARDEA_BOOL},
    {"bitrate", CARDEA_UINT},
    {"record", CARDEA_BOOL},
    {"filename", CARDEA_STRING},
    {"substream", CARDEA_UINT, .max = 2},
    {"temporal", CARDEA_UINT, .max = 2},
    {"fallback", CARDEA_UINT, .max = UINT32_MAX},
    {"svc", CARDEA_BOOL},
    {"spatial_layer", CARDEA_UINT, .max = 2},
    {"temporal_layer", CARDEA_UINT, .max = 2},
    {"audiocodec", CARDEA_STRING},
    {"videocodec", CARDEA_STRING},
    {"videoprofile", CARDEA_STRING},
    {"opusred", CARDEA_BOOL},
    {"min_delay", CARDEA_INT},
    {"max_delay", CARDEA_INT},
    {0},
};

/* These alone make no request worth answering. */
static const char *const silent[] = {"audiocodec", "filename", "svc"};

const char *echo_text(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static bool is_silent(const char *name)
{
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
        if (!strcmp(silent[i], name))
            return true;
    return false;
}

bool echo_asks_something(const json_t *body)
{
    for (const struct cardea_param *p = echo_params; p->name; p++)
        if (json_object_get(body, p->name) && !is_silent(p->name))
            return true;
    return false;
}

static void read_pause(struct cardea_link *l, const json_t *echoed)
{
    if (echoed)
        l->paused = json_is_false(echoed);
    l->automatic = true;
}

void echo_read_settings(struct echo *e, const json_t *body)
{
    const json_t *bitrate = json_object_get(body, "bitrate");
    json_int_t bps = json_integer_value(bitrate);

    read_pause(&e->audio, json_object_get(body, "audio"));
    read_pause(&e->video, json_object_get(body, "video"));
    host->limits(&e->video, body, NULL);
    if (bitrate)
        e->bitrate = (uint32_t)(bps > UINT32_MAX ? UINT32_MAX : bps);
}
