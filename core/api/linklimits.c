/* SPDX-License-Identifier: Apache-2.0 */
#include "api/linklimits.h"

#define TOP_LAYER 2
#define MAX_DELAY 4095 /* of 12 bits, in 10 ms */

static bool read_integer(const json_t *body, const char *name, json_int_t min, json_int_t max, json_int_t *out)
{
    const json_t *v = json_object_get(body, name);

    if (!json_is_integer(v))
        return false;
    *out = json_integer_value(v);
    *out = *out < min ? min : *out > max ? max : *out;
    return true;
}

static void read_layer(const json_t *body, const char *name, bool *limited, uint8_t *layer)
{
    json_int_t n;

    if (!read_integer(body, name, 0, TOP_LAYER, &n))
        return;
    *limited = true;
    *layer = (uint8_t)n;
}

/* min <= max: the one that was asked for now moves the other. */
static void read_delay(struct cardea_link *l, const json_t *body)
{
    json_int_t min = l->min_delay, max = l->max_delay;
    bool has_min = read_integer(body, "min_delay", -1, MAX_DELAY, &min);
    bool has_max = read_integer(body, "max_delay", -1, MAX_DELAY, &max);

    if (!has_min && !has_max)
        return;
    l->delay_set = min >= 0 && max >= 0;
    if (!l->delay_set)
        min = max = 0;
    else if (max < min && has_max && !has_min)
        min = max;
    else if (max < min)
        max = min;
    l->min_delay = (int16_t)min;
    l->max_delay = (int16_t)max;
}

void gw_link_limits_read(struct cardea_link *link, const json_t *body, const struct cardea_stream *of)
{
    json_int_t us;

    if (!of || of->simulcast) {
        read_layer(body, "substream", &link->limit_substream, &link->substream);
        read_layer(body, "temporal", &link->limit_temporal, &link->temporal);
    }
    if (!of || of->svc) {
        read_layer(body, "spatial_layer", &link->limit_spatial, &link->spatial);
        read_layer(body, "temporal_layer", &link->limit_temporal, &link->temporal);
    }
    if (read_integer(body, "fallback", 0, UINT32_MAX, &us))
        link->fallback_us = (uint32_t)us;
    read_delay(link, body);
}
