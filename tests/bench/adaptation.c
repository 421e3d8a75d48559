/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What adapting costs a packet: ten viewers of one publisher, ten seconds, in the simulator, with feedback, estimate,
 * allocation and pacing ("on"), or with fixed layers and no feedback ("off"). To be run under callgrind, twice:
 *
 *     valgrind --tool=callgrind --callgrind-out-file=on tests/bench/adaptation on
 *     callgrind_annotate --inclusive=yes on | grep -E 'gw_engine_turn_end|gw_ice_sim_deliver'
 *
 * The sum of these two is all that an engine does, sockets and timers apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/call.h"

static uint64_t forwarded(const struct call *c)
{
    struct gw_engine_stats s;

    gw_engine_get_stats(c->world->worker[0].engine, &s);
    return s.packets_forwarded;
}

int main(int argc, char **argv)
{
    bool on = argc > 1 && !strcmp(argv[1], "on");
    static struct call c;
    uint64_t before;

    if (argc != 2 || (!on && strcmp(argv[1], "off") != 0)) {
        fprintf(stderr, "usage: %s on|off\n", argv[0]);
        return 2;
    }
    call_open(&c, &(struct call_conf){.viewers = 10, .down_bps = 20000000, .fixed = !on, .no_feedback = !on});
    call_run_ms(&c, 6000);
    before = forwarded(&c);
    call_run_ms(&c, 10000);
    printf("%llu packets forwarded in the last 10 s\n", (unsigned long long)(forwarded(&c) - before));
    call_close(&c);
    return 0;
}
