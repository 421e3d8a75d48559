/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whole [-v] [-t SECONDS] [SEED [LAST]]: a whole server with its people, for one seed or all from SEED to LAST. Without
 * a number the first twenty-four, which is what `make check` runs. A seed that finds something does so every time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/whole/whole.h"

int main(int argc, char **argv)
{
    struct whole_conf conf = {.length_us = 20000000};
    unsigned long long first = 1, last = 24;
    int option;

    while ((option = getopt(argc, argv, "vt:")) != -1)
        switch (option) {
        case 'v':
            conf.loud = true;
            break;
        case 't':
            conf.length_us = atoll(optarg) * 1000000;
            break;
        default:
            fprintf(stderr, "usage: whole [-v] [-t SECONDS] [SEED [LAST]]\n");
            return 2;
        }
    if (optind < argc)
        first = last = strtoull(argv[optind++], NULL, 10);
    if (optind < argc)
        last = strtoull(argv[optind], NULL, 10);
    for (conf.seed = first; conf.seed <= last; conf.seed++) {
        conf.recorder = conf.seed % 4 == 0;
        whole_run(&conf);
    }
    return 0;
}
