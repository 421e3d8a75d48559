/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec compose: everybody's files into one, picture by picture. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/frame.h>

#include "encode.h"
#include "layout.h"
#include "output.h"
#include "player.h"
#include "rec.h"
#include "timeline.h"

#define SPEAKER_HOLD_US 1500000 /* nobody is cut off in the middle of a word */
#define LOUD            1e-4f   /* mean square: -40 dB */
#define SMOOTH          0.9f    /* of a picture's loudness goes on into the next one's */
#define LIMIT_RELEASE   0.9995f /* how a limited mix comes back, a sample */

static struct {
    char *layout, *size, *video, *audio, *format, *preset;
    int fps, video_kbps, audio_kbps, quality;
    double from, to;
    gboolean no_video, no_audio, no_names, encoders, quiet;
} option = {.fps = 25, .audio_kbps = 96, .quality = -1};

static const GOptionEntry entries[] = {
    {"layout", 'l', 0, G_OPTION_ARG_STRING, &option.layout, "grid, or speaker: who talks is large (grid)", "KIND"},
    {"size", 's', 0, G_OPTION_ARG_STRING, &option.size, "Size of the picture (1280x720)", "WxH"},
    {"fps", 'r', 0, G_OPTION_ARG_INT, &option.fps, "Pictures a second (25)", "N"},
    {"video-encoder", 'V', 0, G_OPTION_ARG_STRING, &option.video, "libavcodec's name (by the kind of file)", "NAME"},
    {"audio-encoder", 'A', 0, G_OPTION_ARG_STRING, &option.audio, "libavcodec's name (by the kind of file)", "NAME"},
    {"encoders", 0, 0, G_OPTION_ARG_NONE, &option.encoders, "List the encoders that are there", NULL},
    {"video-bitrate", 'b', 0, G_OPTION_ARG_INT, &option.video_kbps, "kbit/s (a tenth of a bit a pixel)", "N"},
    {"audio-bitrate", 'a', 0, G_OPTION_ARG_INT, &option.audio_kbps, "kbit/s (96)", "N"},
    {"quality", 'Q', 0, G_OPTION_ARG_INT, &option.quality, "Constant quality (crf) instead of a bitrate", "N"},
    {"preset", 'p', 0, G_OPTION_ARG_STRING, &option.preset, "Of the encoder: slower is smaller (quick)", "NAME"},
    {"format", 'f', 0, G_OPTION_ARG_STRING, &option.format, "Kind of file, whatever the name says", "ENDING"},
    {"from", 0, 0, G_OPTION_ARG_DOUBLE, &option.from, "Begin here", "SECONDS"},
    {"to", 0, 0, G_OPTION_ARG_DOUBLE, &option.to, "End here", "SECONDS"},
    {"no-video", 0, 0, G_OPTION_ARG_NONE, &option.no_video, "Sound only", NULL},
    {"no-audio", 0, 0, G_OPTION_ARG_NONE, &option.no_audio, "Pictures only", NULL},
    {"no-names", 0, 0, G_OPTION_ARG_NONE, &option.no_names, "Do not write names into the pictures", NULL},
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &option.quiet, "No progress", NULL},
    {0},
};

static const char description[] =
    "Sources are the folder of a session, manifests (.json), or media files, each with an optional beginning in\n"
    "seconds behind an '@'. People come and go as they did; who has no picture is only heard.\n\n"
    "  cardea-rec compose recordings/room-1234/ meeting.mp4\n"
    "  cardea-rec compose --layout=speaker --quality=24 alice.webm bob.webm@12.5 both.webm\n";

struct composition {
    /* owned */
    struct timeline timeline;
    struct player **players;
    unsigned n;
    struct encode *encode;
    AVFrame *canvas;
    float *mix;
    /* given */
    int width, height, fps;
    enum layout_kind kind;
    /* state */
    int64_t begin_us, end_us;
    int64_t samples; /* mixed so far */
    float gain;      /* of the limiter */
    float *loudness; /* smoothed, of each player */
    unsigned speaker;
    int64_t speaker_since_us;
    struct cell cells[LAYOUT_CELLS];
    unsigned shown[LAYOUT_CELLS], n_shown; /* who has which cell */
};

/* --- pictures ----------------------------------------------------------------------------------------------------- */

static void blacken(AVFrame *f)
{
    int y;

    for (y = 0; y < f->height; y++)
        memset(f->data[0] + (ptrdiff_t)y * f->linesize[0], 16, (size_t)f->width);
    for (y = 0; y < f->height / 2; y++) {
        memset(f->data[1] + (ptrdiff_t)y * f->linesize[1], 128, (size_t)f->width / 2);
        memset(f->data[2] + (ptrdiff_t)y * f->linesize[2], 128, (size_t)f->width / 2);
    }
}

static void copy_plane(AVFrame *to, const AVFrame *from, int plane, const struct cell *c)
{
    int shift = plane ? 1 : 0, y;
    uint8_t *out = to->data[plane] + (ptrdiff_t)(c->y >> shift) * to->linesize[plane] + (c->x >> shift);

    for (y = 0; y < c->height >> shift; y++)
        memcpy(out + (ptrdiff_t)y * to->linesize[plane], from->data[plane] + (ptrdiff_t)y * from->linesize[plane],
               (size_t)(c->width >> shift));
}

/* Who is seen, and where. Returns whether that is new. */
static bool arrange(struct composition *c)
{
    struct cell cells[LAYOUT_CELLS];
    unsigned shown[LAYOUT_CELLS], n = 0, large = 0, i;

    memset(cells, 0, sizeof(cells));
    for (i = 0; i < c->n && n < LAYOUT_CELLS; i++) {
        if (!player_is_visible(c->players[i]))
            continue;
        if (i == c->speaker)
            large = n;
        shown[n++] = i;
    }
    if (n)
        layout_place(cells, n, c->kind, large, c->width, c->height);
    if (n == c->n_shown && !memcmp(shown, c->shown, n * sizeof(shown[0])) && !memcmp(cells, c->cells, sizeof(cells)))
        return false;
    memcpy(c->shown, shown, n * sizeof(shown[0]));
    memcpy(c->cells, cells, sizeof(cells));
    c->n_shown = n;
    return true;
}

static int draw(struct composition *c, int64_t number)
{
    bool all, changed;
    unsigned i;

    if (av_frame_make_writable(c->canvas) < 0)
        return -1;
    all = arrange(c);
    if (all)
        blacken(c->canvas);
    for (i = 0; i < c->n_shown; i++) {
        const struct cell *cell = &c->cells[i];
        const AVFrame *f =
            cell->width ? player_picture(c->players[c->shown[i]], cell->width, cell->height, &changed) : NULL;
        int plane;

        for (plane = 0; f && (changed || all) && plane < 3; plane++)
            copy_plane(c->canvas, f, plane, cell);
    }
    return encode_picture(c->encode, c->canvas, number);
}

/* --- sound -------------------------------------------------------------------------------------------------------- */

/* The loudest one, when it is somebody else for a while. */
static void choose_speaker(struct composition *c, int64_t now_us)
{
    unsigned loudest = c->speaker, i;

    for (i = 0; i < c->n; i++) {
        c->loudness[i] = SMOOTH * c->loudness[i] + (1 - SMOOTH) * player_loudness(c->players[i]);
        if (c->loudness[i] > LOUD && c->loudness[i] > 2 * c->loudness[loudest] && player_is_visible(c->players[i]))
            loudest = i;
    }
    if (loudest == c->speaker && player_is_visible(c->players[c->speaker]))
        return;
    if (now_us - c->speaker_since_us < SPEAKER_HOLD_US && player_is_visible(c->players[c->speaker]))
        return;
    c->speaker = loudest;
    c->speaker_since_us = now_us;
}

/* Down at once where the sum of all is too loud, and slowly up again. */
static void limit(struct composition *c, int n)
{
    float peak, most;
    int i;

    for (i = 0; i < n; i++) {
        peak = fmaxf(fabsf(c->mix[2 * i]), fabsf(c->mix[2 * i + 1]));
        most = peak > 0.98f ? 0.98f / peak : 1;
        c->gain = most < c->gain ? most : 1 - (1 - c->gain) * LIMIT_RELEASE;
        if (c->gain > most)
            c->gain = most;
        c->mix[2 * i] *= c->gain;
        c->mix[2 * i + 1] *= c->gain;
    }
}

static int hear(struct composition *c, int64_t until_us)
{
    int64_t until = until_us * (PLAYER_RATE / 1000) / 1000;
    int n = (int)(until - c->samples);
    unsigned i;

    if (n <= 0)
        return 0;
    memset(c->mix, 0, sizeof(float) * 2 * (size_t)n);
    for (i = 0; i < c->n; i++)
        player_sound(c->players[i], c->mix, n);
    c->samples += n;
    limit(c, n);
    return option.no_audio || until_us <= c->begin_us ? 0 : encode_sound(c->encode, c->mix, n);
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static bool is_over(const struct composition *c, int64_t now_us)
{
    unsigned i;

    if (option.to > 0 && now_us >= c->end_us)
        return true;
    for (i = 0; i < c->n; i++) {
        if (!player_is_over(c->players[i]))
            return false;
    }
    return true;
}

/* Of what comes before, nothing is read that need not be. Returns the number of the first picture. */
static int64_t skip_to_begin(struct composition *c)
{
    int64_t number = c->begin_us * c->fps / 1000000, now_us = number * 1000000 / c->fps;
    unsigned i;

    c->samples = now_us * (PLAYER_RATE / 1000) / 1000;
    for (i = 0; number && i < c->n; i++)
        player_skip_to(c->players[i], now_us);
    return number;
}

static int run(struct composition *c)
{
    int64_t number = skip_to_begin(c), now_us = number * 1000000 / c->fps, picture = 0;
    struct progress progress;
    unsigned i;
    int err = 0;

    progress_begin(&progress, "composing", option.quiet);
    while (!err && !is_over(c, now_us)) {
        for (i = 0; i < c->n; i++) {
            player_advance(c->players[i], now_us);
            if (player_end_us(c->players[i]) > c->end_us && option.to <= 0)
                c->end_us = player_end_us(c->players[i]);
        }
        if (now_us >= c->begin_us && !option.no_video)
            err = draw(c, picture++);
        number++;
        now_us = number * 1000000 / c->fps;
        if (!err)
            err = hear(c, now_us);
        choose_speaker(c, now_us);
        if (c->end_us > c->begin_us)
            progress_step(&progress, (double)(now_us - c->begin_us) / (double)(c->end_us - c->begin_us));
    }
    progress_end(&progress);
    if (!err && !option.quiet && picture + c->samples > 0) {
        char length[24];

        printf("%s, %lld pictures, %u people\n", duration_text(length, now_us - c->begin_us), (long long)picture, c->n);
    }
    return err;
}

static bool read_size(struct composition *c)
{
    char *end;

    c->width = 1280;
    c->height = 720;
    if (option.size) {
        c->width = (int)strtol(option.size, &end, 10);
        c->height = *end == 'x' ? (int)strtol(end + 1, &end, 10) : 0;
        if (*end || c->width < 64 || c->height < 64 || c->width > 7680 || c->height > 4320)
            return false;
    }
    c->width &= ~1;
    c->height &= ~1;
    return true;
}

static int prepare(struct composition *c, const char *path)
{
    struct encode_conf conf = {.path = path,
                               .format = option.format,
                               .video = option.video,
                               .audio = option.audio,
                               .preset = option.preset,
                               .width = option.no_video ? 0 : c->width,
                               .height = option.no_video ? 0 : c->height,
                               .fps = c->fps,
                               .video_bps = (int64_t)option.video_kbps * 1000,
                               .audio_bps = (int64_t)option.audio_kbps * 1000,
                               .quality = option.quality,
                               .rate = option.no_audio ? 0 : PLAYER_RATE};
    unsigned i;

    timeline_settle(&c->timeline);
    c->n = c->timeline.people->len;
    c->players = g_new0(struct player *, c->n);
    c->loudness = g_new0(float, c->n);
    c->mix = g_new0(float, 2 * (size_t)PLAYER_RATE);
    c->gain = 1;
    c->begin_us = (int64_t)(option.from * 1e6);
    c->end_us = option.to > 0 ? (int64_t)(option.to * 1e6) : c->timeline.end_us;
    for (i = 0; i < c->n; i++)
        c->players[i] = player_new(c->timeline.people->pdata[i], !option.no_names);
    c->canvas = av_frame_alloc();
    c->canvas->format = AV_PIX_FMT_YUV420P;
    c->canvas->width = c->width;
    c->canvas->height = c->height;
    if (av_frame_get_buffer(c->canvas, 0) < 0)
        return complain("no memory");
    blacken(c->canvas);
    return encode_open(&c->encode, &conf) ? 1 : 0;
}

static void release(struct composition *c)
{
    unsigned i;

    for (i = 0; i < c->n; i++)
        player_free(c->players[i]);
    av_frame_free(&c->canvas);
    g_free(c->players);
    g_free(c->loudness);
    g_free(c->mix);
    timeline_free(&c->timeline);
}

int run_compose(int argc, char **argv)
{
    struct composition c = {0};
    int result, i;

    if (!parse_options(&argc, &argv, entries, "SOURCE… DESTINATION", NULL, description, &result))
        return result;
    if (option.encoders) {
        encode_list();
        return 0;
    }
    if (argc < 3)
        return misused("sources and a destination are needed");
    if (option.layout && strcmp(option.layout, "grid") && strcmp(option.layout, "speaker"))
        return misused("'%s' is no layout: grid or speaker", option.layout);
    if (!read_size(&c) || option.fps < 1 || option.fps > 120)
        return misused("a size is WIDTHxHEIGHT, 64x64 … 7680x4320; pictures a second are 1 … 120");
    if (option.no_video && option.no_audio)
        return misused("nothing is left to be done");
    if (option.to > 0 && option.to <= option.from)
        return misused("it ends before it begins");
    c.kind = option.layout && !strcmp(option.layout, "speaker") ? LAYOUT_SPEAKER : LAYOUT_GRID;
    c.fps = option.fps;
    timeline_init(&c.timeline);
    for (i = 1, result = 0; i < argc - 1 && !result; i++)
        result = timeline_add(&c.timeline, argv[i]) ? 0 : 1;
    if (!result)
        result = prepare(&c, argv[argc - 1]);
    if (!result)
        result = run(&c) ? 1 : 0;
    if (c.encode && encode_close(c.encode, !result))
        result = 1;
    release(&c);
    return result;
}
