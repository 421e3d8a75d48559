/* SPDX-License-Identifier: Apache-2.0 */
#include "taps.h"

#include <string.h>

#include "orders.h"
#include "recorder.h"
#include "track.h"

#define AUDIO_RING (32u << 10)

static const struct cardea_tap tap_events;

void rec_taps_init(struct rec_taps *taps, struct rec_output *out, void (*empty)(void *owner), void *owner)
{
    *taps = (struct rec_taps){.out = out, .empty = empty, .owner = owner, .tracks = g_ptr_array_new()};
}

void rec_taps_clear(struct rec_taps *taps)
{
    g_ptr_array_free(taps->tracks, TRUE);
}

static char *copy(const char *text)
{
    return text && *text ? strdup(text) : NULL;
}

static struct rec_track *make_track(struct rec_taps *taps, const struct cardea_stream *s, const char *description)
{
    const struct rec_track_conf conf = {.kind = s->kind,
                                        .codec = rec_codec_named(s->codec),
                                        .mindex = s->mindex,
                                        .clock_rate = s->clock_rate,
                                        .mid = copy(s->mid),
                                        .description = copy(description),
                                        .fmtp = copy(s->fmtp),
                                        .orientation_id = s->orientation_id,
                                        .audiolevel_id = s->audiolevel_id,
                                        .payload_type = s->payload_type,
                                        .red_payload_type = s->red_payload_type,
                                        .stereo = s->stereo,
                                        .simulcast = s->simulcast};
    struct rec_track *track =
        rec_track_new(&conf, s->source, s->kind == CARDEA_VIDEO ? (size_t)recorder.set.buffer_kib << 10 : AUDIO_RING);

    if (track)
        track->owner = taps;
    return track;
}

static void add_track(struct rec_taps *taps, const struct cardea_stream *s, const char *description)
{
    struct rec_track *track = make_track(taps, s, description);

    if (!track || recorder.host->tap(s->source, &tap_events, track)) {
        rec_track_free(track);
        recorder.host->log(CARDEA_LOG_WARN, NULL, "recording: m-line %u cannot be tapped", s->mindex);
        return;
    }
    g_ptr_array_add(taps->tracks, track);
    rec_order_add(taps->out, track);
}

static bool is_listed(const struct rec_track *track, const struct cardea_stream *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i].source == track->source && !s[i].disabled && s[i].codec &&
            rec_codec_named(s[i].codec) == track->conf.codec)
            return true;
    return false;
}

static bool is_tapped(const struct rec_taps *taps, const struct cardea_stream *s)
{
    for (guint i = 0; i < taps->tracks->len; i++) {
        const struct rec_track *track = taps->tracks->pdata[i];

        if (track->source == s->source && track->conf.codec == rec_codec_named(s->codec))
            return true;
    }
    return false;
}

static void let_go(const struct rec_track *track)
{
    recorder.host->untap(track->source, &tap_events, (void *)track); /* gone() follows */
}

void rec_taps_set(struct rec_taps *taps, const struct cardea_stream *s, size_t n, const char *const *descriptions)
{
    for (guint i = 0; i < taps->tracks->len; i++)
        if (!is_listed(taps->tracks->pdata[i], s, n))
            let_go(taps->tracks->pdata[i]);
    for (size_t i = 0; i < n; i++) {
        if (s[i].disabled || !s[i].source)
            continue;
        if (s[i].kind == CARDEA_DATA)
            rec_order_expect(taps->out);
        else if (s[i].codec && !is_tapped(taps, &s[i]))
            add_track(taps, &s[i], descriptions ? descriptions[i] : NULL);
    }
}

void rec_taps_end(struct rec_taps *taps)
{
    if (!taps->tracks->len)
        taps->empty(taps->owner);
    for (guint i = 0; i < taps->tracks->len; i++)
        let_go(taps->tracks->pdata[i]);
}

static void gone(void *tap, cardea_source source)
{
    struct rec_track *track = tap;
    struct rec_taps *taps = track->owner;

    g_ptr_array_remove(taps->tracks, track);
    rec_order_gone(taps->out, track);
    if (!taps->tracks->len)
        taps->empty(taps->owner);
}

static const struct cardea_tap tap_events = {.packet = rec_track_packet, .report = rec_track_report, .gone = gone};
