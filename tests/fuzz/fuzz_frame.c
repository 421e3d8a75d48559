/* SPDX-License-Identifier: Apache-2.0 */
/* Frames between two gateways: what is read can be put again, and reads the same. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_again(const struct gw_frame *f)
{
    GByteArray *out = g_byte_array_new();
    struct gw_frame again;

    require(!gw_frame_put(out, f->kind, f->id, json_incref(f->head), f->body, f->len));
    require(gw_frame_read(&again, out->data, out->len) == (int)out->len);
    require(again.kind == f->kind && again.id == f->id && again.len == f->len);
    require(!f->len || !memcmp(again.body, f->body, f->len));
    require(f->head ? json_equal(f->head, again.head) : !again.head);
    json_decref(again.head);
    g_byte_array_unref(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (size_t at = 0; at < len;) {
        struct gw_frame f;
        int used = gw_frame_read(&f, data + at, len - at);

        require(used <= 0 || (size_t)used <= len - at);
        if (used <= 0)
            break;
        check_again(&f);
        json_decref(f.head);
        at += (size_t)used;
    }
    return 0;
}
