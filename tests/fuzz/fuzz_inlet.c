/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams of strangers for inlets: [kind][length][bytes] and so on; some are RTP, some RTCP, most are neither. */
#include <stdlib.h>
#include <string.h>

#include "loop/timer.h"
#include "peer/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gw_engine *engine;
static struct gw_timers *timers;
static atomic_uint waiting;

static bool take_news(void *arg, const struct gw_news *news)
{
    struct gw_news n = *news;

    gw_news_drop(&n);
    return true;
}

static void begin(void)
{
    const struct gw_engine_conf conf = {.sealer = "openssl",
                                        .settings = {.min_nack_queue_ms = 200, .no_media_s = 1},
                                        .max_peers = 10,
                                        .max_packets = 2000,
                                        .news = take_news};
    struct gw_engine_conf c = conf;

    if (gw_timers_new(&timers))
        abort();
    c.timers = timers;
    if (gw_engine_new(&engine, &c))
        abort();
}

/* Audio with any SSRC, simulcast video with RTX and a dependency descriptor. */
static void make(unsigned mindex, int64_t now_us)
{
    struct gw_order o = {.tag = GW_ORDER_INLET_NEW, .track = gw_track_make(gw_peer_make(1, 0), mindex)};
    struct gw_media *m = calloc(1, sizeof(*m) + sizeof(m->m[0]));

    if (!m)
        abort();
    m->n = 1;
    m->m[0] = (struct gw_mline){.mindex = (uint8_t)mindex,
                                .kind = mindex ? GW_VIDEO : GW_AUDIO,
                                .codec = mindex ? GW_VP9 : GW_OPUS,
                                .receive = true,
                                .clock_rate = mindex ? 90000 : 48000,
                                .payload_type = mindex ? 98 : 111,
                                .rtx_payload_type = mindex ? 99 : 0,
                                .red_payload_type = mindex ? 0 : 63,
                                .any_type = !mindex,
                                .nack = true,
                                .svc = mindex,
                                .layers = mindex ? 2 : 1,
                                .ssrc = {mindex ? 0x11111111 : 0, mindex ? 0x22222222 : 0},
                                .rtx_ssrc = {mindex ? 0x33333333 : 0}};
    m->m[0].ext[GW_EXT_AUDIO_LEVEL] = 1;
    m->m[0].ext[GW_EXT_ORIENTATION] = 2;
    m->m[0].ext[GW_EXT_DEPENDENCY_DESCRIPTOR] = 3;
    o.u.media = m;
    gw_engine_order(engine, &o, now_us);
}

static void inject(unsigned mindex, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_injected *in = calloc(1, sizeof(*in) + len);
    const struct gw_order o = {
        .tag = GW_ORDER_INJECT, .track = gw_track_make(gw_peer_make(1, 0), mindex), .u.injected = in};

    if (!in)
        abort();
    atomic_fetch_add(&waiting, 1);
    in->waiting = &waiting;
    in->len = (uint32_t)len;
    memcpy(in->bytes, data, len);
    gw_engine_order(engine, &o, now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now_us = 1000000;

    begin();
    make(0, now_us);
    make(1, now_us);
    while (size >= 2) {
        size_t len = data[1];

        len = len > size - 2 ? size - 2 : len;
        inject(data[0] & 1, data + 2, len, now_us);
        now_us += (data[0] >> 1) * 10000;
        gw_timers_run(timers, now_us);
        gw_engine_turn_end(engine, now_us);
        data += 2 + len;
        size -= 2 + len;
    }
    gw_engine_free(engine);
    gw_timers_free(timers);
    if (atomic_load(&waiting))
        abort();
    return 0;
}
