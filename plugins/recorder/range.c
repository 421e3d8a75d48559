/* SPDX-License-Identifier: Apache-2.0 */
#include "range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Digits, at most 18 of them. false: none. */
static bool read_number(const char **p, uint64_t *value)
{
    int digits = 0;

    for (*value = 0; **p >= '0' && **p <= '9'; (*p)++, digits++) {
        if (digits == 18)
            return false;
        *value = *value * 10 + (uint64_t)(**p - '0');
    }
    return digits > 0;
}

int rec_range_read(struct rec_range *out, const char *value, uint64_t size)
{
    uint64_t first = 0, last = 0;
    bool has_first, has_last;

    *out = (struct rec_range){0, size};
    if (!value || strncasecmp(value, "bytes=", 6))
        return 200;
    value += 6;
    has_first = read_number(&value, &first);
    if (*value++ != '-')
        return 200;
    has_last = read_number(&value, &last);
    if (*value || (!has_first && !has_last) || (has_first && has_last && last < first))
        return 200;
    if (!has_first) { /* the last so many bytes */
        first = last < size ? size - last : 0;
        has_last = false;
        if (!last)
            return 416;
    }
    if (first >= size)
        return 416;
    if (!has_last || last >= size)
        last = size - 1;
    *out = (struct rec_range){first, last - first + 1};
    return 206;
}
