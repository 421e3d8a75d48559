/* SPDX-License-Identifier: Apache-2.0 */
/* What other plugins do with the recorder: a camera that no peer has, filmed by the real service into real files. */
#ifndef TESTS_UNIT_RECORDER_STUDIO_H
#define TESTS_UNIT_RECORDER_STUDIO_H

#include "visitor.h"

#include "../../../plugins/recorder/service.h"

static struct {
    struct cardea_inlet *inlet;
    struct cardea_stream stream;
    /* what ended() told */
    unsigned ends;
    const char *cause;
} studio;

static void studio_ended(void *user, cardea_recording r, const char *cause)
{
    studio.ends++;
    studio.cause = g_intern_string(cause);
}

static inline struct cardea_record studio_wish(const char *name)
{
    return (struct cardea_record){.size = sizeof(struct cardea_record), .name = name, .ended = studio_ended};
}

static void studio_gone(void *user, cardea_source source)
{
}

/* A camera: after visitor_begin(). */
static inline void studio_open(void)
{
    static const struct cardea_inlet_events events = {.gone = studio_gone};
    const struct cardea_inlet_conf conf = {.kind = CARDEA_VIDEO, .codec = "vp8", .payload_type = -1, .events = &events};

    memset(&studio, 0, sizeof(studio));
    studio.stream = (struct cardea_stream){.kind = CARDEA_VIDEO, .codec = "vp8", .mid = "0", .clock_rate = 90000};
    assert_int_equal(recorder.host->inlet(&conf, &studio.inlet, &studio.stream.source), 0);
}

static inline void studio_close(void)
{
    recorder.host->inlet_close(studio.inlet);
    world_turn();
}

/* A picture of one packet, at the world's time, to everybody who listens. */
static inline void studio_picture(bool key)
{
    static uint64_t seq = 1 << 16;
    const uint8_t payload[30] = {0x10, (uint8_t)(key ? 0x10 : 0x11), 2, 0, 0x9d, 1, 0x2a, 64, 1, 240, 0};
    uint32_t ts = (uint32_t)(world.now_us * 9 / 100);
    uint8_t packet[12 + sizeof(payload)] = {0x80, 96 | 0x80, (uint8_t)(++seq >> 8), (uint8_t)seq};
    const struct cardea_packet p = {.data = packet,
                                    .len = sizeof(packet),
                                    .ext_seq = seq,
                                    .timestamp = ts,
                                    .keyframe = key,
                                    .marker = true,
                                    .arrival_us = world.now_us};

    for (int i = 0; i < 4; i++)
        packet[4 + i] = (uint8_t)(ts >> (24 - 8 * i));
    memcpy(packet + 12, payload, sizeof(payload));
    for (guint i = 0; i < world.taps->len; i++) {
        const struct world_tap *t = &g_array_index(world.taps, struct world_tap, i);

        t->tap.events->packet(t->tap.arg, &p);
    }
}

/* So many seconds of pictures, with a keyframe every second; the writer's thread follows. */
static inline void studio_film(unsigned seconds)
{
    for (unsigned i = 0; i < seconds * 25; i++) {
        studio_picture(i % 25 == 0);
        world_wait(40000);
        if (i % 5 == 0)
            g_usleep(25000); /* a turn of the writer */
    }
}

static inline json_t *studio_json(const char *below)
{
    char *path = g_build_filename(visitor.folder, below, NULL);
    json_t *m = json_load_file(path, 0, NULL);

    if (!m)
        fail_msg("%s holds no JSON", path);
    g_free(path);
    return m;
}

static inline const char *studio_text(const json_t *o, const char *name)
{
    const char *t = json_string_value(json_object_get(o, name));

    return t ? t : "";
}

static inline json_int_t studio_number(const json_t *o, const char *name)
{
    return json_integer_value(json_object_get(o, name));
}

#endif
