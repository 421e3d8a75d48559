/* SPDX-License-Identifier: Apache-2.0 */
/* Annex B of H.264 and H.265: NAL units behind start codes. */
#include <string.h>

#include "inside.h"

static const uint8_t start_code[4] = {0, 0, 0, 1};

int rec_put_start_code(struct rec_depacketizer *d)
{
    return rec_put(d, start_code, sizeof(start_code));
}

int rec_put_nal(struct rec_depacketizer *d, const uint8_t *nal, size_t len)
{
    if (d->in_unit)
        return GW_EPROTO;
    return rec_put_start_code(d) || rec_put(d, nal, len) ? GW_ELIMIT : 0;
}

int rec_put_fragment(struct rec_depacketizer *d, const uint8_t *head, size_t head_len, bool first, bool last,
                     const uint8_t *data, size_t len)
{
    if (first == d->in_unit)
        return GW_EPROTO;
    if (first && (rec_put_start_code(d) || rec_put(d, head, head_len)))
        return GW_ELIMIT;
    d->in_unit = !last;
    return rec_put(d, data, len);
}

/* Offset of the next start code of three bytes at or after `from`, or len. */
static size_t find_start(const uint8_t *data, size_t len, size_t from)
{
    size_t i;

    for (i = from; i + 3 <= len; i++) {
        if (!data[i] && !data[i + 1] && data[i + 2] == 1)
            return i;
    }
    return len;
}

void rec_config_from_nals(struct rec_depacketizer *d, const struct rec_parameters *p)
{
    const uint8_t *data = d->conf.buffer;
    uint8_t config[REC_CONFIG_MAX];
    size_t n = 0, at, next, end, len;
    bool sized = false;

    for (at = find_start(data, d->fill, 0); at < d->fill; at = next) {
        at += 3;
        next = find_start(data, d->fill, at);
        for (end = next; end > at && !data[end - 1]; end--)
            continue; /* zeros before a start code belong to it */
        len = end - at;
        if (!len || !p->is_parameter(data + at))
            continue;
        if (len + sizeof(start_code) > sizeof(config) - n)
            return;
        memcpy(config + n, start_code, sizeof(start_code));
        memcpy(config + n + sizeof(start_code), data + at, len);
        n += sizeof(start_code) + len;
        sized |= !p->size(data + at, len, &d->width, &d->height);
    }
    if (sized)
        rec_config_set(d, config, n);
}
