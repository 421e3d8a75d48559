/* SPDX-License-Identifier: Apache-2.0 */
#include "cors.h"

size_t cors_headers(struct cors_header out[CORS_MOST_HEADERS], const struct cors *cors, const char *methods,
                    const char *headers)
{
    size_t n = 0;

    out[n++] = (struct cors_header){"Access-Control-Allow-Origin", cors->allow_origin};
    if (cors->configured) {
        out[n++] = (struct cors_header){"Access-Control-Allow-Credentials", "true"};
        out[n++] = (struct cors_header){"Vary", "Origin"};
    }
    out[n++] = (struct cors_header){"Access-Control-Max-Age", "86400"};
    if (methods)
        out[n++] = (struct cors_header){"Access-Control-Allow-Methods", methods};
    if (headers)
        out[n++] = (struct cors_header){"Access-Control-Allow-Headers", headers};
    return n;
}
