/* SPDX-License-Identifier: Apache-2.0 */
/* A .mjr file: what is read can be written again, and read again. */
#include <stdlib.h>
#include <string.h>

#include "../../plugins/recorder/mjr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_info(const struct rec_mjr_info *info)
{
    uint8_t out[REC_MJR_MAGIC + 2 + REC_MJR_INFO_MAX];
    size_t at = rec_mjr_write_magic(out);
    struct rec_mjr_reader again;
    int n = rec_mjr_write_info(out + at, sizeof(out) - at, info);

    if (n < 0)
        return; /* a text cut in the middle of a character, or too long when escaped */
    require(!rec_mjr_open(&again, out, at + (size_t)n));
    require(!memcmp(&again.info, info, sizeof(*info)));
}

static void check_frame(struct rec_mjr_writer *w, enum rec_mjr_kind kind, const struct rec_mjr_frame *frame)
{
    static uint8_t out[REC_MJR_FRAME_HEAD + REC_MJR_BODY_MAX];
    int n;

    if (kind == REC_MJR_DATA)
        n = rec_mjr_write_data(w, out, sizeof(out), frame->body, frame->len, frame->wall_us, frame->ms);
    else
        n = rec_mjr_write_packet(w, out, sizeof(out), frame->body, frame->len, (int64_t)frame->ms * 1000);
    require(n < 0 || n == REC_MJR_FRAME_HEAD + (int)frame->len + (kind == REC_MJR_DATA ? 8 : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;
    struct rec_mjr_writer w;
    size_t before = 0;
    int more;

    if (rec_mjr_open(&r, data, len))
        return 0;
    require(r.at <= len && r.json_len <= len);
    if (!r.empty)
        check_info(&r.info);
    rec_mjr_writer_init(&w, r.info.kind == REC_MJR_VIDEO, 90000);
    while ((more = rec_mjr_next(&r, &frame)) > 0) {
        require(r.at > before && r.at <= len && frame.offset < r.at);
        require(frame.body >= data && frame.body + frame.len <= data + len);
        require(r.info.kind == REC_MJR_DATA || frame.len >= 12);
        check_frame(&w, r.info.kind, &frame);
        before = r.at;
    }
    return 0;
}
