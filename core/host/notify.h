/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service manager is told about this process: the datagrams of sd_notify(3), to the socket that NOTIFY_SOCKET
 * names. Without one every call does nothing. Control thread.
 */
#ifndef GW_HOST_NOTIFY_H
#define GW_HOST_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* One or more lines such as "READY=1\nSTATUS=serving". false: nobody is there to be told. printf-like, 400 bytes. */
bool gw_notify(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* How often the manager wants to hear WATCHDOG=1 at least; 0: never. Microseconds. */
int64_t gw_notify_watchdog_us(void);

#endif
