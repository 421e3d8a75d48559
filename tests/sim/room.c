/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/room.h"

#include <string.h>

static const char *const rids[] = {"q", "h", "f"};

static struct gw_mline video_line(const struct room_conf *conf, bool receive)
{
    struct gw_mline m = sim_video(1, receive, !receive);

    if (conf->no_rtx)
        m.rtx_payload_type = 0;
    return m;
}

static void add_publisher(struct room *r, const struct room_conf *conf)
{
    struct gw_mline m[] = {sim_audio(0, true, false), video_line(conf, true)};
    struct sim_client *c = sim_client_new(r->world, 0, true);
    unsigned layers = conf->layers ? conf->layers : 1;

    m[0].nack = conf->audio_nack;
    m[1].layers = (uint8_t)layers;
    for (unsigned i = 0; i < layers; i++) {
        if (layers > 1)
            strcpy(m[1].rid[i], rids[i]);
        if (layers > 1 || conf->no_ssrcs)
            continue; /* learned from the packets */
        m[0].ssrc[0] = sim_ssrc(c, 0, 0);
        m[1].ssrc[0] = sim_ssrc(c, 1, 0);
        m[1].rtx_ssrc[0] = sim_ssrc(c, 1, 0) + 1;
    }
    sim_client_media(c, m, 2);
    c->up.loss = conf->loss_up;
    c->up.jitter_us = conf->jitter_us;
    r->publisher = c;
    r->audio = sim_client_send(c, 0, false, 0, NULL);
    for (unsigned i = 0; i < layers; i++) {
        r->video[i] = sim_client_send(c, 1, true, i, layers > 1 ? rids[i] : NULL);
        r->video[i]->temporal = conf->temporal;
    }
}

static void add_subscriber(struct room *r, const struct room_conf *conf)
{
    struct gw_mline m[] = {sim_audio(0, false, true), video_line(conf, false)};
    struct sim_client *c = sim_client_new(r->world, conf->subscriber_worker, r->n_subs % 2);
    struct room_subscriber *s = &r->sub[r->n_subs++];

    m[0].nack = conf->audio_nack;
    sim_client_media(c, m, 2);
    c->down.loss = conf->loss_down;
    c->down.jitter_us = conf->jitter_us;
    s->client = c;
    s->audio = sim_client_expect(c, &m[0]);
    s->video = sim_client_expect(c, &m[1]);
    sim_link_tracks(r->world, sim_track(c, 0), sim_track(r->publisher, 0));
    sim_link_tracks(r->world, sim_track(c, 1), sim_track(r->publisher, 1));
    sim_client_connect(c);
}

void room_open(struct room *r, const struct room_conf *conf)
{
    memset(r, 0, sizeof(*r));
    r->world = sim_world_new(7);
    add_publisher(r, conf);
    for (unsigned i = 0; i < conf->subscribers; i++)
        add_subscriber(r, conf);
    sim_run_ms(r->world, 300);
    sim_client_connect(r->publisher);
    sim_run_ms(r->world, 300);
}

void room_close(struct room *r)
{
    sim_world_free(r->world);
}
