/* SPDX-License-Identifier: Apache-2.0 */
/* Where everybody's picture is. Pure. */
#ifndef CARDEA_REC_LAYOUT_H
#define CARDEA_REC_LAYOUT_H

#define LAYOUT_CELLS 64 /* more people are not shown */

enum layout_kind { LAYOUT_GRID, LAYOUT_SPEAKER };

/* Even numbers, all of them, inside the canvas. */
struct cell {
    int x, y, width, height;
};

/*
 * Cells of n pictures (1 … LAYOUT_CELLS) on a canvas. Grid: as square as it gets, the last row in the middle. Speaker:
 * cell [speaker] is large, the others stand in a row below it; as many as fit, the rest get width 0.
 */
void layout_place(struct cell *cells, unsigned n, enum layout_kind kind, unsigned speaker, int width, int height);

#endif
