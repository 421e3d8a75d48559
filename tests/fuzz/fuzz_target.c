/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of HTTP that are read by hand: the first byte says which, 0 the target of a request (and what lies below a
 * base), 1 a list of entity tags, 2 a Range. What is decoded has no way out of its folder.
 */
#include <stdlib.h>
#include <string.h>

#include "../../plugins/recorder/range.h"
#include "../../transports/http/path.h"
#include "../../transports/http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void target(const char *text)
{
    struct target t;
    const char *rest;

    if (target_read(&t, text) != TARGET_GOOD)
        return;
    if (t.path[0] != '/' || strlen(t.path) >= sizeof(t.path) || !t.query)
        abort();
    page_type(t.path);
    if (page_path_is_safe(t.path) && (strstr(t.path, "/../") || strchr(t.path, '\\')))
        abort();
    rest = target_below("/janus", t.path);
    if (rest && (rest < t.path || rest > t.path + strlen(t.path)))
        abort();
}

static void range(const char *text)
{
    static const uint64_t sizes[] = {0, 1, 1000, UINT64_MAX / 2};
    struct rec_range r;

    for (unsigned i = 0; i < 4; i++)
        if (rec_range_read(&r, text, sizes[i]) < 300 && (r.offset > sizes[i] || r.len > sizes[i] - r.offset))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = size ? strndup((const char *)data + 1, size - 1) : NULL;

    if (!text)
        return 0;
    switch (data[0] % 3) {
    case 0:
        target(text);
        break;
    case 1:
        target_tag_matches(text, "\"5-7\"");
        break;
    default:
        range(text);
        break;
    }
    free(text);
    return 0;
}
