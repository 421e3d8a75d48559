/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include <string.h>
#include <strings.h>

#include <jansson.h>

bool layout_read(const char *name, enum layout *out)
{
    static const char *const names[] = {
        [LAYOUT_COMPACT] = "compact", [LAYOUT_PLAIN] = "plain", [LAYOUT_INDENTED] = "indented"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcasecmp(name, names[i])) {
            *out = (enum layout)i;
            return true;
        }
    return false;
}

char *layout_apply(enum layout layout, const char *text, size_t len)
{
    json_t *root = layout == LAYOUT_COMPACT ? NULL : json_loadb(text, len, JSON_ALLOW_NUL, NULL);
    char *out =
        root ? json_dumps(root, (layout == LAYOUT_INDENTED ? JSON_INDENT(3) : 0) | JSON_REAL_PRECISION(12)) : NULL;

    json_decref(root);
    return out;
}
