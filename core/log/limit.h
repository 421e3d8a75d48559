/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many lines a cause may write. A cause is its format string: one place in the source. Any thread; no lock: two
 * threads that meet may count one line too few, which does no harm.
 */
#ifndef GW_LOG_LIMIT_H
#define GW_LOG_LIMIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define GW_LOG_CAUSES 512 /* causes that share a place share their allowance */

struct gw_log_cause {
    _Atomic int64_t second;
    atomic_uint written, left_out;
};

struct gw_log_limit {
    struct gw_log_cause causes[GW_LOG_CAUSES];
};

/* May one more line be written in this second? most 0: always. With true, *left_out is how many were refused before. */
bool gw_log_may(struct gw_log_limit *l, const void *cause, unsigned most, int64_t second, unsigned *left_out);

#endif
