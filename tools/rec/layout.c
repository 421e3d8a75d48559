/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include <stdbool.h>

#define GAP         8 /* pixels between pictures */
#define STRIP_PART  5 /* the row of listeners takes a fifth of the height */
#define STRIP_RATIO 16 / 9

static int even(int v)
{
    return v & ~1;
}

static void place_grid(struct cell *cells, unsigned n, int width, int height)
{
    unsigned columns = 1, rows, i;
    int w, h, left, in_row;

    while (columns * columns < n)
        columns++;
    rows = (n + columns - 1) / columns;
    w = even((width - GAP * ((int)columns - 1)) / (int)columns);
    h = even((height - GAP * ((int)rows - 1)) / (int)rows);
    for (i = 0; i < n; i++) {
        unsigned row = i / columns;

        in_row = row + 1 == rows ? (int)(n - row * columns) : (int)columns;
        left = even((width - in_row * w - (in_row - 1) * GAP) / 2);
        cells[i] = (struct cell){left + (int)(i % columns) * (w + GAP), (int)row * (h + GAP), w, h};
    }
}

static void place_speaker(struct cell *cells, unsigned n, unsigned speaker, int width, int height)
{
    int strip = even(height / STRIP_PART), w = even(strip * STRIP_RATIO), fit = (width + GAP) / (w + GAP);
    int others = (int)n - 1 < fit ? (int)n - 1 : fit, left = even((width - others * w - (others - 1) * GAP) / 2), k = 0;
    unsigned i;

    for (i = 0; i < n; i++) {
        if (i == speaker)
            cells[i] = (struct cell){0, 0, even(width), even(height - (n > 1 ? strip + GAP : 0))};
        else if (k < others)
            cells[i] = (struct cell){left + k++ * (w + GAP), even(height) - strip, w, strip};
        else
            cells[i] = (struct cell){0, 0, 0, 0};
    }
}

void layout_place(struct cell *cells, unsigned n, enum layout_kind kind, unsigned speaker, int width, int height)
{
    if (kind == LAYOUT_GRID || n < 2)
        place_grid(cells, n, width, height);
    else
        place_speaker(cells, n, speaker < n ? speaker : 0, width, height);
}
