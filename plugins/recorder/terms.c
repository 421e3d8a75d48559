/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include "access.h"
#include "manifest.h"
#include "recorder.h"

#define DELAY_US     100000 /* every packet waits this long: audio and video leave in step */
#define PENDING_MOST (256u << 10)
#define PREROLL_MOST (64u << 20) /* bytes, for the longest preroll */

void rec_terms_set(struct rec_output_conf *o, const struct rec_take_conf *conf)
{
    const struct rec_settings *s = &recorder.set;
    unsigned formats = conf->formats ? conf->formats : s->formats;

    o->title = g_strdup(conf->title ? conf->title : o->base);
    o->media = formats & CARDEA_RECORD_MEDIA;
    o->mjr = (formats & CARDEA_RECORD_MJR) || conf->e2ee; /* what is encrypted can only be kept as it came */
    o->e2ee = conf->e2ee;
    o->text_data = conf->text_data;
    o->indexed = conf->indexed;
    o->sync = s->sync;
    o->mode = s->mode;
    o->cluster_ms = s->cluster_ms;
    o->gather_ms = s->gather_ms;
    o->sync_ms = s->sync_ms;
    o->most_bytes = s->most_bytes;
    o->min_free_bytes = s->min_free_bytes;
    o->most_us = s->most_us;
    o->split_us = s->split_us;
    o->preroll_us = (int64_t)s->preroll_s * 1000000;
    o->most_pending = conf->armed ? PREROLL_MOST : PENDING_MOST;
    o->stream = (struct rec_stream_conf){
        .delay_us = DELAY_US, .most_us = (int64_t)s->jitter_ms * 1000, .largest_frame = (size_t)s->frame_kib << 10};
    o->start_us = recorder.host->now_us();
    o->start_wall_us = g_get_real_time();
}

json_t *rec_terms_manifest(const struct rec_take_conf *conf, uint64_t id, const struct rec_output_conf *o)
{
    json_t *m = rec_manifest_new(id, o->base ? o->base : "", o->title, o->start_wall_us, conf->meta);

    json_object_set_new(m, "private", json_boolean(conf->is_private));
    if (conf->e2ee)
        json_object_set_new(m, "e2ee", json_true());
    if (conf->room)
        json_object_set_new(m, "room", json_string(conf->room));
    if (conf->participant)
        json_object_set_new(m, "participant", json_string(conf->participant));
    if (conf->session)
        json_object_set_new(m, "session", json_string(conf->session));
    if (conf->key) {
        char *sealed = rec_access_seal(conf->key);

        json_object_set_new(m, "access", json_string(sealed));
        g_free(sealed);
    }
    return m;
}
