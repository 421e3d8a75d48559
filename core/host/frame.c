/* SPDX-License-Identifier: Apache-2.0 */
#include "host/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define HEAD 13 /* length, kind and id */

static void put_u32(uint8_t *p, uint32_t v)
{
    v = GUINT32_TO_BE(v);
    memcpy(p, &v, sizeof(v));
}

static void put_u64(uint8_t *p, uint64_t v)
{
    v = GUINT64_TO_BE(v);
    memcpy(p, &v, sizeof(v));
}

int gw_frame_put(GByteArray *out, enum gw_frame_kind kind, uint64_t id, json_t *head, const void *body, size_t len)
{
    char *text = head ? json_dumps(head, JSON_COMPACT) : NULL;
    size_t text_len = text ? strlen(text) : 0, all;
    uint8_t fixed[HEAD];

    json_decref(head);
    all = HEAD + text_len + 1 + len;
    if (len > GW_FRAME_MOST || all > GW_FRAME_MOST) {
        free(text);
        return GW_ELIMIT;
    }
    put_u32(fixed, (uint32_t)(all - 4));
    fixed[4] = (uint8_t)kind;
    put_u64(fixed + 5, id);
    g_byte_array_append(out, fixed, HEAD);
    g_byte_array_append(out, (const guint8 *)(text ? text : ""), (guint)text_len + 1);
    if (len)
        g_byte_array_append(out, body, (guint)len);
    free(text);
    return 0;
}

int gw_frame_read(struct gw_frame *out, const uint8_t *data, size_t len)
{
    const char *text = (const char *)data + HEAD;
    uint32_t rest;
    uint64_t id;
    size_t head_len;

    if (len < 4)
        return 0;
    memcpy(&rest, data, sizeof(rest));
    rest = GUINT32_FROM_BE(rest);
    if (rest < HEAD - 4 || rest > GW_FRAME_MOST)
        return GW_EPARSE;
    if (len < (size_t)rest + 4)
        return 0;
    memcpy(&id, data + 5, sizeof(id));
    *out = (struct gw_frame){.kind = data[4], .id = GUINT64_FROM_BE(id)};
    rest -= HEAD - 4;
    head_len = strnlen(text, rest);
    if (head_len && !(out->head = json_loadb(text, head_len, JSON_REJECT_DUPLICATES, NULL)))
        return GW_EPARSE;
    if (head_len < rest) {
        out->body = text + head_len + 1;
        out->len = rest - head_len - 1;
    }
    return (int)(rest + HEAD);
}
