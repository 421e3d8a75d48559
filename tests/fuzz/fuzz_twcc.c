/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrivals into the table, feedback out of it and read again. Two bytes a step: what happens, and by how much.
 * Every arrival that the window held is told once, with its time; nothing else is told.
 */
#include <stdlib.h>
#include <string.h>

#include "rtcp/twcc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct gw_twcc_table table;
static int64_t came[65536]; /* when, or LOST; of numbers not told yet */

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void tell(size_t room)
{
    static int64_t arrivals[GW_TWCC_MAX_ENTRIES];
    static uint8_t bytes[2048];
    struct gw_twcc_head head;
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;
    struct gw_writer w = gw_writer_make(bytes, room);
    int n = gw_twcc_table_write(&table, &w, 1, 2), i;
    uint16_t seq;
    int64_t off;

    if (!n) {
        require(!w.pos);
        return;
    }
    require(n > 0 && n <= GW_TWCC_MAX_ENTRIES && !w.failed && w.pos <= room);
    require(!gw_rtcp_check(bytes, w.pos));
    gw_rtcp_begin(&it, bytes, w.pos);
    require(gw_rtcp_next(&it, &p));
    require(gw_twcc_read(&p, &head, arrivals, GW_TWCC_MAX_ENTRIES) == n && head.count == n);
    for (i = 0; i < n; i++) {
        seq = (uint16_t)(head.base_seq + i);
        if (arrivals[i] == GW_TWCC_LOST)
            continue;
        off = came[seq] - arrivals[i];
        require(came[seq] != GW_TWCC_LOST && off >= -125 && off <= 125);
        came[seq] = GW_TWCC_LOST;
    }
}

static void add(uint16_t seq, int64_t now)
{
    uint64_t too_late = table.too_late, ext;
    uint64_t held;

    ext = gw_seq_look(&table.seq, seq);
    held = ext ? table.held[ext % GW_TWCC_WINDOW] & ~((uint64_t)1 << 63) : 0;
    gw_twcc_table_add(&table, seq, now);
    if (table.too_late == too_late && (!ext || held != ext))
        came[seq] = now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int64_t now = 1000000;
    uint16_t seq;
    size_t i;

    if (len < 2 || len > 4000)
        return 0;
    seq = (uint16_t)(data[0] << 8 | data[1]);
    gw_twcc_table_init(&table);
    for (i = 0; i < 65536; i++)
        came[i] = GW_TWCC_LOST;
    for (i = 2; i + 1 < len; i += 2) {
        switch (data[i] & 7) {
        case 0: /* the next ones */
        case 1:
            now += data[i + 1] * INT64_C(50);
            add(++seq, now);
            break;
        case 2: /* losses before it */
            seq = (uint16_t)(seq + (data[i + 1] & 0x3f));
            add(++seq, now);
            break;
        case 3: /* late, or again */
            add((uint16_t)(seq - data[i + 1] * (data[i] >> 4)), now);
            break;
        case 4: /* a pause */
            now += data[i + 1] * INT64_C(50000);
            break;
        case 5: /* a run */
            seq = (uint16_t)(seq + data[i + 1] * (data[i] >> 3));
            add(++seq, now);
            break;
        case 6:
            tell(data[i + 1] * (size_t)8);
            break;
        default: /* all there is */
            while (gw_twcc_table_is_pending(&table))
                tell(2048);
        }
    }
    while (gw_twcc_table_is_pending(&table))
        tell(2048);
    return 0;
}
