/* SPDX-License-Identifier: Apache-2.0 */
#include "bwe/queue.h"

#define CREEP       250    /* the least delay may have become longer: it is forgotten by 4 ms a second */
#define IDLE        15000  /* a packet that waits for less found nothing to speak of */
#define BUSY        7      /* packets: of fewer, somebody else's burst may be the reason */
#define GROWS       15000  /* from one feedback to the next, */
#define GROWS_TO    50000  /* to so much at least */
#define STUCK       80000  /* a queue of that length at all times is full, */
#define STUCK_FOR   150000 /* after so long, */
#define SHRINKS     20     /* unless it has become shorter by a twentieth of that time */
#define STUCK_STEPS 6

void gw_queue_begin(struct gw_queue *q)
{
    q->before_us = q->standing_us;
    q->standing_us = GW_QUEUE_UNKNOWN;
}

void gw_queue_packet(struct gw_queue *q, int64_t sent_us, int64_t arrival_us, int64_t now_us)
{
    int64_t delay_us = arrival_us - sent_us, waited_us;

    if (!q->least_at_us) {
        q->least_us = delay_us;
        q->least_at_us = now_us;
    }
    q->least_us += (now_us - q->least_at_us) / CREEP;
    q->least_at_us += (now_us - q->least_at_us) / CREEP * CREEP;
    if (delay_us < q->least_us)
        q->least_us = delay_us;
    waited_us = delay_us - q->least_us;
    if (waited_us < q->standing_us)
        q->standing_us = waited_us;
    if (waited_us < IDLE)
        q->busy_us = 0;
    else if (!q->busy_us)
        q->busy_us = arrival_us;
    q->busy_packets = q->busy_us ? q->busy_packets + 1 : 0;
    if (arrival_us > q->newest_us)
        q->newest_us = arrival_us;
}

void gw_queue_reset(struct gw_queue *q)
{
    *q = (struct gw_queue){.standing_us = GW_QUEUE_UNKNOWN, .before_us = GW_QUEUE_UNKNOWN};
}

int64_t gw_queue_busy_us(const struct gw_queue *q)
{
    return q->busy_packets > BUSY && q->newest_us > q->busy_us ? q->newest_us - q->busy_us : 0;
}

bool gw_queue_grows(const struct gw_queue *q)
{
    return q->standing_us != GW_QUEUE_UNKNOWN && q->before_us != GW_QUEUE_UNKNOWN && q->standing_us >= GROWS_TO &&
           q->standing_us - q->before_us >= GROWS && q->busy_us;
}

static void watch(struct gw_queue *q, int64_t now_us)
{
    q->stuck_us = now_us;
    q->stuck_from_us = q->standing_us;
}

bool gw_queue_stuck(struct gw_queue *q, int64_t newest_sent_us, int64_t down_us, int64_t now_us)
{
    if (q->standing_us < STUCK || q->standing_us == GW_QUEUE_UNKNOWN) {
        q->stuck_us = 0;
        q->steps = 0;
        return false;
    }
    if (!q->stuck_us || newest_sent_us <= down_us) {
        watch(q, now_us);
        return false;
    }
    if (now_us - q->stuck_us < STUCK_FOR)
        return false;
    if (q->standing_us < q->stuck_from_us - (now_us - q->stuck_us) / SHRINKS) {
        watch(q, now_us);
        return false;
    }
    if (q->steps < STUCK_STEPS)
        return true;
    q->least_us += q->standing_us;
    q->stuck_us = 0;
    q->steps = 0;
    return false;
}

void gw_queue_stepped(struct gw_queue *q)
{
    if (q->stuck_us)
        q->steps++;
}
