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

void echo_reset(struct echo *e)
{
    *e = (struct echo){.audio = true, .video = true};
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

static void read_layer(const json_t *body, const char *name, bool *limited, uint8_t *layer)
{
    const json_t *v = json_object_get(body, name);

    if (v) {
        *limited = true;
        *layer = (uint8_t)json_integer_value(v);
    }
}

static void read_delay(const json_t *body, struct cardea_link *l)
{
    const json_t *min = json_object_get(body, "min_delay"), *max = json_object_get(body, "max_delay");

    if (!min && !max)
        return;
    json_int_t lo = min ? json_integer_value(min) : l->min_delay, hi = max ? json_integer_value(max) : l->max_delay;
    l->delay_set = lo >= 0 && hi >= 0;
    lo = lo < 0 ? 0 : lo > 4095 ? 4095 : lo;
    hi = hi < 0 ? 0 : hi > 4095 ? 4095 : hi;
    if (max && !min && lo > hi)
        lo = hi;
    l->min_delay = (int16_t)lo;
    l->max_delay = (int16_t)(lo > hi ? lo : hi);
}

void echo_read_settings(struct echo *e, const json_t *body)
{
    const json_t *v;

    if ((v = json_object_get(body, "audio")))
        e->audio = json_is_true(v);
    if ((v = json_object_get(body, "video")))
        e->video = json_is_true(v);
    if ((v = json_object_get(body, "bitrate")))
        e->bitrate = (uint32_t)(json_integer_value(v) > UINT32_MAX ? UINT32_MAX : json_integer_value(v));
    if ((v = json_object_get(body, "fallback")))
        e->link.fallback_us = (uint32_t)json_integer_value(v);
    read_layer(body, "substream", &e->link.limit_substream, &e->link.substream);
    read_layer(body, "temporal", &e->link.limit_temporal, &e->link.temporal);
    read_layer(body, "spatial_layer", &e->link.limit_spatial, &e->link.spatial);
    read_layer(body, "temporal_layer", &e->link.limit_temporal, &e->link.temporal);
    read_delay(body, &e->link);
}
