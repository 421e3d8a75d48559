/* SPDX-License-Identifier: Apache-2.0 */
#include "jitter.h"

#include <string.h>

#define AT(j, seq) ((j)->slot[(seq) % REC_JITTER_SLOTS])

void rec_jitter_init(struct rec_jitter *j, int64_t delay_us, int64_t most_us)
{
    memset(j, 0, sizeof(*j));
    j->delay_us = delay_us;
    j->most_us = most_us;
}

enum rec_jitter_result rec_jitter_push(struct rec_jitter *j, uint64_t seq, int64_t arrival_us, void *item)
{
    if (!j->next)
        j->next = j->highest = seq;
    if (seq < j->next || (seq < j->next + REC_JITTER_SLOTS && AT(j, seq).item))
        return REC_JITTER_LATE;
    if (seq >= j->next + REC_JITTER_SLOTS) {
        if (j->held)
            return REC_JITTER_FULL;
        j->next = seq;
    }
    AT(j, seq).item = item;
    AT(j, seq).arrival_us = arrival_us;
    j->held++;
    if (seq > j->highest)
        j->highest = seq;
    return REC_JITTER_TAKEN;
}

static void *take(struct rec_jitter *j, uint64_t seq)
{
    void *item = AT(j, seq).item;

    AT(j, seq).item = NULL;
    j->held--;
    j->next = seq + 1;
    return item;
}

static uint64_t first(const struct rec_jitter *j)
{
    uint64_t seq = j->next;

    while (!AT(j, seq).item)
        seq++;
    return seq;
}

void *rec_jitter_pop(struct rec_jitter *j, int64_t now_us)
{
    uint64_t seq;
    int64_t age;

    if (!j->held)
        return NULL;
    seq = first(j);
    age = now_us - AT(j, seq).arrival_us;
    return age >= (seq == j->next ? j->delay_us : j->most_us) ? take(j, seq) : NULL;
}

void *rec_jitter_flush(struct rec_jitter *j)
{
    return j->held ? take(j, first(j)) : NULL;
}

void rec_jitter_restart(struct rec_jitter *j)
{
    j->next = j->highest = 0;
}
