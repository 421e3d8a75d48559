/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a traceparent: what is accepted has ids, and makes spans that are JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct gw_trace_who who = {"node", "1", "plugin", 1, 2};
    char *text = strndup((const char *)data, len);
    static const uint8_t none[16];
    struct gw_trace t = {0};
    json_t *o;

    if (gw_trace_parse(&t, text) != t.given)
        abort();
    if (t.given && (!memcmp(t.id, none, 16) || !memcmp(t.parent, none, 8)))
        abort();
    free(text);
    gw_trace_mark(&t, GW_TRACE_REQUEST, 1);
    gw_trace_mark(&t, GW_TRACE_SDP, 2);
    o = gw_trace_otlp(&t, &who);
    if (!o != t.unsampled)
        abort();
    json_decref(o);
    return 0;
}
