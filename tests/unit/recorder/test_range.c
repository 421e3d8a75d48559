/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void ranges(void **state)
{
    static const struct {
        const char *value;
        uint64_t size;
        int status;
        uint64_t offset, len;
    } cases[] = {
        {NULL, 1000, 200, 0, 1000},
        {"bytes=0-", 1000, 206, 0, 1000},
        {"bytes=0-0", 1000, 206, 0, 1},
        {"Bytes=10-19", 1000, 206, 10, 10},
        {"bytes=990-5000", 1000, 206, 990, 10},
        {"bytes=-100", 1000, 206, 900, 100},
        {"bytes=-5000", 1000, 206, 0, 1000},
        {"bytes=1000-", 1000, 416, 0, 0},
        {"bytes=-0", 1000, 416, 0, 0},
        {"bytes=0-", 0, 416, 0, 0},
        {"bytes=5-2", 1000, 200, 0, 1000},
        {"bytes=-", 1000, 200, 0, 1000},
        {"bytes=0-1,5-6", 1000, 200, 0, 1000},
        {"bytes=a-b", 1000, 200, 0, 1000},
        {"lines=0-1", 1000, 200, 0, 1000},
        {"bytes=99999999999999999999-", 1000, 200, 0, 1000},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rec_range r;
        int status = rec_range_read(&r, cases[i].value, cases[i].size);

        if (status != cases[i].status || (status != 416 && (r.offset != cases[i].offset || r.len != cases[i].len)))
            fail_msg("%s of %d: %d, %d+%d", cases[i].value, (int)cases[i].size, status, (int)r.offset, (int)r.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
