/* SPDX-License-Identifier: Apache-2.0 */
/* A .mjr file on its way through cardea-rec: packets in order, their times, frames. First byte: choices. */
#include <stdlib.h>

#include "../../tools/rec/rec.h"
#include "../../tools/rec/stream.h"
#include "../../tools/rec/text.h"
#include "../../tools/rec/timing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* What the program would say. */
int complain(const char *fmt, ...)
{
    return 1;
}

static int take(void *arg, const struct rec_frame *frame, int64_t time_us, int64_t duration_us)
{
    unsigned *n = arg;

    require(frame->len > 0 && duration_us >= 0);
    (*n)++;
    return 0;
}

static void check_order(const struct packets *p)
{
    size_t i;

    for (i = 1; i < p->n; i++)
        require(p->at[i].seq > p->at[i - 1].seq);
    require(packets_duration_us(p) >= 0 && timing_head_start_us(p) >= 0);
}

static void check_cues(const struct packets *p)
{
    size_t i;

    for (i = 0; i < p->n; i++) {
        struct cue cue = text_cue(p, i);

        require(cue.begin_us >= 0 && cue.end_us > cue.begin_us);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct packets_choice choice = {.payload_type = -1};
    struct timing timing = {.restamp_count = 10};
    struct stream s = {0};
    unsigned frames = 0;

    if (len < 2)
        return 0;
    timing.by_arrival = data[0] & 1;
    timing.skew_ms = data[0] & 2 ? 50 : 0;
    timing.restamp = data[0] & 4 ? 2000 : 0;
    choice.ignore_first = data[0] >> 3 & 3;
    s.conf.drop_broken = data[0] & 0x20;
    if (packets_read(&s.packets, data + 1, len - 1, &choice))
        return 0;
    check_order(&s.packets);
    timing_apply(&s.packets, &timing);
    if (s.packets.reader.info.kind == REC_MJR_DATA) {
        check_cues(&s.packets);
    } else if (s.packets.n && s.packets.codec && stream_probe(&s, "input")) {
        stream_start(&s, take, &frames);
        while (!s.result && stream_next_us(&s) != INT64_MAX)
            stream_step(&s);
        require(frames <= s.depacketizer.counters.frames);
    }
    stream_free(&s);
    return 0;
}
