/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/call.h"

#include <string.h>

static const char *const rids[] = {"q", "h", "f"};

static void add_video(struct call *c, const struct call_conf *conf)
{
    static const struct {
        unsigned packets, payload;
    } shape[] = {{1, 570}, {2, 1000}, {7, 970}}; /* 30 frames a second */
    unsigned layers = conf->single ? 1 : SIM_LAYERS;

    for (unsigned i = 0; i < layers; i++) {
        unsigned s = conf->single ? 2 : i;
        struct sim_out *o = sim_client_send(c->publisher, 1, true, i, conf->single ? NULL : rids[i]);

        o->packets_per_frame = shape[s].packets;
        o->payload = shape[s].payload;
        o->keyframe_packets = shape[s].packets * 4;
        if (conf->fps) {
            o->every_us = 1000000 / conf->fps;
            o->packets_per_frame = o->packets_per_frame * 30 / conf->fps;
            if (o->keyframe_packets < 2 * o->packets_per_frame)
                o->keyframe_packets = 2 * o->packets_per_frame;
        }
        o->temporal = conf->temporal;
        o->keyframe_late_us = conf->keyframe_late_us;
        o->on = !conf->no_video_yet;
        c->video[i] = o;
    }
}

static void add_publisher(struct call *c, const struct call_conf *conf)
{
    struct gw_mline m[] = {sim_audio(0, true, false), sim_video(1, true, false)};
    struct sim_client *p = sim_client_new(c->world, 0, true);

    m[1].layers = conf->single ? 1 : SIM_LAYERS;
    for (unsigned i = 0; i < SIM_LAYERS && !conf->single; i++)
        strcpy(m[1].rid[i], rids[i]);
    if (conf->single) {
        m[1].ssrc[0] = sim_ssrc(p, 1, 0);
        m[1].rtx_ssrc[0] = sim_ssrc(p, 1, 0) + 1;
    }
    c->publisher = p;
    sim_client_media(p, m, conf->audio_only ? 1 : 2);
    c->audio = sim_client_send(p, 0, false, 0, NULL);
    if (!conf->audio_only)
        add_video(c, conf);
}

static void link_to(struct call *c, gw_track_id sink, gw_track_id source, bool automatic, uint16_t priority)
{
    struct gw_order o = {.tag = GW_ORDER_LINK, .track = sink, .other = source};

    o.u.link = (struct gw_link_options){
        .substream = 2, .temporal = 2, .spatial = 2, .playout_delay = -1, .automatic = automatic, .priority = priority};
    sim_order(c->world, gw_track_worker(sink), &o);
}

static void add_viewer(struct call *c, const struct call_conf *conf)
{
    unsigned pictures = conf->audio_only ? 0 : conf->pictures ? conf->pictures : 1;
    struct sim_client *p = sim_client_new(c->world, conf->viewers_worker, c->n % 2);
    struct call_viewer *v = &c->viewer[c->n++];
    struct gw_mline m[1 + CALL_PICTURES];

    m[0] = sim_audio(0, false, true);
    for (unsigned i = 1; i <= pictures; i++)
        m[i] = sim_video(i, false, true);
    sim_client_media(p, m, 1 + pictures);
    p->down.delay_us = p->up.delay_us = conf->delay_us ? conf->delay_us : 25000;
    p->down.rate_bps = conf->down_bps;
    p->down.queue_us = conf->queue_us ? conf->queue_us : 300000;
    p->down.loss = conf->loss;
    p->nack_rtt_us = 2 * p->down.delay_us + 10000;
    if (!conf->no_feedback) {
        p->heard = g_new0(struct gw_twcc_table, 1);
        gw_twcc_table_init(p->heard);
        p->feedback_every_us = conf->feedback_us ? conf->feedback_us : 50000;
    }
    v->client = p;
    v->down = &p->down;
    v->audio = sim_client_expect(p, &m[0]);
    link_to(c, sim_track(p, 0), sim_track(c->publisher, 0), false, 0);
    for (unsigned i = 0; i < pictures; i++) {
        struct sim_in *in = sim_client_expect(p, &m[1 + i]);

        in->viewer = v->picture[i] = g_new0(struct sim_viewer, 1);
        in->viewer->rtt_us = 2 * p->down.delay_us;
        link_to(c, sim_track(p, 1 + i), sim_track(c->publisher, 1), !conf->fixed, i ? 0 : conf->priority);
    }
    v->video = v->picture[0];
    sim_client_connect(p);
    v->peer = gw_engine_find(c->world->worker[conf->viewers_worker].engine, p->id);
    v->peer->sending = conf->sending;
    gw_budget_configure(v->peer, c->world->now_us);
}

void call_open(struct call *c, const struct call_conf *conf)
{
    memset(c, 0, sizeof(*c));
    c->world = sim_world_new(7);
    add_publisher(c, conf);
    for (unsigned i = 0; i < conf->viewers; i++)
        add_viewer(c, conf);
    sim_run_ms(c->world, 300);
    sim_client_connect(c->publisher);
    sim_run_ms(c->world, 300);
}

void call_close(struct call *c)
{
    sim_world_free(c->world);
}

void call_run_ms(struct call *c, int64_t ms)
{
    sim_run_ms(c->world, ms);
}

void call_measure(struct call *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        for (unsigned k = 0; k < CALL_PICTURES && c->viewer[i].picture[k]; k++)
            sim_viewer_measure(c->viewer[i].picture[k], c->world->now_us);
        sim_link_measure(c->viewer[i].down);
    }
}

uint32_t call_estimate(const struct call *c, unsigned viewer)
{
    return gw_bwe_estimate(&c->viewer[viewer].peer->sender.bwe, c->world->now_us);
}

int64_t call_until_layer(struct call *c, unsigned viewer, unsigned least, unsigned most_layer, int64_t most_ms)
{
    const struct sim_viewer *v = c->viewer[viewer].video;
    int64_t ms = 0;

    for (; ms < most_ms; ms += 10) {
        unsigned before = v->frames;

        sim_run_ms(c->world, 10);
        if (v->frames > before && v->layer >= least && v->layer <= most_layer)
            break;
    }
    return ms;
}
