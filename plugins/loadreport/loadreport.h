/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this plugin share: the host, the present figure, and what was configured. Control thread. */
#ifndef LOADREPORT_LOADREPORT_H
#define LOADREPORT_LOADREPORT_H

#include <cardea/plugin.h>

#include "figure.h"

struct loadreport {
    const struct cardea_host *host;
    const struct cardea_config *config;
    struct reading before, now;
    struct figure figure;
    struct figure_limits limits;
    double refuse_above; /* 0: never */
    bool refusing;
    const char *node; /* name of this gateway among others; borrowed */
};

extern struct loadreport lr;

#endif
