/* SPDX-License-Identifier: Apache-2.0 */
#include "srtp/heard.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "srtp/srtp.h"

#define STEP   2
#define MEDIAN 0x8000

void gw_heard_clear(struct gw_heard *h)
{
    for (unsigned i = 0; i < h->n; i++)
        free(h->list[i].rtp);
    free(h->list);
    *h = (struct gw_heard){0};
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static struct gw_heard_one *find(struct gw_heard *h, uint32_t ssrc)
{
    if (h->last < h->n && h->list[h->last].ssrc == ssrc)
        return &h->list[h->last];
    for (unsigned i = 0; i < h->n; i++)
        if (h->list[i].ssrc == ssrc) {
            h->last = i;
            return &h->list[i];
        }
    return NULL;
}

static bool grow(struct gw_heard *h)
{
    unsigned room = h->room + STEP;
    struct gw_heard_one *more = room <= GW_SRTP_SSRCS ? realloc(h->list, room * sizeof(*more)) : NULL;

    if (!more)
        return false;
    h->list = more;
    h->room = room;
    return true;
}

static struct gw_heard_one *longest_silent(struct gw_heard *h)
{
    struct gw_heard_one *oldest = &h->list[0];

    for (unsigned i = 1; i < h->n; i++)
        if (h->packets - h->list[i].when > h->packets - oldest->when)
            oldest = &h->list[i];
    return oldest;
}

static struct gw_heard_one *get(struct gw_heard *h, uint32_t ssrc)
{
    struct gw_heard_one *one = find(h, ssrc);

    h->packets++;
    if (!one) {
        if (h->n < h->room || grow(h)) {
            one = &h->list[h->n++];
        } else if (h->n) {
            one = longest_silent(h);
            free(one->rtp);
        } else {
            return NULL;
        }
        *one = (struct gw_heard_one){.ssrc = ssrc};
        h->last = (unsigned)(one - h->list);
    }
    one->when = h->packets;
    return one;
}

/* --- a window: a ring of bits, one for each of the last `size` numbers -------------------------------------------- */

static bool is_set(const uint64_t *seen, unsigned size, uint64_t number)
{
    return seen[number % size / 64] >> number % 64 & 1;
}

static void set(uint64_t *seen, unsigned size, uint64_t number)
{
    seen[number % size / 64] |= UINT64_C(1) << number % 64;
}

/* Numbers from `from` + 1 to `to` have not been seen. */
static void forget(uint64_t *seen, unsigned size, uint64_t from, uint64_t to)
{
    if (to - from >= size) {
        memset(seen, 0, size / 8);
        return;
    }
    for (uint64_t i = from + 1; i <= to; i++)
        seen[i % size / 64] &= ~(UINT64_C(1) << i % 64);
}

/* --- RTP ---------------------------------------------------------------------------------------------------------- */

/* RFC 3711 appendix A; below the first half cycle nothing is older than the beginning. */
static uint64_t guess(uint64_t newest, uint16_t seq)
{
    uint64_t roc = newest >> 16;
    uint16_t last = (uint16_t)newest;

    if (newest <= MEDIAN)
        return seq;
    if (last < MEDIAN && seq > last + MEDIAN)
        roc--;
    else if (last >= MEDIAN && seq < last - MEDIAN)
        roc++;
    return roc << 16 | seq;
}

bool gw_heard_rtp_index(struct gw_heard *h, uint32_t ssrc, uint16_t seq, uint64_t *index)
{
    const struct gw_heard_one *one = find(h, ssrc);
    const struct gw_heard_rtp *r = one ? one->rtp : NULL;

    *index = r ? guess(r->newest, seq) : seq;
    if (!r || *index > r->newest)
        return true;
    return r->newest - *index < GW_HEARD_RTP && !is_set(r->seen, GW_HEARD_RTP, *index);
}

int gw_heard_rtp_note(struct gw_heard *h, uint32_t ssrc, uint64_t index)
{
    struct gw_heard_one *one = get(h, ssrc);
    struct gw_heard_rtp *r = one ? one->rtp : NULL;

    if (!one)
        return GW_ENOMEM;
    if (!r) {
        r = one->rtp = calloc(1, sizeof(*r));
        if (!r)
            return GW_ENOMEM;
        r->newest = index;
    }
    if (index > r->newest) {
        forget(r->seen, GW_HEARD_RTP, r->newest, index);
        r->newest = index;
    }
    set(r->seen, GW_HEARD_RTP, index);
    return GW_OK;
}

/* --- RTCP --------------------------------------------------------------------------------------------------------- */

bool gw_heard_rtcp_is_fresh(struct gw_heard *h, uint32_t ssrc, uint32_t index)
{
    const struct gw_heard_one *one = find(h, ssrc);

    if (!one || !one->any_rtcp || index > one->rtcp_newest)
        return true;
    return one->rtcp_newest - index < GW_HEARD_RTCP && !is_set(one->rtcp_seen, GW_HEARD_RTCP, index);
}

int gw_heard_rtcp_note(struct gw_heard *h, uint32_t ssrc, uint32_t index)
{
    struct gw_heard_one *one = get(h, ssrc);

    if (!one)
        return GW_ENOMEM;
    if (!one->any_rtcp || index > one->rtcp_newest) {
        if (one->any_rtcp)
            forget(one->rtcp_seen, GW_HEARD_RTCP, one->rtcp_newest, index);
        one->rtcp_newest = index;
        one->any_rtcp = true;
    }
    set(one->rtcp_seen, GW_HEARD_RTCP, index);
    return GW_OK;
}
