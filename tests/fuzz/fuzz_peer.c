/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody sends who has finished ICE and DTLS with us and has valid SRTP keys: into a whole peer, its sources,
 * fan-out, feedback and sinks, and what is sent to one who watches. Pieces, each with its length in two bytes before
 * it, whose two top bits say what it is: 0 an RTP packet, 1 RTCP (both sealed on the way), 2 a datagram as it is (DTLS,
 * STUN, garbage), 3 time that passes. Whoever watches must still be able to open what comes.
 */
#include <stdlib.h>
#include <string.h>

#include "rtp/rtp.h"
#include "sim/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct call {
    struct sim_world *world;
    struct sim_client *sender, *viewer;
    uint64_t index;
};

static void begin(struct call *c)
{
    struct gw_mline m[] = {sim_audio(0, true, false), sim_video(1, true, false)},
                    n[] = {sim_audio(0, false, true), sim_video(1, false, true)};

    *c = (struct call){.world = sim_world_new(5), .index = 100};
    c->sender = sim_client_new(c->world, 0, true);
    m[0].ssrc[0] = 1;
    m[1].ssrc[0] = 2;
    m[1].rtx_ssrc[0] = 3;
    sim_client_media(c->sender, m, 2);
    c->viewer = sim_client_new(c->world, 1, true);
    sim_client_media(c->viewer, n, 2);
    for (unsigned i = 0; i < 2; i++) {
        sim_client_expect(c->viewer, &n[i]);
        sim_link_tracks(c->world, sim_track(c->viewer, i), sim_track(c->sender, i));
    }
    sim_client_connect(c->sender);
    sim_client_connect(c->viewer);
    sim_run_ms(c->world, 300);
    if (!c->sender->connected || !c->viewer->connected)
        abort();
}

static void send_rtp(struct call *c, const uint8_t *data, size_t len)
{
    uint8_t copy[1400];
    struct gw_rtp_header h;

    memcpy(copy, data, len);
    if (gw_rtp_parse(&h, copy, len))
        return;
    c->index += 1 + (copy[1] & 1);
    copy[2] = (uint8_t)(c->index >> 8);
    copy[3] = (uint8_t)c->index;
    sim_client_rtp(c->sender, copy, h.payload.offset, len, c->index);
}

static void one(struct call *c, unsigned what, const uint8_t *data, size_t len)
{
    uint8_t copy[1500];

    if (what == 3 || len > 1400) {
        sim_run_ms(c->world, (int64_t)(len & 0x3ff));
        return;
    }
    memcpy(copy, data, len);
    if (what == 0)
        send_rtp(c, data, len);
    else if (what == 1 && len >= 8)
        sim_client_rtcp(c->sender, copy, len);
    else if (what == 2 && len)
        sim_net_send(c->world->net, &c->sender->up, copy, len, c->world->now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct call c;

    begin(&c);
    while (size >= 2) {
        unsigned what = data[0] >> 6;
        size_t len = (size_t)(data[0] & 0x3f) << 8 | data[1];

        data += 2;
        size -= 2;
        if (what != 3 && len > size)
            len = size;
        one(&c, what, data, len);
        if (what == 3)
            continue;
        data += len;
        size -= len;
    }
    sim_run_ms(c.world, 1200);
    sim_world_free(c.world);
    return 0;
}
