/* SPDX-License-Identifier: Apache-2.0 */
#include "graph.h"

#include <stdio.h>

#include <glib.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/error.h>
#include <libavutil/opt.h>

#define CAPTION_LEAST 10 /* pixels of height that can be read */

struct graph {
    AVFilterGraph *graph;
    AVFilterContext *source, *sink; /* of the graph */
    /* pictures: what it was made for */
    int format, in_width, in_height, width, height;
    unsigned rotation;
    /* sound: base of times inside */
    AVRational base;
};

/* The filter that writes, with its text; NULL: none is there, or it finds no font. */
static AVFilterContext *make_caption(AVFilterGraph *graph, const char *text, int height)
{
    const AVFilter *writes = avfilter_get_by_name("drawtext");
    AVFilterContext *c = writes && text && *text ? avfilter_graph_alloc_filter(graph, writes, "caption") : NULL;

    if (!c)
        return NULL;
    av_opt_set(c, "text", text, AV_OPT_SEARCH_CHILDREN);
    av_opt_set(c, "expansion", "none", AV_OPT_SEARCH_CHILDREN);
    av_opt_set_int(c, "fontsize", height / 20 > CAPTION_LEAST ? height / 20 : CAPTION_LEAST, AV_OPT_SEARCH_CHILDREN);
    av_opt_set(c, "fontcolor", "white", AV_OPT_SEARCH_CHILDREN);
    av_opt_set(c, "x", "(w-tw)/2", AV_OPT_SEARCH_CHILDREN);
    av_opt_set(c, "y", "h-th-h/40", AV_OPT_SEARCH_CHILDREN);
    av_opt_set_int(c, "box", 1, AV_OPT_SEARCH_CHILDREN);
    av_opt_set(c, "boxcolor", "black@0.5", AV_OPT_SEARCH_CHILDREN);
    av_opt_set_int(c, "boxborderw", 4, AV_OPT_SEARCH_CHILDREN);
    if (avfilter_init_str(c, NULL) >= 0)
        return c;
    avfilter_free(c);
    return NULL;
}

/* Source "buffer" or "abuffer" with its arguments, the filters between, the sink. */
static struct graph *make(const char *source, const char *arguments, const char *sink, const char *filters,
                          const char *caption, int height)
{
    struct graph *g = g_new0(struct graph, 1);
    AVFilterInOut *in = avfilter_inout_alloc(), *out = avfilter_inout_alloc();
    AVFilterContext *last;
    int err;

    g->graph = avfilter_graph_alloc();
    if (!g->graph || !in || !out)
        goto failed;
    g->graph->nb_threads = 1; /* encoding uses the others */
    err = avfilter_graph_create_filter(&g->source, avfilter_get_by_name(source), "in", arguments, NULL, g->graph);
    if (err < 0 || avfilter_graph_create_filter(&g->sink, avfilter_get_by_name(sink), "out", NULL, NULL, g->graph) < 0)
        goto failed;
    last = make_caption(g->graph, caption, height);
    if (last && avfilter_link(last, 0, g->sink, 0))
        goto failed;
    *out = (AVFilterInOut){.name = av_strdup("in"), .filter_ctx = g->source};
    *in = (AVFilterInOut){.name = av_strdup("out"), .filter_ctx = last ? last : g->sink};
    if (avfilter_graph_parse_ptr(g->graph, filters, &in, &out, NULL) < 0 || avfilter_graph_config(g->graph, NULL) < 0)
        goto failed;
    g->base = av_buffersink_get_time_base(g->sink);
    avfilter_inout_free(&in);
    avfilter_inout_free(&out);
    return g;
failed:
    avfilter_inout_free(&in);
    avfilter_inout_free(&out);
    graph_free(g);
    return NULL;
}

static const char *turn(unsigned rotation)
{
    switch (rotation) {
    case 90:
        return "transpose=clock,";
    case 180:
        return "hflip,vflip,";
    case 270:
        return "transpose=cclock,";
    default:
        return "";
    }
}

struct graph *graph_new_picture(const AVFrame *like, unsigned rotation, int width, int height, const char *caption)
{
    char arguments[200], filters[300];
    struct graph *g;

    snprintf(
        arguments, sizeof(arguments), "video_size=%dx%d:pix_fmt=%d:time_base=1/1000000:pixel_aspect=%d/%d", like->width,
        like->height, like->format, like->sample_aspect_ratio.num > 0 ? like->sample_aspect_ratio.num : 1,
        like->sample_aspect_ratio.den > 0 && like->sample_aspect_ratio.num > 0 ? like->sample_aspect_ratio.den : 1);
    snprintf(filters, sizeof(filters),
             "%sscale=%d:%d:force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bilinear,"
             "pad=%d:%d:(ow-iw)/2:(oh-ih)/2,format=yuv420p",
             turn(rotation), width, height, width, height);
    g = make("buffer", arguments, "buffersink", filters, caption, height);
    if (!g)
        return NULL;
    g->format = like->format;
    g->in_width = like->width;
    g->in_height = like->height;
    g->width = width;
    g->height = height;
    g->rotation = rotation;
    return g;
}

bool graph_fits_picture(const struct graph *g, const AVFrame *frame, unsigned rotation, int width, int height)
{
    return frame && g->format == frame->format && g->in_width == frame->width && g->in_height == frame->height &&
           g->rotation == rotation && g->width == width && g->height == height;
}

struct graph *graph_new_sound(const AVFrame *like, int rate)
{
    char arguments[200], filters[200], layout[64] = "mono";

    if (like->ch_layout.order != AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_describe(&like->ch_layout, layout, sizeof(layout));
    else if (like->ch_layout.nb_channels > 1)
        snprintf(layout, sizeof(layout), "%dc", like->ch_layout.nb_channels);
    snprintf(arguments, sizeof(arguments), "time_base=1/1000000:sample_rate=%d:sample_fmt=%d:channel_layout=%s",
             like->sample_rate, like->format, layout);
    snprintf(filters, sizeof(filters), "aresample=%d,aformat=sample_fmts=flt:sample_rates=%d:channel_layouts=stereo",
             rate, rate);
    return make("abuffer", arguments, "abuffersink", filters, NULL, 0);
}

int graph_put(struct graph *g, const AVFrame *frame)
{
    return av_buffersrc_write_frame(g->source, frame);
}

int graph_take(struct graph *g, AVFrame *out)
{
    int err = av_buffersink_get_frame(g->sink, out);

    if (err >= 0 && out->pts != AV_NOPTS_VALUE)
        out->pts = av_rescale_q(out->pts, g->base, AV_TIME_BASE_Q);
    return err;
}

void graph_free(struct graph *g)
{
    if (!g)
        return;
    avfilter_graph_free(&g->graph);
    g_free(g);
}
