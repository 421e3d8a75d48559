/* SPDX-License-Identifier: Apache-2.0 */
/* Small filter graphs (libavfilter), one input and one output: pictures into a size, sound into a rate. One thread. */
#ifndef CARDEA_REC_GRAPH_H
#define CARDEA_REC_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include <libavutil/frame.h>

struct graph;

/*
 * For frames like this one. Turned by rotation, scaled to fit, black bars, yuv420p. caption: written into it, at the
 * bottom, if this libavfilter can write and finds a font; NULL: nothing. NULL: it cannot be done.
 */
struct graph *graph_new_picture(const AVFrame *like, unsigned rotation, int width, int height, const char *caption);
/* Whether such a frame, to be shown so, may go into it. */
bool graph_fits_picture(const struct graph *g, const AVFrame *frame, unsigned rotation, int width, int height);
/* Interleaved stereo floats at rate; times stay, in µs. */
struct graph *graph_new_sound(const AVFrame *like, int rate);

/* Puts a frame in, which stays the caller's; takes one out. 0 or negative AVERROR. */
int graph_put(struct graph *g, const AVFrame *frame);
int graph_take(struct graph *g, AVFrame *out);
void graph_free(struct graph *g); /* NULL is fine */

#endif
