/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would forward error correction help receivers behind long round trips? A way of fixed capacity that loses packets,
 * and on it a video of 30 frames a second: repaired by asking again alone, or with parity packets for each frame and
 * asking only for what those do not mend. The code is the best there can be (any n of n + k packets mend a frame),
 * which FlexFEC is not. Virtual clock, fixed seed; prints for each share of parity what is left for the picture, how
 * long a receiver must wait so that 99 and 99.9 % of the frames are whole and in order, and how many are late when it
 * waits less.
 *
 *     tests/bench/fec [round trip in ms] [kbit/s]
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAMES    60000 /* 33 minutes */
#define FRAME_MS  (1000.0 / 30)
#define BITS      9200.0 /* of a packet */
#define NOTICE_MS 10.0   /* until a receiver asks: the packet may only be late */
#define MOST      64     /* packets of a frame */

struct way {
    const char *name;
    double loss, burst; /* burst: packets lost in a row, on average; 0: at random */
    bool bad;
    uint64_t random;
};

static double chance(struct way *w)
{
    w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
    return (double)(w->random >> 11) / (double)(1ull << 53);
}

/* Two states (Gilbert): from bad to good each 1/burst, so that the share of bad packets is the loss. */
static bool is_lost(struct way *w)
{
    if (w->burst <= 1)
        return chance(w) < w->loss;
    if (w->bad)
        w->bad = chance(w) >= 1 / w->burst;
    else
        w->bad = chance(w) < w->loss / (1 - w->loss) / w->burst;
    return w->bad;
}

/* How long after it was sent a lost packet is there: asked for when the next one shows the gap, as often as it takes.
 */
static double repaired_ms(struct way *w, bool last, double rtt_ms)
{
    double ms = (last ? FRAME_MS : 0) + NOTICE_MS + rtt_ms;

    while (chance(w) < w->loss) /* a repetition is alone: bursts do not matter */
        ms += rtt_ms + NOTICE_MS;
    return ms;
}

/* When the frame is whole, after it was sent, one way not counted. */
static double frame_ms(struct way *w, unsigned media, unsigned parity, double rtt_ms)
{
    bool lost[MOST];
    unsigned missing = 0;
    double ms = 0;

    for (unsigned i = 0; i < media + parity; i++) {
        bool gone = is_lost(w);

        if (i < media)
            lost[i] = gone;
        missing += gone;
    }
    if (missing <= parity)
        return 0;
    for (unsigned i = 0; i < media; i++)
        if (lost[i]) {
            double at = repaired_ms(w, i == media - 1, rtt_ms);

            ms = at > ms ? at : ms;
        }
    return ms;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void measure(struct way w, double share, double kbps, double rtt_ms)
{
    static double late[FRAMES];
    /* what repetitions take is not for the picture either */
    double total = kbps * 1000 / 30 / BITS * (1 - w.loss), ready = 0;
    unsigned packets = (unsigned)total < MOST ? (unsigned)total : MOST, parity = (unsigned)(share * packets + 0.5);
    unsigned over[3] = {0};
    static const double waits[] = {100, 250, 400};

    w.random = 1;
    for (unsigned i = 0; i < FRAMES; i++) {
        double whole = i * FRAME_MS + frame_ms(&w, packets - parity, parity, rtt_ms);

        ready = whole > ready ? whole : ready; /* those before it have to be there, too */
        late[i] = ready - i * FRAME_MS;
        for (unsigned k = 0; k < 3; k++)
            over[k] += late[i] > waits[k];
    }
    qsort(late, FRAMES, sizeof(late[0]), compare);
    printf("| %s | %u of %u | %.0f | %.0f | %.0f | %.1f | %.1f | %.1f |\n", w.name, parity, packets,
           (packets - parity) * BITS * 30 / 1000, late[FRAMES * 99 / 100], late[FRAMES / 1000 * 999],
           100.0 * over[0] / FRAMES, 100.0 * over[1] / FRAMES, 100.0 * over[2] / FRAMES);
}

int main(int argc, char **argv)
{
    static const struct way ways[] = {
        {.name = "2 %", .loss = 0.02},
        {.name = "5 %", .loss = 0.05},
        {.name = "2 %, four in a row", .loss = 0.02, .burst = 4},
        {.name = "5 %, four in a row", .loss = 0.05, .burst = 4},
    };
    static const double shares[] = {0, 0.15, 0.3, 0.5};
    double rtt_ms = argc > 1 ? atof(argv[1]) : 300, kbps = argc > 2 ? atof(argv[2]) : 2000;

    printf("| losses | parity | picture, kbit/s | wait for 99 %%, ms | for 99.9 %% | late at 100 ms, %% | at 250 | at "
           "400 |\n");
    printf("|---|---|---|---|---|---|---|---|\n");
    for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        for (unsigned k = 0; k < sizeof(shares) / sizeof(shares[0]); k++)
            measure(ways[i], shares[k], kbps, rtt_ms);
    return 0;
}
