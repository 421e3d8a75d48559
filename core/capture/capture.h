/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A running capture of one connection's decrypted packets. Made on the control thread, given to a worker, which puts
 * packets in and never waits for the disk: a thread for all captures writes. What that does not take in time is dropped
 * and counted.
 */
#ifndef GW_CAPTURE_CAPTURE_H
#define GW_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GW_CAPTURE_WAITING 8192 /* packets of all captures that wait to be written */

struct gw_capture;

enum gw_capture_kind { GW_CAPTURE_PCAP, GW_CAPTURE_TEXT };

/* truncate: bytes kept of each packet, 0: all. GW_EIO: the file cannot be made (errno). Control thread. */
int gw_capture_open(struct gw_capture **out, const char *path, enum gw_capture_kind kind, unsigned truncate);
/* The thread that holds it. */
void gw_capture_packet(struct gw_capture *c, bool incoming, const uint8_t *data, size_t len);
/* Whoever holds it gives it back: the file is closed when all of it is written. NULL is fine. */
void gw_capture_close(struct gw_capture *c);
/* Control thread, when nobody holds one any more: waits for what is left to be written. */
void gw_capture_end(void);
uint64_t gw_capture_dropped(void); /* packets; any thread */

#endif
