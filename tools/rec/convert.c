/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec convert: one participant's .mjr files into one media file, in step; or a media file into another kind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "../../plugins/recorder/avparams.h"
#include "../../plugins/recorder/demux.h"
#include "manifests.h"
#include "output.h"
#include "rec.h"
#include "stream.h"
#include "text.h"
#include "timing.h"

#define SOURCES_MOST 8

static struct {
    gboolean extensions, parse, faststart, by_arrival, drop_broken, quiet;
    char *metadata, *format;
    int ignore_first, payload_type, orientation, level, skew, restamp, restamp_packets, restamp_min;
} option = {.payload_type = -1, .level = 2, .restamp_packets = 10, .restamp_min = 500};

static const GOptionEntry entries[] = {
    {"format", 'f', 0, G_OPTION_ARG_STRING, &option.format, "Kind of file, whatever the destination's name says",
     "ENDING"},
    {"file-extensions", 'F', 0, G_OPTION_ARG_NONE, &option.extensions, "List what each codec can become", NULL},
    {"parse", 'p', 0, G_OPTION_ARG_NONE, &option.parse, "Read and report, write nothing", NULL},
    {"metadata", 'm', 0, G_OPTION_ARG_STRING, &option.metadata,
     "Comment to store (default: the header of the recording)", "TEXT"},
    {"faststart", 't', 0, G_OPTION_ARG_NONE, &option.faststart, "MP4: index first", NULL},
    {"ignore-first", 'i', 0, G_OPTION_ARG_INT, &option.ignore_first, "Leave out so many packets at the beginning",
     "COUNT"},
    {"payload-type", 'P', 0, G_OPTION_ARG_INT, &option.payload_type, "Use only packets of this payload type", "PT"},
    {"videoorient-ext", 'v', 0, G_OPTION_ARG_INT, &option.orientation,
     "Id of the video orientation (default: from the header)", "ID"},
    {"drop-broken", 'b', 0, G_OPTION_ARG_NONE, &option.drop_broken, "Leave out video frames that refer to lost ones",
     NULL},
    {"audioskew", 'S', 0, G_OPTION_ARG_INT, &option.skew,
     "Audio: bring clocks together that ran apart by more than this", "MS"},
    {"restamp", 'r', 0, G_OPTION_ARG_INT, &option.restamp,
     "New time for packets later than the average times this / 1000", "N"},
    {"restamp-packets", 'c', 0, G_OPTION_ARG_INT, &option.restamp_packets, "Packets in that average (10)", "N"},
    {"restamp-min-th", 'n', 0, G_OPTION_ARG_INT, &option.restamp_min, "What the average must be at least (500)", "MS"},
    {"ignore-rtp-ts", 'I', 0, G_OPTION_ARG_NONE, &option.by_arrival, "Forget RTP timestamps, use arrival times", NULL},
    {"debug-level", 'd', 0, G_OPTION_ARG_INT, &option.level, "How much the codec libraries say, 0…7 (2)", "LEVEL"},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &option.quiet, "No progress, no report", NULL},
    {0},
};

static const char description[] =
    "Sources are .mjr files of one participant (audio, video, messages), which come into one file in step; or one\n"
    "media file (WebM, Matroska, MP4, Ogg, WAV), which is copied into another kind. Nothing is ever encoded anew.\n\n"
    "Defaults may also come from the environment: JANUS_PPREC_DEBUG, _IGNOREFIRST, _VIDEOORIENTEXT, _AUDIOSKEW,\n"
    "_RESTAMP, _RESTAMP_PACKETS, _RESTAMP_MIN_TH, _METADATA and _FORMAT.\n\n"
    "  cardea-rec convert rec-1-audio.mjr rec-1-video.mjr rec-1.webm\n"
    "  cardea-rec convert take.webm take.mp4\n";

/* --- options from the environment --------------------------------------------------------------------------------- */

static void from_environment(void)
{
    static const struct {
        const char *name;
        int *number;
        char **text;
    } known[] = {
        {"JANUS_PPREC_DEBUG", &option.level, NULL},
        {"JANUS_PPREC_IGNOREFIRST", &option.ignore_first, NULL},
        {"JANUS_PPREC_VIDEOORIENTEXT", &option.orientation, NULL},
        {"JANUS_PPREC_AUDIOSKEW", &option.skew, NULL},
        {"JANUS_PPREC_RESTAMP", &option.restamp, NULL},
        {"JANUS_PPREC_RESTAMP_PACKETS", &option.restamp_packets, NULL},
        {"JANUS_PPREC_RESTAMP_MIN_TH", &option.restamp_min, NULL},
        {"JANUS_PPREC_METADATA", NULL, &option.metadata},
        {"JANUS_PPREC_FORMAT", NULL, &option.format},
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(known); i++) {
        const char *value = getenv(known[i].name);

        if (value && known[i].number)
            *known[i].number = atoi(value);
        else if (value)
            *known[i].text = g_strdup(value);
    }
}

static int list_endings(void)
{
    static const char *const endings[] = {"opus", "ogg", "mka", "wav", "webm", "mkv", "mp4"};
    unsigned c, i;

    for (c = REC_CODEC_NONE + 1; c < REC_CODEC_COUNT; c++) {
        printf("%-10s", rec_codec_name((enum rec_codec)c));
        for (i = 0; i < G_N_ELEMENTS(endings); i++) {
            if (output_takes(endings[i], rec_codec_to_av((enum rec_codec)c)))
                printf(" .%s", endings[i]);
        }
        putchar('\n');
    }
    puts("text       .srt .webm .mkv\nbinary     any name: the messages one behind the other");
    return 0;
}

/* --- several .mjr into one file ----------------------------------------------------------------------------------- */

struct job {
    struct stream stream[SOURCES_MOST]; /* sound and pictures */
    unsigned n;
    struct packets text; /* messages */
    bool has_text;
    int64_t text_offset_us;
    const char *text_path;
    struct output *out;
    int64_t begin_us, length_us; /* begin: since the epoch, of the earliest source */
    char *ending;
};

static bool add_source(struct job *j, const char *path)
{
    struct packets_choice choice = {.ignore_first = (unsigned)(option.ignore_first < 0 ? 0 : option.ignore_first),
                                    .payload_type = option.payload_type};
    struct timing timing = {.by_arrival = option.by_arrival,
                            .skew_ms = (unsigned)(option.skew < 0 ? 0 : option.skew),
                            .restamp = (unsigned)(option.restamp < 0 ? 0 : option.restamp),
                            .restamp_count = (unsigned)(option.restamp_packets < 1 ? 1 : option.restamp_packets),
                            .restamp_min_ms = (unsigned)(option.restamp_min < 0 ? 0 : option.restamp_min)};
    struct packets p;
    struct stream *s;

    if (!packets_open(&p, path, &choice))
        return false;
    if (p.damaged)
        complain("%s: is damaged at byte %zu; the rest of it is left out", path, p.reader.at);
    if (p.reader.empty || !p.n) {
        complain("%s: is empty: nothing was ever received", path);
        packets_free(&p);
        return false;
    }
    if (p.reader.info.kind == REC_MJR_DATA) {
        if (j->has_text) {
            complain("%s: one file of messages is enough", path);
            packets_free(&p);
            return false;
        }
        j->text = p;
        j->text_path = path;
        j->has_text = true;
        return true;
    }
    s = &j->stream[j->n++];
    s->packets = p;
    s->conf.orientation_id = (uint8_t)(option.orientation > 0 && option.orientation < 16 ? option.orientation : 0);
    s->conf.drop_broken = option.drop_broken;
    timing_apply(&s->packets, &timing);
    return stream_probe(s, path);
}

/* When a recording began: its first frame, corrected by what the network did to that. */
static int64_t begin_of(const struct packets *p, bool text)
{
    const struct rec_mjr_info *info = &p->reader.info;

    if (text && info->created_us)
        return info->created_us;
    return (info->first_us ? info->first_us : info->created_us) - timing_head_start_us(p);
}

static void place_in_time(struct job *j)
{
    int64_t begin, end, least;
    unsigned i;
    size_t k;

    j->begin_us = j->has_text ? begin_of(&j->text, true) : INT64_MAX;
    for (i = 0; i < j->n; i++) {
        begin = begin_of(&j->stream[i].packets, false);
        j->begin_us = begin < j->begin_us ? begin : j->begin_us;
    }
    for (i = 0; i < j->n; i++) {
        struct packets *p = &j->stream[i].packets;

        for (k = 0, least = 0; k < p->n && k < 100; k++) /* the first that arrived need not be the first in time */
            least = p->at[k].ticks < least ? p->at[k].ticks : least;
        j->stream[i].offset_us = begin_of(p, false) - j->begin_us - least * 1000000 / p->clock_rate;
        end = j->stream[i].offset_us + packets_duration_us(p);
        j->length_us = end > j->length_us ? end : j->length_us;
    }
    if (j->has_text)
        j->text_offset_us = begin_of(&j->text, true) - j->begin_us;
}

static char *comment_of(const struct job *j)
{
    const struct rec_mjr_reader *r = j->n ? &j->stream[0].packets.reader : &j->text.reader;

    if (option.metadata)
        return g_strdup(option.metadata);
    return r->json && g_utf8_validate(r->json, (gssize)r->json_len, NULL) ? g_strndup(r->json, r->json_len) : NULL;
}

static int open_output(struct job *j, const char *path)
{
    struct output_track tracks[SOURCES_MOST + 1];
    char *comment = comment_of(j);
    struct output_conf conf = {
        .path = path, .format = j->ending, .comment = comment, .wall_us = j->begin_us, .faststart = option.faststart};
    AVCodecParameters *text = avcodec_parameters_alloc();
    unsigned i;
    int err;

    for (i = 0; i < j->n; i++) {
        const char *title = j->stream[i].packets.reader.info.description;

        j->stream[i].track = i;
        tracks[i] = (struct output_track){
            .params = j->stream[i].params, .rotation = j->stream[i].rotation, .title = *title ? title : NULL};
    }
    if (j->has_text) {
        text->codec_type = AVMEDIA_TYPE_SUBTITLE;
        text->codec_id = !strcmp(j->ending, "webm") ? AV_CODEC_ID_WEBVTT : AV_CODEC_ID_SUBRIP;
        tracks[i++] = (struct output_track){.params = text, .title = "messages"};
    }
    err = output_open(&j->out, &conf, tracks, i);
    avcodec_parameters_free(&text);
    g_free(comment);
    return err;
}

struct target {
    struct job *job;
    unsigned track;
};

static int write_frame(void *arg, const struct rec_frame *f, int64_t time_us, int64_t duration_us)
{
    struct target *t = arg;

    return output_write(t->job->out, t->track, f->data, f->len, time_us, duration_us, f->keyframe);
}

static int write_cue(struct job *j, size_t i)
{
    struct cue cue = text_cue(&j->text, i);

    if (!cue.len)
        return 0;
    return output_write(j->out, j->n, cue.text, cue.len, cue.begin_us + j->text_offset_us, cue.end_us - cue.begin_us,
                        true);
}

/* The stream whose next packet is the earliest. */
static struct stream *earliest(struct job *j, int64_t *at)
{
    struct stream *first = NULL;
    unsigned i;

    *at = INT64_MAX;
    for (i = 0; i < j->n; i++) {
        if (stream_next_us(&j->stream[i]) < *at) {
            first = &j->stream[i];
            *at = stream_next_us(first);
        }
    }
    return first;
}

static int write_all(struct job *j)
{
    struct target targets[SOURCES_MOST];
    struct progress progress;
    struct stream *s;
    size_t cue = 0;
    int64_t at;
    int err = 0;
    unsigned i;

    for (i = 0; i < j->n; i++) {
        targets[i] = (struct target){j, i};
        stream_start(&j->stream[i], write_frame, &targets[i]);
    }
    progress_begin(&progress, "converting", option.quiet);
    while (!err && (s = earliest(j, &at)) != NULL) {
        while (!err && j->has_text && cue < j->text.n && text_cue(&j->text, cue).begin_us + j->text_offset_us <= at)
            err = write_cue(j, cue++);
        if (!err)
            err = stream_step(s);
        if (j->length_us > 0)
            progress_step(&progress, (double)at / (double)j->length_us);
    }
    while (!err && j->has_text && cue < j->text.n)
        err = write_cue(j, cue++);
    progress_end(&progress);
    return err;
}

static void report(const struct job *j)
{
    char length[24];
    unsigned i;

    for (i = 0; i < j->n; i++) {
        const struct stream *s = &j->stream[i];
        const struct packets *p = &s->packets;

        printf("%-6s %s, %zu packets, %llu missing, %llu frames", rec_codec_name(p->codec),
               duration_text(length, packets_duration_us(p)), p->n, (unsigned long long)p->missing,
               (unsigned long long)s->depacketizer.counters.frames);
        if (p->duplicates || p->foreign)
            printf(", %llu repeated and %llu foreign packets left out", (unsigned long long)p->duplicates,
                   (unsigned long long)p->foreign);
        if (s->left_out)
            printf(", %llu frames left out", (unsigned long long)s->left_out);
        if (p->reader.truncated)
            printf(", its end is cut off");
        putchar('\n');
    }
}

static int convert_text_alone(struct job *j, const char *path)
{
    if (!strcmp(j->ending, "srt"))
        return text_write_srt(&j->text, path) ? 1 : 0;
    if (output_muxer(j->ending) && !strcmp(j->text.reader.info.codec, "text"))
        return -1; /* as a track of a media file */
    return text_write_plain(&j->text, path) ? 1 : 0;
}

static int convert_mjr(char **sources, unsigned n, const char *path)
{
    struct job j = {.ending = option.format ? g_ascii_strdown(option.format, -1) : output_ending(path ? path : "")};
    int result = 1;
    unsigned i;

    for (i = 0; i < n; i++) {
        if (!add_source(&j, sources[i]))
            goto out;
    }
    place_in_time(&j);
    result = 0;
    if (option.parse) {
        option.quiet = false;
    } else {
        result = j.n ? -1 : convert_text_alone(&j, path);
        if (result < 0) {
            result = open_output(&j, path) ? 1 : 0;
            if (!result)
                result = write_all(&j) ? 1 : 0;
            if (j.out && output_close(j.out, !result))
                result = 1;
        }
    }
    if (!result && !option.quiet)
        report(&j);
out:
    for (i = 0; i < j.n; i++)
        stream_free(&j.stream[i]);
    packets_free(&j.text);
    g_free(j.ending);
    return result;
}

/* --- a media file into another kind ------------------------------------------------------------------------------- */

static int copy_frames(struct rec_demux *in, struct output *out, const int *track)
{
    struct rec_demux_frame f;
    struct progress progress;
    int more, err = 0;

    progress_begin(&progress, "converting", option.quiet);
    while (!err && (more = rec_demux_next(in, &f)) > 0) {
        if (track[f.track] >= 0)
            err = output_write(out, (unsigned)track[f.track], f.data, f.len, f.time_us, f.duration_us, f.keyframe);
        if (rec_demux_duration_us(in))
            progress_step(&progress, (double)f.time_us / (double)rec_demux_duration_us(in));
    }
    progress_end(&progress);
    return err || more < 0;
}

static int convert_media(const char *source, const char *path)
{
    struct output_conf conf = {
        .path = path, .format = option.format, .comment = option.metadata, .faststart = option.faststart};
    struct output_track tracks[REC_DEMUX_TRACKS];
    int number[REC_DEMUX_TRACKS], result = 1;
    char *ending = option.format ? g_ascii_strdown(option.format, -1) : output_ending(path);
    struct output *out = NULL;
    struct rec_demux *in = NULL;
    unsigned i, n = 0;
    int err = rec_demux_open(&in, source, false);

    if (err) {
        complain("%s: %s", source, err == -EINVAL ? "is neither an .mjr nor a media file" : g_strerror(-err));
        goto out;
    }
    for (i = 0; i < rec_demux_tracks(in); i++) {
        const AVCodecParameters *p = rec_demux_format(in)->streams[i]->codecpar;
        const struct rec_demux_track *t = rec_demux_track(in, i);

        number[i] = -1;
        if (!output_takes(ending, p->codec_id)) {
            complain("%s: a .%s file does not take %s: left out", source, ending, t->codec_name);
            continue;
        }
        number[i] = (int)n;
        tracks[n++] =
            (struct output_track){.params = p, .rotation = t->rotation, .title = t->title, .language = t->language};
    }
    if (!n) {
        complain("%s: nothing is left to be written", source);
        goto out;
    }
    result = output_open(&out, &conf, tracks, n) ? 1 : 0;
    if (!result)
        result = copy_frames(in, out, number) ? 1 : 0;
    if (out && output_close(out, !result))
        result = 1;
out:
    rec_demux_close(in);
    g_free(ending);
    return result;
}

int run_convert(int argc, char **argv)
{
    unsigned n, i, mjr = 0;
    int result;

    from_environment();
    if (!parse_options(&argc, &argv, entries, "SOURCE… DESTINATION", NULL, description, &result))
        return result;
    set_av_log(option.level);
    if (option.extensions)
        return list_endings();
    if (argc < (option.parse ? 2 : 3))
        return misused("sources and a destination are needed");
    n = (unsigned)argc - (option.parse ? 1 : 2);
    if (n > SOURCES_MOST)
        return misused("more than %d sources", SOURCES_MOST);
    for (i = 0; i < n; i++)
        mjr += mjr_is_one(argv[1 + i]);
    if (mjr == n)
        return convert_mjr(argv + 1, n, option.parse ? NULL : argv[argc - 1]);
    if (n > 1 || option.parse)
        return complain("several sources must all be .mjr files");
    return convert_media(argv[1], argv[2]);
}
