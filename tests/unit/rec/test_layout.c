/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../tools/rec/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

static bool overlap(const struct cell *a, const struct cell *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

/* Even, inside, and nobody in front of somebody else. */
static void assert_sound(const struct cell *cells, unsigned n, int width, int height)
{
    unsigned i, k;

    for (i = 0; i < n; i++) {
        if (!cells[i].width)
            continue;
        assert_false((cells[i].x | cells[i].y | cells[i].width | cells[i].height) & 1);
        assert_true(cells[i].x >= 0 && cells[i].y >= 0 && cells[i].width > 0 && cells[i].height > 0);
        assert_true(cells[i].x + cells[i].width <= width && cells[i].y + cells[i].height <= height);
        for (k = 0; k < i; k++)
            assert_false(cells[k].width && overlap(&cells[i], &cells[k]));
    }
}

static void one_fills_the_canvas(void **state)
{
    struct cell c;

    layout_place(&c, 1, LAYOUT_GRID, 0, 1280, 720);
    assert_true(c.x == 0 && c.y == 0 && c.width == 1280 && c.height == 720);
    layout_place(&c, 1, LAYOUT_SPEAKER, 0, 1280, 720);
    assert_true(c.width == 1280 && c.height == 720);
}

static void grids_are_square(void **state)
{
    struct cell c[5];

    layout_place(c, 4, LAYOUT_GRID, 0, 1280, 720);
    assert_int_equal(c[0].width, 636);
    assert_int_equal(c[3].x, c[1].x);
    assert_int_equal(c[3].y, c[2].y);
    layout_place(c, 5, LAYOUT_GRID, 0, 1280, 720);
    assert_int_equal(c[2].y, 0);
    assert_int_equal(c[3].x + c[4].x + c[4].width, 1280); /* the last row is in the middle */
}

static void the_speaker_is_large(void **state)
{
    struct cell c[4];

    layout_place(c, 4, LAYOUT_SPEAKER, 2, 1280, 720);
    assert_true(c[2].width == 1280 && c[2].height > 560);
    assert_true(c[0].height == 144 && c[0].y == 576);
    assert_int_equal(c[0].x + c[3].x + c[3].width, 1280);
}

static void every_number_on_every_canvas(void **state)
{
    static const int sizes[][2] = {{64, 64}, {1280, 720}, {720, 1280}, {1921, 1081}, {7680, 4320}};
    struct cell c[LAYOUT_CELLS];
    unsigned n, i;

    for (i = 0; i < 5; i++) {
        for (n = 1; n <= (i ? LAYOUT_CELLS : 9); n++) {
            layout_place(c, n, LAYOUT_GRID, 0, sizes[i][0], sizes[i][1]);
            assert_sound(c, n, sizes[i][0], sizes[i][1]);
            assert_true(c[n - 1].width > 0);
            layout_place(c, n, LAYOUT_SPEAKER, n / 2, sizes[i][0], sizes[i][1]);
            assert_sound(c, n, sizes[i][0], sizes[i][1]);
            assert_true(c[n / 2].width > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_fills_the_canvas),
        cmocka_unit_test(grids_are_square),
        cmocka_unit_test(the_speaker_is_large),
        cmocka_unit_test(every_number_on_every_canvas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
